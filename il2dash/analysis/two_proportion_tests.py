"""Tests of no difference between two proportions given both margins: Fisher's exact and mid-p."""

from __future__ import annotations

from math import nan

from il2dash.analysis.conditional_distribution import conditional_distribution
from il2dash.analysis.empty_arm import empty_arm
from il2dash.analysis.estimate import SignificanceTest
from il2dash.analysis.two_by_two import TwoByTwo

_FISHER_CONVENTION = (
    "two-sided by probability: all tables with these margins that are no likelier than the observed one"
)
_MIDP_CONVENTION = "central: twice the smaller tail, the observed table counted half, at most 1"

# Tables as likely as the observed one differ from it in the last digits only; R's fisher.test has the same tolerance.
_SAME_PROBABILITY = 1 + 1e-7


def fisher(table: TwoByTwo) -> SignificanceTest:
    """Fisher's exact test, two-sided by probability.

    Parameters
    ----------
    table : TwoByTwo
        Responders and patients in the two arms.

    Returns
    -------
    SignificanceTest
        p in (0, 1]; 1 where nobody or everybody responds; NaN with a reason where an arm is empty.

    References
    ----------
    Fisher, Journal of the Royal Statistical Society 1935;98:39-54; ``fisher.test`` in R.
    """
    if reason := empty_arm(table):
        return SignificanceTest(name="fisher", convention=_FISHER_CONVENTION, p=nan, reason=reason)
    # scipy.stats.fisher_exact has this convention too, but importing scipy.stats costs a second.
    distribution = conditional_distribution(table)
    probabilities = distribution.probabilities()
    no_likelier = probabilities <= probabilities[distribution.observed] * _SAME_PROBABILITY
    p = min(1.0, float(probabilities[no_likelier].sum()))
    return SignificanceTest(name="fisher", convention=_FISHER_CONVENTION, p=p)


def midp(table: TwoByTwo) -> SignificanceTest:
    """Fisher's exact test with the mid-p correction, central.

    Parameters
    ----------
    table : TwoByTwo
        Responders and patients in the two arms.

    Returns
    -------
    SignificanceTest
        p in (0, 1]; 1 where nobody or everybody responds; NaN with a reason where an arm is empty.

    References
    ----------
    Lancaster, JASA 1961;56:223-234; ``exact2x2(midp = TRUE, tsmethod = "central")`` in R.
    """
    if reason := empty_arm(table):
        return SignificanceTest(name="mid-p", convention=_MIDP_CONVENTION, p=nan, reason=reason)
    distribution = conditional_distribution(table)
    probabilities, observed = distribution.probabilities(), distribution.observed
    half = probabilities[observed] / 2
    tails = probabilities[:observed].sum() + half, probabilities[observed + 1 :].sum() + half
    return SignificanceTest(name="mid-p", convention=_MIDP_CONVENTION, p=min(1.0, 2 * float(min(tails))))
