from __future__ import annotations

import pytest

from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.stratified_endpoint import stratified_endpoint, stratifying_covariates
from il2dash.analysis.stratified_tables import cochran_mantel_haenszel, common_risk_difference
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo
from il2dash.errors import SpecificationError

HIGH = EndpointSpec(endpoint="high")


@pytest.fixture(scope="module")
def trial(make_trial):
    rows = [  # arm, sex (1 is M), stage, CD4 at week 12
        ("control", 0.0, "A", 250), ("control", 0.0, "B", 90), ("control", 1.0, "B", 90), ("control", 1.0, "B", None),
        ("il2", 0.0, "A", 300), ("il2", 0.0, "B", 210), ("il2", 1.0, "B", 260), ("il2", 1.0, None, 40),
        ("il2", None, "B", 220),
    ]  # fmt: skip
    return make_trial(
        [{"arm": arm, "sex": sex, "stage": stage, "cd4": [100, 100, cd4]} for arm, sex, stage, cd4 in rows]
    )


def counts(stratum) -> tuple[tuple[int, int], ...]:
    return tuple((stratum.arms[code].responders, stratum.arms[code].total) for code in ("il2", "control"))


def test_strata_of_a_binary_covariate(trial):
    found = stratified_endpoint(whole_population(trial), HIGH, "sex")
    assert [(stratum.label, counts(stratum)) for stratum in found.strata] == [
        ("level F", ((2, 2), (1, 2))),
        ("level M", ((1, 2), (0, 2))),
    ]
    assert found.unknown == 1
    tables = [
        TwoByTwo(treatment=ArmCount(responders=a, total=2), reference=ArmCount(responders=b, total=2))
        for a, b in ((2, 1), (1, 0))
    ]
    assert found.test == cochran_mantel_haenszel(tables)
    assert found.risk_difference == common_risk_difference(tables)
    assert found.standing.reasons == ("stratified by Sex, which the study doesn't name beforehand",)


def test_strata_of_a_categorical_covariate(trial):
    found = stratified_endpoint(whole_population(trial), HIGH, "stage")
    assert [(stratum.value, counts(stratum)) for stratum in found.strata] == [
        ("A", ((1, 1), (1, 1))),
        ("B", ((3, 3), (0, 3))),
    ]
    complete = stratified_endpoint(
        whole_population(trial), EndpointSpec(endpoint="high", missing_rule="complete_cases"), "stage"
    )
    assert counts(complete.strata[1]) == ((3, 3), (0, 2))
    assert len(complete.standing.reasons) == 2


def test_nobody_is_told(trial):
    nobody = select_population(trial, (Filter(variable="age", lower=1),))
    found = stratified_endpoint(nobody, HIGH, "sex")
    assert found.strata == ()
    assert found.test.reason == "no stratum has patients in both arms"


def test_covariates_that_can_stratify(trial):
    names = [covariate.name for covariate in stratifying_covariates(trial.definition, "high")]
    assert names == ["enfuvirtide", "sex", "stage", "site"]


@pytest.mark.parametrize(
    ("covariate", "message"),
    [
        ("age", "Age is a number"),
        ("cycles", "stratify by a baseline covariate with levels"),
        ("weight", "the study has no such one; it has age"),
    ],
)
def test_what_cannot_stratify_is_refused(trial, covariate, message):
    with pytest.raises(SpecificationError, match=message):
        stratified_endpoint(whole_population(trial), HIGH, covariate)
