"""The less common ways through the questions about ADaM datasets."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from il2dash.intake.adam import recognize
from tests.intake.adam_tables import ADAE, ADLB, ADSL, ADTTE, raw, trial
from tests.processes import PATIENCE


def page():
    import streamlit as st

    from il2dash.ui.adam_wizard import adam_wizard, forget

    if st.session_state.get("away"):
        forget()
    else:
        st.session_state.built = adam_wizard(st.session_state.datasets)


def wizard(*tables):
    test = AppTest.from_function(page, default_timeout=PATIENCE)
    test.session_state.datasets = recognize(tables)
    return ran(test)


def ran(test):
    test.run()
    assert not test.exception, test.exception
    return test


def answered(test, *, threshold=200.0, endpoint="cd4"):
    test.selectbox(key="adam_treatment").select("Drug")
    test.get("button_group")[-1].set_value("real")
    if threshold is not None:
        test.number_input(key=f"adam_threshold_{endpoint}").set_value(threshold)
    return ran(test)


def definition(test):
    built = test.session_state.built
    assert built is not None, test.info[0].value
    assert built.content is not None, built.problems
    return built.content.definition


@pytest.fixture
def adsl():
    return raw("adsl.xpt", ADSL)


def test_counts_are_of_the_two_arms(adsl):
    test = wizard(adsl, raw("adlb.xpt", ADLB))
    found = test.dataframe[0].value.set_index("PARAMCD")
    assert found.loc["CD4", "Patients"] == 9
    assert [caption.value for caption in test.caption][-1] == "Counted in all arms until two are chosen."
    test.selectbox(key="adam_treatment").select("Drug 2x")
    ran(test)
    assert test.dataframe[0].value.set_index("PARAMCD").loc["CD4", "Patients"] == 5
    assert "Counted in the two arms." in [caption.value for caption in test.caption]


def test_the_week_of_a_visit_that_nothing_says(adsl):
    rows = ADLB.replace("       Week 12", "Visit 3").replace(",85,", ",,").replace(",86,", ",,").replace(",84,", ",,")
    rows = rows.replace(",90,500", ",,500").replace("Week 12", "Visit 3")
    test = answered(wizard(adsl, raw("adlb.xpt", rows)), threshold=None)
    assert test.info[0].value == "Still to answer: the week of the visit Visit 3."
    test.number_input(key="adam_visit_visit 3").set_value(13.0)
    ran(test)
    assert test.selectbox(key="adam_at_week").value == "13"
    test.number_input(key="adam_threshold_cd4").set_value(200.0)
    assert definition(ran(test)).visits.schedule == (0, 13)


def test_the_unit_of_an_event_that_nothing_says(adsl):
    rows = ADTTE.replace(" (Days)", "").replace("STARTDT,ADT", "X,Y")
    test = answered(wizard(adsl, raw("adlb.xpt", ADLB), raw("adtte.xpt", rows)))
    assert "the unit of OS and what AIDS is" in test.info[0].value.replace("\\", "")
    test.selectbox(key="adam_event_adtte.xpt_AIDS").select("")
    test.get("button_group")[0].set_value("years")
    built = ran(test).session_state.built
    deaths = built.content.tables["events"].query("category == 'death'")
    assert [float(week) for week in deaths["week"]] == [pytest.approx(70 * 365.25 / 7)]


EXTREMES = """
USUBJID,PARAMCD,PARAM,AVISIT,AVISITN,ADY,AVAL,ABLFL,ANL01FL
01,CD4,CD4,Baseline,0,1,100,Y,
01,CD4,CD4,Week 4,4,29,90,,Y
01,CD4,CD4,Week 8,8,57,95,,
05,CD4,CD4,Baseline,0,1,100,Y,
05,CD4,CD4,Week 4,4,29,90,,
05,CD4,CD4,Week 12,12,85,80,,Y
"""


def test_the_visits_follow_the_analysis_flag(adsl):
    test = answered(wizard(adsl, raw("adlb.xpt", EXTREMES)))
    assert test.selectbox(key="adam_at_week").options == ["4", "8", "12"]
    test.selectbox(key="adam_at_week").select("8")
    assert definition(ran(test)).endpoints[0].week == 8
    test.toggle(key="adam_flag").set_value(True)
    ran(test)
    assert test.selectbox(key="adam_at_week").options == ["4", "12"]
    assert test.selectbox(key="adam_at_week").value == "12"  # week 8 isn't offered any more
    assert definition(test).visits.schedule == (0, 4, 12)
    assert [problem.column for problem in test.session_state.built.problems] == ["ANL01FL"]


def test_of_many_parameters_none_is_chosen(adsl):
    rows = "\n".join(
        f"{patient},P{number},Parameter {number} (u),{visit},{value},{'Y' if not day else ''}"
        for number in range(7)
        for patient in ("01", "05")
        for visit, day, value in (("Baseline", 0, 5), ("Week 4", 29, 6))
    )
    table = raw("adlb.xpt", f"USUBJID,PARAMCD,PARAM,AVISIT,AVAL,ABLFL\n{rows}")
    test = answered(wizard(adsl, table), threshold=None)
    assert test.multiselect(key="adam_parameters").value == []
    assert test.info[0].value == "Still to answer: the parameters."
    test.multiselect(key="adam_parameters").set_value(["p3"])
    ran(test).number_input(key="adam_threshold_p3").set_value(6.0)
    assert list(definition(ran(test)).markers) == ["p3"]


def test_where_no_endpoint_is_possible(adsl):
    test = answered(wizard(adsl, raw("adae.xpt", ADAE)), threshold=None)
    assert any(caption.value.startswith("There is no endpoint") for caption in test.caption)
    assert definition(test).endpoints == ()


def test_an_endpoint_that_nobody_wants(adsl):
    test = answered(wizard(adsl, raw("adlb.xpt", ADLB)), threshold=None)
    test.selectbox(key="adam_marker").select("no endpoint")
    assert definition(ran(test)).endpoints == ()


def test_an_outcome_that_adsl_records():
    lines = ADSL.strip().splitlines()
    answers = ["RESPFL", "Y", "N", "N", "", "Y", "Y", "N", "Y", "Y", "", ""]
    test = answered(wizard(raw("adsl.xpt", "\n".join(map(",".join, zip(lines, answers, strict=True))))), threshold=None)
    assert test.info[0].value == "Still to answer: the endpoint."
    assert test.selectbox(key="adam_marker").options[0] == "RESPFL, as ADSL records it (4 yes, 3 no)"
    test.selectbox(key="adam_marker").select("ADSL RESPFL")
    (endpoint,) = definition(ran(test)).endpoints
    assert (endpoint.rule, endpoint.column, endpoint.role) == ("recorded", "RESPFL", "primary")


HOSTILE = "<b>x</b> **y** $z$ [a](b)"


def test_names_of_the_files_show_as_text(adsl):
    tables = [
        raw("adsl.xpt", ADSL.replace("Drug,Drug", f"{HOSTILE},Drug")),
        raw("adlb.xpt", ADLB.replace("CD4 count", HOSTILE).replace("cells/uL", "*u*")),
        raw("adtte.xpt", ADTTE.replace("Overall Survival", HOSTILE)),
    ]
    test = wizard(*tables)
    shown = [
        *test.selectbox(key="adam_treatment").options,
        *test.multiselect(key="adam_parameters").options,
        *test.selectbox(key="adam_marker").options,
        test.selectbox(key="adam_event_adtte.xpt_OS").label,
        test.number_input(key="adam_threshold_cd4").label,
    ]
    for words in shown:
        assert not any(markup in words for markup in ("**y**", "$z$", "<b>", "*u*")), words
    assert sum(r"\*\*y" in words for words in shown) == 4


def test_other_files_are_asked_about_anew():
    test = answered(wizard(*trial()))
    test.multiselect(key="adam_parameters").set_value(["hivrna"])
    ran(test)
    other = ADLB.replace("HIVRNA", "RNA").replace("CD4,", "TCELLS,")
    test.session_state.datasets = recognize([raw("adsl.xpt", ADSL), raw("adlb.xpt", other)])
    ran(test)
    assert test.session_state.built is None
    assert test.selectbox(key="adam_treatment").value is None
    assert test.multiselect(key="adam_parameters").value == ["tcells", "rna"]


def test_nothing_is_left_when_the_files_are_taken_away():
    test = answered(wizard(*trial()))
    kept = ("adam_parameters", "adam_treatment", "_adam_asked", "_adam_built")
    assert all(key in test.session_state for key in kept[:-1])
    test.session_state.away = True
    ran(test)
    assert not any(key in test.session_state for key in kept)


def test_an_arm_cannot_be_compared_with_itself():
    test = answered(wizard(*trial()))
    test.selectbox(key="adam_reference").select("Drug")
    ran(test)
    assert "Drug" not in [option.split(" (")[0] for option in test.selectbox(key="adam_treatment").options]
    assert test.selectbox(key="adam_treatment").value is None


def test_a_study_that_cannot_be_built_says_why(adsl):
    rows = ADLB + "06,CD4,CD4 count (cells/uL),Week 12,3,88,210,,,Y,\n"
    test = answered(wizard(adsl, raw("adlb.xpt", rows)))
    built = test.session_state.built
    assert built.content is None
    assert ["06" in problem.remedy for problem in built.problems] == [True]


def test_one_code_in_two_datasets_is_told_apart(adsl):
    test = wizard(adsl, raw("adlb.xpt", ADLB), raw("adlb2.xpt", ADLB))
    assert [option.replace("\\", "") for option in test.multiselect(key="adam_parameters").options] == [
        "CD4 count (cells/uL), adlb.xpt",
        "HIV-1 RNA (copies/mL), adlb.xpt",
        "CD4 count (cells/uL), adlb2.xpt",
        "HIV-1 RNA (copies/mL), adlb2.xpt",
    ]
