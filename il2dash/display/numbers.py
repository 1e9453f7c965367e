"""Numbers as a clinician reads them: rounding happens here and nowhere before."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_UP, Decimal
from math import isinf, isnan, log10
from typing import Protocol

from il2dash.analysis.estimate import Interval

NOT_ESTIMABLE = "not estimable"
NO_NUMBER = "\u2013"
"""What stands in a cell whose row says elsewhere why there is no number."""

INFINITY = "∞"
MINUS = "\u2212"
NARROW = "\u00a0"
"""A space at which a line doesn't break."""

_ORDINARY_OPENING = re.compile(r"(A|All|An|Everybody|It|Neither|No|Nobody|None|The|Too)\b")


class HasLevel(Protocol):
    """An interval, a curve with its bounds: what knows its confidence level."""

    @property
    def level(self) -> float:
        """The confidence level, 0.95 for 95%."""


def decimal(value: float, places: int = 1) -> str:
    """Return a number with fixed decimals, rounded half up as journals do, with a true minus sign.

    NaN and infinity come as words and signs.
    """
    if isnan(value):
        return NOT_ESTIMABLE
    if isinf(value):
        return INFINITY if value > 0 else MINUS + INFINITY
    if abs(value) >= 1e12:
        return f"{value:.0f}".replace("-", MINUS)
    # Twelve digits first: 0.145 is stored a little below, and a reader would round it up.
    rounded = Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return f"{abs(rounded) if rounded == 0 else rounded:f}".replace("-", MINUS)


def amount(value: float, places: int = 1) -> str:
    """Return a sum, such as person-years, as `decimal` does, its thousands apart: ``12,345.6``."""
    whole, point, part = decimal(value, places).partition(".")
    return f"{int(whole):,}{point}{part}" if whole.isdigit() else f"{whole}{point}{part}"


def significant(value: float, digits: int = 3) -> str:
    """Return a number with that many significant digits, never in scientific notation."""
    if isnan(value) or isinf(value) or value == 0:
        return decimal(value, 0)
    places = digits - 1 - _magnitude(value)
    if _magnitude(float(decimal(abs(value), places))) > _magnitude(value):
        places -= 1  # 9.996 has become 10.0
    return decimal(value, min(max(places, 0), 6))


def places_of(*values: float) -> int:
    """Return the decimals that values of one quantity share: none for whole numbers, else two digits of the largest."""
    known = [abs(value) for value in values if not isnan(value) and not isinf(value)]
    largest = max(known, default=0.0)
    if largest >= 20 or all(value == int(value) for value in known):
        return 0
    return min(max(1 - _magnitude(largest / 2), 1), 4)


def together(*values: float) -> list[str]:
    """Return values of one quantity with the same decimals: ``43``, ``38`` and ``49``; ``4.9``, ``4.5`` and ``5.3``."""
    places = places_of(*values)
    return [decimal(value, places) for value in values]


def compact(value: float) -> str:
    """Return a threshold as it was written: no trailing zeros, no exponent."""
    if isnan(value) or isinf(value):
        return decimal(value)
    text = f"{Decimal(f'{value:.10g}'):,f}" if abs(value) >= 1e6 else f"{Decimal(f'{value:.10g}'):f}"
    return text.replace("-", MINUS)


def week_number(week: float) -> str:
    """Return a week as it is shown, ``12`` or ``8.7``, though two months are 8.696428571 weeks."""
    return compact(round(week, 1))


def week_options(weeks: Iterable[float]) -> dict[float, str]:
    """Return the words by which weeks can be chosen: as `week_number`, or in full where that leaves two alike."""
    shown = {week: week_number(week) for week in weeks}
    often = Counter(shown.values())
    return {week: words if often[words] == 1 else compact(week) for week, words in shown.items()}


def percent(proportion: float, places: int = 0) -> str:
    """Return a proportion as a percentage; 0% and 100% are said of nobody and of everybody only."""
    if isnan(proportion) or isinf(proportion):
        return decimal(proportion)
    text = decimal(100 * proportion, places)
    least = decimal(10.0**-places, places)
    if 1e-12 < proportion and text == decimal(0, places):
        return f"< {least}%"
    if proportion < 1 - 1e-12 and text == decimal(100, places):
        return f"> {decimal(100 - 10.0**-places, places)}%"
    return f"{text}%"


def percent_within(*intervals: tuple[float, float]) -> Callable[[float], str]:
    """Return what writes percentages whose bounds are these: with a decimal where all are less than two points apart.

    Of 100,000 patients 34% (34% to 34%) would say nothing.
    """
    narrow = bool(intervals) and all(upper - lower < 0.02 for lower, upper in intervals)
    return lambda proportion: percent(proportion, 1 if narrow else 0)


def points(difference: float, places: int = 1) -> str:
    """Return a difference of proportions in percentage points, with its sign."""
    return signed(100 * difference, places)


def signed(value: float, places: int = 1) -> str:
    """Return a difference with its sign; one that rounds to zero has none."""
    text = decimal(value, places)
    return f"+{text}" if value > 0 and text != decimal(0, places) else text


def ratio(value: float) -> str:
    """Return a ratio to three significant digits; far from 1 as a bound that a reader can take in."""
    if value > 9999 and not isinf(value):
        return "> 9999"
    if 0 < value < 0.001:
        return "< 0.001"
    return significant(value, 3) if value else "0"


def p_number(p: float) -> str:
    """Return p without its letter: ``0.003``, ``0.27``, ``< 0.001``, ``> 0.99``; never on the wrong side of 0.05.

    Three decimals below 0.1, and as many more as it takes to tell a p beside 0.05 from 0.05: 0.0496, 0.0504.
    """
    if isnan(p):
        return NOT_ESTIMABLE
    if p < 0.001:
        return f"<{NARROW}0.001"
    if p > 0.99:
        return f">{NARROW}0.99"
    if p >= 0.0995:
        return decimal(p, 2)
    text = decimal(p, 3)
    for places in (4, 5, 6):
        if text != decimal(0.05, places - 1) or p == 0.05:
            break
        text = decimal(p, places)
    return text


def p_value(p: float) -> str:
    """Return ``P = 0.003``, ``P = 0.27``, ``P < 0.001`` or ``P > 0.99``, as `p_number`."""
    number = p_number(p)
    return f"P{NARROW}{number}" if not number[0].isdigit() else f"P{NARROW}={NARROW}{number}"


def level(interval: HasLevel) -> str:
    """Return the confidence level of an interval, or of what has one: ``95% CI``."""
    return f"{100 * interval.level:g}% CI"


def bounds(interval: Interval, write: Callable[[float], str] = decimal) -> str:
    """Return ``lower to upper`` with the writer given, or why there is no interval."""
    because = f" ({within(interval.reason)})" if interval.reason else ""
    if isnan(interval.lower) and isnan(interval.upper):
        return f"{NOT_ESTIMABLE}{because}"
    if isnan(interval.lower):
        return f"up to {write(interval.upper)}, lower bound not found{because}"
    if isnan(interval.upper):
        return f"from {write(interval.lower)}, upper bound not found{because}"
    return f"{write(interval.lower)} to {write(interval.upper)}"


def with_bounds(
    value: float, interval: Interval, write: Callable[[float], str], *, without: str = NOT_ESTIMABLE
) -> str:
    """Return an estimate with its interval: ``0.61 (0.27 to 1.33)``; the words `without` for NaN."""
    return without if isnan(value) else f"{write(value)} ({bounds(interval, write)})"


def with_known_bounds(value: float, interval: Interval, write: Callable[[float], str]) -> str:
    """Return an estimate with its interval: alone where there is none, for whatever reason."""
    return write(value) if isnan(interval.lower) else with_bounds(value, interval, write)


def number_cell(value: float, write: Callable[[float], str]) -> str:
    """Return a number as a table's cell: a dash for NaN."""
    return NO_NUMBER if isnan(value) else write(value)


def bounds_cell(interval: Interval, write: Callable[[float], str]) -> str:
    """Return an interval as a table's cell: a dash where there is none."""
    return NO_NUMBER if isnan(interval.lower) else bounds(interval, write)


def count(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 patient``, ``1,900 patients``, ``no patients``."""
    noun = singular if number == 1 else plural or f"{singular}s"
    return f"{number:,} {noun}" if number else f"no {noun}"


def range_words(lowest: str, highest: str) -> str:
    """Return where a quantity lies: ``lies between -7.1 and +10.7``; ``is -7.1`` where both ends are written alike."""
    return f"is {lowest}" if lowest == highest else f"lies between {lowest} and {highest}"


def or_none(number: int, nobody: str = "none") -> str:
    """Return a number of patients or events, in words where there are none."""
    return f"{number:,}" if number else nobody


def listed(items: list[str], joint: str = "and") -> str:
    """Return ``a``, ``a and b``, or ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {joint} {items[-1]}" if items else ""


def within(reason: str) -> str:
    """Return a reason as a part of a sentence: no full stop, and no capital that only opened one."""
    reason = reason.strip().removesuffix(".")
    return reason[0].lower() + reason[1:] if _ORDINARY_OPENING.match(reason) else reason


def capitalized(words: str) -> str:
    """Return words with a capital first, and the rest as it is."""
    return f"{words[:1].upper()}{words[1:]}"


def sentence_of(words: str) -> str:
    """Return words as a sentence: a capital first, one full stop at the end."""
    words = words.strip()
    return f"{capitalized(words.removesuffix('.'))}." if words else ""


def _magnitude(value: float) -> int:
    """Return the power of ten of a number's first digit."""
    return int(log10(abs(value)) // 1) if value else 0
