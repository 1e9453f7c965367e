"""How a table holds measurements, chosen: the forms there are, and the sources that each choice makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from il2dash.intake.column_facts import TableFacts
from il2dash.intake.guess_times import planned_weeks, visit_name_weeks
from il2dash.intake.guess_visits import guess_visits
from il2dash.intake.missing_codes import two_words
from il2dash.intake.recipe import DAYS_SINCE, Recipe
from il2dash.intake.recipe_edits import marker_name
from il2dash.intake.recipe_layouts import (
    MarkerColumns,
    MarkerParameters,
    VisitsChoice,
    VisitTime,
    WeekColumn,
    WeekColumns,
)
from il2dash.intake.week_columns import series_columns, whole_weeks
from il2dash.study.definition_tables import TimeUnit
from il2dash.study.weeks import WEEKS_PER_UNIT

Form = Literal["none", "weeks", "columns", "parameters"]


def sources_of(recipe: Recipe, table: str) -> tuple[VisitsChoice, ...]:
    """Return the sources of measurements in a table."""
    return tuple(source for source in recipe.visits if source.table == table)


def form_of(sources: Iterable[VisitsChoice]) -> Form:
    """Return how a table holds measurements; one with long rows may have a column of the baseline beside them."""
    forms = [source.form for source in sources]
    return next((form for form in ("columns", "parameters", "weeks") if form in forms), "none")


def sources_for(facts: TableFacts, form: Form) -> tuple[VisitsChoice, ...]:
    """Return the sources to start from in a form: what is guessed where the guess is of this form, else none chosen."""
    guess = guess_visits(facts)
    if guess is not None and form_of(guess.visits) == form:
        return guess.visits
    numeric = facts.numeric
    names = [name for name in facts.columns if name != facts.patient]
    if form == "none" or not names:
        return ()
    if form == "weeks":
        columns = tuple(
            WeekColumn(marker=stem, week=week, column=name)
            for stem, group in series_columns(numeric).items()
            for name, week in group.items()
        )
        return (WeekColumns(table=facts.file, patient=facts.patient, columns=columns, repeated=facts.repeated),)
    dated = [name for name in names if DAYS_SINCE in name]
    time = time_of(facts, (dated or numeric or names)[0])
    if form == "columns":
        return (MarkerColumns(table=facts.file, patient=facts.patient, time=time, columns={}),)
    parameter = next((name for name in names if name not in numeric and facts.columns[name].levels), names[0])
    return (
        MarkerParameters(
            table=facts.file,
            patient=facts.patient,
            time=time,
            parameter=parameter,
            value=(numeric or names)[-1],
            parameters={},
        ),
    )


def time_of(facts: TableFacts, column: str) -> VisitTime:
    """Return how a column says when a visit was: numbers, or names with the weeks that they tell."""
    known = facts.columns.get(column)
    if DAYS_SINCE in column:
        return VisitTime(column=column, unit="days")
    if known is None or known.numeric:
        return VisitTime(column=column)
    return named_time(VisitTime(column=column), known.levels, {})


def named_time(time: VisitTime, names: Sequence[str], said: Mapping[str, float | None]) -> VisitTime:
    """Return the time of visits by name, each at the week that was said; one without is left out.

    Names of which nothing is said are at the week that they tell themselves.
    """
    guessed = visit_name_weeks(name for name in names if name not in said)[0]
    weeks = {name: week for name in names if (week := said.get(name, guessed.get(name))) is not None}
    if not weeks:  # with no week at all the column would be read as numbers
        weeks = {name: float(place) for place, name in enumerate(names)}
    return replace(time, weeks=weeks, ignored=tuple(name for name in names if name not in weeks))


def marker_columns(facts: TableFacts, time: str) -> list[str]:
    """Return the columns that may be markers beside one of times: numbers, and two words that change between visits."""
    return [
        name
        for name, column in facts.columns.items()
        if name not in (facts.patient, time)
        and (column.numeric or (not column.of_patient and two_words(column.levels)))
    ]


def with_marker_columns(source: MarkerColumns, columns: Sequence[str], taken: Iterable[str]) -> MarkerColumns:
    """Choose the columns of the markers: those that were there keep their names."""
    known = {column: name for name, column in source.columns.items()}
    return replace(source, columns=_named(columns, known, taken))


def with_marker_parameters(source: MarkerParameters, texts: Sequence[str], taken: Iterable[str]) -> MarkerParameters:
    """Choose the texts of the parameters that are markers: those that were there keep their names."""
    known = {parameter: name for name, parameter in source.parameters.items()}
    return replace(source, parameters=_named(texts, known, taken))


def week_rows(source: WeekColumns, facts: TableFacts) -> list[WeekColumn]:
    """Return the columns that were chosen and, without a marker, the others that hold numbers."""
    taken = {place.column for place in source.columns}
    others = [name for name in facts.numeric if name not in taken]
    return [*source.columns, *(WeekColumn(marker="", week=0.0, column=name) for name in others)]


def with_week_columns(
    source: WeekColumns, said: Iterable[tuple[str, str, float | None]], known: Mapping[str, str]
) -> WeekColumns:
    """Choose what each column holds: a column, what its marker is called, and the week; without both it isn't taken.

    Parameters
    ----------
    known : mapping of str to str
        Labels of markers to their names.
    """
    names = dict(known)
    places = []
    for column, marker, week in said:
        if marker and week is not None:
            names.setdefault(marker, marker_name(marker, tuple(names.values())))
            places.append(WeekColumn(marker=names[marker], week=week, column=column))
    return replace(source, columns=tuple(places))


def named_columns(facts: TableFacts, sources: Sequence[VisitsChoice]) -> list[str]:
    """Return the columns that sources name, for a preview."""
    columns = [facts.patient]
    for source in sources:
        if isinstance(source, WeekColumns):
            columns += [place.column for place in source.columns]
        elif isinstance(source, MarkerColumns):
            columns += [source.time.column, *source.columns.values()]
        else:
            columns += [source.time.column, source.parameter, source.value]
    return columns if len(columns) > 1 else []


def proposed_plan(recipe: Recipe, facts: Iterable[TableFacts]) -> tuple[float, ...]:
    """Return the weeks at which the sources' visits are, as planned weeks.

    Months and days give whole weeks where that keeps them apart, unless values count at their very week alone.
    """
    weeks: set[float] = set()
    by_file = {one.file: one for one in facts}
    for source in recipe.visits:
        if isinstance(source, WeekColumns):
            weeks |= {place.week for place in source.columns}
        elif source.table in by_file and source.time.column in by_file[source.table].columns:
            column = by_file[source.table].columns[source.time.column]
            if source.time.weeks or column.numeric:
                found = planned_weeks(by_file[source.table], source.time)
                whole = source.time.unit != "weeks" and recipe.plan.window == "nearest"
                weeks |= set(whole_weeks(found)) if whole else set(found)
    if weeks and min(weeks) > 0:
        weeks.add(0.0)
    return tuple(sorted(weeks))


def weeks_of(text: str, unit: TimeUnit) -> tuple[float, ...] | None:
    """Return the weeks of a list of times such as ``0, 2, 6, 12``, increasing; None where it isn't one."""
    parts = [part for part in text.replace(";", ",").replace("\n", ",").split(",") if part.strip()]
    try:
        times = sorted({float(part) for part in parts})
    except ValueError:
        return None
    numerator, denominator = WEEKS_PER_UNIT[unit]
    weeks = tuple(time * numerator / denominator for time in times)
    return weeks if all(abs(week) < 1e6 for week in weeks) else None


def times_text(weeks: Iterable[float], unit: TimeUnit) -> str:
    """Write weeks as times in a unit, with as many digits as tell them apart."""
    numerator, denominator = WEEKS_PER_UNIT[unit]
    return ", ".join(f"{week * denominator / numerator:.10g}" for week in weeks)


def _named(texts: Sequence[str], known: Mapping[str, str], taken: Iterable[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    used = set(taken)
    for text in texts:
        name = known.get(text) or marker_name(text, tuple(used))
        used.add(name)
        names[name] = text
    return names
