"""Loading one's own data, without a browser: from the drop to a study that this session alone sees."""

from __future__ import annotations

import io
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from il2dash.intake.recipe import recipe_json
from il2dash.ui.load_page import STEPS
from tests.hostile_study import LATEX, MARKDOWN, SCRIPT
from tests.intake.adam_simulated import simulated, write
from tests.processes import PATIENCE
from tests.ui.conftest import everything, html_of

ROWS = [
    f"P{n:02},{'AB'[n % 2]},{30 + n},{'MF'[n % 3 % 2]},{80 + n},{n % 4 // 3},{100 + 7 * n},{150 + 5 * n},{n % 5 // 2}"
    for n in range(1, 25)
]
TRIAL = "\n".join(["patient,arm,age,sex,days,death,cd4_w0,cd4_w24,answer", *ROWS])


def drop(test: AppTest, *files: tuple[str, str | bytes]) -> AppTest:
    given = [(name, content.encode() if isinstance(content, str) else content, "") for name, content in files]
    test.file_uploader[0].set_value(given).run()
    assert not test.exception, test.exception[0].message
    return test


def step(test: AppTest, name: str) -> AppTest:
    test.button_group(key="load_step").set_value(name).run()
    assert not test.exception, test.exception[0].message
    return test


def click(test: AppTest, key: str) -> AppTest:
    test.button(key=key).click().run()
    assert not test.exception, test.exception[0].message
    return test


def used(test: AppTest) -> AppTest:
    """Say that the data are real, and use them."""
    step(test, "study").radio(key="load_origin").set_value("real").run()
    return click(step(test, "use"), "load_use")


def draft(test: AppTest):
    return test.session_state["loading"].draft


def test_from_the_drop_to_the_pages(page, visit):
    drop(page, ("trial.csv", TRIAL))
    assert "trial.csv: 24 rows, 9 columns" in html_of(page)
    used(page)
    trial = page.session_state["loaded_study"].trial
    assert trial.arm_sizes == {"a": 12, "b": 12}
    assert page.query_params["study"] == "loaded"
    page.run()
    assert "Synthetic data" not in everything(page)
    assert "Loaded in this session: nobody else sees it" in html_of(page)
    back = page.selectbox(key="study_chosen")
    assert back.value == "loaded"
    back.set_value("own").run()
    assert "Synthetic data" in everything(page)
    assert "nobody else sees it" not in html_of(page)
    other = visit("Overview", ("study", "loaded"))
    assert "Synthetic data" in everything(other)  # another session has the server's own


@pytest.mark.parametrize("name", STEPS)
def test_every_step_before_and_after_anything_is_known(page, name):
    drop(page, ("notes.csv", "a,b\n1,x\n2,y\n"))
    step(page, name)
    drop(step(page, "files"), ("trial.csv", TRIAL))
    step(page, name)


def test_what_the_columns_do_not_say_is_asked(page):
    drop(page, ("trial.csv", TRIAL.replace("patient,arm", "alpha,beta")))
    assert draft(page) is None
    assert "say it in the step Patients" in html_of(page)
    step(page, "patients")
    page.selectbox(key="load_first_patient_trial.csv").set_value("alpha").run()
    page.selectbox(key="load_first_arm_trial.csv_alpha").set_value("beta").run()
    click(page, "load_first_go")
    assert (draft(page).subjects.patient, draft(page).subjects.arm) == ("alpha", "beta")


def test_another_table_without_a_known_arm_is_asked_about(page):
    drop(page, ("trial.csv", TRIAL), ("other.csv", "alpha,beta\n1,x\n2,y\n"))
    step(page, "patients").selectbox(key="load_subjects_table").set_value("other.csv").run()
    assert draft(page) is None
    assert page.selectbox(key="load_first_table").value == "other.csv"
    page.selectbox(key="load_first_arm_other.csv_alpha").set_value("beta").run()
    click(page, "load_first_go")
    assert draft(page).subjects.table == "other.csv"


def test_choices_are_changed_and_what_no_longer_fits_is_said(page):
    drop(page, ("trial.csv", TRIAL))
    click(step(page, "endpoints"), "load_endpoint_add")
    page.number_input(key="load_endpoint_threshold_0").set_value(200.0).run()
    page.multiselect(key="load_endpoint_model_0").set_value(["age", "sex"]).run()
    assert draft(page).endpoints[0].threshold == 200.0
    assert draft(page).models[0].terms == ("arm", "age", "sex")
    step(page, "patients").selectbox(key="load_reference").set_value("B").run()
    assert (draft(page).subjects.reference.value, draft(page).subjects.treatment.value) == ("B", "A")
    page.selectbox(key="load_arm").set_value("sex").run()
    assert draft(page).models[0].terms == ("arm", "age")
    assert "The model of CD4 lost sex." in everything(page).replace("\\", "")
    step(page, "visits").button_group(key="load_form_trial.csv").set_value("none").run()
    assert draft(page).endpoints == ()
    assert "its marker has no values any more" in everything(page)


def test_a_choice_is_built_once(page, monkeypatch):
    from il2dash.ui import load_findings

    built = []
    original = load_findings.build
    monkeypatch.setattr(load_findings, "build", lambda *given: built.append(1) or original(*given))
    drop(page, ("trial.csv", TRIAL))
    step(step(step(page, "patients"), "covariates"), "events")
    assert len(built) == 1


def test_a_file_is_read_once(page, monkeypatch):
    from il2dash.ui import load_files

    read = []
    original = load_files.read_file
    monkeypatch.setattr(load_files, "read_file", lambda *given: read.append(given[0]) or original(*given))
    drop(page, ("trial.csv", TRIAL), ("other.csv", "id,x\n1,2\n"))
    step(step(page, "patients"), "files")
    assert read == ["trial.csv", "other.csv"]
    click(page, "load_remove_1")
    assert [file.name for file in page.session_state["loading"].files] == ["trial.csv"]


def test_repairs_are_applied_at_a_click_and_taken_back(page):
    written = TRIAL.replace("P03,B", "P03,b").replace("P05,B", "P05, B ")
    drop(page, ("trial.csv", written))
    assert draft(page).subjects.excluded_arms != ()
    step(page, "repairs")
    assert "1 cell can be repaired in one way only" in html_of(page)
    click(page, "load_repair")
    assert draft(page).subjects.excluded_arms == ()
    assert [(fix.column, fix.before, fix.after) for fix in page.session_state["loading"].fixes] == [
        ("arm", ("b",), ("B",))
    ]
    click(page, "load_take_back")
    assert page.session_state["loading"].fixes == ()
    assert draft(page).subjects.excluded_arms != ()


def test_decimal_commas_are_repaired_at_once_listed_and_taken_back(page):
    written = "\n".join(["patient;arm;weight;rna", *(f"{n};{'AB'[n % 2]};{60 + n},5;1,{100 + n}" for n in range(24))])
    drop(page, ("trial.csv", written))
    loading = page.session_state["loading"]
    assert [(fix.kind, fix.column, len(fix.rows)) for fix in loading.fixes] == [("decimal_comma", "weight", 24)]
    assert [covariate.name for covariate in loading.draft.covariates if covariate.kind == "continuous"] == ["weight"]
    assert "A decimal comma was written as a point." in html_of(page)
    assert "24 cells repaired" in html_of(page)
    step(page, "repairs")
    assert page.radio(key="load_answer_number_mark_trial.csv_rna").value is None
    click(page, "load_take_back")
    assert list(page.session_state["loading"].tables[0].data["weight"])[:2] == ["60,5", "61,5"]
    assert "24 cells can be repaired" in html_of(page)


def test_decimal_commas_of_adam_datasets_are_repaired_and_listed(page):
    datasets = simulated().datasets
    files = [(f"{name}.csv", frame.to_csv(index=False, sep=";", decimal=",")) for name, frame in datasets.items()]
    drop(page, *[(name, content.replace(".5;", ",5;")) for name, content in files])
    assert {fix.kind for fix in page.session_state["loading"].fixes} == {"decimal_comma"}
    assert "A decimal comma was written as a point." in html_of(page)


def test_what_reads_in_two_ways_is_asked_and_not_guessed(page):
    columns = "\n".join(f'{n},{"ab"[n % 2]},"1,{100 + n}"' for n in range(12))
    drop(page, ("trial.csv", f"id,arm,rna\n{columns}"))
    step(page, "repairs")
    key = "load_answer_number_mark_trial.csv_rna"
    assert page.radio(key=key).value is None
    assert page.button(key="load_answered_0").disabled
    page.radio(key=key).set_value("thousands").run()
    click(page, "load_answered_0")
    assert list(page.session_state["loading"].tables[0].data["rna"])[:2] == ["1100", "1101"]


def test_dates_are_asked_and_counted(page):
    rows = [f"{n},{'ab'[n % 2]},05/06/2005,{day},{100 + n}" for n in range(9) for day in ("05/06/2005", "03/07/2005")]
    drop(page, ("trial.csv", "\n".join(["id,arm,randomized,seen,cd4", *rows])))
    step(page, "patients").selectbox(key="load_randomized").set_value("randomized").run()
    step(page, "repairs")
    for column in ("randomized", "seen"):
        page.radio(key=f"load_answer_date_order_trial.csv_{column}").set_value("day_first").run()
        click(page, "load_answered_0")
    days = page.session_state["loading"].tables[0].data["seen (days since randomized)"]
    assert sorted(set(days)) == ["0", "28"]


def test_a_study_s_zip_is_used_as_it_is(page, repository):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted((repository / "tests" / "studies" / "mini").iterdir()):
            if file.is_file():
                archive.write(file, file.name)
    drop(page, ("mini.zip", buffer.getvalue()))
    click(page, "load_use")
    assert sum(page.session_state["loaded_study"].trial.arm_sizes.values()) == 8


def test_choices_in_a_file_need_no_clicking(page, visit):
    drop(page, ("trial.csv", TRIAL))
    step(page, "study").text_input(key="load_title").set_value("My trial").run()
    page.radio(key="load_origin").set_value("real").run()
    choices = recipe_json(draft(page))
    again = visit("Data", ("show", "Load your own data"))
    drop(again, ("trial.csv", TRIAL + "\nP99,A,50,M,90,0,100,200,1\n"), ("choices.json", choices))
    click(step(again, "use"), "load_use")
    trial = again.session_state["loaded_study"].trial
    assert trial.definition.study.title == "My trial"
    assert len(trial.subjects) == 25


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.csv", b"", "The file is empty."),
        ("paper.csv", b"%PDF-1.4\n%\xe2\xe3\n1 0 obj", "this one is a PDF"),
        ("wide.csv", ",".join(f"c{n}" for n in range(20_000)).encode() + b"\n1\n", "A table has at most"),
        ("other.json", b"{}", "the choices that this page wrote"),
    ],
)
def test_what_can_not_be_read_is_told(page, name, content, words):
    drop(page, (name, content))
    assert words in everything(page)


def test_a_study_made_elsewhere_is_shown_used_and_taken_along():
    def script():
        from il2dash.intake.build import build
        from il2dash.intake.guess import guess_recipe
        from il2dash.intake.loaded_files import read_file
        from il2dash.ui.load_result import show_built

        tables = read_file("trial.csv", b"id,arm,age\n1,a,40\n2,b,50\n3,a,60\n").upload.tables
        built = build(tables, guess_recipe(tables).recipe)
        show_built(built.content, built.problems, notes=("3 rows were left out.",))
        show_built(None, built.problems)

    test = AppTest.from_function(script, default_timeout=PATIENCE).run()
    assert not test.exception
    assert "Patients: 3 (a 2 (reference); b 1)" in html_of(test)
    assert "3 rows were left out." in html_of(test)
    assert "can't be used yet" in html_of(test)
    assert [button.key for button in test.button] == ["load_use"]


def test_a_table_that_was_not_read_right_is_not_used(page):
    drop(page, ("trial.csv", TRIAL + "\nP98,A,50\n"))
    assert "A row has as many cells as the header" in everything(page)
    step(page, "study").radio(key="load_origin").set_value("real").run()
    step(page, "use")
    assert "A row has as many cells as the header" in everything(page)
    assert not [button for button in page.button if button.key == "load_use"]
    assert not [button for button in page.get("download_button") if "zip" in button.proto.label]


@pytest.mark.parametrize(
    "content",
    ["id,arm,cd4_w0,cd4_w12\n", "id,arm,arm,x\n1,a,b,2\n2,b,a,3\n", "id\n1\n2\n", "id,arm\n1,a\n2,a\n", ",,\n1,2,3\n"],
    ids=["no rows", "two columns of a name", "one column", "one arm", "no names"],
)
def test_poor_tables_at_every_step(page, content):
    drop(page, ("poor.csv", content))
    if page.session_state["loading"].tables:
        for name in STEPS:
            step(page, name)


def test_words_of_a_file_are_words(page):
    header = ["id", "arm", *(f'"{words}"' for words in (SCRIPT, MARKDOWN, LATEX))]
    rows = [f'{n},"{(SCRIPT, MARKDOWN)[n % 2]}",{n},{n % 3},x{n % 2}' for n in range(8)]
    drop(page, ("<b>trial.csv", "\n".join([",".join(header), *rows])))
    assert "&lt;b&gt;trial.csv" in "".join(element.proto.body for element in page.get("html"))
    for name in STEPS:
        step(page, name)
        for element in page.get("html"):
            assert "<script>" not in element.proto.body or element.proto.body.startswith("<script")
            assert "<b>trial" not in element.proto.body


def test_forgetting_leads_back_to_the_server_s_own_study(page):
    used(drop(page, ("trial.csv", TRIAL)))
    page.switch_page("pages/10_Data.py")
    page.query_params = {"study": ["loaded"], "show": ["Load your own data"]}
    page.run()
    click(page, "load_forget")
    assert "loaded_study" not in page.session_state
    assert "loading" not in page.session_state
    assert "Synthetic data" in everything(page.run())


def test_adam_is_asked_about_as_adam_unless_somebody_says_no(page, tmp_path):
    files = write(simulated(), tmp_path, ending="csv")
    drop(page, *((file.name, file.read_text()) for file in files))
    assert "Still to answer" in everything(page)
    assert "load_step" not in page.session_state
    page.toggle(key="load_as_adam").set_value(False).run()
    assert "Still to answer" not in everything(page)
    assert draft(step(page, "patients")).subjects.arm == "TRT01P"
    page.toggle(key="load_as_adam").set_value(True).run()
    page.selectbox(key="adam_treatment").set_value("IL-2 high").run()
    assert "treatment arm" not in everything(page).partition("Still to answer")[2]
