"""Proposals for visits: which column says when, and which columns are markers, long, by parameter or by week."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from il2dash.intake.column_facts import ColumnFacts, TableFacts, identifier, label_and_unit, numbers_rows, spoken
from il2dash.intake.guess_names import PATIENT
from il2dash.intake.guess_patients import SITE
from il2dash.intake.guess_times import guess_time, planned_weeks
from il2dash.intake.missing_codes import two_words
from il2dash.intake.recipe import MarkerChoice
from il2dash.intake.recipe_layouts import MarkerColumns, MarkerParameters, VisitsChoice, WeekColumn, WeekColumns
from il2dash.intake.week_columns import (
    baseline_stem,
    columns_of,
    says_unit,
    series_columns,
    series_question,
    week_columns,
    whole_weeks,
    with_lone_baseline,
)
from il2dash.study.definition import Marker

_PARAMETERS = r"param(cd)?|parameter|(lb|vs)?test(cd)?|analyte|marker|measure|variable|assay"
_VALUES = r"aval|value|result|(lb|vs)?(stresn|orres)|val|measurement"
_NOT_A_MARKER = (
    r"t?(start|stop)|tstart|tstop|event|status|row|record|seq|.*seq|a?vis(it)?_?n?(um(ber)?)?\d*|date|.*date|.*dt|index|"
    r"(chg|pchg|change|base|ablfl|anl01fl)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsGuess:
    """Proposed visits: sources, the markers in them, the planned weeks; with reasons, and what only a person knows."""

    visits: tuple[VisitsChoice, ...]
    markers: tuple[MarkerChoice, ...]
    schedule: tuple[float, ...]
    reason: str
    alternatives: tuple[str, ...]
    questions: tuple[str, ...]


def guess_visits(facts: TableFacts) -> VisitsGuess | None:
    """Propose how a table holds visits; None where nothing in it looks like repeated measurements."""
    return _parameters(facts) or _long(facts) if facts.repeated else _wide(facts)


def unused_words(facts: TableFacts) -> tuple[str, ...]:
    """Ask about a table in which measurements may be that weren't seen."""
    if facts.repeated:
        words = "If they are visits, say in the step Visits which column says when."
        return (f"{facts.file} has several rows a patient. {words}",)
    return series_question(series_columns(name for name, one in facts.columns.items() if can_be_marker(facts, one)))


def _long(facts: TableFacts) -> VisitsGuess | None:
    found = guess_time(facts)
    if found is None:
        return None
    time, reason, asked = found
    varying = [column for name, column in facts.columns.items() if name != time.column and not column.of_patient]
    markers = [column for column in varying if can_be_marker(facts, column)]
    markers = markers or [column for column in varying if can_be_marker(facts, column, least=1)]
    markers = markers or [column for column in varying if two_words(column.levels)]
    if not markers:
        return None
    names = _names([column.name for column in markers])
    choices = tuple(
        _marker(names[column.name], column, *label_and_unit(column.label or column.name)) for column in markers
    )
    visits: list[VisitsChoice] = [
        MarkerColumns(
            table=facts.file,
            patient=facts.patient,
            time=time,
            columns={names[column.name]: column.name for column in markers},
        )
    ]
    schedule = tuple(whole_weeks(planned_weeks(facts, time)))
    baselines = _baseline_columns(facts, names) if not schedule or min(schedule) > 0 else ()
    if baselines:
        visits.append(WeekColumns(table=facts.file, patient=facts.patient, columns=baselines, repeated=True))
    if schedule and min(schedule) > 0:
        schedule = (0.0, *schedule)
    return VisitsGuess(
        visits=tuple(visits),
        markers=choices,
        schedule=schedule,
        reason=f"a patient has several rows; {reason}",
        alternatives=tuple(facts.columns),
        questions=(*asked, *_stored_questions(markers)),
    )


def _parameters(facts: TableFacts) -> VisitsGuess | None:
    parameter = next((name for name in facts.columns if re.fullmatch(_PARAMETERS, spoken(name))), None)
    value = next((name for name in facts.columns if re.fullmatch(_VALUES, spoken(name))), None)
    if parameter is None or value is None or not facts.columns[parameter].levels:
        return None
    found = guess_time(facts, beside=[parameter])
    if found is None:
        return None
    time, reason, asked = found
    levels = facts.columns[parameter].levels
    names = _names(levels)
    choices = tuple(MarkerChoice(name=names[level], marker=Marker(label=level)) for level in levels)
    source = MarkerParameters(
        table=facts.file,
        patient=facts.patient,
        time=time,
        parameter=parameter,
        value=value,
        parameters={names[level]: level for level in levels},
    )
    schedule = tuple(whole_weeks(planned_weeks(facts, time)))
    return VisitsGuess(
        visits=(source,),
        markers=choices,
        schedule=schedule if not schedule or min(schedule) <= 0 else (0.0, *schedule),
        reason=f"{parameter} says what was measured and {value} the value; {reason}",
        alternatives=tuple(facts.columns),
        questions=asked,
    )


def _wide(facts: TableFacts) -> VisitsGuess | None:
    numeric = [name for name, column in facts.columns.items() if can_be_marker(facts, column)]
    groups = week_columns(numeric)
    if not groups:
        return None
    unsaid = _week_questions(groups)
    groups, asked = with_lone_baseline(groups, numeric)
    names = _names(groups)
    groups = {stem: _whole(group) for stem, group in groups.items()}
    columns = tuple(
        WeekColumn(marker=names[stem], week=week, column=name)
        for stem, group in groups.items()
        for name, week in group.items()
    )
    weeks = sorted({column.week for column in columns})
    return VisitsGuess(
        visits=(WeekColumns(table=facts.file, patient=facts.patient, columns=columns),),
        markers=tuple(
            _marker(names[stem], facts.columns[next(iter(group))], stem.upper()) for stem, group in groups.items()
        ),
        schedule=tuple(weeks if weeks[0] <= 0 else [0.0, *weeks]),
        reason="columns of one name and different numbers: "
        + "; ".join(f"{', '.join(group)} at weeks {_listed(group.values())}" for group in groups.values()),
        alternatives=tuple(numeric),
        questions=(*unsaid, *asked),
    )


def _baseline_columns(facts: TableFacts, names: Mapping[str, str]) -> tuple[WeekColumn, ...]:
    """Find the columns such as FEV1_BL that hold a marker's baseline on every row of the patient."""
    columns = []
    for name, column in facts.columns.items():
        stem = baseline_stem(spoken(name))
        for marker_column, marker in names.items():
            if column.numeric and column.of_patient and spoken(marker_column) == stem:
                columns.append(WeekColumn(marker=marker, week=0.0, column=name))
    return tuple(columns)


def can_be_marker(facts: TableFacts, column: ColumnFacts, *, least: int = 2) -> bool:
    """Tell whether a column may hold a marker's values: numbers, which aren't dates, ids or the rows' numbers.

    There are more different ones than `least`.
    """
    return (
        column.numeric
        and column.name != facts.patient
        and column.minimum >= 0
        and column.distinct > least
        and not re.fullmatch(f"{_NOT_A_MARKER}|{PATIENT}|{SITE}", spoken(column.name))
        and not numbers_rows(facts, column)
    )


def _marker(name: str, column: ColumnFacts, label: str, unit: str = "") -> MarkerChoice:
    skewed = column.minimum > 0 and column.maximum / column.minimum >= 1000
    return MarkerChoice(name=name, marker=Marker(label=label, unit=unit, scale="log10" if skewed else "identity"))


def _whole(group: Mapping[str, float]) -> dict[str, float]:
    return dict(zip(group, whole_weeks(group.values()), strict=True))


def _week_questions(groups: Mapping[str, Mapping[str, float]]) -> tuple[str, ...]:
    if all(says_unit(name) for name in columns_of(groups)):
        return ()
    return ("Are the numbers in the columns' names weeks?",)


def _stored_questions(markers: Sequence[ColumnFacts]) -> tuple[str, ...]:
    return tuple(
        f"Is {column.name} (from {column.minimum:g} to {column.maximum:g}) a square root of a count?"
        for column in markers
        if re.search("cd4|cd8", spoken(column.name)) and column.maximum < 50
    )


def _names(texts: Iterable[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    taken = {"week", "subject_id", "arm"}
    for text in texts:
        names[text] = identifier(text, otherwise="marker", taken=taken)
        taken.add(names[text])
    return names


def _listed(weeks: Iterable[float]) -> str:
    return ", ".join(f"{round(week, 1):g}" for week in weeks)
