"""How tables hold measurements, chosen by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from il2dash.intake.column_facts import table_facts
from il2dash.intake.guess import guess_recipe
from il2dash.intake.recipe_layouts import MarkerColumns, MarkerParameters, VisitTime, WeekColumn, WeekColumns
from il2dash.intake.visit_edits import (
    form_of,
    named_columns,
    named_time,
    proposed_plan,
    sources_for,
    time_of,
    times_text,
    week_rows,
    weeks_of,
    with_marker_columns,
    with_marker_parameters,
    with_week_columns,
)
from tests.intake.raw import raw

ROWS = [f"{n},{'ab'[n % 2]},{m},{n + m},{9 * n},x{m}" for n in range(1, 9) for m in (0, 3, 6)]
LONG = raw("\n".join(["id,arm,month,CD4,RNA,note", *ROWS]))
FACTS = table_facts(LONG, patient="id")


def test_a_form_starts_with_the_guess_where_the_guess_is_of_it():
    (guessed,) = sources_for(FACTS, "columns")
    assert isinstance(guessed, MarkerColumns)
    assert (guessed.time.column, guessed.time.unit) == ("month", "months")
    assert form_of([guessed]) == "columns"
    (weeks,) = sources_for(FACTS, "weeks")
    assert isinstance(weeks, WeekColumns)
    assert weeks.columns == ()
    (parameters,) = sources_for(FACTS, "parameters")
    assert isinstance(parameters, MarkerParameters)
    assert parameters.parameters == {}
    assert sources_for(FACTS, "none") == ()


def test_markers_keep_their_names_when_others_come():
    (source,) = sources_for(FACTS, "columns")
    renamed = replace(source, columns={"count": "CD4"})
    chosen = with_marker_columns(renamed, ["CD4", "RNA"], ["count"])
    assert chosen.columns == {"count": "CD4", "rna": "RNA"}
    assert with_marker_columns(chosen, ["RNA"], ["count", "rna"]).columns == {"rna": "RNA"}


def test_parameters_get_names_that_nothing_else_has():
    (source,) = sources_for(FACTS, "parameters")
    assert with_marker_parameters(source, ["week", "CD4", "cd4"], ["rna"]).parameters == {
        "week_2": "week",
        "cd4": "CD4",
        "cd4_2": "cd4",
    }


def test_columns_at_a_week_are_taken_with_marker_and_week():
    (source,) = sources_for(FACTS, "weeks")
    said = [("CD4", "CD4 count", 0.0), ("RNA", "", 4.0), ("month", "CD4 count", None), ("note", "Other", 8.0)]
    chosen = with_week_columns(source, said, {"CD4 count": "cd4"})
    assert [(place.column, place.marker, place.week) for place in chosen.columns] == [
        ("CD4", "cd4", 0.0),
        ("note", "other", 8.0),
    ]


def test_visits_by_name_are_at_the_week_that_was_said():
    names = ("Baseline", "Week 12", "End")
    time = named_time(VisitTime(column="visit"), names, {})
    assert (dict(time.weeks), time.ignored) == ({"Baseline": 0.0, "Week 12": 12.0}, ("End",))
    said = named_time(time, names, {"Baseline": 0.0, "Week 12": None, "End": 24.0})
    assert (dict(said.weeks), said.ignored) == ({"Baseline": 0.0, "End": 24.0}, ("Week 12",))
    assert named_time(time, ("A", "B"), {}).weeks == {"A": 0.0, "B": 1.0}


def test_a_column_of_words_holds_names_and_one_of_days_days():
    assert time_of(FACTS, "month").weeks == {}
    assert time_of(FACTS, "note").weeks
    assert time_of(FACTS, "seen (days since start)").unit == "days"


def test_planned_visits_are_the_visits_in_whole_weeks():
    recipe = guess_recipe([LONG]).recipe
    assert proposed_plan(recipe, [FACTS]) == (0.0, 13.0, 26.0)
    exact = replace(recipe, plan=replace(recipe.plan, window="exact"))
    assert proposed_plan(exact, [FACTS]) == pytest.approx((0, 13.04464, 26.08929), abs=1e-5)


@pytest.mark.parametrize(
    ("text", "unit", "weeks"),
    [
        ("0, 12,24", "weeks", (0.0, 12.0, 24.0)),
        ("24; 0\n12", "weeks", (0.0, 12.0, 24.0)),
        ("0, 14", "days", (0.0, 2.0)),
        ("", "weeks", ()),
        ("0, twelve", "weeks", None),
        ("0, inf", "weeks", None),
        ("nan", "weeks", None),
    ],
)
def test_a_list_of_times(text, unit, weeks):
    assert weeks_of(text, unit) == weeks


def test_times_are_written_as_they_were_said():
    for unit in ("weeks", "days", "months"):
        assert times_text(weeks_of("0, 2, 6, 12", unit), unit) == "0, 2, 6, 12"


def test_columns_of_numbers_are_offered_after_those_that_have_a_week():
    weeks = WeekColumns(table="t", patient="id", columns=(WeekColumn(marker="rna", week=4.0, column="RNA"),))
    rows = week_rows(weeks, FACTS)
    assert [(row.column, row.marker) for row in rows] == [("RNA", "rna"), ("month", ""), ("CD4", "")]
    assert named_columns(FACTS, [weeks]) == ["id", "RNA"]


def test_a_preview_shows_the_columns_that_are_named_and_none_where_there_are_none():
    (parameters,) = sources_for(FACTS, "parameters")
    columns = [parameters.time.column, parameters.parameter, parameters.value]
    assert named_columns(FACTS, [parameters]) == ["id", *columns]
    assert named_columns(FACTS, []) == []
