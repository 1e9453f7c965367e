"""The log-rank test of two arms."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from numpy.typing import ArrayLike

from il2dash.analysis.estimate import SignificanceTest
from il2dash.analysis.two_arm_risk_sets import two_arm_risk_sets

LOGRANK = "log-rank"
CONVENTION = "two-sided, chi-square with 1 degree of freedom"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRank:
    """The test, and by arm the events that were observed and those expected if both arms had the same hazard."""

    test: SignificanceTest
    observed_treatment: int
    observed_reference: int
    expected_treatment: float
    expected_reference: float


def logrank(*, time: ArrayLike, event: ArrayLike, is_treatment: ArrayLike) -> LogRank:
    """Compare two arms' hazards over the whole follow-up.

    Parameters
    ----------
    time : array, shape (patients,)
        When the event happened or the follow-up ended; not negative, not NaN.
    event, is_treatment : bool array, shape (patients,)
        Whether it is the event's time, and whether the patient is in the treatment arm.

    Returns
    -------
    LogRank
        NaN with a reason where the arms can't be compared.

    References
    ----------
    Mantel, Cancer Chemotherapy Reports 1966;50:163-170, hypergeometric variance. R: ``survival::survdiff``.
    """
    sets = two_arm_risk_sets(time=time, event=event, is_treatment=is_treatment)
    share = sets.at_risk_treatment / sets.at_risk
    expected = float((sets.events * share).sum())
    several = sets.at_risk > 1
    variance = float(
        (
            (sets.events * share * (1 - share) * (sets.at_risk - sets.events))[several] / (sets.at_risk[several] - 1)
        ).sum()
    )
    observed = int(sets.events_treatment.sum())
    total = int(sets.events.sum())
    reason = sets.reason or ("" if variance > 0 else "everybody who was left had the event at once")
    statistic = (observed - expected) ** 2 / variance if not reason else nan
    p = nan
    if not reason:
        from scipy.special import chdtrc

        p = float(chdtrc(1, statistic))
    return LogRank(
        test=SignificanceTest(name=LOGRANK, convention=CONVENTION, p=p, statistic=statistic, reason=reason),
        observed_treatment=observed,
        observed_reference=total - observed,
        expected_treatment=expected if not reason else nan,
        expected_reference=total - expected if not reason else nan,
    )
