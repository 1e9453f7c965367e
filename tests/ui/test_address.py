"""The address: what it says is shown, and of what can't be followed the page says so and shows its own."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.conftest import everything, html_of, notes, sentences


def test_a_filter_of_the_address_is_applied(visit):
    test = visit("Endpoints", ("filter", "gss=0"), ("filter", "age=..50"))
    assert "19 of 56 patients (IL-2 9, Control 10)" in html_of(test)
    assert "Genotypic sensitivity score 0, Age at most 50 years" in html_of(test)
    assert notes(test) == ""
    assert test.query_params["filter"] == ["gss=0", "age=..50"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gss", "Filter 'gss': write NAME=VALUE[,VALUE] or NAME=LOWER..UPPER."),
        ("gss=9", "Filter gss=9: gss has the levels 0, 1, 2."),
        ("gsss=0", "Filter on 'gsss': the study has no such variable; it has arm, age,"),
        ("age=a..b", "Filter 'age=a..b': the bounds must be numbers"),
        ("age=60..40", "Filter age=60..40: the bounds must be numbers, the lower one first"),
        ("age=old", "Filter age=old: Age is a number; write age=LOWER..UPPER."),
        ("<b>=1", "Filter on '<b>': the study has no such variable"),
        ("", "Filter '': write NAME=VALUE"),
    ],
)
def test_a_broken_filter_is_noted_and_the_page_is_shown_without_it(visit, text, said):
    test = visit("Endpoints", ("filter", "sex=female"), ("filter", text))
    assert said in notes(test)
    assert notes(test).endswith("The page is shown without it.")
    assert "10 of 56 patients (IL-2 5, Control 5)" in html_of(test)
    assert html_of(test).count("10 of 56 patients: Sex Female") == 2


def test_the_same_filter_twice_is_one(visit):
    test = visit("Endpoints", ("filter", "gss=0"), ("filter", "gss=0"))
    assert [button.key for button in test.button if button.key.startswith("undo_")] == ["undo_gss=0", "undo_all"]


def test_an_unknown_setting_is_noted(visit):
    test = visit("Endpoints", ("threshhold", "150"))
    assert notes(test) == "The address has a setting 'threshhold' that this view doesn't have: it was left aside."
    assert sentences(test)[0].startswith("4 of 28 (14%) with IL-2 and 5 of 28 (18%) with Control")


def test_a_setting_that_is_not_shown_now_is_noted(visit):
    """Deaths have one curve only; imputations have a seed only where there are any."""
    assert "a setting 'curve' that this view doesn't have" in notes(
        visit("Events", ("events", "Deaths"), ("curve", "x"))
    )
    hidden = visit("Endpoints", ("beyond", "Missing outcomes"), ("seed", "3"))
    assert "a setting 'seed' that this view doesn't have" in notes(hidden)
    shown = visit("Endpoints", ("beyond", "Missing outcomes"), ("imputed", "true"), ("seed", "3"))
    assert notes(shown) == ""
    assert "50 imputations with seed 3" in everything(shown)


def test_a_known_setting_is_followed_without_a_note(visit):
    test = visit("Endpoints", ("threshold_cd4_200", "150"), ("missing", "complete cases"))
    assert notes(test) == ""
    assert "threshold 150, protocol 200" in html_of(test)
    assert test.button_group(key="missing").value == "complete_cases"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ([("threshold_cd4_200", "151")], "threshold_cd4_200=151, which isn't offered here"),
        ([("threshold_cd4_200", "")], "threshold_cd4_200=, which isn't offered here"),
        ([("threshold_cd4_200", "150"), ("threshold_cd4_200", "160")], "threshold_cd4_200 more than once"),
        ([("missing", "failure")], "missing=failure, which isn't offered here"),
        ([("endpoint", "CD4")], "endpoint=CD4, which isn't offered here"),
        ([("beyond", "1")], "beyond=1, which isn't offered here"),
    ],
)
def test_an_unknown_value_is_noted_and_the_default_shown(visit, settings, said):
    test = visit("Endpoints", *settings)
    assert notes(test) == f"The address asks for {said}: the page's own is shown."
    assert '<span class="standing standing-prespecified">' in html_of(test)
    assert sentences(test)[0].startswith("4 of 28 (14%) with IL-2 and 5 of 28 (18%) with Control")
    assert test.query_params == {}


def test_a_setting_that_was_left_out_is_the_widgets_again(visit):
    test = visit("Endpoints", ("missing", "nonsense"), ("filter", "gss=0"))
    test.button_group(key="missing").set_value("complete_cases")
    test.run()
    assert notes(test) == ""
    assert "4 of 23" not in html_of(test)
    assert test.button_group(key="missing").value == "complete_cases"
    assert test.query_params == {"filter": "gss=0"}
    test.run()
    assert test.button_group(key="missing").value == "complete_cases"


def test_what_is_known_of_several_is_followed(visit):
    test = visit("Model", ("covariates_cd4_200", "Arm"), ("covariates_cd4_200", "Nonsense"))
    assert (
        notes(test) == "The address asks for covariates_cd4_200=Nonsense, which isn't offered here: it was left aside."
    )
    assert test.button_group(key="covariates_cd4_200").value == ["arm"]


def test_no_covariate_is_not_the_default(visit):
    test = visit("Model", ("covariates_cd4_200", ""))
    assert notes(test) == ""
    assert "switch a covariate on" in sentences(test)[0]


def of_every_kind(view):
    """Ask with every kind of widget, as an address has it, and as the same view is replayed."""
    import streamlit as st

    from il2dash.ui import address, widgets

    def ask():
        few = {"a": "Alpha", "b": "Beta", "c": "Gamma"}
        return {
            "choice": widgets.choice("Choice", few, key="choice", default="a"),
            "selection": widgets.selection("Selection", few, key="selection", default="b"),
            "several": widgets.several("Several", few, key="several", default=("b",)),
            "step": widgets.step("Step", {10: "10", 20: "20", 30.51: "30.5"}, key="step", default=20),
            "one": widgets.one_number("One", (50, 200), key="one", default=50),
            "switch": widgets.switch("Switch", key="switch", default=True),
            "whole": widgets.whole_number("Whole", key="whole", default=7),
        }

    address.begin("A page")
    st.session_state["live"] = ask()
    st.session_state["said"] = address.notes()
    with widgets.replayed(view):
        st.session_state["replay"] = ask()


DEFAULTS = {"choice": "a", "selection": "b", "several": ("b",), "step": 20, "one": 50, "switch": True, "whole": 7}


def asked(key: str, *values: str) -> tuple[object, object, tuple[str, ...]]:
    test = AppTest.from_function(of_every_kind, args=(tuple((key, value) for value in values),))
    test.query_params[key] = list(values)
    test.run()
    assert not test.exception
    state = test.session_state
    others = {name for name in DEFAULTS if name != key}
    assert all(state["live"][name] == state["replay"][name] == DEFAULTS[name] for name in others)
    return state["live"][key], state["replay"][key], state["said"]


@pytest.mark.parametrize(
    ("key", "values", "expected"),
    [
        ("choice", ["Beta"], "b"),
        ("selection", ["Gamma"], "c"),
        ("several", ["Gamma", "Alpha"], ("a", "c")),
        ("several", [""], ()),
        ("step", ["30.5"], 30.51),
        ("one", ["200"], 200),
        ("switch", ["false"], False),
        ("whole", ["0"], 0),
    ],
)
def test_a_widget_and_its_replay_read_the_same(key, values, expected):
    assert asked(key, *values) == (expected, expected, ())


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("choice", ["b"]),
        ("choice", ["1"]),
        ("choice", ["zzz", "Beta"]),
        ("selection", ["Gamma", "Gamma"]),
        ("several", ["c"]),
        ("step", ["30.50"]),
        ("step", ["10", "30.5"]),
        ("one", ["1"]),
        ("switch", ["False"]),
        ("switch", [""]),
        *(("whole", [text]) for text in ("-1", "1.5", "+3", "1e2", "inf", "nan", "²", "٣", "9" * 30)),
    ],
)
def test_what_a_widget_cannot_follow_is_its_default_and_noted(key, values):
    live, replay, said = asked(key, *values)
    assert (live, replay) == (DEFAULTS[key], DEFAULTS[key])
    assert len(said) == 1
    assert said[0].endswith("the page's own is shown.")
