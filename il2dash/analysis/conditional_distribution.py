"""Responders of the treatment arm given both margins: the distribution of the exact methods for two proportions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.two_by_two import TwoByTwo


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConditionalDistribution:
    """Fisher's noncentral hypergeometric distribution of the treatment arm's responders.

    Attributes
    ----------
    support : ndarray
        The possible numbers of responders, ascending.
    log_weights : ndarray
        Log probabilities at odds ratio 1, up to a constant.
    observed : int
        The position of the table's own count in `support`.
    """

    support: NDArray[np.float64]
    log_weights: NDArray[np.float64]
    observed: int

    def probabilities(self, log_odds_ratio: float = 0.0) -> NDArray[np.float64]:
        """Return the probability of each count of the support under an odds ratio, treatment over reference."""
        log_weights = self.log_weights + log_odds_ratio * self.support
        weights = np.exp(log_weights - log_weights.max())
        probabilities: NDArray[np.float64] = weights / weights.sum()
        return probabilities


def conditional_distribution(table: TwoByTwo) -> ConditionalDistribution:
    """Condition a table on its margins: the patients of each arm and the responders of both together.

    References
    ----------
    Fisher, Journal of the Royal Statistical Society 1935;98:39-54; the `dnhyper` of R's ``fisher.test``.
    """
    # scipy.stats has hypergeom and nchypergeom_fisher, but costs a second at import, and its solver of the conditional
    # odds ratio is slow (see there); ratios of neighboring terms give both distributions without large factorials.
    n1, n0 = table.treatment.total, table.reference.total
    responders = table.treatment.responders + table.reference.responders
    support = np.arange(max(0, responders - n0), min(n1, responders) + 1, dtype=float)
    before = support[:-1]
    ratios = (responders - before) * (n1 - before) / ((before + 1) * (n0 - responders + before + 1))
    return ConditionalDistribution(
        support=support,
        log_weights=np.concatenate(([0.0], np.cumsum(np.log(ratios)))),
        observed=table.treatment.responders - int(support[0]),
    )
