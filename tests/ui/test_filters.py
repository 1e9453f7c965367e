"""Filters: who is left in each arm, one chip a condition, each undone by itself, and what can't be seen is said."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from il2dash.ui.filters import NOT_RANDOMIZED
from il2dash.ui.frame import PAGES
from tests.ui.conftest import everything, go, html_of, notes, sentences

ANALYSES = ("Overview", "Baseline", "Trajectories", "Endpoints", "Model", "Events", "Patients")
"""Pages whose blocks are of the patients who are counted."""


@pytest.fixture(scope="module")
def subjects(repository):
    return pd.read_csv(repository / "sample_data" / "etoile" / "subjects.csv")


def count(rows) -> str:
    """Write as a page does whom the subjects table, read by itself, leaves."""
    arms = rows["arm"].value_counts()
    return f"{len(rows)} of 56 patients (IL-2 {arms.get('il2', 0)}, Control {arms.get('control', 0)})"


def panel_count(test) -> str:
    return re.search(r'<p class="panel-count">(.*?)</p>', html_of(test)).group(1)


def chips(test) -> list[str]:
    keys = [button.key for button in test.button]
    return [key.removeprefix("undo_") for key in keys if key.startswith("undo_") and key != "undo_all"]


def filters_of(test) -> list[str]:
    held = test.query_params.get("filter", [])
    return [held] if isinstance(held, str) else held


def reasons(test) -> list[str]:
    return re.findall(r'<span class="standing-reasons">(.*?)</span>', html_of(test))


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        ([], lambda rows: rows),
        (["gss=0"], lambda rows: rows[rows.gss == 0]),
        (["gss=0,2", "sex=male"], lambda rows: rows[rows.gss.isin([0, 2]) & (rows.sex == "male")]),
        (["age=40..50"], lambda rows: rows[rows.age.between(40, 50)]),
        (["age=40..", "age=..50"], lambda rows: rows[rows.age.between(40, 50)]),
        (["baseline_rna=..4.9"], lambda rows: rows[rows.baseline_rna <= 4.9]),
        (["completed=0"], lambda rows: rows[rows.completed == 0]),
        (["arm=il2"], lambda rows: rows[rows.arm == "il2"]),
        (["age=200.."], lambda rows: rows[rows.age >= 200]),
    ],
    ids=lambda value: "&".join(value) or "none" if isinstance(value, list) else "",
)
def test_the_count_by_arm_and_a_chip_for_each(visit, subjects, filters, left):
    test = visit("Overview", *(("filter", text) for text in filters))
    assert panel_count(test) == count(left(subjects))
    assert chips(test) == filters
    assert ("chips-count" in html_of(test)) == bool(filters)


def test_every_page_counts_the_same_patients_and_says_so_in_every_block(visit):
    test = visit("Overview", ("filter", "gss=0"))
    for title in ANALYSES:
        go(test, title)
        assert panel_count(test) == "24 of 56 patients (IL-2 10, Control 14)"
        said = reasons(test)
        assert said, title
        assert all(reason.startswith("24 of 56 patients: Genotypic sensitivity score 0") for reason in said), title
        assert '<span class="standing standing-prespecified">' not in html_of(test), title


def test_levels_are_chosen_by_a_widget(visit):
    test = visit("Endpoints")
    assert [group.key for group in test.button_group if group.key.startswith("filter_on")] == []
    test.selectbox(key="filter_added").set_value("gss").run()
    assert filters_of(test) == []
    test.button_group(key="filter_on_gss").set_value(["2", "0"]).run()
    assert filters_of(test) == ["gss=0,2"]
    test.button_group(key="filter_on_gss").set_value([]).run()
    assert filters_of(test) == []
    assert panel_count(test) == "56 of 56 patients (IL-2 28, Control 28)"


def test_a_range_is_chosen_by_a_widget(visit, subjects):
    test = visit("Endpoints")
    test.selectbox(key="filter_added").set_value("age").run()
    slider = test.select_slider(key="filter_on_age")
    assert slider.value == (float(subjects.age.min()), float(subjects.age.max()))
    slider.set_range(40.0, 50.0).run()
    assert not test.exception
    assert filters_of(test) == ["age=40..50"]
    assert panel_count(test) == count(subjects[subjects.age.between(40, 50)])
    slider = test.select_slider(key="filter_on_age")
    assert slider.value == (40.0, 50.0)
    slider.set_range(float(slider.options[0]), float(slider.options[-1])).run()
    assert filters_of(test) == []


def test_bounds_of_a_link_stay_when_the_other_one_is_moved(visit):
    test = visit("Endpoints", ("filter", "baseline_rna=4.501..5"))
    slider = test.select_slider(key="filter_on_baseline_rna")
    assert slider.value == (4.501, 5.0)
    slider.set_range(4.501, 4.9).run()
    assert filters_of(test) == ["baseline_rna=4.501..4.9"]


@pytest.mark.parametrize("text", ["age=43", "age=43,50", "age=43.5", "age=200..300", "age=..3", "age=inf.."])
def test_any_range_of_a_link_has_its_widget(visit, text):
    test = visit("Endpoints", ("filter", text))
    lower, upper = test.select_slider(key="filter_on_age").value
    assert lower <= upper
    test.select_slider(key="filter_on_age").set_range(30.0, 35.0).run()
    assert not test.exception
    assert filters_of(test) == ["age=30..35"]


def test_one_filter_is_undone_and_the_others_stay(visit):
    test = visit("Endpoints", ("filter", "gss=0"), ("filter", "sex=male"), ("filter", "age=40.."))
    test.button(key="undo_sex=male").click().run()
    assert filters_of(test) == chips(test) == ["gss=0", "age=40.."]
    assert "filter_on_sex" not in [group.key for group in test.button_group]
    test.button(key="undo_age=40..").click().run()
    test.button(key="undo_gss=0").click().run()
    assert filters_of(test) == chips(test) == []
    assert panel_count(test) == "56 of 56 patients (IL-2 28, Control 28)"
    assert "prespecified" in html_of(test)


def test_two_conditions_on_one_variable_are_undone_one_by_one(visit):
    test = visit("Endpoints", ("filter", "age=40.."), ("filter", "age=..50"))
    test.button(key="undo_age=..50").click().run()
    assert filters_of(test) == chips(test) == ["age=40.."]
    test.button(key="undo_age=40..").click().run()
    assert filters_of(test) == []


def test_two_conditions_on_one_variable_become_what_its_widget_is_moved_to(visit):
    test = visit("Endpoints", ("filter", "age=40.."), ("filter", "gss=0"), ("filter", "age=..50"))
    test.select_slider(key="filter_on_age").set_range(35.0, 45.0).run()
    assert filters_of(test) == ["age=35..45", "gss=0"]


def test_reset_all(visit):
    test = visit("Endpoints", ("filter", "gss=0"), ("filter", "age=40.."), ("threshold_cd4_200", "150"))
    test.button(key="undo_all").click().run()
    assert filters_of(test) == chips(test) == []
    assert [slider.key for slider in test.select_slider if slider.key.startswith("filter")] == []
    assert test.select_slider(key="threshold_cd4_200").value == 150


def test_what_was_recorded_later_is_filtered_by_only_after_the_warning(visit):
    test = visit("Endpoints")
    assert NOT_RANDOMIZED not in html_of(test)
    test.selectbox(key="filter_added").set_value("completed").run()
    assert f"Follow-up completed: {NOT_RANDOMIZED}" in html_of(test)
    assert "filter_on_completed" not in [group.key for group in test.button_group]
    test.button(key="filter_all_the_same").click().run()
    test.button_group(key="filter_on_completed").set_value(["1"]).run()
    assert filters_of(test) == ["completed=1"]
    assert NOT_RANDOMIZED in html_of(test)


def test_who_reads_the_warning_may_leave_it_at_that(visit):
    test = visit("Endpoints")
    test.selectbox(key="filter_added").set_value("completed").run()
    test.selectbox(key="filter_added").set_value("age").run()
    assert NOT_RANDOMIZED not in html_of(test)
    assert "filter_on_age" in [slider.key for slider in test.select_slider]


@pytest.mark.parametrize("title", ANALYSES)
def test_every_block_says_that_the_arms_are_no_longer_randomized(visit, title):
    test = visit(title, ("filter", "completed=1"))
    assert NOT_RANDOMIZED in html_of(test)
    said = reasons(test)
    assert said
    for reason in said:
        assert "filtered by a post-baseline variable (Follow-up completed): the arms are no longer randomized" in reason


@pytest.mark.parametrize("title", PAGES)
def test_nobody_left_is_said(visit, title):
    test = visit(title, ("filter", "gss=0"), ("filter", "age=200.."))
    assert "No patient passes all filters: undo one of them." in everything(test).replace("\\", "")
    assert sentences(test) == []
    test.button(key="undo_age=200..").click().run()
    assert not test.exception
    assert "No patient passes all filters" not in everything(test)


def test_settings_wait_while_nobody_is_left(visit):
    test = visit("Trajectories", ("kind", "Model (MMRM)"), ("filter", "age=200.."))
    assert notes(test) == ""
    test.button(key="undo_age=200..").click().run()
    assert test.button_group(key="kind").value == "model"
    test = visit("Model", ("further", "Influence"), ("filter", "arm=il2"))
    assert "This model can't be fitted" in everything(test)
    assert notes(test) == ""
    test.button(key="undo_arm=il2").click().run()
    assert test.button_group(key="further").value == "influence"
    unknown = visit("Trajectories", ("kinds", "Model (MMRM)"))
    assert "'kinds' that this view doesn't have" in notes(unknown)


@pytest.mark.parametrize("title", PAGES)
@pytest.mark.parametrize("arm", ["il2", "control"])
def test_one_arm_alone_is_said(visit, title, arm):
    test = visit(title, ("filter", f"arm={arm}"))
    assert notes(test) == ""
    assert not test.error, test.error[0].value
    if title == "Snapshots":
        assert "Nothing is kept yet" in everything(test)
        return
    assert sentences(test)
    if title in ANALYSES:
        assert all("28 of 56 patients" in reason for reason in reasons(test))
        assert "nan" not in " ".join(sentences(test)).lower().split()


@pytest.mark.parametrize("title", ["Overview", "Baseline", "Trajectories", "Endpoints", "Model", "Events", "Patients"])
def test_a_single_patient_is_said(visit, title):
    """The smallest population there is; its analyses have nothing to estimate, and say it."""
    test = visit(title, ("filter", "age=43"), ("filter", "sex=female"))
    assert sentences(test)
    assert not test.error, test.error[0].value
