"""The questions about ADaM datasets, answered as a user does."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.processes import PATIENCE


def page():
    import streamlit as st

    from il2dash.analysis.endpoint import endpoint_result
    from il2dash.analysis.outcome import EndpointSpec
    from il2dash.analysis.population import whole_population
    from il2dash.intake.adam import recognize
    from il2dash.intake.study_content import read_content
    from il2dash.ui.adam_wizard import adam_wizard
    from tests.intake.adam_tables import trial

    if "datasets" not in st.session_state:
        st.session_state.datasets = recognize(trial())
    built = adam_wizard(st.session_state.datasets)
    st.session_state.seen = [*st.session_state.get("seen", []), built]
    if built is not None:
        study = read_content(built.content).trial
        spec = EndpointSpec(endpoint=study.definition.endpoints[0].id)
        st.session_state.result = endpoint_result(whole_population(study), spec)
        st.session_state.trial = study


@pytest.fixture
def wizard():
    test = AppTest.from_function(page, default_timeout=PATIENCE).run()
    assert not test.exception, test.exception
    return test


def answered(test):
    test.selectbox(key="adam_treatment").select("Drug")
    test.number_input(key="adam_threshold_cd4").set_value(200)
    test.selectbox(key="adam_event_adtte.xpt_AIDS").select("aids")
    test.get("button_group")[-1].set_value("real")
    test.run()
    assert not test.exception, test.exception
    return test


def test_what_is_asked_and_what_is_known(wizard):
    assert wizard.session_state.seen == [None]
    assert wizard.selectbox(key="adam_reference").value == "Placebo"
    assert wizard.selectbox(key="adam_treatment").value is None  # two arms besides the reference
    assert wizard.multiselect(key="adam_parameters").value == ["cd4", "hivrna"]
    assert wizard.selectbox(key="adam_event_adtte.xpt_OS").value == "death"
    (info,) = wizard.info
    assert info.value.replace("\\", "") == (
        "Still to answer: the treatment arm, the threshold of the endpoint, what AIDS is and whether the patients are "
        "real."
    )


def test_what_a_clinical_event_is_called_is_asked_where_there_is_one(wizard):
    assert not [each for each in wizard.text_input if each.key == "adam_event_name"]
    test = answered(wizard)
    assert test.session_state.trial.definition.tables.events is None
    test.text_input(key="adam_event_name").set_value("metastasis ").run()
    test.text_input(key="adam_event_name_plural").set_value("metastases").run()
    called = test.session_state.trial.definition.tables.events
    assert (called.event_name, called.event_name_plural) == ("metastasis", "metastases")


def test_the_answers_give_the_study(wizard):
    test = answered(wizard)
    assert not test.info
    study, result = test.session_state.trial, test.session_state.result
    assert study.arm_sizes == {"placebo": 4, "drug": 4}
    assert not study.definition.study.synthetic
    assert result.risk_difference.estimate == pytest.approx(0.5)
    assert study.definition.endpoints[0].label == "CD4 count at least 200 cells/uL at week 12"
    assert sorted(event for event in study.events["category"] if event != "adverse") == ["aids", "death"]


def test_a_click_that_changes_nothing_builds_nothing(wizard):
    test = answered(wizard)
    once = test.session_state.seen[-1]
    test.run()
    assert test.session_state.seen[-1] is once
    test.toggle(key="adam_derived").set_value(True).run()
    assert test.session_state.seen[-1] is not once
    assert test.session_state.result.arms["placebo"].responders == 2  # one carried forward


def test_an_answer_taken_back(wizard):
    test = answered(wizard)
    test.multiselect(key="adam_parameters").set_value([]).run()
    assert test.session_state.seen[-1] is None
    assert test.info[0].value == "Still to answer: the parameters."
