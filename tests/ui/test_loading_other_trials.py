"""What files of other trials ask of the wizard: ids anew in each centre or none, patients without an arm, events."""

from __future__ import annotations

from il2dash.intake.recipe import ROW_NUMBER
from il2dash.intake.recipe_layouts import EventRows, EventTimes
from tests.ui.conftest import everything, html_of
from tests.ui.test_loading import click, draft, drop, step, used

TWO_CENTRES = "\n".join(
    ["site,id,treat,week,score"]
    + [
        f"{s},{n},{'PA'[(s + n) % 2]},{week},{10 * s + n + week}"
        for s in (1, 2)
        for n in range(1, 9)
        for week in (0, 4)
    ]
)


def test_ids_counted_anew_in_each_centre(page):
    drop(page, ("trial.csv", TWO_CENTRES))
    step(page, "patients")
    assert (page.selectbox(key="load_patient").value, page.selectbox(key="load_within").value) == ("id", "site")
    page.selectbox(key="load_within").set_value("").run()
    assert "crossover" in everything(page)
    page.selectbox(key="load_within").set_value("site").run()
    assert "Patients: 16 (P 8 (reference); A 8)" in html_of(page)
    used(page)
    assert len(page.session_state["loaded_study"].trial.subjects) == 16


def test_a_table_without_ids(page):
    drop(page, ("trial.csv", "treat,age\n" + "\n".join(f"{n % 2},{30 + n % 3}" for n in range(9))))
    assert "is each of its 9 rows another patient?" in html_of(page)
    step(page, "patients")
    assert page.selectbox(key="load_patient").value == ROW_NUMBER
    assert "load_within" not in [box.key for box in page.selectbox]
    page.selectbox(key="load_patient").set_value("age").run()
    page.selectbox(key="load_patient").set_value(ROW_NUMBER).run()
    assert draft(page).subjects.patient == ROW_NUMBER
    drop(step(page, "files"), ("trial.csv", "a,b\n" + "\n".join(f"{n % 2},{n % 3}" for n in range(9))))
    click(page, "load_anew")
    step(page, "patients").selectbox(key="load_first_patient_trial.csv").set_value(ROW_NUMBER).run()
    page.selectbox(key=f"load_first_arm_trial.csv_{ROW_NUMBER}").set_value("a").run()
    click(page, "load_first_go")
    assert (draft(page).subjects.patient, draft(page).subjects.arm) == (ROW_NUMBER, "a")


def test_patients_without_an_arm_and_an_id_that_stands_twice(page):
    rows = [f"{n},{'12'[n % 2] if n < 20 else ''},{30 + n}" for n in range(24)]
    drop(page, ("trial.csv", "\n".join(["id,trt,age", *rows, "7,2,37"])))
    step(page, "patients")
    assert "Every patient has an arm." in everything(page)
    assert "24 patients in 25 rows: one row a patient, but for 1 patient" in html_of(page)
    page.button_group(key="load_without_arm").set_value("exclude").run()
    page.button_group(key="load_repeated").set_value("several").run()
    assert "Patients: 20 (trt 1 10 (reference); trt 2 10; 4 of other arms left out)" in html_of(page)
    page.button_group(key="load_repeated").set_value("one").run()
    assert "A patient has one row" in everything(page)


def test_both_arms_in_a_patient_are_said_at_the_files(page):
    rows = [f"{n},{period},{'AB'[(n + period) % 2]},{n}" for n in range(6) for period in (1, 2)]
    drop(page, ("trial.csv", "\n".join(["patient,period,treatment,score", *rows])))
    assert "6 of 6 patients have several of its values" in html_of(page)


def test_a_date_that_is_empty_where_nothing_happened(page):
    rows = [f"{n},{n % 2},2020-01-{n + 1:02},{'' if n % 3 else f'2020-03-{n + 1:02}'}" for n in range(12)]
    drop(page, ("trial.csv", "\n".join(["id,arm,randomized,death", *rows])))
    assert "Is one of them that of randomization?" in html_of(page)
    step(page, "patients").selectbox(key="load_randomized").set_value("randomized").run()
    click(step(page, "events"), "load_events_add_times")
    (events,) = draft(page).events
    assert isinstance(events, EventTimes)
    assert (events.time.column, events.time.unit, events.term) == ("death (days since randomized)", "days", "death")
    used(page)
    assert page.session_state["loaded_study"].trial.events["week"].tolist() == [60 / 7] * 4


def test_rows_that_count_are_chosen(page):
    rows = [f"{n},{n % 2},{start},{start + 5 + n},{(n + start) % 2}" for n in range(8) for start in (0, 5)]
    drop(page, ("trial.csv", "\n".join(["id,treat,tstart,tstop,status", *rows])))
    step(page, "events")
    assert isinstance(draft(page).events[0], EventRows)
    assert page.selectbox(key="load_only_events_0").value == "status"
    assert page.multiselect(key="load_only_values_events_0").value == ["1"]
    page.multiselect(key="load_only_values_events_0").set_value(["0"]).run()
    assert draft(page).events[0].only[0].values == ("0",)
    page.selectbox(key="load_only_events_0").set_value("").run()
    assert draft(page).events[0].only == ()
    assert "Rows of one patient have several times" in html_of(step(page, "patients"))


def test_a_code_for_what_is_not_known_is_asked_once(page):
    rows = [f"{n},{n % 2},{30 + n if n else -9},{60 + n}" for n in range(12)]
    drop(page, ("trial.csv", "\n".join(["id,arm,age,weight", *rows])))
    assert "The step Repairs comes first: it has 1 thing to repair or to answer." in html_of(page)
    step(page, "study").radio(key="load_origin").set_value("real").run()
    assert "Not answered yet in the step Repairs: age." in html_of(step(page, "use"))
    step(page, "repairs").radio(key="load_answer_missing_code_trial.csv_age").set_value("value").run()
    click(page, "load_answered_0")
    assert "Not answered yet" not in html_of(step(page, "use"))
    click(step(page, "repairs"), "load_take_back")
    page.radio(key="load_answer_missing_code_trial.csv_age").set_value("missing").run()
    click(page, "load_answered_0")
    assert page.session_state["loading"].tables[0].data["age"].iloc[0] == ""
