"""How a continuous covariate enters a model: as a straight line, by doublings, or as a curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from il2dash.errors import SpecificationError
from il2dash.study.definition import Covariate
from il2dash.study.trial import Trial

Form = Literal["linear", "log2", "spline"]

KNOT_QUANTILES = (0.1, 0.5, 0.9)
"""Harrell's for three knots (Regression Modeling Strategies, 2nd ed., table 2.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedForm:
    """A form with all that it took from the patients: it gives the columns of any values.

    Parameters
    ----------
    form : Form
        Which.
    step : float
        The covariate's unit of an odds ratio; not used by log2.
    knots : tuple of float
        Of a spline, three; empty otherwise.
    """

    form: Form
    step: float
    knots: tuple[float, ...] = ()

    def columns(self, values: np.ndarray) -> np.ndarray:
        """Return the columns of a model for values of the covariate: shape (values, columns)."""
        if self.form == "log2":
            return np.asarray(np.log2(values))[:, None]
        if self.form == "linear":
            return np.asarray(values / self.step)[:, None]
        curved = restricted_cubic_spline(values, self.knots)
        return np.column_stack([values, curved]) / self.step


def restricted_cubic_spline(values: np.ndarray, knots: tuple[float, ...]) -> np.ndarray:
    """Return the nonlinear columns of a restricted cubic spline: linear beyond the outer knots.

    Parameters
    ----------
    values : array, shape (n,)
        The covariate.
    knots : tuple of float
        At least three, increasing.

    Returns
    -------
    array, shape (n, knots - 2)
        In the covariate's unit.

    References
    ----------
    Harrell, Regression Modeling Strategies, 2nd ed., equation 2.25; ``Hmisc::rcspline.eval(norm = 2)`` in R.
    """
    t = np.asarray(knots, dtype=float)
    cubes = np.maximum(np.asarray(values, dtype=float)[:, None] - t, 0.0) ** 3
    last, next_to_last, first = t[-1], t[-2], t[0]
    outer = last - next_to_last
    columns = (
        cubes[:, :-2] - cubes[:, [-2]] * (last - t[:-2]) / outer + cubes[:, [-1]] * (next_to_last - t[:-2]) / outer
    )
    return np.asarray(columns / (last - first) ** 2)


def fitted_form(covariate: Covariate, form: Form, values: np.ndarray) -> tuple[FittedForm, str]:
    """Return a form for the patients in a model, and why it can't be used; "" where it can.

    The knots are quantiles (type 7) of the patients' values: R's Hmisc, below 100 patients, would take the fifth
    smallest and the fifth largest value for the outer two.
    """
    if form != "spline":
        return FittedForm(form=form, step=covariate.step), ""
    known = values[~np.isnan(values)]
    knots = tuple(map(float, np.quantile(known, KNOT_QUANTILES))) if known.size else (0.0, 1.0, 2.0)
    if not knots[0] < knots[1] < knots[2]:
        places = ", ".join(f"{knot:g}" for knot in knots)
        reason = (
            f"{covariate.label} has too few different values for a spline: its knots, the 10%, 50% and 90% quantiles, "
            f"fall together ({places}); take it as linear"
        )
        return FittedForm(form="linear", step=covariate.step), reason
    return FittedForm(form="spline", step=covariate.step, knots=knots), ""


def why_not(trial: Trial, covariate: Covariate, form: Form) -> str:
    """Return why a covariate can't enter in a form, in words; "" where it can.

    Judged in all randomized patients, so that the choice doesn't come and go with a filter.
    """
    if covariate.kind != "continuous":
        return f"{covariate.label} has levels: only a number can be taken as {form}"
    if form != "log2":
        return ""
    if covariate.unit.strip().lower().startswith("log"):
        return f"{covariate.label} is a logarithm already ({covariate.unit}): take it as linear or as a spline"
    lowest = trial.subjects[covariate.name].min()
    if lowest <= 0:
        return f"{covariate.label} is {lowest:g} in a patient, which has no logarithm: take it as linear or as a spline"
    return ""


def checked_forms(trial: Trial, forms: tuple[tuple[str, Form], ...], terms: tuple[str, ...]) -> dict[str, Form]:
    """Return the form of each covariate that has one other than linear.

    Raises
    ------
    SpecificationError
        Where a form is unknown, of a covariate that isn't in the model or stands twice, or can't be used.
    """
    found: dict[str, Form] = {}
    for name, form in forms:
        if form not in get_args(Form):
            raise SpecificationError(f"Form {form!r} of {name}: must be one of {', '.join(get_args(Form))}.")
        if name not in terms or name in found:
            why = "stands twice" if name in found else "isn't in the model"
            raise SpecificationError(f"Form of {name!r}: the covariate {why}; give each covariate of it one form.")
        reason = why_not(trial, trial.definition.covariate(name), form) if name != "arm" else "the arm has levels"
        if reason:
            raise SpecificationError(f"Form {form!r} of {name}: {reason}.")
        found[name] = form
    return {name: form for name, form in found.items() if form != "linear"}
