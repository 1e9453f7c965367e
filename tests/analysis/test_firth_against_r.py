"""Firth, maximum likelihood and separation against R's logistf and glm on real data (tests/reference/firth.json)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from il2dash.analysis import firth, maximum_likelihood
from il2dash.analysis.separation import detect_separation
from tests.reference_comparison import Comparisons

CASES: dict[str, dict[str, Any]] = {
    case["name"]: case
    for case in json.loads(
        (Path(__file__).resolve().parents[1] / "reference" / "firth.json").read_text(encoding="utf-8")
    )["cases"]
}
SEPARATED = {"endometrial": [0, 1, 0, 0], "sex2": [0, 0, 0, 0, 0, 0, 1], "separated_56": [-1, -1, 1, -1]}


@dataclass(frozen=True)
class Model:
    """Data of a case, and what R made of them."""

    design: np.ndarray
    outcome: np.ndarray
    expected: dict[str, Any]


def _design(frame: pd.DataFrame, *columns: str | pd.Series) -> np.ndarray:
    values = [frame[column] if isinstance(column, str) else column for column in columns]
    return np.column_stack([np.ones(len(frame)), *values]).astype(float)


def _data(name: str, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    if name == "endometrial":
        frame = pd.read_csv(folder / "endometrial.csv")
        return _design(frame, "NV", "PI", "EH"), frame["HG"].to_numpy(dtype=float)
    if name == "sex2":
        frame = pd.read_csv(folder / "sex2.csv")
        return _design(frame, "age", "oc", "vic", "vicl", "vis", "dia"), frame["case"].to_numpy(dtype=float)
    if name == "separated_56":
        frame = pd.read_csv(folder / "separated_56.csv")
        return _design(frame, "arm", "enf", frame["cd4"] / 50), frame["y"].to_numpy(dtype=float)
    frame = pd.read_csv(folder / "actg175.csv")
    frame = frame[frame["arms"].isin([0, 1])]
    columns: tuple[str, ...] = ("age", "homo", "drugs", "symptom")
    if name == "actg175_every19th":
        frame, columns = frame.iloc[::19], ("symptom",)
    gained = frame["cd420"] - frame["cd40"] >= 50
    return _design(frame, "arms", frame["cd40"] / 50, *columns), gained.to_numpy(dtype=float)


@pytest.fixture(params=CASES, scope="module")
def model(request: pytest.FixtureRequest, shared: Path) -> Model:
    design, outcome = _data(request.param, shared / "data")
    return Model(design=design, outcome=outcome, expected=CASES[request.param])


def test_the_data_are_those_of_the_reference(model: Model) -> None:
    assert (model.outcome.size, model.outcome.sum()) == (model.expected["n"], model.expected["events"])
    assert model.design.shape[1] == len(model.expected["terms"])


def test_fit_equals_logistf(model: Model, compare: Comparisons) -> None:
    fit = firth.fit(model.design, model.outcome)
    assert fit.converged.tolist() == [True]
    assert fit.reason() == ""
    check = compare.of("firth", "logistf::logistf", tolerance=1e-9)
    check(fit.coefficients, model.expected["coef"], "coefficients")
    errors = model.expected["se_expected_information"]
    check(fit.standard_errors, errors, "standard errors, expected information", tolerance=1e-8)
    check(fit.penalized_log_likelihood, model.expected["penalized_loglik"], "penalized log-likelihood")
    np.testing.assert_allclose(fit.coefficients[0], model.expected["brglm2_coef"], rtol=1e-6)


def test_inference_equals_logistf(model: Model, compare: Comparisons) -> None:
    inference = firth.infer(firth.fit(model.design, model.outcome))
    assert inference.lower_converged.all()
    assert inference.upper_converged.all()
    check = compare.of("firth", "logistf::logistf", tolerance=1e-9)
    check([inference.lower, inference.upper], [model.expected[f"ci_{end}"] for end in ("lower", "upper")], "bounds")
    null = inference.null_penalized_log_likelihood
    check(null, model.expected["null_penalized_loglik"], "penalized log-likelihood without covariates")
    # R's 1 - pchisq prints 0 below its rounding, which ours isn't.
    p = model.expected["plr_p"]
    check(inference.p, p, "p, penalized likelihood ratio", tolerance=1e-6, negligible=1e-15)
    assert (inference.p > 0).all()


def test_the_overall_test_compares_with_the_null_model(model: Model, compare: Comparisons) -> None:
    overall = firth.infer(firth.fit(model.design, model.outcome)).overall
    drop = model.expected["penalized_loglik"] - model.expected["null_penalized_loglik"]
    compare.of("firth", "logistf::logistf", tolerance=1e-9)(overall.chi2, 2 * drop, "chi-squared of all covariates")
    assert overall.degrees_of_freedom.tolist() == [len(model.expected["terms"]) - 1]


def test_flic_equals_logistf(model: Model, compare: Comparisons) -> None:
    corrected = firth.flic(firth.fit(model.design, model.outcome))
    check = compare.of("firth", "logistf::flic", tolerance=1e-6)
    check(corrected.intercept, model.expected["flic_intercept"], "intercept of the predictions")
    np.testing.assert_allclose(corrected.coefficients[0, 1:], model.expected["coef"][1:], rtol=1e-6)
    assert corrected.probabilities.mean() == pytest.approx(model.outcome.mean(), abs=1e-12)


def test_maximum_likelihood_equals_glm_or_is_marked(model: Model, compare: Comparisons) -> None:
    fit = maximum_likelihood.fit(model.design, model.outcome)
    if model.expected["name"] in SEPARATED:
        assert fit.status.tolist() == [firth.Status.SEPARATED]
        assert np.isnan(fit.coefficients).all()
        return
    assert fit.converged.tolist() == [True]
    check = compare.of("maximum_likelihood", "stats::glm", tolerance=1e-6)
    check(fit.coefficients, model.expected["ml_coef"], "coefficients")
    check(fit.standard_errors, model.expected["ml_se"], "standard errors (glm's are of its last step but one)")


def test_separation_is_named(model: Model) -> None:
    name = model.expected["name"]
    found = detect_separation(model.design, model.outcome)
    kinds = {"endometrial": "quasi-complete", "sex2": "quasi-complete", "separated_56": "complete"}
    assert found.kind == kinds.get(name, "none")
    assert found.directions.tolist() == SEPARATED.get(name, [0] * model.design.shape[1])
    assert firth.fit(model.design, model.outcome).separated.tolist() == [name in SEPARATED]
