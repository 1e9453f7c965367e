"""Numbers as a clinician reads them: rounding happens here and nowhere before."""

from __future__ import annotations

from collections.abc import Callable
from math import isinf, isnan, log10

from il2dash.analysis.estimate import Interval

NOT_ESTIMABLE = "not estimable"
INFINITY = "∞"
MINUS = "\u2212"
NARROW = "\u00a0"
"""A space at which a line doesn't break."""


def decimal(value: float, places: int = 1) -> str:
    """Return a number with fixed decimals, a true minus sign, and words for NaN and infinity."""
    if isnan(value):
        return NOT_ESTIMABLE
    if isinf(value):
        return INFINITY if value > 0 else MINUS + INFINITY
    text = f"{value:.{places}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def significant(value: float, digits: int = 3) -> str:
    """Return a number with that many significant digits, never in scientific notation."""
    if isnan(value) or isinf(value) or value == 0:
        return decimal(value, 0)
    places = max(digits - 1 - int(log10(abs(value)) // 1), 0)
    return decimal(value, min(places, 6))


def together(*values: float) -> list[str]:
    """Return values of one quantity with the same decimals: none from 100 up or for whole numbers, else one or two."""
    known = [abs(value) for value in values if not isnan(value) and not isinf(value)]
    largest = max(known, default=0.0)
    if largest >= 100 or all(value == int(value) for value in known):
        places = 0
    else:
        places = 1 if largest >= 20 else 2
    return [decimal(value, places) for value in values]


def compact(value: float) -> str:
    """Return a threshold or a week as it was written: no trailing zeros."""
    return f"{value:g}".replace("-", MINUS) if abs(value) < 1e6 else f"{value:,.0f}"


def percent(proportion: float, places: int = 0) -> str:
    """Return a proportion as a percentage."""
    if isnan(proportion) or isinf(proportion):
        return decimal(proportion)
    return f"{decimal(100 * proportion, places)}%"


def points(difference: float, places: int = 1) -> str:
    """Return a difference of proportions in percentage points, with its sign."""
    if isnan(difference):
        return NOT_ESTIMABLE
    sign = "+" if difference > 0 else ""
    return sign + decimal(100 * difference, places)


def signed(value: float, places: int = 1) -> str:
    """Return a difference with its sign."""
    return ("+" if value > 0 else "") + decimal(value, places)


def ratio(value: float) -> str:
    """Return a ratio to three significant digits; far from 1 as a bound that a reader can take in."""
    if value > 9999 and not isinf(value):
        return "> 9999"
    if 0 < value < 0.001:
        return "< 0.001"
    return significant(value, 3) if value else "0"


def p_value(p: float) -> str:
    """Return ``P = 0.003``, ``P = 0.27``, ``P < 0.001`` or ``P > 0.99``."""
    if isnan(p):
        return f"P{NARROW}{NOT_ESTIMABLE}"
    if p < 0.001:
        return f"P{NARROW}<{NARROW}0.001"
    if p > 0.99:
        return f"P{NARROW}>{NARROW}0.99"
    return f"P{NARROW}={NARROW}{p:.3f}" if p < 0.0995 else f"P{NARROW}={NARROW}{p:.2f}"


def level(interval: Interval) -> str:
    """Return the confidence level: ``95% CI``."""
    return f"{100 * interval.level:g}% CI"


def bounds(interval: Interval, write: Callable[[float], str] = decimal) -> str:
    """Return ``lower to upper`` with the writer given, or why there is no interval."""
    if isnan(interval.lower) and isnan(interval.upper):
        return f"{NOT_ESTIMABLE} ({interval.reason})" if interval.reason else NOT_ESTIMABLE
    return f"{write(interval.lower)} to {write(interval.upper)}"


def count(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 patient``, ``9 patients``, ``no patients``."""
    noun = singular if number == 1 else plural or f"{singular}s"
    return f"{number if number else 'no'} {noun}"


def listed(items: list[str]) -> str:
    """Return ``a``, ``a and b``, or ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""
