"""Influence: what each odds ratio and its p would be without each patient in turn, all fitted at once."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from il2dash.analysis import firth
from il2dash.analysis.logistic_model import model_standing
from il2dash.analysis.model_data import ModelData, ModelSpec, model_data
from il2dash.analysis.model_terms import LIKELIHOOD_RATIO
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing

SIGNIFICANCE = 0.05
MOST_PATIENTS = 500
"""Beyond, one patient can hardly move a model, and leaving each out takes seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutPatient:
    """A coefficient without one patient. `responded` is that patient's outcome."""

    subject_id: str
    responded: bool
    odds_ratio: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TermInfluence:
    """How one coefficient hangs on single patients.

    Parameters
    ----------
    odds_ratio, p : float
        With everybody.
    lowest, highest : WithoutPatient or None
        The smallest and the largest odds ratio without one patient.
    largest_p : WithoutPatient or None
        The largest p without one patient.
    most_influential : WithoutPatient or None
        Without whom the coefficient moves farthest.
    shift : float
        That far, in standard errors of the coefficient.
    flips : tuple of WithoutPatient
        Without each of them p is on the other side of 0.05.
    """

    name: str
    label: str
    contrast: str
    randomized: bool
    odds_ratio: float
    p: float
    lowest: WithoutPatient | None
    highest: WithoutPatient | None
    largest_p: WithoutPatient | None
    most_influential: WithoutPatient | None
    shift: float
    flips: tuple[WithoutPatient, ...]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class PatientInfluence:
    """Leave-one-out of a whole model.

    `odds_ratios` and `p` are (patient, coefficient) in the order of `subject_ids` and `terms`; NaN for the patients in
    `unfitted`, without whom there is no model. `responded` and `treated` are theirs.
    """

    n: int
    events: int
    terms: tuple[TermInfluence, ...]
    subject_ids: tuple[str, ...]
    responded: np.ndarray
    treated: np.ndarray
    odds_ratios: np.ndarray
    p: np.ndarray
    unfitted: tuple[str, ...]
    test: str = LIKELIHOOD_RATIO
    standing: Standing
    reason: str = ""


def patient_influence(population: Population, spec: ModelSpec) -> PatientInfluence:
    """Fit a model without each patient in turn.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    spec : ModelSpec
        The endpoint and the terms. Knots and centers stay those of all patients.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint, week or covariate.
    """
    data = model_data(population, spec)
    n, count = len(data.response), len(data.design.columns)
    reason = data.reason or ("" if count else "no covariate is in the model")
    if not reason and n > MOST_PATIENTS:
        reason = f"there are {n:,} patients in the model, and each is left out in turn for up to {MOST_PATIENTS} only"
    coefficients, p, se = np.full((n + 1, count), nan), np.full((n + 1, count), nan), np.full(count, nan)
    if not reason:
        # Everybody first, then without each patient.
        weight = np.vstack([np.ones(n), 1.0 - np.eye(n)])
        fit = firth.fit(data.design.values, data.response, row_weight=weight)
        coefficients, se = fit.coefficients[:, 1:], fit.standard_errors[0, 1:]
        p = firth.column_tests(fit)[:, 1:]
    with np.errstate(over="ignore"):
        odds_ratios = np.exp(coefficients)
    lost = np.isnan(coefficients[1:]).any(axis=1) if not reason and count else np.zeros(n, dtype=bool)
    return PatientInfluence(
        n=n,
        events=data.events,
        terms=tuple(
            _term(data, column, coefficients[:, column], odds_ratios[:, column], p[:, column], se[column])
            for column in range(count)
        ),
        subject_ids=tuple(data.subject_ids),
        responded=data.response > 0.5,
        treated=population.is_treatment[data.rows],
        odds_ratios=odds_ratios[1:],
        p=p[1:],
        unfitted=tuple(np.array(data.subject_ids, dtype=object)[lost]),
        standing=model_standing(population, data.resolved, spec, beyond="leaving patients out"),
        reason=reason,
    )


def _term(
    data: ModelData, column: int, coefficients: np.ndarray, odds_ratios: np.ndarray, p: np.ndarray, se: float
) -> TermInfluence:
    def without(row: int) -> WithoutPatient:
        return WithoutPatient(
            subject_id=data.subject_ids[row],
            responded=bool(data.response[row] > 0.5),
            odds_ratio=float(odds_ratios[1 + row]),
            p=float(p[1 + row]),
        )

    described = data.design.columns[column]
    known = np.flatnonzero(~np.isnan(coefficients[1:]))
    tested = np.flatnonzero(~np.isnan(p[1:]))
    moved = np.abs(coefficients[1:] - coefficients[0])
    farthest = int(known[np.argmax(moved[known])]) if known.size else -1
    flipped = tested[(p[1:][tested] < SIGNIFICANCE) != (p[0] < SIGNIFICANCE)] if not np.isnan(p[0]) else []
    return TermInfluence(
        name=described.name,
        label=described.label,
        contrast=described.contrast,
        randomized=described.randomized,
        odds_ratio=float(odds_ratios[0]),
        p=float(p[0]),
        lowest=without(int(known[np.argmin(odds_ratios[1:][known])])) if known.size else None,
        highest=without(int(known[np.argmax(odds_ratios[1:][known])])) if known.size else None,
        largest_p=without(int(tested[np.argmax(p[1:][tested])])) if tested.size else None,
        most_influential=without(farthest) if known.size else None,
        shift=float(moved[farthest] / se) if known.size else nan,
        flips=tuple(without(int(row)) for row in flipped),
    )
