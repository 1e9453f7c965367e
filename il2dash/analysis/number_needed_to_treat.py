"""Number needed to treat, for benefit or harm, from a risk difference and its interval (Altman)."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isnan, nan
from typing import Literal

from il2dash.analysis.estimate import Estimate

Direction = Literal["benefit", "harm", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientsNeeded:
    """Patients to treat for one more of them to benefit, or to be harmed: from `lower` to `upper`, at least 1."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberNeededToTreat:
    """How many patients to treat for one more responder (benefit) or one fewer (harm).

    Attributes
    ----------
    estimate : float
        Patients, at least 1; infinite where the proportions are equal; NaN with a reason where there is none.
    direction : {"benefit", "harm", "none"}
        What the estimate is for; "none" where it is infinite or NaN.
    benefit, harm : PatientsNeeded or None
        What the interval allows on each side. Where both are given the interval runs from ``benefit.lower`` through
        infinity to ``harm.lower``, and both uppers are infinite. None where the interval excludes that side.
    level : float
        Confidence level.
    method : str
        Interval of the risk difference it was made from.
    reason : str
        Why there is no estimate or no interval.
    """

    estimate: float
    direction: Direction
    benefit: PatientsNeeded | None
    harm: PatientsNeeded | None
    level: float
    method: str
    reason: str = ""

    @property
    def crosses_infinity(self) -> bool:
        """Whether the interval allows both benefit and harm."""
        return self.benefit is not None and self.harm is not None


def number_needed_to_treat(risk_difference: Estimate) -> NumberNeededToTreat:
    """Turn a risk difference into the number needed to treat.

    Parameters
    ----------
    risk_difference : Estimate
        Treatment minus reference, of an outcome that is good for the patient: a positive difference is a benefit.

    Returns
    -------
    NumberNeededToTreat
        With the level and method of the risk difference's interval; NaN with its reason where it has none.

    References
    ----------
    Altman, BMJ 1998;317:1309-1312.
    """
    difference, interval = risk_difference.estimate, risk_difference.interval
    estimate, direction = _one_number(difference)
    return NumberNeededToTreat(
        estimate=estimate,
        direction=direction,
        benefit=_side(nearest=interval.upper, furthest=interval.lower),
        harm=_side(nearest=-interval.lower, furthest=-interval.upper),
        level=interval.level,
        method=interval.method,
        reason=risk_difference.reason or interval.reason,
    )


def _one_number(difference: float) -> tuple[float, Direction]:
    if isnan(difference):
        return nan, "none"
    if difference == 0:
        return inf, "none"
    return 1 / abs(difference), "benefit" if difference > 0 else "harm"


def _side(*, nearest: float, furthest: float) -> PatientsNeeded | None:
    """One side of the interval: its differences turned positive, the larger first; none where it has no difference."""
    if not nearest > 0:
        return None
    return PatientsNeeded(lower=1 / nearest, upper=1 / furthest if furthest > 0 else inf)
