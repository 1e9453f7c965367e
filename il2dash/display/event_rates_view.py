"""Rates of events as a table."""

from __future__ import annotations

from math import isnan

from il2dash.analysis.event_rates import EventRates
from il2dash.display.event_words import event_words, rate_words
from il2dash.display.numbers import NOT_ESTIMABLE, amount, bounds, bounds_cell, level, p_value, ratio, within
from il2dash.display.tables import TableSpec
from il2dash.study.definition import StudyDefinition

RATES_METHOD = (
    "Person-years run from randomization to the last contact, over all events of a patient. Exact intervals; the P "
    "value of the ratio is two-sided by probability."
)


def events_spec(rates: EventRates, definition: StudyDefinition) -> TableSpec:
    """Write patients, events, person-years and rates by arm, and the ratio of the rates under them."""
    arms = definition.arms
    first = rates.arms[arms.reference].interval
    rows = [
        (
            arms.label(code),
            f"{rates.arms[code].patients:,} / {rates.arms[code].total:,}",
            f"{rates.arms[code].events:,}",
            amount(rates.arms[code].person_years),
            rate_words(rates.arms[code].rate),
            bounds_cell(rates.arms[code].interval, rate_words),
        )
        for code in (arms.treatment, arms.reference)
    ]
    compared = rates.rate_ratio
    comparison = (
        f"Rate ratio {NOT_ESTIMABLE}: {within(compared.reason or compared.interval.reason)}."
        if isnan(compared.estimate)
        else f"Rate ratio {ratio(compared.estimate)} "
        f"({level(compared.interval)} {bounds(compared.interval, ratio)}), {p_value(rates.test.p)}."
    )
    return TableSpec(
        identifier=f"events-{rates.category}",
        columns=("Arm", "Patients with one / total", "Events", "Person-years", "Per 100 person-years", level(first)),
        rows=tuple(rows),
        notes=(comparison, f"Intervals: {first.method}; ratio: {rates.rate_ratio.interval.method}."),
        caption=event_words(definition, rates.category).title,
    )
