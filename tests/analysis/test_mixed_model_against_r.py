"""Mixed models of repeated measures against R's mmrm and emmeans (tests/reference/repeated_measures.json)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from il2dash.analysis import mixed_model
from il2dash.analysis.covariance_structure import covariance
from il2dash.analysis.mixed_model import MixedModelFit
from il2dash.analysis.mixed_model_inference import infer
from il2dash.analysis.repeated_data import repeated_data
from il2dash.analysis.restricted_likelihood import derivatives, generalized_least_squares
from tests.reference_comparison import Comparisons

CASES: dict[str, dict[str, Any]] = {
    case["name"]: case
    for case in json.loads(
        (Path(__file__).resolve().parents[1] / "reference" / "repeated_measures.json").read_text(encoding="utf-8")
    )["cases"]
}
METHODS = {"Kenward-Roger": "kenward-roger", "Satterthwaite": "satterthwaite"}


@dataclass(frozen=True)
class Case:
    """A fit, the combinations of its coefficients, and what R made of them."""

    fit: MixedModelFit
    contrasts: np.ndarray
    means: np.ndarray
    expected: dict[str, Any]


def _fev(folder: Path) -> tuple[pd.DataFrame, list[np.ndarray], list]:
    rows = pd.read_csv(folder / "fev_data.csv").dropna(subset="FEV1")
    rows = rows.assign(patient=rows["USUBJID"], visit=rows["AVISIT"], y=rows["FEV1"], treated=rows["ARMCD"] == "TRT")
    factors = [rows["RACE"] == "Black or African American", rows["RACE"] == "White", rows["SEX"] == "Female"]
    return rows, [factor.to_numpy(dtype=float) for factor in factors], [1 / 3, 1 / 3, 1 / 2]


def _aids(folder: Path) -> tuple[pd.DataFrame, list[np.ndarray], list]:
    rows = pd.read_csv(folder / "aids.csv")
    rows["cells"] = rows["CD4"] ** 2
    base = rows["patient"].map(rows[rows["obstime"] == 0].set_index("patient")["cells"])
    rows = rows.assign(visit=rows["obstime"], y=rows["cells"] - base, base=base, treated=rows["drug"] == "ddI")
    rows = rows[rows["obstime"].isin([2, 6, 12])]
    return rows, [rows["base"].to_numpy()], [None]


@pytest.fixture(params=CASES, scope="module")
def case(request: pytest.FixtureRequest, shared: Path) -> Case:
    rows, covariates, grid = (_fev if request.param == "fev_data" else _aids)(shared / "data")
    visit, visits = pd.factorize(rows["visit"], sort=True)
    patient, patients = pd.factorize(rows["patient"])
    m, cells = len(visits), 2 * len(visits)
    own = np.zeros((len(patients), len(covariates)))
    treated = np.zeros(len(patients), dtype=bool)
    response = np.full((len(patients), m), np.nan)
    own[patient] = np.column_stack(covariates)
    treated[patient] = rows["treated"]
    response[patient, visit] = rows["y"]
    means = np.zeros((cells, cells + len(covariates)))
    for row, (week, arm) in enumerate((week, arm) for week in range(m) for arm in range(2)):
        means[row, arm * m + week] = 1
        means[row, cells:] = [values.mean() if at is None else at for values, at in zip(covariates, grid, strict=True)]
    data = repeated_data(response, is_treatment=treated, covariates=own)
    assert data is not None
    return Case(
        fit=mixed_model.fit(data, "unstructured"),
        contrasts=means[1::2] - means[::2],
        means=means,
        expected=CASES[request.param],
    )


def _column(rows: list[dict[str, Any]], name: str) -> np.ndarray:
    return np.array([row[name] for row in rows])


def test_the_data_are_those_of_the_reference(case: Case) -> None:
    assert case.fit.data.observations == case.expected["rows"]
    # R counts three patients of fev_data who have no value.
    assert case.fit.data.patients == case.expected["n"] - 3 * (case.expected["name"] == "fev_data")


@pytest.mark.parametrize("method", METHODS)
def test_contrasts_and_means_equal_r(case: Case, compare: Comparisons, method: str) -> None:
    expected = case.expected[method]
    assert case.fit.converged
    difference = case.fit.minus_2_restricted_log_likelihood - expected["minus_2_restricted_loglik"]
    assert -1e-5 < difference < 1e-9  # ours is the higher likelihood
    found = infer(case.fit, case.contrasts, method=METHODS[method])
    rows = expected["contrasts"]
    check = compare.of("mmrm", "mmrm::mmrm", tolerance=1e-4)
    check(found.estimate, _column(rows, "estimate"), "contrasts")
    check(found.se, _column(rows, "se"), f"standard errors of contrasts, {method}")
    check(found.degrees_of_freedom, _column(rows, "df"), f"degrees of freedom, {method}", tolerance=1e-3)
    check(found.p, _column(rows, "p"), f"p, {method}", tolerance=1e-3)
    for name in ("lower", "upper"):  # of the standard error: one bound is 0.03
        bounds = getattr(found, name), _column(rows, name)
        check(*bounds, f"bounds, as part of the standard error, {method}", unit=found.se, tolerance=2e-4)
    means, rows = infer(case.fit, case.means, method=METHODS[method]), expected["lsmeans"]
    check = compare.of("mmrm", "emmeans::emmeans", tolerance=1e-4)
    check(means.estimate, _column(rows, "mean"), "least-squares means")
    check(means.se, _column(rows, "se"), f"standard errors of least-squares means, {method}")
    for name in ("lower", "upper"):
        bounds = getattr(means, name), _column(rows, name)
        quantity = f"bounds of least-squares means, as part of the standard error, {method}"
        check(*bounds, quantity, unit=means.se, tolerance=2e-4)


def _at(fit: MixedModelFit, theta: np.ndarray) -> MixedModelFit:
    """Return the fit at other parameters of the covariance."""
    shape = covariance(fit.structure, theta, fit.data.visits)
    there = generalized_least_squares(fit.data, shape.matrix)
    assert there is not None
    _, hessian = derivatives(there, shape)
    return replace(fit, theta=theta, covariance=shape, at_maximum=there, theta_covariance=2 * np.linalg.inv(hessian))


def _ours(case: Case, fit: MixedModelFit, method: str) -> np.ndarray:
    found, means = (infer(fit, rows, method=METHODS[method]) for rows in (case.contrasts, case.means))
    return np.concatenate([found.estimate, found.se, found.degrees_of_freedom, means.estimate, means.se])


def _theirs(case: Case, method: str) -> np.ndarray:
    expected = case.expected[method]
    return np.concatenate(
        [_column(expected["contrasts"], name) for name in ("estimate", "se", "df")]
        + [_column(expected["lsmeans"], name) for name in ("mean", "se")]
    )


def test_at_r_s_own_covariance_everything_agrees(case: Case, compare: Comparisons) -> None:
    from scipy.optimize import least_squares

    wanted = _theirs(case, "Satterthwaite")
    solution = least_squares(
        lambda theta: _ours(case, _at(case.fit, theta), "Satterthwaite") / wanted - 1,
        case.fit.theta,
        xtol=1e-15,
        ftol=1e-15,
        gtol=1e-15,
        x_scale=1e-3,
    )
    theirs = _at(case.fit, solution.x)
    np.testing.assert_allclose(solution.fun, 0, atol=1e-10)
    check = compare.of("mmrm", "mmrm::mmrm", tolerance=1e-10)
    ours = _ours(case, theirs, "Kenward-Roger")
    check(
        ours, _theirs(case, "Kenward-Roger"), "all Kenward-Roger figures at the covariance where R's optimizer stopped"
    )
    expected = case.expected["Kenward-Roger"]["minus_2_restricted_loglik"]
    assert theirs.at_maximum.value == pytest.approx(expected, abs=1e-9)
