"""Phrases that put a result beside the trial's own: how far apart they are, and how their intervals compare.

Only estimates and intervals are compared, never P values, and never as if the two were independent: most of their
patients are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite, isnan, log, nan

from il2dash.analysis.estimate import Estimate, Interval
from il2dash.analysis.standing import Standing
from il2dash.display.numbers import bounds, decimal, level, ratio, within

SAME = "the same to the displayed digit"
WIDTHS_ALIKE = 0.02
"""Intervals whose widths differ by less than this part are as wide as each other."""

Write = Callable[[float], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How results of one kind are written and compared.

    Parameters
    ----------
    write : callable
        An estimate, with its unit.
    bound : callable
        A bound of its interval, without one.
    apart : callable
        The size of a difference, with its unit; None for ratios, which are divided.
    null, equality : str
        What an interval that holds the null value includes, and what one that doesn't excludes.
    """

    write: Write
    bound: Write
    apart: Write | None
    null: str
    equality: str

    @property
    def null_value(self) -> float:
        """Where there is no difference."""
        return 1.0 if self.apart is None else 0.0


def _in_points(value: float) -> str:
    return f"{decimal(100 * value, 1)} points"


def _points_bound(value: float) -> str:
    """Return whole points; one decimal where 0 would hide on which side of it a bound is."""
    return decimal(100 * value, 1 if 0 < abs(value) < 0.0095 else 0)


POINTS = Scale(
    write=_in_points,
    bound=_points_bound,
    apart=_in_points,
    null="no difference",
    equality="equality",
)
"""Differences of proportions, in percentage points."""

RATIO = Scale(write=ratio, bound=ratio, apart=None, null="1", equality="1")
"""Odds ratios, rate ratios, hazard ratios."""


def in_unit(places: int, unit: str) -> Scale:
    """Return the scale of differences in a marker's unit."""

    def write(value: float) -> str:
        return f"{decimal(value, places)} {unit}".strip()

    return Scale(
        write=write,
        bound=lambda value: decimal(value, places),
        apart=write,
        null="no difference",
        equality="equality",
    )


def everybody(patients: int | None) -> str:
    """Return ``all 56 patients``; ``the only patient``; ``all randomized patients`` where the number isn't known."""
    if patients is None:
        return "all randomized patients"
    if patients == 0:
        return "a study of nobody"
    return "the only patient" if patients == 1 else f"all {patients:,} patients"


def own_opening(own: Standing | None, patients: int | None, *details: str) -> str:
    """Return what the reference is: the trial's own analysis, or the same one in everybody (`own` None).

    ``The trial's own analysis (all 56 patients, 200 cells/uL at week 52)``, or ``In all 56 patients (week 52)``.
    """
    known = [detail for detail in details if detail]
    if own is not None and not own.reasons:
        return f"The trial's own analysis ({', '.join([everybody(patients), *known])})"
    small = f" ({', '.join(known)})" if known else ""
    return f"In {everybody(patients)}{small}"


def estimate_words(noun: str, estimate: Estimate, scale: Scale) -> str:
    """Return ``risk difference -3.6 points (95% CI -23 to 16)``, or that there is none and why."""
    if isnan(estimate.estimate):
        return f"no {noun} can be estimated{_because(estimate.reason or estimate.interval.reason)}"
    interval = estimate.interval
    if isnan(interval.lower) and isnan(interval.upper):
        return f"{noun} {scale.write(estimate.estimate)}, without an interval{_because(interval.reason)}"
    return f"{noun} {scale.write(estimate.estimate)} ({level(interval)} {bounds(interval, scale.bound)})"


def compared(noun: str, current: Estimate, own: Estimate, scale: Scale) -> str:
    """Return the sentence that compares two estimates and their intervals.

    ``Here the difference is 5.2 points higher, of the opposite sign, and its interval is wider; both intervals include
    no difference.``
    """
    if isnan(current.estimate):
        either = " either" if isnan(own.estimate) else ""
        return f"Here no {noun} can be estimated{either}{_because(current.reason or current.interval.reason)}."
    if isnan(own.estimate):
        return f"Here there is one: {estimate_words(noun, current, scale)}."
    apart = [apart_words(current.estimate, own.estimate, scale)]
    side = _other_side(current.estimate, own.estimate, scale)
    apart += [side] if side else []
    width = _width_words(current.interval, own.interval, scale)
    joined = f"{', '.join(apart)}{',' if len(apart) > 1 else ''}"
    opening = f"Here the {noun} is {joined} and {width}" if width else f"Here the {noun} is {', '.join(apart)}"
    inclusion = _inclusion_words(current.interval, own.interval, scale)
    return f"{opening}{f'; {inclusion}' if inclusion else ''}."


def apart_words(current: float, own: float, scale: Scale) -> str:
    """Return ``5.2 points higher``, ``1.4 times as large``, or that both are the same to the displayed digit."""
    if scale.write(current) == scale.write(own):
        return SAME
    if scale.apart is None:
        return _times(current, own)
    if not isfinite(current) or not isfinite(own):
        return f"{scale.write(current)} against {scale.write(own)}"
    return _amount(current - own, scale.apart)


def higher_or_lower(current: float, own: float, apart: Write) -> str:
    """Return ``3.2 points higher`` for numbers without an interval; which isn't known where one is NaN."""
    if isnan(current):
        return "not known either" if isnan(own) else "not known"
    if isnan(own):
        return "known here only"
    return SAME if apart(current) == apart(own) else _amount(current - own, apart)


def same_analysis(current: object, own: object, *names: str) -> bool:
    """Return whether two results are of one analysis: of one standing, and alike in the attributes named."""
    if current is own:
        return True
    return all(getattr(current, name) == getattr(own, name) for name in ("standing", *names))


def excludes(interval: Interval, null_value: float) -> bool:
    """Return whether an interval leaves a value out; a bound that wasn't found leaves out nothing."""
    return interval.lower > null_value or interval.upper < null_value


def unknown(interval: Interval) -> bool:
    """Return whether an interval has neither bound."""
    return isnan(interval.lower) and isnan(interval.upper)


def _amount(difference: float, apart: Write) -> str:
    size = apart(abs(difference))
    direction = "higher" if difference > 0 else "lower"
    if size == apart(0.0):
        return f"hardly {direction}"
    return f"{size} {direction}"


def _times(current: float, own: float) -> str:
    """Return how many times as large; two ratios of which one is 0 or infinite stand side by side."""
    if not (isfinite(current) and isfinite(own)) or current <= 0 or own <= 0:
        return f"{ratio(current)} against {ratio(own)}"
    times = current / own
    if ratio(times) == "1.00":
        return f"hardly {'larger' if times > 1 else 'smaller'}"
    return f"{_two_digits(times)} times as large"


def _two_digits(times: float) -> str:
    """Return ``1.4``; ``1.04`` where two digits would say 1.0."""
    if 0.95 <= times < 1.05 or times >= 10 or times < 0.1:
        return ratio(times)
    return decimal(times, 1 if times >= 1 else 2)


def _other_side(current: float, own: float, scale: Scale) -> str:
    null = scale.null_value
    shown_null = scale.write(null)
    if scale.write(current) == shown_null or scale.write(own) == shown_null or scale.write(current) == scale.write(own):
        return ""
    if (current > null) == (own > null):
        return ""
    return "on the other side of 1" if scale.apart is None else "of the opposite sign"


def _width_words(current: Interval, own: Interval, scale: Scale) -> str:
    here, there = _width(current, scale), _width(own, scale)
    if isnan(here) and isnan(there):
        return ""
    if isnan(here):
        return f"has no {'' if unknown(current) else 'complete '}interval"
    if isnan(there):
        return f"it alone has a {'' if unknown(own) else 'complete '}interval".replace("a interval", "an interval")
    if here == there == inf:
        return "both intervals are open"
    if isfinite(max(here, there)) and abs(here - there) <= WIDTHS_ALIKE * max(here, there):
        return "its interval is as wide"
    return f"its interval is {'wider' if here > there else 'narrower'}"


def _width(interval: Interval, scale: Scale) -> float:
    lower, upper = interval.lower, interval.upper
    if isnan(lower) or isnan(upper):
        return nan
    if not isfinite(lower) or not isfinite(upper):
        return inf
    if scale.apart is not None:
        return upper - lower
    return log(upper / lower) if lower > 0 else inf


def _inclusion_words(current: Interval, own: Interval, scale: Scale) -> str:
    if unknown(current) or unknown(own):
        return ""
    null = scale.null_value
    here, there = excludes(current, null), excludes(own, null)
    if here and there:
        opposite = (current.lower > null) != (own.lower > null)
        return f"both intervals exclude {scale.equality}{', on opposite sides' if opposite else ''}"
    if not here and not there:
        return f"both intervals include {scale.null}" if _complete(current) and _complete(own) else ""
    if here:
        return f"the interval here excludes {scale.equality}, the other {_holds(own)}"
    return f"the other interval excludes {scale.equality}, the one here {_holds(current)}"


def _holds(interval: Interval) -> str:
    return "includes it" if _complete(interval) else "isn't complete"


def _complete(interval: Interval) -> bool:
    return not isnan(interval.lower) and not isnan(interval.upper)


def _because(reason: str) -> str:
    return f" ({within(reason)})" if reason else ""
