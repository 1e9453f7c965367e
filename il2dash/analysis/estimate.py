"""What every number comes with: an interval and its method, a test and its convention, or a reason."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A confidence interval. Bounds may be infinite; NaN where there is none, with the reason."""

    lower: float
    upper: float
    level: float
    method: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A point estimate with its interval; NaN where there is none, with the reason."""

    estimate: float
    interval: Interval
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignificanceTest:
    """A test of no difference: its name, which two-sided convention it follows, and p."""

    name: str
    convention: str
    p: float
    statistic: float = nan
    reason: str = ""


def no_interval(*, level: float, method: str, reason: str) -> Interval:
    """Return the interval of a quantity that can't be computed."""
    return Interval(lower=nan, upper=nan, level=level, method=method, reason=reason)


def no_estimate(*, level: float, method: str, reason: str) -> Estimate:
    """Return a quantity that can't be computed, its interval neither."""
    return Estimate(estimate=nan, interval=no_interval(level=level, method=method, reason=reason), reason=reason)
