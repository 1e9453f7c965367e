from __future__ import annotations

import numpy as np
import pytest

from il2dash.analysis.population import Filter, parse_filter, select_population, whole_population
from il2dash.errors import SpecificationError


@pytest.fixture(scope="module")
def trial(make_trial):
    return make_trial(
        [
            {"arm": "control", "age": 40, "enfuvirtide": 1.0, "sex": 0.0, "stage": "A", "site": "10", "cycles": 0},
            {"arm": "control", "age": 52.5, "enfuvirtide": 0.0, "sex": 1.0, "stage": "B", "site": "9"},
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
        ("weight=3", "it has arm, age, enfuvirtide, sex, stage, site, cycles"),
        ("stage=D", "stage has the levels A, B, C"),
        ("stage=A,", "stage has the levels A, B, C"),
        ("site=11", "site has the levels 10, 9"),
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


def test_who_is_in_which_arm(trial):
    population = select_population(trial, (parse_filter(trial, "age=45.."),))
    assert population.subjects["subject_id"].tolist() == ["P01", "P03"]
    assert population.is_treatment.tolist() == [False, True]
    assert population.arm("control").tolist() == [True, False]
