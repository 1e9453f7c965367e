"""Profile likelihood of one coefficient of a normal regression of censored values: its height, and its bounds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.bracketed_root import bracketed_root
from il2dash.analysis.censored_likelihood import CensoredFit, CensoredValues, fit_censored

# A bound further than this many steps is none.
_FURTHEST = 1e7


@dataclass(eq=False)
class ProfileLikelihood:
    """The largest log likelihood as a function of one coefficient; each fit starts from the one before.

    The first starts from the maximum over all coefficients, where that is given.
    """

    values: CensoredValues
    design: NDArray[np.float64]
    column: int
    maximum: CensoredFit | None = None

    def __post_init__(self) -> None:
        self._others = np.delete(self.design, self.column, axis=1)
        self._last, self._found = self.maximum, dict[float, float]()
        if self.maximum is not None:
            coefficients = self.maximum.coefficients
            self._last = replace(self.maximum, coefficients=np.delete(coefficients, self.column))
            self._found[float(coefficients[self.column])] = self.maximum.log_likelihood

    def __call__(self, at: float) -> float:
        """Return the largest log likelihood with the coefficient held at a value; -infinity where there is none."""
        if at not in self._found:
            self._found[at] = self._fitted(at)
        return self._found[at]

    def _fitted(self, at: float) -> float:
        offset = self.values.value - at * self.design[:, self.column]
        fit = fit_censored(replace(self.values, value=offset), self._others, start=self._last)
        if fit.reason:
            return -inf
        self._last = fit
        return fit.log_likelihood

    def bound(self, *, start: float, toward: int, step: float, least: float) -> float:
        """Return where the profile falls to a value, going up (`toward` 1) or down (-1) from a start.

        Parameters
        ----------
        start : float
            A coefficient at which the profile is above `least`.
        step : float
            Length of the first step.
        least : float
            The log likelihood at the bound.

        Returns
        -------
        float
            The bound; infinite where the likelihood doesn't fall that low.
        """
        top = self(start) - least
        if not top > 0:
            return start

        def excess(value: float) -> float:
            # The square root of the deviance is nearly a straight line, which the root finder follows in a few steps.
            return sqrt(top) - sqrt(max(top - (self(value) - least), 0.0))

        inner, reach = start, step
        while reach < _FURTHEST * step:
            outer = start + toward * reach
            if excess(outer) <= 0:
                return bracketed_root(excess, inner, outer, absolute=1e-9 * step, relative=1e-12)
            inner, reach = outer, 2 * reach
        return toward * inf
