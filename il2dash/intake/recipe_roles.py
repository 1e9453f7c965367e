"""What a recipe expects of each column of a raw table, so that its cells can be repaired or asked about."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from il2dash.intake.column_roles import ColumnRole
from il2dash.intake.fixes import Fix, apply_fixes, find_fixes
from il2dash.intake.missing_codes import words_beside_numbers
from il2dash.intake.number_texts import number_style
from il2dash.intake.recipe import Recipe
from il2dash.intake.recipe_layouts import (
    EventIndicator,
    EventRows,
    EventsChoice,
    MarkerColumns,
    MarkerParameters,
    TimeColumn,
    VisitsChoice,
    VisitTime,
)
from il2dash.study.definition import Covariate, Marker
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import MISSING_TEXTS, parse_numbers, whole_number_text

_NUMBER = ColumnRole(kind="number")
_SAMPLE = 100
_MOST_CODES = 200
"""More different texts in a column are no codes: how they differ by capitals says nothing."""


def recipe_roles(table: RawTable, recipe: Recipe | None) -> dict[str, ColumnRole]:
    """Return the roles of a table's columns: what the recipe takes them for, or else whether they are numbers.

    A column that the recipe doesn't name may be one that the guess couldn't see for what it is: the numbers of a column
    that writes ``1,5`` are texts until its commas were repaired.
    """
    found = apparent_numbers(table)
    if recipe is None:
        return found
    named: dict[str, ColumnRole] = {}
    for column, role in _roles(table, recipe):
        if column in table.columns:
            named.setdefault(column, role)
    # Few numbers with commas look like the levels of a covariate.
    covariates = {covariate.file_column for covariate in recipe.covariates}
    return found | {column: role for column, role in named.items() if not (column in found and column in covariates)}


def apparent_numbers(table: RawTable) -> dict[str, ColumnRole]:
    """Return a number's role for each column that isn't numbers yet and becomes so by repairs, or by an answer.

    A few words beside numbers may say that the value isn't known.
    """
    found = {}
    for column in table.columns:
        if words_beside_numbers(table.data[column]):
            found[column] = _NUMBER
            continue
        distinct = table.data[[column]].drop_duplicates()
        sample = RawTable(file=table.file, data=distinct.head(_SAMPLE))
        if not _become_numbers(sample, column) or not parse_numbers(distinct[column]).fault.any():
            continue
        if _become_numbers(RawTable(file=table.file, data=distinct), column):
            found[column] = _NUMBER
    return found


def decimal_commas(table: RawTable) -> tuple[Fix, ...]:
    """Return the repairs of the columns that are numbers but for their decimal commas.

    They are made before anything is proposed: numbers that write ``1,5`` can't be seen for what they are. A column that
    needs another repair too is left for `find_fixes`, and one whose commas read in two ways for `find_questions`.
    """
    commas = [column for column in table.columns if table.data[column].str.contains(",", regex=False).any()]
    with_commas = RawTable(file=table.file, data=table.data[commas])
    fixes = find_fixes(with_commas, apparent_numbers(with_commas))
    others = {fix.column for fix in fixes if fix.kind != "decimal_comma"}
    return tuple(fix for fix in fixes if fix.column not in others)


def _become_numbers(table: RawTable, column: str) -> bool:
    """Return whether all known texts are numbers once repaired, but for those that have to be asked about."""
    repaired = apply_fixes(table, find_fixes(table, {column: _NUMBER}))
    texts = _known(repaired, column)
    asked = set(number_style(texts).questions)
    rest = repaired.data[column][~repaired.data[column].isin(asked)]
    return bool(texts) and not parse_numbers(rest).fault.any()


def spellings(counts: Mapping[str, int]) -> dict[str, str]:
    """Return, for each text, the most frequent one that differs from it by capitals and blanks alone.

    Parameters
    ----------
    counts : mapping of str to int
        How often each text stands.
    """
    alike: dict[str, list[str]] = {}
    for text in counts:
        alike.setdefault(_folded(text), []).append(text)
    return {text: max(group, key=lambda one: (counts[one], one)) for group in alike.values() for text in group}


def _roles(table: RawTable, recipe: Recipe) -> Iterator[tuple[str, ColumnRole]]:
    subjects = recipe.subjects
    for since in recipe.days:
        if since.table == table.file:
            yield since.column, ColumnRole(kind="date")
        if subjects.table == table.file:
            yield since.start, ColumnRole(kind="date")
    if table.file == subjects.table:
        yield subjects.patient, ColumnRole(kind="id")
        yield subjects.arm, _codes(table, subjects.arm)
        if subjects.last_contact is not None:
            yield subjects.last_contact.column, _time(subjects.last_contact)
        if subjects.completed:
            yield subjects.completed, ColumnRole(kind="yes_no")
        explained = {outcome.endpoint for outcome in recipe.recorded}
        for endpoint in recipe.endpoints:
            if endpoint.rule == "recorded" and endpoint.id not in explained:
                yield endpoint.column, ColumnRole(kind="yes_no")
        for covariate in recipe.covariates:
            yield covariate.file_column, _covariate(table, covariate)
    markers = {choice.name: choice.marker for choice in recipe.markers}
    for visits in recipe.visits:
        if visits.table == table.file:
            yield from _visits(visits, markers)
    for events in recipe.events:
        if events.table == table.file:
            yield from _events(table, events)


def _covariate(table: RawTable, covariate: Covariate) -> ColumnRole:
    if covariate.kind == "continuous":
        return _number(covariate.unit)
    if covariate.levels or covariate.kind == "categorical":
        return _codes(table, covariate.file_column)
    return ColumnRole(kind="yes_no")


def _visits(visits: VisitsChoice, markers: Mapping[str, Marker]) -> Iterator[tuple[str, ColumnRole]]:
    yield visits.patient, ColumnRole(kind="id")
    if isinstance(visits, MarkerColumns | MarkerParameters) and not visits.time.weeks:
        yield visits.time.column, _time(visits.time)
    if isinstance(visits, MarkerColumns):
        for name, column in visits.columns.items():
            yield column, _number(markers[name].unit if name in markers else "")
    elif isinstance(visits, MarkerParameters):
        yield visits.value, _number("")
    else:
        for place in visits.columns:
            yield place.column, _number(markers[place.marker].unit if place.marker in markers else "")


def _events(table: RawTable, events: EventsChoice) -> Iterator[tuple[str, ColumnRole]]:
    yield events.patient, ColumnRole(kind="id")
    yield events.time.column, _time(events.time)
    if isinstance(events, EventIndicator) and not events.happened:
        yield events.column, ColumnRole(kind="yes_no")
    if isinstance(events, EventRows):
        if events.category_column:
            yield events.category_column, _codes(table, events.category_column)
        if events.grade:
            yield events.grade, ColumnRole(kind="number")


def _codes(table: RawTable, column: str) -> ColumnRole:
    """Return the role of codes whose levels are their most frequent spellings."""
    if column not in table.columns:
        return ColumnRole(kind="text")
    counts = table.data[column].value_counts()
    if len(counts) > _MOST_CODES:
        return ColumnRole(kind="text")
    levels = spellings(
        {str(text): int(count) for text, count in counts.items() if str(text).lower() not in MISSING_TEXTS}
    )
    return ColumnRole(kind="code", levels=tuple(dict.fromkeys(levels.values())))


def _number(unit: str) -> ColumnRole:
    return ColumnRole(kind="number", units=(unit,) if unit else ())


def _time(time: TimeColumn | VisitTime) -> ColumnRole:
    return ColumnRole(kind="number", units=(time.unit, time.unit.removesuffix("s")))


def _known(table: RawTable, column: str) -> list[str]:
    return [str(text) for text in table.data[column].unique() if text.lower() not in MISSING_TEXTS]


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", whole_number_text(text)).split()).casefold()
