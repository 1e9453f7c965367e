"""The root of a function between two points."""

from __future__ import annotations

from collections.abc import Callable

from il2dash.analysis.time_limit import within_time

MOST_STEPS = 200


def bracketed_root(
    function: Callable[[float], float], first: float, second: float, *, absolute: float, relative: float
) -> float:
    """Find where a continuous function crosses 0 between two points at which its signs differ.

    Parameters
    ----------
    function : callable
        Of one number.
    first, second : float
        The two points, in either order; a value of 0 at one of them is a crossing.
    absolute, relative : float
        The root is found to within `absolute` plus `relative` times its size.

    Raises
    ------
    ValueError
        Where the function has the same sign at both points.

    References
    ----------
    Chandrupatla, Advances in Engineering Software 1997;28:145-149: bisection, with inverse quadratic interpolation
    where it is safe. As ``scipy.optimize.brentq``, without a third of a second of import at every start.
    """
    newest, other = first, second
    value_newest, value_other = function(newest), function(other)
    if value_newest * value_other > 0:
        raise ValueError(f"bracketed_root: needs two signs; got {value_newest} at {first}, {value_other} at {second}.")
    share = 0.5
    best = newest if abs(value_newest) < abs(value_other) else other
    if value_newest == 0 or value_other == 0:
        return best
    for _ in range(MOST_STEPS):
        within_time()
        point = newest + share * (other - newest)
        value = function(point)
        if (value > 0) == (value_newest > 0):
            oldest, value_oldest = newest, value_newest
        else:
            oldest, value_oldest = other, value_other
            other, value_other = newest, value_newest
        newest, value_newest = point, value
        best, least = (newest, value_newest) if abs(value_newest) < abs(value_other) else (other, value_other)
        narrowest = (absolute + relative * abs(best)) / abs(other - newest)
        if least == 0 or narrowest > 0.5:
            break
        place = (newest - other) / (oldest - other)
        height = (value_newest - value_other) / (value_oldest - value_other)
        share = 0.5
        if height**2 < place and (1 - height) ** 2 < 1 - place:
            share = value_newest / (value_other - value_newest) * value_oldest / (value_other - value_oldest) + (
                oldest - newest
            ) / (other - newest) * value_newest / (value_oldest - value_newest) * value_other / (
                value_oldest - value_other
            )
        share = min(1 - narrowest, max(narrowest, share))
    return best
