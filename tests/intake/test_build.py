from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.endpoint import endpoint_result
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import whole_population
from il2dash.intake.build import build, read_built
from il2dash.intake.recipe import (
    ArmChoice,
    MarkerChoice,
    Recipe,
    RecordedOutcome,
    Subjects,
    recipe_json,
    recipe_of_json,
)
from il2dash.intake.recipe_layouts import (
    EventIndicator,
    EventRows,
    MarkerColumns,
    MarkerParameters,
    RowCondition,
    TimeColumn,
    VisitTime,
    WeekColumn,
    WeekColumns,
)
from il2dash.intake.study_content import study_zip
from il2dash.study.definition import Covariate, Endpoint, Marker, StudyInformation, Visits
from il2dash.study.raw_tables import RawTable

WEEKS = (0, 12, 52)
MARKERS = ("cd4", "rna")


def raw(file: str, columns: dict[str, list[str]], *, first: int = 2) -> RawTable:
    data = pd.DataFrame({name: pd.Series(cells, dtype="str") for name, cells in columns.items()})
    data.index = pd.RangeIndex(first, first + len(data), name="row")
    return RawTable(file=file, data=data)


PATIENTS = {
    "id": ["p1", "p2", "p3", "p4", "p5"],
    "group": ["A", "B", "A", "B", "C"],
    "age": ["40", "50.5", "", "61", "x"],
    "fu": ["364", "182", "364", "364", "y"],
    "well": ["good", "bad", "", "good", "?"],
}
LONG = {
    "who": ["p1", "p1", "p2", "p2", "p3", "p4", "p5"],
    "day": ["0", "84", "0", "84", "0", "0", "never"],
    "CD4": ["100", "200", "150", "", "<50", "80", "many"],
}

SUBJECTS = Subjects(
    table="patients.csv",
    patient="id",
    arm="group",
    reference=ArmChoice(value="A", code="a", label="Arm A"),
    treatment=ArmChoice(value="B", code="b", label="Arm B"),
    excluded_arms=("C",),
    last_contact=TimeColumn(column="fu", unit="days"),
)
RECIPE = Recipe(
    study=StudyInformation(id="small", title="Small", synthetic=True),
    subjects=SUBJECTS,
    covariates=(Covariate(name="years", label="Age", kind="continuous", column="age", step=10),),
    markers=(MarkerChoice(name="cd4", marker=Marker(label="CD4", unit="cells/uL")),),
    visits=(
        MarkerColumns(
            table="visits.csv", patient="who", time=VisitTime(column="day", unit="days"), columns={"cd4": "CD4"}
        ),
    ),
    plan=Visits(schedule=WEEKS),
    endpoints=(
        Endpoint(id="high", label="CD4 at least 200", rule="at_least", marker="cd4", threshold=200, week=12),
        Endpoint(id="well", label="Well", rule="recorded", column="well"),
    ),
    recorded=(RecordedOutcome(endpoint="well", yes=("good",), no=("bad",)),),
)


def tables(*, patients=PATIENTS, long=LONG, **others) -> list[RawTable]:
    return [raw("patients.csv", patients), raw("visits.csv", long)] + [
        raw(f"{name}.csv", columns) for name, columns in others.items()
    ]


def changed(columns: dict[str, list[str]], name: str, row: int, cell: str) -> dict[str, list[str]]:
    """Return columns with another cell in the row of that number in the file."""
    cells = [*columns[name]]
    cells[row - 2] = cell
    return columns | {name: cells}


def only_problem(loaded: list[RawTable], recipe: Recipe = RECIPE):
    problems = read_built(build(loaded, recipe)).problems
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def place(problem) -> tuple[str, int | None, str | None, str | None]:
    return problem.file, problem.row, problem.column, problem.value


def test_a_recipe_is_json_both_ways():
    assert recipe_of_json(recipe_json(RECIPE)) == RECIPE


def test_what_is_chosen_is_the_trial():
    built = build(tables(), RECIPE)
    reading = read_built(built)
    assert reading.problems == ()
    trial = reading.trial
    assert trial.arm_sizes == {"a": 2, "b": 2}
    assert trial.excluded == 1
    assert trial.subjects["years"].tolist()[:2] == [40, 50.5]
    assert trial.subjects["last_contact_week"].tolist() == [52, 26, 52, 52]
    assert trial.subjects["recorded:outcome_well"].tolist()[:2] == [1, 0]
    assert trial.measurements[["subject_id", "week", "value", "censoring"]].to_numpy().tolist() == [
        ["p1", 0, 100, "none"],
        ["p1", 12, 200, "none"],
        ["p2", 0, 150, "none"],
        ["p3", 0, 50, "left"],
        ["p4", 0, 80, "none"],
    ]
    assert study_zip(built.content) == study_zip(build(tables(), RECIPE).content)


@pytest.mark.parametrize(
    ("loaded", "found"),
    [
        (tables(patients=changed(PATIENTS, "group", 3, "b")), ("patients.csv", 3, "group", "b")),
        (tables(patients=changed(PATIENTS, "group", 3, "")), ("patients.csv", 3, "group", "")),
        (tables(patients=changed(PATIENTS, "id", 3, "p1")), ("patients.csv", 3, "id", "p1")),
        (tables(patients=changed(PATIENTS, "age", 2, "4o")), ("patients.csv", 2, "age", "4o")),
        (tables(patients=changed(PATIENTS, "fu", 2, "long")), ("patients.csv", 2, "fu", "long")),
        (tables(patients=changed(PATIENTS, "well", 2, "so so")), ("patients.csv", 2, "well", "so so")),
        (tables(long=changed(LONG, "CD4", 3, "1,5")), ("visits.csv", 3, "CD4", "1,5")),
        (tables(long=changed(LONG, "day", 3, "0")), ("visits.csv", 3, "CD4", "200")),
        (tables(long=changed(LONG, "day", 3, "")), ("visits.csv", 3, "day", "")),
        (tables(long=changed(LONG, "who", 3, "")), ("visits.csv", 3, "who", "")),
        (tables(long=changed(LONG, "who", 3, "p9")), ("visits.csv", 3, "who", "p9")),
        (tables(long=changed(LONG, "day", 3, "378")), ("visits.csv", 3, "day", "54")),
    ],
)
def test_a_problem_is_in_the_file_and_row_that_were_loaded(loaded, found):
    assert place(only_problem(loaded)) == found


def test_a_stranger_is_looked_for_in_the_file_that_was_loaded():
    problem = only_problem(tables(long=changed(LONG, "who", 3, "p9")))
    assert problem.rule == "A patient with rows here is in patients.csv."


def test_rows_keep_their_numbers_where_the_file_has_blank_lines():
    late = raw("visits.csv", changed(LONG, "CD4", 3, "high"), first=100)
    assert place(only_problem([raw("patients.csv", PATIENTS), late])) == ("visits.csv", 101, "CD4", "high")


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (replace(RECIPE, subjects=replace(SUBJECTS, table="patient.csv")), "isn't among the loaded"),
        (replace(RECIPE, subjects=replace(SUBJECTS, arm="grp")), "header doesn't have it"),
        (replace(RECIPE, visits=()), "A marker has values in a table"),
        (replace(RECIPE, markers=RECIPE.markers * 2), "stands once"),
        (replace(RECIPE, plan=Visits()), "has planned visits"),
        (replace(RECIPE, recorded=(RecordedOutcome(endpoint="high", yes=(), no=()),)), "recorded endpoint"),
    ],
)
def test_a_recipe_that_contradicts_itself_or_the_files(recipe, words):
    assert words in only_problem(tables(), recipe).rule


def repeated(**changes) -> tuple[list[RawTable], Recipe]:
    columns = {
        "id": ["p1", "p1", "p2", "p2"],
        "group": ["A", "A", "B", "B"],
        "age": ["40", "40", "50", "50"],
        "week": ["0", "12", "0", "12"],
        "CD4": ["1", "2", "3", "4"],
    } | changes
    recipe = Recipe(
        study=RECIPE.study,
        subjects=replace(SUBJECTS, table="all.csv", repeated=True, last_contact=None, excluded_arms=()),
        covariates=RECIPE.covariates,
        markers=RECIPE.markers,
        visits=(MarkerColumns(table="all.csv", patient="id", time=VisitTime(column="week"), columns={"cd4": "CD4"}),),
        plan=RECIPE.plan,
    )
    return [raw("all.csv", columns)], recipe


def test_a_long_table_alone_is_a_study():
    trial = read_built(build(*repeated())).trial
    assert trial.subjects["years"].tolist() == [40, 50]
    assert len(trial.measurements) == 4


def test_a_covariate_that_differs_within_a_patient_is_a_problem():
    problem = only_problem(*repeated(age=["40", "41", "50", "50"]))
    assert place(problem) == ("all.csv", 3, "age", "41")
    assert "row 2 of patient p1 has '40'" in problem.rule


def test_an_arm_that_differs_within_a_patient_is_a_problem():
    assert place(only_problem(*repeated(group=["A", "A", "B", "A"]))) == ("all.csv", 5, "group", "A")


def test_a_covariate_on_some_rows_only_is_taken_with_a_warning():
    loaded, recipe = repeated(age=["", "40", "50", "50"])
    reading = read_built(build(loaded, recipe))
    assert reading.trial.subjects["years"].tolist() == [40, 50]
    assert [(problem.severity, problem.row) for problem in reading.problems] == [("warning", 2)]
    assert "for 1 patient it stands" in reading.problems[0].rule


@pytest.mark.parametrize(
    ("stored", "cells", "values"),
    [
        ("sqrt", ["14.1421356237", "5", "<7.0710678119", "0"], [200, 25, 50, 0]),
        ("log10", ["1.69897", "4.9", "<1.69897", "0"], [50, 79432.8, 50, 1]),
    ],
)
def test_stored_values_are_turned_back_to_the_unit(stored, cells, values):
    loaded, recipe = repeated(CD4=cells)
    recipe = replace(recipe, markers=(replace(recipe.markers[0], stored=stored),))
    trial = read_built(build(loaded, recipe)).trial
    assert trial.measurements["value"].tolist() == values
    assert trial.measurements["censoring"].tolist() == ["none", "none", "left", "none"]


def test_a_negative_square_root_is_a_problem():
    loaded, recipe = repeated(CD4=["1", "-2", "3", "4"])
    recipe = replace(recipe, markers=(replace(recipe.markers[0], stored="sqrt"),))
    assert place(only_problem(loaded, recipe)) == ("all.csv", 3, "CD4", "-2")


def test_a_visit_without_a_week_is_a_problem_unless_left_out():
    loaded, recipe = repeated(week=["Start", "Week 12", "Start", "Unplanned"])
    time = VisitTime(column="week", weeks={"Start": 0, "Week 12": 12})
    named = replace(recipe, visits=(replace(recipe.visits[0], time=time),))
    assert place(only_problem(loaded, named)) == ("all.csv", 5, "week", "Unplanned")
    left_out = replace(recipe, visits=(replace(recipe.visits[0], time=replace(time, ignored=("Unplanned",))),))
    assert read_built(build(loaded, left_out)).trial.measurements["week"].tolist() == [0, 12, 0]


def test_events_come_from_indicators_and_rows():
    patients = PATIENTS | {"dead": ["0", "1", "0", "0", "?"]}
    adverse = {
        "who": ["p1", "p3", "p3", "p5"],
        "day": ["14", "7", "8", "x"],
        "what": ["=fever", "rash", "note", "rash"],
        "grade": ["2", "", "", "9"],
        "kind": ["AE", "AE", "COMMENT", "AE"],
    }
    days = TimeColumn(column="fu", unit="days")
    recipe = replace(
        RECIPE,
        events=(
            EventIndicator(
                table="patients.csv", patient="id", column="dead", time=days, category="death", term="Death"
            ),
            EventRows(
                table="adverse.csv",
                patient="who",
                time=TimeColumn(column="day", unit="days"),
                category_column="kind",
                categories={"AE": "adverse"},
                ignored=("COMMENT",),
                term="what",
                grade="grade",
            ),
        ),
    )
    loaded = tables(patients=patients, adverse=adverse)
    trial = read_built(build(loaded, recipe)).trial
    assert trial.events[["subject_id", "week", "category", "term"]].to_numpy().tolist() == [
        ["p2", 26, "death", "Death"],
        ["p1", 2, "adverse", "=fever"],
        ["p3", 1, "adverse", "rash"],
    ]
    wrong = tables(patients=patients, adverse=changed(adverse, "grade", 2, "7"))
    assert place(only_problem(wrong, recipe)) == ("adverse.csv", 2, "grade", "7")
    unknown = tables(patients=patients, adverse=changed(adverse, "kind", 2, "SAE"))
    assert place(only_problem(unknown, recipe)) == ("adverse.csv", 2, "kind", "SAE")
    twice = replace(recipe, events=recipe.events[:1] * 2)
    assert place(only_problem(loaded, twice)) == ("patients.csv", 3, "dead", "death")
    open_ended = tables(patients=changed(patients, "dead", 4, ""), adverse=adverse)
    assert place(only_problem(open_ended, recipe)) == ("patients.csv", 4, "dead", "")


def test_only_the_rows_that_are_asked_for_count():
    loaded, recipe = repeated(flag=["Y", "Y", "Y", ""])
    only = (RowCondition(column="flag", values=("Y",)),)
    flagged = replace(recipe, visits=(replace(recipe.visits[0], only=only),))
    assert len(read_built(build(loaded, flagged)).trial.measurements) == 3


VALUES = st.one_of(st.just(""), st.integers(1, 900).map(str), st.sampled_from(["<50", "123.456", "NA"]))


@st.composite
def small_trials(draw) -> dict[str, dict[tuple[str, int], str]]:
    """Draw a value for each marker, patient and week; every patient has one at least."""
    ids = [f"p{number}" for number in range(draw(st.integers(2, 4)))]
    drawn = {marker: {(patient, week): draw(VALUES) for patient in ids for week in WEEKS} for marker in MARKERS}
    for patient in ids:
        drawn["cd4"][patient, 0] = "77"
    return drawn


def as_tables(drawn) -> dict[str, tuple[RawTable, tuple]]:
    """Write the same values wide, long, by visit names, by days, and with a column that says the marker."""
    keys = list(drawn["cd4"])
    ids = list(dict.fromkeys(patient for patient, _ in keys))
    wide = {"id": ids} | {
        f"{marker}_w{week}": [drawn[marker][patient, week] for patient in ids] for marker in MARKERS for week in WEEKS
    }
    long = {
        "id": [patient for patient, _ in keys],
        "week": [str(week) for _, week in keys],
        "day": [str(7 * week) for _, week in keys],
        "visit": [f"V{WEEKS.index(week)}" for _, week in keys],
    } | {marker: [drawn[marker][key] for key in keys] for marker in MARKERS}
    values = {
        "id": [patient for _ in MARKERS for patient, _ in keys],
        "week": [f"{week}.0" for _ in MARKERS for _, week in keys],
        "test": [marker.upper() for marker in MARKERS for _ in keys],
        "result": [drawn[marker][key] for marker in MARKERS for key in keys],
    }
    columns = {marker: marker for marker in MARKERS}
    of = {"table": "visits.csv", "patient": "id"}
    names = VisitTime(column="visit", weeks={f"V{number}": week for number, week in enumerate(WEEKS)})
    week_columns = tuple(
        WeekColumn(marker=marker, week=week, column=f"{marker}_w{week}") for marker in MARKERS for week in WEEKS
    )
    parameters = {marker: marker.upper() for marker in MARKERS}
    time = VisitTime(column="week")
    return {
        "wide": (raw("visits.csv", wide), WeekColumns(**of, columns=week_columns)),
        "long": (raw("visits.csv", long), MarkerColumns(**of, time=time, columns=columns)),
        "days": (
            raw("visits.csv", long),
            MarkerColumns(**of, time=VisitTime(column="day", unit="days"), columns=columns),
        ),
        "names": (raw("visits.csv", long), MarkerColumns(**of, time=names, columns=columns)),
        "parameters": (
            raw("visits.csv", values),
            MarkerParameters(**of, time=time, parameter="test", value="result", parameters=parameters),
        ),
    }


@given(drawn=small_trials(), seed=st.integers(0, 99))
@settings(max_examples=4)
def test_every_form_of_the_same_values_is_the_same_trial(drawn, seed):
    ids = list(dict.fromkeys(patient for patient, _ in drawn["cd4"]))
    patients = raw("patients.csv", {"id": ids, "group": [["A", "B"][i % 2] for i in range(len(ids))]})
    recipe = Recipe(
        study=RECIPE.study,
        subjects=replace(SUBJECTS, last_contact=None, excluded_arms=()),
        markers=tuple(MarkerChoice(name=name, marker=Marker(label=name)) for name in MARKERS),
        plan=RECIPE.plan,
        endpoints=RECIPE.endpoints[:1],
    )
    zips = {}
    for form, (table, source) in as_tables(drawn).items():
        data = table.data.sample(frac=1, random_state=seed)
        mixed = RawTable(file=table.file, data=data[list(reversed(data.columns))])
        built = build([table if form == "wide" else mixed, patients], replace(recipe, visits=(source,)))
        assert built.problems == ()
        zips[form] = study_zip(built.content)
    assert len(set(zips.values())) == 1
    trial = read_built(built).trial
    known = sum(cell not in ("", "NA") for cells in drawn.values() for cell in cells.values())
    assert len(trial.measurements) == known
    result = endpoint_result(whole_population(trial), EndpointSpec(endpoint="high"))
    high = {arm: 0 for arm in ("a", "b")}
    for number, patient in enumerate(ids):
        cell = drawn["cd4"][patient, 12]
        high["ab"[number % 2]] += cell.isdigit() and int(cell) >= 200
    assert {arm: counts.responders for arm, counts in result.arms.items()} == high
