from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.intake.build import build, read_built
from il2dash.intake.column_facts import identifier, sorted_levels, table_facts
from il2dash.intake.guess import guess_recipe
from il2dash.intake.guess_arms import Chosen
from il2dash.intake.guess_covariates import step_of
from il2dash.intake.guess_patients import guess_patient
from il2dash.intake.guess_times import visit_name_weeks
from il2dash.intake.week_columns import week_columns
from il2dash.study.raw_tables import RawTable


def raw(file: str, **columns: list[str]) -> RawTable:
    data = pd.DataFrame({name: pd.Series(cells, dtype="str") for name, cells in columns.items()})
    data.index = pd.RangeIndex(2, 2 + len(data), name="row")
    return RawTable(file=file, data=data)


COUNT = 12
IDS = [f"S{number:03}" for number in range(COUNT)]
ARMS = ["Placebo", "Active"] * (COUNT // 2)


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        (["cd40", "cd420", "cd496"], {"cd4": {"cd40": 0, "cd420": 20, "cd496": 96}}),
        (["cd40", "cd420", "cd80", "cd820"], {"cd4": {"cd40": 0, "cd420": 20}, "cd8": {"cd80": 0, "cd820": 20}}),
        (["RNA_W12", "RNA_BL", "RNA_W52"], {"rna": {"RNA_BL": 0, "RNA_W12": 12, "RNA_W52": 52}}),
        (["cd4_week_0", "cd4_week_12"], {"cd4": {"cd4_week_0": 0, "cd4_week_12": 12}}),
        (["hb_d0", "hb_d14"], {"hb": {"hb_d0": 0, "hb_d14": 2}}),
        (["crpMonth0", "crpMonth6"], {"crp": {"crpMonth0": 0, "crpMonth6": 6 * 365.25 / 84}}),
        (["age", "z30", "str2", "cd40"], {}),
        (["x1", "x2", "x3"], {}),
        (["", "1", "12"], {}),
    ],
)
def test_columns_of_one_marker_at_several_weeks(names, groups):
    assert week_columns(names) == groups


def test_visit_names_say_their_weeks():
    names = ["Baseline", "Week 12", "Month 6", "Day 15", "W24", "m3", "Unscheduled 3.1", "End of treatment"]
    weeks, asked = visit_name_weeks(names)
    month = 365.25 / 84
    assert weeks == pytest.approx(
        {"Baseline": 0, "Week 12": 12, "Month 6": 6 * month, "Day 15": 2, "W24": 24, "m3": 3 * month}
    )
    assert asked == ()
    weeks, asked = visit_name_weeks(["VIS1", "VIS2"])
    assert weeks == {"VIS1": 1, "VIS2": 2}
    assert "At which weeks are VIS1, VIS2?" in asked[0]


def test_the_patient_is_what_is_called_so_and_else_what_is_always_different():
    assert guess_patient(raw("a", age=["1", "2", "3"], subject_id=["x", "y", "x"])).value == "subject_id"
    assert guess_patient(raw("a", age=["1", "1"], code=["x", "y"])).value == "code"
    nothing = guess_patient(raw("a", age=["1", "1"], sex=["x", "x"]))
    assert (nothing.value, nothing.alternatives) == ("", ("age", "sex"))


def test_without_an_arm_nothing_is_proposed_and_asked_instead():
    proposal = guess_recipe([raw("a.csv", id=IDS, age=[str(30 + i) for i in range(COUNT)])])
    assert proposal.recipe is None
    assert "which the arm?" in proposal.questions[0]
    assert guess_recipe([]).recipe is None
    assert guess_recipe([raw("empty.csv", id=[], arm=[])]).recipe is None


def test_what_is_chosen_stays_and_the_rest_follows():
    table = raw("t.csv", id=IDS, code=list(reversed(IDS)), arm=["x", "y", "z"] * 4, block=["1", "2"] * 6)
    chosen = Chosen(patient="code", arm="arm", reference="z", treatment="y")
    subjects = guess_recipe([table], chosen=chosen).recipe.subjects
    assert (subjects.patient, subjects.arm) == ("code", "arm")
    assert (subjects.reference.value, subjects.treatment.value, subjects.excluded_arms) == ("z", "y", ("x",))
    assert guess_recipe([table], chosen=Chosen(arm="block")).recipe.subjects.arm == "block"


def test_kinds_and_steps_of_covariates():
    table = raw(
        "t.csv",
        id=IDS,
        arm=ARMS,
        arm_name=["control", "drug"] * 6,
        age=[str(30 + 3 * i) for i in range(COUNT)],
        sex=["f", "m", "m"] * 4,
        smoker=["0", "1", "1", "0"] * 3,
        stage=["1", "2", "3"] * 4,
        free_text=[f"text {i}" for i in range(COUNT)],
        same=["7"] * COUNT,
        viral_load=["<50", *[str(100 * i) for i in range(1, COUNT)]],
        responder=["no", "yes", "no"] * 4,
        visit_date=[f"2020-01-{i + 1:02}" for i in range(COUNT)],
    )
    proposal = guess_recipe([table])
    found = {c.name: (c.kind, c.step, [level.value for level in c.levels]) for c in proposal.recipe.covariates}
    assert found == {
        "age": ("continuous", 5, []),
        "sex": ("binary", 1, ["f", "m"]),
        "smoker": ("binary", 1, []),
        "stage": ("categorical", 1, ["1", "2", "3"]),
    }
    endpoint = proposal.recipe.endpoints[0]
    assert (endpoint.rule, endpoint.column, endpoint.role) == ("recorded", "responder", "primary")
    trial = read_built(build([table], proposal.recipe)).trial
    assert trial.arm_sizes == {"placebo": 6, "active": 6}
    reasons = {guess.about: guess for guess in proposal.guesses}
    assert reasons["subjects.reference"].reason == "it is called as reference arms are"
    assert "continuous: 12 different numbers from 30 to 63" in reasons["covariates.age"].reason
    assert all(guess.reason for guess in proposal.guesses)


@pytest.mark.parametrize(("spread", "step"), [(9, 5), (120, 50), (1, 0.5), (0.3, 0.1), (0, 1), (1e9, 10000)])
def test_steps_are_usual_numbers(spread, step):
    assert step_of(spread) == step


def test_a_table_of_parameters_and_one_of_events():
    patients = raw("dm.csv", usubjid=IDS, trt=ARMS, days=[str(300 + i) for i in range(COUNT)], died=["0", "1", "0"] * 4)
    lab = raw(
        "lab.csv",
        usubjid=[patient for patient in IDS for _ in range(4)],
        visit=["Baseline", "Baseline", "Week 12", "Week 12"] * COUNT,
        test=["CD4", "HIV RNA"] * 2 * COUNT,
        result=["100", "<50", "150", "200"] * COUNT,
    )
    adverse = raw(
        "ae.csv", usubjid=IDS[:3], term=["rash", "fever", "rash"], day=["1", "20", "33"], grade=["1", "2", "2"]
    )
    proposal = guess_recipe([lab, patients, adverse])
    recipe = proposal.recipe
    assert recipe.subjects.table == "dm.csv"
    assert recipe.visits[0].parameters == {"cd4": "CD4", "hiv_rna": "HIV RNA"}
    assert recipe.plan.schedule == (0, 12)
    assert [event.form for event in recipe.events] == ["indicator", "rows"]
    reading = read_built(build([lab, patients, adverse], recipe))
    assert len(reading.trial.measurements) == 4 * COUNT
    assert reading.trial.events["category"].value_counts().to_dict() == {"death": 4, "adverse": 3}
    assert any("Does died = 1" in question for question in proposal.questions)


@pytest.mark.parametrize("header", ["<script>", "=cmd|' /C calc'!A0", "$x^2$", "**", "", "naïve Größe", "x" * 5000])
def test_any_header_gets_a_name_that_study_toml_takes(header):
    columns = {"id": IDS, "arm": ARMS, "biomarker" if not header else header: [str(i) for i in range(COUNT)]}
    table = raw("t.csv", **columns)
    recipe = guess_recipe([table]).recipe
    covariate = recipe.covariates[0]
    assert covariate.label == (header or "biomarker")
    assert read_built(build([table], recipe)).trial is not None


def test_of_very_many_columns_the_first_are_proposed_and_the_rest_is_asked():
    many = {f"v{number}x": [str(number + row) for row in range(COUNT)] for number in range(70)}
    proposal = guess_recipe([raw("t.csv", id=IDS, arm=ARMS, **many)])
    assert len(proposal.recipe.covariates) == 50
    assert any("70 columns could be" in question for question in proposal.questions)


def test_names_are_not_taken_twice():
    assert identifier("CD4 count", otherwise="marker") == "cd4_count"
    assert identifier("CD4-count", otherwise="marker", taken=("cd4_count",)) == "cd4_count_2"
    assert identifier("4", otherwise="arm") == "arm_4"


def test_levels_stand_in_their_order():
    assert sorted_levels(["10", "9", "b", "a", "<5"]) == ("<5", "9", "10", "a", "b")


def test_facts_say_what_belongs_to_the_patient():
    facts = table_facts(raw("t", id=["a", "a", "b"], x=["1", "", "2"], y=["1", "2", "2"]), patient="id")
    assert (facts.patients, facts.repeated) == (2, True)
    assert (facts.columns["x"].of_patient, facts.columns["y"].of_patient) == (True, False)


HEADERS = ("id", "week", "visit", "CD4", "cd4_w0", "cd4_w12", "death", "time", "test", "result", "term", "=x")
CELLS = (
    "",
    "0",
    "1",
    "2",
    "<5",
    "1e308",
    "-3",
    "a",
    "A",
    "Week 4",
    "yes",
    "no",
    "2020-01-01",
    "1,5",
    "'",
    "=1+1",
    "NA",
)


@st.composite
def any_tables(draw) -> list[RawTable]:
    tables = []
    for number in range(draw(st.integers(1, 2))):
        rows = draw(st.integers(0, 5))
        headers = draw(st.lists(st.sampled_from(HEADERS), max_size=6, unique=True))
        cells = st.lists(st.sampled_from(CELLS), min_size=rows, max_size=rows)
        fixed = {"id": [f"P{row // (number + 1)}" for row in range(rows)], "ARM": ["a", "b", "a", "b", "a"][:rows]}
        tables.append(raw(f"t{number}.csv", **(fixed | {header: draw(cells) for header in headers})))
    return tables


@given(tables=any_tables())
@settings(max_examples=60)
def test_any_tables_give_a_trial_or_problems_and_never_a_traceback(tables):
    recipe = guess_recipe(tables).recipe
    if recipe is None:
        return
    reading = read_built(build(tables, recipe))
    assert (reading.trial is None) == any(problem.severity == "error" for problem in reading.problems)
    if reading.trial is not None:
        assert set(reading.trial.subjects["subject_id"]) <= set(tables[0].data.to_numpy().ravel()) | set(
            tables[-1].data.to_numpy().ravel()
        )
