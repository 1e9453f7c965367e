"""A fitted model with what tells how far its results may be off: its resamples, or each patient's influence on it."""

from __future__ import annotations

from dataclasses import dataclass

from il2dash.analysis import firth, model_influence
from il2dash.analysis.design_matrix import ARM
from il2dash.analysis.model_data import ModelData
from il2dash.analysis.model_influence import ModelInfluence
from il2dash.analysis.model_resamples import RESAMPLES, Progress, ResampledModel, Resamples, fitted_resamples

MANY_PATIENTS = 5_000
"""Of more, no resamples are drawn: each patient's influence on the model tells the same, without chance."""

NO_ARM = "the arm isn't in the model: switch it on"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SpreadModel:
    """A model with its spread.

    Parameters
    ----------
    model : ResampledModel or ModelInfluence or None
        None where there is a reason.
    resamples, failed : int
        How many were drawn, and how many of them have no model; 0 of many patients.
    reason : str
        Why there is no model.
    """

    model: ResampledModel | ModelInfluence | None
    resamples: int
    failed: int
    reason: str

    @property
    def method(self) -> str:
        """How the intervals come about."""
        return f"bootstrap percentile, {self.resamples} resamples" if self.resamples else model_influence.METHOD


def resamples_wanted(data: ModelData, resamples: int | None) -> int:
    """Return how many resamples a model gets that is to have some number, `RESAMPLES` where None."""
    return 0 if len(data.response) > MANY_PATIENTS else resamples or RESAMPLES


def model_with_spread(
    data: ModelData,
    *,
    unless: str,
    resamples: int | None,
    seed: int,
    drawn: Resamples | None = None,
    progress: Progress | None = None,
) -> SpreadModel:
    """Fit a model by Firth's method with FLIC, and its resamples or, of many patients, each one's influence.

    Parameters
    ----------
    data : ModelData
        Who and what is in it.
    unless : str
        Why the analysis has no use for the model; empty where it has.
    resamples : int, optional
        `RESAMPLES` where None; of many patients none are drawn.
    seed : int
        Of the draws.
    drawn : Resamples, optional
        Those of this model by that number and seed, where they are there already.
    progress : callable, optional
        Told the part that is done; what it raises ends the work.
    """
    number = resamples_wanted(data, resamples)
    reason = data.reason or unless
    if reason:
        return SpreadModel(model=None, resamples=number, failed=0, reason=reason)
    fit = firth.fit(data.design.values, data.response)
    right_on_average = firth.flic(fit)
    if not right_on_average.converged[0]:
        return SpreadModel(model=None, resamples=number, failed=0, reason=_why_no_probabilities(data))
    coefficients, probabilities = right_on_average.coefficients[0], right_on_average.probabilities[0]
    if not number:
        influence = model_influence.model_influence(
            data,
            firth_coefficients=fit.coefficients[0],
            coefficients=coefficients,
            probabilities=probabilities,
        )
        return SpreadModel(model=influence, resamples=0, failed=0, reason="")
    if drawn is None:
        drawn = fitted_resamples(data, resamples=number, seed=seed, progress=progress)
    model = ResampledModel(coefficients=coefficients, probabilities=probabilities, drawn=drawn)
    return SpreadModel(model=model, resamples=number, failed=drawn.failed, reason="")


def without_arm(data: ModelData) -> str:
    """Say that nobody can be put in the other arm; the empty string where the arm is in the model."""
    return "" if data.design.term_columns(ARM).size else NO_ARM


def _why_no_probabilities(data: ModelData) -> str:
    if data.events in (0, len(data.response)):
        who = "everybody" if data.events else "nobody"
        return f"{who} responded: the intercept that is right on average is infinite"
    return "the model did not converge"
