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


def _close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(np.ravel(found), np.ravel(expected), rtol=1e-6, atol=0)


def test_the_data_are_those_of_the_reference(model: Model) -> None:
    assert (model.outcome.size, model.outcome.sum()) == (model.expected["n"], model.expected["events"])
    assert model.design.shape[1] == len(model.expected["terms"])


def test_fit_equals_logistf(model: Model) -> None:
    fit = firth.fit(model.design, model.outcome)
    assert fit.converged.tolist() == [True]
    assert fit.reason() == ""
    _close(fit.coefficients, model.expected["coef"])
    _close(fit.coefficients, model.expected["brglm2_coef"])
    _close(fit.standard_errors, model.expected["se_expected_information"])
    _close(fit.penalized_log_likelihood, model.expected["penalized_loglik"])


def test_inference_equals_logistf(model: Model) -> None:
    inference = firth.infer(firth.fit(model.design, model.outcome))
    assert inference.lower_converged.all()
    assert inference.upper_converged.all()
    _close(inference.lower, model.expected["ci_lower"])
    _close(inference.upper, model.expected["ci_upper"])
    _close(inference.null_penalized_log_likelihood, model.expected["null_penalized_loglik"])
    # R's 1 - pchisq prints 0 below its rounding, which ours isn't.
    np.testing.assert_allclose(inference.p[0], model.expected["plr_p"], rtol=1e-6, atol=1e-15)
    assert (inference.p > 0).all()


def test_the_overall_test_compares_with_the_null_model(model: Model) -> None:
    overall = firth.infer(firth.fit(model.design, model.outcome)).overall
    drop = model.expected["penalized_loglik"] - model.expected["null_penalized_loglik"]
    _close(overall.chi2, 2 * drop)
    assert overall.degrees_of_freedom.tolist() == [len(model.expected["terms"]) - 1]


def test_flic_equals_logistf(model: Model) -> None:
    corrected = firth.flic(firth.fit(model.design, model.outcome))
    _close(corrected.intercept, model.expected["flic_intercept"])
    _close(corrected.coefficients[:, 1:], model.expected["coef"][1:])
    assert corrected.probabilities.mean() == pytest.approx(model.outcome.mean(), abs=1e-12)


def test_maximum_likelihood_equals_glm_or_is_marked(model: Model) -> None:
    fit = maximum_likelihood.fit(model.design, model.outcome)
    if model.expected["name"] in SEPARATED:
        assert fit.status.tolist() == [firth.Status.SEPARATED]
        assert np.isnan(fit.coefficients).all()
        return
    assert fit.converged.tolist() == [True]
    _close(fit.coefficients, model.expected["ml_coef"])
    _close(fit.standard_errors, model.expected["ml_se"])


def test_separation_is_named(model: Model) -> None:
    name = model.expected["name"]
    found = detect_separation(model.design, model.outcome)
    kinds = {"endometrial": "quasi-complete", "sex2": "quasi-complete", "separated_56": "complete"}
    assert found.kind == kinds.get(name, "none")
    assert found.directions.tolist() == SEPARATED.get(name, [0] * model.design.shape[1])
    assert firth.fit(model.design, model.outcome).separated.tolist() == [name in SEPARATED]
