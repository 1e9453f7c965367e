"""The endpoint of a study from ADaM datasets, asked on the page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from il2dash.display.endpoint_words import RULE_WORDS
from il2dash.display.numbers import capitalized, compact, week_number, week_options
from il2dash.intake.adam_questions import AdamEndpointOffer, AdamOutcome
from il2dash.intake.column_facts import identifier
from il2dash.study.definition import Endpoint
from il2dash.ui.adam_answers import number, one_of

_NO_ENDPOINT = "no endpoint"


def endpoint_input(
    offers: Sequence[AdamEndpointOffer], outcomes: Sequence[AdamOutcome], missing: list[str]
) -> tuple[Endpoint, ...]:
    """Ask for the endpoint: a responder by a marker at a week, an outcome that ADSL records, or none."""
    by_marker = {offer.marker: offer for offer in offers}
    by_column = {f"ADSL {outcome.column}": outcome for outcome in outcomes}
    if not by_marker and not by_column:
        st.caption(
            "There is no endpoint: no chosen parameter has a visit after the baseline whose week is known, and no "
            "variable of ADSL says Y and N."
        )
        return ()
    names = {name: offer.label for name, offer in by_marker.items()}
    names |= {
        name: f"{outcome.column}, as ADSL records it ({outcome.yes} yes, {outcome.no} no)"
        for name, outcome in by_column.items()
    }
    names[_NO_ENDPOINT] = "No endpoint"
    columns = st.columns(4)
    with columns[0]:
        chosen = one_of("Endpoint", names, key="adam_marker", default=next(iter(by_marker), ""))
    if chosen in by_marker:
        return _of_marker(by_marker[chosen], columns[1:], missing)
    if chosen in by_column:
        column = by_column[chosen].column
        recorded = Endpoint(
            id=identifier(column, otherwise="endpoint"), label=column, rule="recorded", column=column, role="primary"
        )
        return (recorded,)
    if not chosen:
        missing.append("the endpoint")
    return ()


def _of_marker(offer: AdamEndpointOffer, columns: Sequence[DeltaGenerator], missing: list[str]) -> tuple[Endpoint, ...]:
    of_rule, of_threshold, of_week = columns
    with of_rule:
        words: dict[str, str] = {rule: capitalized(RULE_WORDS[rule]) for rule in offer.rules}
        said = one_of("Responder: a value", words, key="adam_rule", default=offer.rules[0])
    rule = next((rule for rule in offer.rules if rule == said), offer.rules[0])
    with of_threshold:
        unit = f"Threshold, {offer.unit}" if offer.unit else "Threshold"
        threshold = number(unit, key=f"adam_threshold_{offer.marker}")
    with of_week:
        weeks = {words: week for week, words in week_options(offer.weeks).items()}
        week = weeks[one_of("At week", {text: text for text in weeks}, key="adam_at_week", default=[*weeks][-1])]
    if threshold is None:
        missing.append("the threshold of the endpoint")
        return ()
    title = f"{offer.label} {RULE_WORDS[rule]} {compact(threshold)} {offer.unit}".strip()
    return (
        Endpoint(
            id=identifier(f"{offer.marker} {rule} week {compact(week)}", otherwise="p"),
            label=f"{title} at week {week_number(week)}",
            marker=offer.marker,
            rule=rule,
            threshold=threshold,
            week=week,
            role="primary",
        ),
    )
