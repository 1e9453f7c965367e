"""The results as text for a terminal: the same tables that the pages show."""

from __future__ import annotations

from typing import Any

from il2dash.analysis.event_results import EventResults
from il2dash.analysis.repeated_measures import RepeatedMeasures
from il2dash.analysis.results import Results
from il2dash.display.adjusted_difference_view import adjusted_sentence
from il2dash.display.baseline_view import baseline_sentence, baseline_spec
from il2dash.display.below_limit_view import below_limit_sentence
from il2dash.display.calibration_view import calibration_sentence
from il2dash.display.comparison_view import comparison_sentence, comparison_spec
from il2dash.display.endpoint_view import effects_spec, proportions_spec
from il2dash.display.endpoint_words import criterion, endpoint_sentence, missing_sentence
from il2dash.display.event_curve_view import incidence_sentence, logrank_note, mean_sentence, survival_sentence
from il2dash.display.event_grades_view import grades_sentence, grades_spec
from il2dash.display.event_rates_view import events_spec
from il2dash.display.event_words import event_words, events_sentence
from il2dash.display.influence_view import influence_sentence
from il2dash.display.missing_rules_view import imputation_note
from il2dash.display.model_view import model_sentence, model_spec
from il2dash.display.published_view import published_sentence, published_spec
from il2dash.display.repeated_measures_view import repeated_measures_spec
from il2dash.display.repeated_measures_words import cautions, method_line, repeated_measures_sentence
from il2dash.display.stratified_view import stratified_sentence
from il2dash.display.tables import TableSpec
from il2dash.display.trajectory_view import trajectory_sentence, trajectory_spec
from il2dash.study.definition import StudyDefinition

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
        blocks.append(_repeated_measures(marker.mmrm, definition))
        blocks += [
            _block(
                f"{comparison.label}{', change from baseline' if comparison.change else ''}, compared",
                comparison_sentence(comparison, arms),
                comparison_spec(comparison, arms),
            )
            for comparison in marker.comparisons
        ]
        if marker.below_limit is not None and marker.comparisons:
            words = below_limit_sentence(marker.below_limit, definition, week=marker.comparisons[0].week)
            blocks.append(_block(f"{marker.absolute.label}, below the assay's limit", words))
    for endpoint, addition in zip(results.endpoints, results.additions, strict=True):
        words = f"{endpoint_sentence(endpoint, arms)} {missing_sentence(endpoint, arms)}"
        if addition.stratified is not None:
            words += f"\n{stratified_sentence(addition.stratified, arms)}"
        if addition.imputed is not None:
            words += f"\n{imputation_note(addition.imputed, arms)}"
        blocks.append(
            _block(
                criterion(endpoint, definition), words, proportions_spec(endpoint, definition), effects_spec(endpoint)
            )
        )
    for compared in results.models:
        model, comparison = compared.model, compared.comparison
        deeper = [
            adjusted_sentence(compared.adjusted, arms),
            influence_sentence(compared.influence),
            calibration_sentence(compared.performance),
        ]
        warned = [f"Warning: {warning}" for warning in comparison.warnings]
        words = "\n".join([model_sentence(model), *warned, *([] if model.reason else deeper)])
        blocks.append(_block(f"Model: {model.endpoint_label}", words, model_spec(model, comparison)))
    blocks += [_events(events, definition) for events in results.events.values()]
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


def _repeated_measures(model: RepeatedMeasures, definition: StudyDefinition) -> str:
    words = [repeated_measures_sentence(model, definition), *(f"Warning: {warning}" for warning in cautions(model))]
    tables = []
    if not model.reason:
        words.append(method_line(model, definition))
        tables.append(repeated_measures_spec(model, definition.arms))
    return _block(f"{model.label}, model of repeated measures", "\n".join(words), *tables)


def _events(events: EventResults, definition: StudyDefinition) -> str:
    """Return the rates as a table, and what the curves show late in the trial as a line each."""
    arms, first = definition.arms, events.time_to_first
    words = [events_sentence(events.rates, definition), survival_sentence(first, definition), logrank_note(first, arms)]
    if events.cumulative_incidence is not None:
        words.append(incidence_sentence(events.cumulative_incidence, definition))
    if events.mean_cumulative is not None:
        words.append(mean_sentence(events.mean_cumulative, definition))
    words += [f"Warning: {warning}" for warning in first.warnings]
    tables = [events_spec(events.rates, definition)]
    if events.grades is not None:
        words.append(grades_sentence(events.grades, definition))
        tables.append(grades_spec(events.grades, definition))
    return _block(event_words(definition, events.rates.category).title, "\n".join(words), *tables)


def _block(title: str, words: str, *tables: TableSpec) -> str:
    parts = [f"{title}\n{'=' * len(title)}", *([words] if words else []), *(text_table(table) for table in tables)]
    return "\n".join(parts)


def _because(reasons: tuple[str, ...]) -> str:
    return f" ({'; '.join(reasons)})" if reasons else ""
