from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.filter_variables import filter_variable, filter_variables
from il2dash.analysis.population import (
    Filter,
    condition_in_words,
    parse_filter,
    select_population,
    whole_population,
)
from il2dash.errors import SpecificationError
from il2dash.study.reading import load_study

SHORT = settings(max_examples=40, deadline=None, derandomize=True)


@pytest.fixture(scope="module")
def trial(make_trial):
    return make_trial(
        [
            {"arm": "control", "age": 40, "enfuvirtide": 1.0, "sex": 0.0, "stage": "A", "site": "10", "cycles": 0}
            | {"completed": 1.0, "cd4": [None, None, 210]},
            {"arm": "control", "age": 52.5, "enfuvirtide": 0.0, "sex": 1.0, "stage": "B", "site": "9"}
            | {"completed": 0.0, "cd4": [None, None, 90]},
            {"arm": "il2", "age": None, "enfuvirtide": 1.0, "sex": None, "stage": None, "site": "9", "cycles": 3},
            {"arm": "il2", "age": 60, "enfuvirtide": None, "sex": 1.0, "stage": "C", "site": None, "cycles": 8},
        ]
    )


def chosen(trial, *texts: str) -> list[int]:
    population = select_population(trial, tuple(parse_filter(trial, text) for text in texts))
    return np.flatnonzero(population.included).tolist()


@pytest.mark.parametrize(
    ("texts", "rows"),
    [
        ((), [0, 1, 2, 3]),
        (("arm=il2",), [2, 3]),
        (("age=40..52.5",), [0, 1]),
        (("age=..40",), [0]),
        (("age=52.5..",), [1, 3]),
        (("age=..",), [0, 1, 3]),
        (("age=40,60",), [0, 3]),
        (("enfuvirtide=1",), [0, 2]),
        (("sex=M",), [1, 3]),
        (("sex=F,M",), [0, 1, 3]),
        (("stage=A, C",), [0, 3]),
        (("site=9",), [1, 2]),
        (("enfuvirtide=1", "arm=control"), [0]),
        (("age=70..80",), []),
        (("completed=0",), [1]),
        (("cd4_week_12=100..",), [0]),
        (("cd4_week_12=..", "completed=0,1"), [0, 1]),
    ],
)
def test_who_passes(trial, texts, rows):
    assert chosen(trial, *texts) == rows


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("age", "NAME=VALUE"),
        ("age=", "NAME=VALUE"),
        ("=3", "no such variable"),
        ("weight=3", "it has arm, age, enfuvirtide, sex, stage, site, cycles, completed, cd4_week_12."),
        ("stage=D", "stage has the levels A, B, C"),
        ("stage=A,", "stage has the levels A, B, C"),
        ("site=11", "site has the levels 9, 10"),
        ("stage=1..2", "has levels, not a range"),
        ("arm=placebo", "arm has the levels control, il2"),
        ("arm=1..2", "arm has the levels control, il2"),
        ("age=old", "Age is a number"),
        ("age=nan", "Age is a number"),
        ("age=forty..50", "must be numbers"),
        ("age=nan..50", "must be numbers"),
        ("age=60..40", "the lower one first"),
        ("enfuvirtide=yes", "enfuvirtide has the levels 0, 1"),
    ],
)
def test_what_no_patient_can_answer(trial, text, says):
    with pytest.raises(SpecificationError, match="Filter") as error:
        parse_filter(trial, text)
    assert says in str(error.value)


@pytest.mark.parametrize("text", ["age=40..60", "age=..1234567.25", "age=0.1..", "stage=A,C", "arm=il2"])
def test_a_filter_s_text_reads_back_as_the_same_filter(trial, text):
    condition = parse_filter(trial, text)
    assert str(condition) == text
    assert parse_filter(trial, str(condition)) == condition


def test_counts_by_arm_and_standing(trial):
    assert whole_population(trial).n == {"control": 2, "il2": 2}
    assert whole_population(trial).standing.reasons == ()
    population = select_population(trial, (parse_filter(trial, "enfuvirtide=1"), parse_filter(trial, "age=..50")))
    assert population.n == {"control": 1, "il2": 0}
    assert population.standing.reasons == ("1 of 4 patients: Enfuvirtide yes, Age at most 50 years",)
    assert population.standing.kind == "exploratory"


def test_a_filter_by_what_came_after_randomization_is_told(trial):
    standing = select_population(trial, (Filter(variable="cycles", lower=1),)).standing
    assert standing.reasons[0] == "2 of 4 patients: Cycles received at least 1"
    assert "post-baseline variable (Cycles received)" in standing.reasons[1]
    assert "no longer randomized" in standing.reasons[1]
    later = (Filter(variable="cd4_week_12", lower=100), Filter(variable="completed", values=("1",)))
    assert select_population(trial, later).standing.reasons == (
        "1 of 4 patients: CD4 at week 12 at least 100 cells/uL, Follow-up completed yes",
        "filtered by a post-baseline variable (Follow-up completed, CD4 at week 12): "
        "the arms are no longer randomized groups",
    )
    assert len(select_population(trial, (Filter(variable="age", lower=1),)).standing.reasons) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("arm=il2", "IL-2"),
        ("arm=control,il2", "Control or IL-2"),
        ("age=30..50", "Age 30 to 50 years"),
        ("age=40..40", "Age 40 years"),
        ("age=..50", "Age at most 50 years"),
        ("age=..", "Age known"),
        ("age=40,60", "Age 40 or 60"),
        ("enfuvirtide=0", "Enfuvirtide no"),
        ("stage=A,C", "CDC stage level A or level C"),
        ("site=9", "Site 9"),
        ("cycles=1..8", "Cycles received 1 to 8"),
        ("completed=1", "Follow-up completed yes"),
        ("cd4_week_12=100..200", "CD4 at week 12 from 100 to 200 cells/uL"),
        ("cd4_week_12=100..100", "CD4 at week 12 of 100 cells/uL"),
        ("cd4_week_12=100.5..", "CD4 at week 12 at least 100.5 cells/uL"),
    ],
)
def test_a_condition_in_words(trial, text, words):
    assert condition_in_words(trial, parse_filter(trial, text)) == words


def test_no_words_for_an_unknown_variable(trial):
    with pytest.raises(SpecificationError, match="Filter on 'weight': the study has no such variable"):
        condition_in_words(trial, Filter(variable="weight", lower=3))


def test_who_is_in_which_arm(trial):
    population = select_population(trial, (parse_filter(trial, "age=45.."),))
    assert population.subjects["subject_id"].tolist() == ["P01", "P03"]
    assert population.is_treatment.tolist() == [False, True]
    assert population.arm("control").tolist() == [True, False]


@pytest.fixture(scope="module")
def mini(repository):
    return load_study(repository / "tests" / "studies" / "mini")


def conditions(trial):
    """Return a strategy of filters: some levels of a variable, or two ends of its slider."""

    def of_variable(variable):
        if variable.kind == "levels":
            some = st.lists(st.sampled_from([value for value, _ in variable.levels]), min_size=1, unique=True)
            return some.map(lambda values: Filter(variable=variable.name, values=tuple(values)))
        ends = st.tuples(st.sampled_from(variable.steps), st.sampled_from(variable.steps))
        return ends.map(lambda two: Filter(variable=variable.name, lower=min(two), upper=max(two)))

    return st.sampled_from(filter_variables(trial)).flatmap(of_variable)


@SHORT
@given(data=st.data())
def test_filters_commute_and_a_second_time_changes_nothing(mini, data):
    filters = tuple(data.draw(st.lists(conditions(mini), max_size=4)))
    population = select_population(mini, filters)
    for others in (filters[::-1], filters + filters):
        again = select_population(mini, others)
        np.testing.assert_array_equal(again.included, population.included)
        assert again.n == population.n
    assert sum(population.n.values()) == population.included.sum() <= len(mini.subjects)
    for condition in filters:
        assert parse_filter(mini, str(condition)) == condition
        assert (select_population(mini, (condition,)).included | ~population.included).all()


@SHORT
@given(data=st.data())
def test_levels_and_their_complement_partition_those_known(mini, data):
    names = [variable.name for variable in filter_variables(mini) if variable.kind == "levels"]
    variable = filter_variable(mini, data.draw(st.sampled_from(names)))
    order = data.draw(st.permutations([value for value, _ in variable.levels]))
    cut = data.draw(st.integers(1, len(order) - 1))
    halves = [
        select_population(mini, (Filter(variable=variable.name, values=tuple(part)),)).included
        for part in (order[:cut], order[cut:])
    ]
    assert not (halves[0] & halves[1]).any()
    known = np.array([value is not None for value in variable.values])
    np.testing.assert_array_equal(halves[0] | halves[1], known)
