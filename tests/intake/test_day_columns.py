"""Dates become days since randomization; what can't be read as a date is told, never counted."""

from __future__ import annotations

from dataclasses import replace

from il2dash.intake.build import build, read_built
from il2dash.intake.day_columns import date_columns, days_since, with_day_columns
from il2dash.intake.guess import guess_recipe
from il2dash.intake.recipe import DaysSince, recipe_json, recipe_of_json
from il2dash.intake.recipe_edits import with_plan, with_visits
from il2dash.intake.recipe_layouts import MarkerColumns, VisitTime
from il2dash.study.definition import Visits
from tests.intake.raw import raw

PATIENTS = raw("id,arm,age,randomized\n1,a,40,2005-06-05\n2,b,50,2005-12-30\n3,a,60,\n", name="patients.csv")
VISITS = raw(
    "id,seen,cd4\n1,2005-06-05,100\n1,2005-06-26,150\n2,2006-01-06,200\n2,05/06/2006,210\n3,2005-06-05,1\n9,2005-06-05,1\n",
    name="visits.csv",
)


def dated(column: str = "seen"):
    recipe = guess_recipe([PATIENTS, VISITS]).recipe
    since = DaysSince(table="visits.csv", patient="id", column=column, start="randomized")
    source = MarkerColumns(
        table="visits.csv", patient="id", time=VisitTime(column=since.name, unit="days"), columns={"cd4": "cd4"}
    )
    taken = with_visits(replace(recipe, days=(since,)), "visits.csv", [source]).recipe
    return with_plan(taken, Visits(schedule=(0.0, 1.0, 3.0))).recipe


def test_days_are_counted_for_each_patient():
    _, visits = with_day_columns([PATIENTS, VISITS], dated())
    assert list(visits.data["seen (days since randomized)"]) == ["0", "21", "7", "", "", ""]
    again = with_day_columns([PATIENTS, visits], dated())
    assert again[1] is visits


def test_a_date_that_is_not_decided_is_an_error_where_it_is_taken():
    recipe = dated()
    problems = build([PATIENTS, VISITS], recipe).problems
    assert [(problem.file, problem.column, problem.value) for problem in problems] == [
        ("visits.csv", "seen", "05/06/2006")
    ]
    unused = with_visits(recipe, "visits.csv", ()).recipe
    assert build([PATIENTS, VISITS], unused).content is not None


def test_a_study_from_dates():
    visits = replace(VISITS, data=VISITS.data.iloc[:3])
    recipe = dated()
    assert recipe_of_json(recipe_json(recipe)) == recipe
    trial = read_built(build([PATIENTS, visits], recipe)).trial
    assert list(trial.measurements["week"]) == [0.0, 3.0, 1.0]


def test_columns_of_dates_are_found_in_any_order_of_day_and_month():
    table = raw("iso,day,month,short,number,text,empty\n2005-06-05,25/12/2005,12/25/2005,05/06/05,20050605,a 1,\n")
    assert date_columns(table) == ("iso", "day", "month", "short")
    found = days_since(
        [PATIENTS, VISITS],
        subjects="patients.csv",
        start="randomized",
        patients={"patients.csv": "id", "visits.csv": "id"},
    )
    assert [since.name for since in found] == ["seen (days since randomized)"]
    assert days_since([PATIENTS], subjects="patients.csv", start="", patients={"patients.csv": "id"}) == ()
