"""A model of many patients, and how each of them moves it: what resamples would show, without drawing them."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, tanh

import numpy as np

from il2dash.analysis.design_matrix import ARM, DesignMatrix
from il2dash.analysis.estimate import Estimate, Interval
from il2dash.analysis.logistic_design import FloatArray
from il2dash.analysis.model_data import ModelData
from il2dash.analysis.score_interval import normal_quantile
from il2dash.analysis.time_limit import within_time

METHOD = "infinitesimal jackknife"

ROWS, SHIFTS = 2_048, 16
"""Rows and shifts of a block of predicted probabilities, which stay in the processor's cache."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ModelInfluence:
    """A model, and the derivatives of its coefficients by how often each patient counts.

    Of anything computed from the model, the sum of its squared derivatives, each less the mean of the patient's arm, is
    the variance that it has over resamples drawn within the arms, but for terms that are smaller by 1/n. (The
    derivatives of the leverages in Firth's penalty are such terms.)

    Parameters
    ----------
    coefficients : array, shape (columns,)
        Of Firth's method with the FLIC intercept.
    probabilities : array, shape (patients,)
        Predicted for the model's patients.
    influence : array, shape (patients, columns)
        The derivatives.
    treated : bool array, shape (patients,)
        False for all where the arm isn't in the model: then all are one stratum.

    References
    ----------
    Jaeckel (1972), The infinitesimal jackknife, Bell Laboratories; Efron and Tibshirani (1993), An Introduction to the
    Bootstrap, chapters 21 and 22. Of a standardized risk this is the delta method with a robust variance: Ge, Durham,
    Meyer, Xie and Thomas (2011), Drug Information Journal 45:481-493; Ye, Bannick, Yi and Shao (2023), Statistical
    Theory and Related Fields 7:159-163.
    """

    coefficients: FloatArray
    probabilities: FloatArray
    influence: FloatArray
    treated: np.ndarray

    def standardized_risks(
        self, *, reference: DesignMatrix, treatment: DesignMatrix, level: float
    ) -> tuple[Estimate, Estimate, Estimate]:
        """Return the mean probabilities under two designs and the difference, treatment less reference."""
        unmoved = np.zeros((1, len(self.coefficients)))
        (without,), without_derivatives = self.mean_probabilities(reference, unmoved)
        (with_it,), with_derivatives = self.mean_probabilities(treatment, unmoved)
        errors = self.standard_errors(
            np.vstack([without_derivatives, with_derivatives, with_derivatives - without_derivatives])
        )
        return (
            logit_estimate(float(without), float(errors[0]), level=level),
            logit_estimate(float(with_it), float(errors[1]), level=level),
            normal_estimate(float(with_it - without), float(errors[2]), level=level),
        )

    def shifted_probabilities(self, design: DesignMatrix, shifts: np.ndarray, *, level: float) -> list[Estimate]:
        """Return the mean probability with each of some rows (shifts, columns) added to the design."""
        found = []
        for first in range(0, len(shifts), SHIFTS):
            means, derivatives = self.mean_probabilities(design, shifts[first : first + SHIFTS])
            errors = self.standard_errors(derivatives)
            found += [
                logit_estimate(float(mean), float(error), level=level)
                for mean, error in zip(means, errors, strict=True)
            ]
        return found

    def standard_errors(self, derivatives: FloatArray) -> FloatArray:
        """Return the standard errors of some quantities from their derivatives by the patients: (quantities,)."""
        apart = self.centered(derivatives)
        return np.asarray(np.sqrt(np.vecdot(apart, apart)))

    def covariance(self, one: FloatArray, other: FloatArray) -> FloatArray:
        """Return the covariances of quantities from their derivatives (quantities, patients)."""
        return np.asarray(self.centered(one) @ other.T)

    def centered(self, derivatives: FloatArray) -> FloatArray:
        """Return derivatives (quantities, patients) less their mean in the patient's arm."""
        apart = derivatives.copy()
        for members in (self.treated, ~self.treated):
            if members.any():
                inside = members.astype(float)
                apart -= (derivatives @ inside / inside.sum())[:, None] * inside
        return apart

    def mean_probabilities(self, design: DesignMatrix, shifts: np.ndarray) -> tuple[FloatArray, FloatArray]:
        """Return the mean probability with each of some rows (shifts, columns) added to the design: (shifts,).

        With it come its derivatives by the patients: (shifts, patients).
        """
        values = design.values
        probability = np.empty((len(shifts), len(values)))
        gradient = np.zeros(shifts.shape)
        moved, predictor = (shifts @ self.coefficients)[:, None], values @ self.coefficients
        blocks = [slice(start, start + ROWS) for start in range(0, len(values), ROWS)]
        with np.errstate(over="ignore"):
            for rows in blocks:
                within_time()
                block = 1.0 / (1.0 + np.exp(-(moved + predictor[rows])))
                probability[:, rows] = block
                block *= 1.0 - block
                gradient += block @ values[rows] + block.sum(axis=1)[:, None] * shifts
        means = probability.mean(axis=1)
        for rows in blocks:
            probability[:, rows] = (probability[:, rows] - means[:, None]) / len(values)
            probability[:, rows] += gradient / len(values) @ self.influence[rows].T
        return means, probability


def model_influence(
    data: ModelData, *, firth_coefficients: FloatArray, coefficients: FloatArray, probabilities: FloatArray
) -> ModelInfluence:
    """Differentiate a fitted model by how often each patient counts.

    Parameters
    ----------
    data : ModelData
        Who and what is in it.
    firth_coefficients : array, shape (columns,)
        Of Firth's method, with its own intercept.
    coefficients, probabilities : arrays, shapes (columns,) and (patients,)
        With the FLIC intercept.
    """
    design, response = data.design.values, data.response
    predicted = 1.0 / (1.0 + np.exp(-(design @ firth_coefficients)))
    variance = predicted * (1.0 - predicted)
    covariance = np.linalg.inv((design.T * variance) @ design)
    moves = design @ covariance
    leverage = variance * np.vecdot(moves, design)
    influence = moves * (response - predicted + leverage * (0.5 - predicted))[:, None]
    # The FLIC intercept keeps the mean prediction at the mean outcome, whatever the other coefficients do.
    variance = probabilities * (1.0 - probabilities)
    carried = influence[:, 1:] @ (variance @ design[:, 1:])
    influence[:, 0] = (response - probabilities - carried) / variance.sum()
    arm = data.design.term_columns(ARM)
    treated = design[:, arm[0]] > 0.5 if arm.size else np.zeros(len(design), dtype=bool)
    return ModelInfluence(coefficients=coefficients, probabilities=probabilities, influence=influence, treated=treated)


def normal_estimate(value: float, error: float, *, level: float) -> Estimate:
    """Return an estimate with the interval of a normal distribution."""
    half = normal_quantile(level) * error
    return Estimate(
        estimate=value, interval=Interval(lower=value - half, upper=value + half, level=level, method=METHOD)
    )


def logit_estimate(value: float, error: float, *, level: float) -> Estimate:
    """Return a probability with the interval of a normal distribution of its logit; the value itself at 0 and 1."""
    variance = value * (1.0 - value)
    if not variance > 0.0:
        return Estimate(estimate=value, interval=Interval(lower=value, upper=value, level=level, method=METHOD))
    half = normal_quantile(level) * error / variance
    logit = log(value / (1.0 - value))
    # The logistic function as a hyperbolic tangent, which no bound overflows.
    lower, upper = (0.5 + 0.5 * tanh(0.5 * bound) for bound in (logit - half, logit + half))
    return Estimate(estimate=value, interval=Interval(lower=lower, upper=upper, level=level, method=METHOD))
