"""The results as text for a terminal: the same tables that the pages show."""

from __future__ import annotations

from math import isnan
from typing import Any

from il2dash.analysis.event_rates import EventRates
from il2dash.analysis.results import Results
from il2dash.display.baseline_view import baseline_sentence, baseline_spec
from il2dash.display.endpoint_view import effects_spec, proportions_spec
from il2dash.display.endpoint_words import criterion, endpoint_sentence, missing_sentence
from il2dash.display.model_view import model_sentence, model_spec
from il2dash.display.numbers import NOT_ESTIMABLE, bounds, decimal, level, p_value, ratio, sentence_of, within
from il2dash.display.published_view import published_sentence, published_spec
from il2dash.display.tables import TableSpec
from il2dash.display.trajectory_view import trajectory_sentence, trajectory_spec
from il2dash.study.definition import Arms

EVENT_WORDS = {"aids": "AIDS events", "death": "Deaths", "adverse": "Adverse events"}
WIDEST_COLUMN = 46


def results_text(results: Results, document: dict[str, Any]) -> str:
    """Return every result as readable text.

    Parameters
    ----------
    results : Results
        What was computed.
    document : dict
        The same as JSON, with the published figures compared.
    """
    definition = results.population.trial.definition
    arms = definition.arms
    study = definition.study
    synthetic = ["Synthetic data: no row is a patient."] if study.synthetic else []
    standing = results.population.standing
    blocks = [
        "\n".join([study.title, *synthetic, f"Standing: {standing.kind}{_because(standing.reasons)}"]),
        _block(
            "Baseline", baseline_sentence(results.baseline, arms), baseline_spec(results.baseline, arms, means=False)
        ),
    ]
    for marker in results.trajectories:
        for course in (marker.absolute, marker.change):
            blocks.append(
                _block(
                    f"{course.label}{', change from baseline' if course.change else ''}",
                    trajectory_sentence(course, arms, week=study.primary_week),
                    trajectory_spec(course, arms, statistic="median"),
                    trajectory_spec(course, arms, statistic="mean"),
                )
            )
    for endpoint in results.endpoints:
        words = f"{endpoint_sentence(endpoint, arms)} {missing_sentence(endpoint, arms)}"
        blocks.append(
            _block(
                criterion(endpoint, definition), words, proportions_spec(endpoint, definition), effects_spec(endpoint)
            )
        )
    for compared in results.models:
        model, comparison = compared.model, compared.comparison
        words = "\n".join([model_sentence(model), *(f"Warning: {warning}" for warning in comparison.warnings)])
        blocks.append(_block(f"Model: {model.endpoint_label}", words, model_spec(model, comparison)))
    blocks += [_events(rates, arms) for rates in results.events.values()]
    if document["published"]:
        words = published_sentence(document["published"], synthetic=study.synthetic)
        blocks.append(_block("Published", words, published_spec(document["published"])))
    return "\n\n".join(blocks) + "\n"


def text_table(spec: TableSpec) -> str:
    """Return a table as aligned text, a long cell on several lines."""
    from textwrap import wrap

    grid = [spec.columns, *spec.rows]
    wrapped = [
        [wrap(cell.replace("\u2003", "  "), WIDEST_COLUMN, drop_whitespace=False) or [""] for cell in row]
        for row in grid
    ]
    widths = [max(len(line) for row in wrapped for line in row[index]) for index in range(len(spec.columns))]
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    lines = []
    for number, row in enumerate(wrapped):
        for line in range(max(len(cell) for cell in row)):
            cells = [cell[line] if line < len(cell) else "" for cell in row]
            lines.append("  ".join(text.ljust(width) for text, width in zip(cells, widths, strict=True)).rstrip())
        if number == 0:
            lines.append(rule)
    return "\n".join([*lines, rule, *spec.notes])


def events_spec(rates: EventRates, arms: Arms) -> TableSpec:
    """Write patients, events, person-years and rates by arm."""
    first = rates.arms[arms.reference].interval
    rows = [
        (
            arms.label(code),
            f"{rates.arms[code].patients} / {rates.arms[code].total}",
            str(rates.arms[code].events),
            decimal(rates.arms[code].person_years, 1),
            decimal(100 * rates.arms[code].rate, 1),
            "\u2013"
            if isnan(rates.arms[code].interval.lower)
            else bounds(rates.arms[code].interval, lambda rate: decimal(100 * rate, 1)),
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
        columns=("Arm", "Patients with one", "Events", "Person-years", "Per 100 person-years", level(first)),
        rows=tuple(rows),
        notes=(comparison, f"Intervals: {first.method}; ratio: {rates.rate_ratio.interval.method}."),
        caption=EVENT_WORDS[rates.category],
    )


def _events(rates: EventRates, arms: Arms) -> str:
    return _block(EVENT_WORDS[rates.category], sentence_of(rates.reason), events_spec(rates, arms))


def _block(title: str, words: str, *tables: TableSpec) -> str:
    parts = [f"{title}\n{'=' * len(title)}", *([words] if words else []), *(text_table(table) for table in tables)]
    return "\n".join(parts)


def _because(reasons: tuple[str, ...]) -> str:
    return f" ({'; '.join(reasons)})" if reasons else ""
