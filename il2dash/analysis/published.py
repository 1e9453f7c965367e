"""Published figures against what the analyses give: each is a path into the results document, compared as printed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isinf, isnan, nan
from typing import Any

from il2dash.study.definition import Published

IDENTIFYING_KEYS = ("id", "name", "marker", "week", "value")
"""Keys by which a path finds an entry of a list: ``endpoints.cd4_200``, ``visits.52``, ``levels.0``."""

_NOTHING = object()

_DIGITS = Context(prec=400)
"""Enough to write any float, also an odds ratio of 1e300, with twelve decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedComparison:
    """One published figure: as printed, as computed, as it would have been printed, and whether they agree."""

    id: str
    label: str
    source: str
    quantity: str
    published: str
    computed: float
    shown: str
    match: bool
    reason: str = ""


def compare_published(document: dict[str, Any], entries: tuple[Published, ...]) -> tuple[PublishedComparison, ...]:
    """Compare every published figure with the results document.

    Parameters
    ----------
    document : dict
        The results as `il2dash.analysis.document` writes them.
    entries : tuple of Published
        The figures in print.
    """
    return tuple(_compare(document, entry) for entry in entries)


def quantity_at(document: dict[str, Any], path: str) -> float:
    """Return the number at a dotted path; entries of lists are found by their id, name, marker, week or value.

    A step may have a point of its own, as the week of ``visits.6.5.test.p`` or the term ``gss[0.5]``.

    Raises
    ------
    LookupError
        Where the path leads nowhere, with the step at which it ends and what is there.
    ValueError
        Where there is no number at its end.
    """
    here: Any = document
    steps = path.split(".")
    while steps:
        # Two at once first: of the levels 0 and 0.5, `levels.0.5` is the second.
        for length in (2, 1):
            found = _next(here, ".".join(steps[:length]))
            if found is not _NOTHING:
                break
        else:
            there = ", ".join(_names(here)) or "nothing"
            raise LookupError(f"Quantity {path!r}: there is no {steps[0]!r}; there is {there}.")
        here, steps = found, steps[length:]
    if isinstance(here, str) and here in ("Infinity", "-Infinity"):
        return float(here)
    if here is None:
        return nan
    if isinstance(here, bool) or not isinstance(here, int | float):
        raise ValueError(f"Quantity {path!r}: there is no number at its end.")
    return float(here)


def _next(here: object, step: str) -> Any:
    """Return what a step leads to; `_NOTHING` where it leads nowhere."""
    if isinstance(here, dict):
        return here.get(step, _NOTHING)
    if isinstance(here, list):
        for key in IDENTIFYING_KEYS:
            for entry in here:
                if isinstance(entry, dict) and key in entry and _same(entry[key], step):
                    return entry
    return _NOTHING


def _names(here: object) -> list[str]:
    """Return the steps that lead on."""
    if isinstance(here, dict):
        return [str(key) for key in here]
    if isinstance(here, list):
        entries = [entry for entry in here if isinstance(entry, dict)]
        return list(dict.fromkeys(str(entry[key]) for entry in entries for key in IDENTIFYING_KEYS if key in entry))
    return ["a single value"]


def _same(found: object, step: str) -> bool:
    if isinstance(found, float) and found.is_integer():
        return str(int(found)) == step
    return str(found) == step


def _compare(document: dict[str, Any], entry: Published) -> PublishedComparison:
    reason = ""
    try:
        computed = quantity_at(document, entry.quantity)
    except (LookupError, ValueError) as problem:
        computed, reason = nan, str(problem)
    if not reason and isnan(computed):
        reason = "the analysis gives no number here"
    if entry.less_than is not None:
        published, match = f"< {_printed(entry, entry.less_than, None)}", computed < entry.less_than
    elif entry.greater_than is not None:
        published, match = f"> {_printed(entry, entry.greater_than, None)}", computed > entry.greater_than
    else:
        assert entry.value is not None
        published = _printed(entry, entry.value, entry.decimals)
        match = not isnan(computed) and _printed(entry, computed, entry.decimals) == published
    decimals = entry.decimals
    if decimals is None:
        bound = entry.less_than if entry.less_than is not None else entry.greater_than
        decimals = max(_decimals(bound), 1 if entry.percent else 0) + 2
    shown = "not computed" if isnan(computed) else _printed(entry, computed, decimals)
    return PublishedComparison(
        id=entry.id,
        label=entry.label,
        source=entry.source,
        quantity=entry.quantity,
        published=published,
        computed=computed,
        shown=shown,
        match=bool(match),
        reason=reason,
    )


def _decimals(bound: float | None) -> int:
    exponent = Decimal(repr(bound)).normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _printed(entry: Published, value: float, decimals: int | None) -> str:
    """Return a number as a journal prints it: rounded half up, with its unit; a proportion as a percentage."""
    if isinf(value):
        return "infinite" if value > 0 else "-infinite"
    exact = Decimal(repr(value)).normalize()
    if decimals is not None:
        # Twelve digits first: 0.145 is stored a little below, and a journal would have rounded it up.
        rounded = Decimal(f"{value:.12g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _DIGITS)
        exact = rounded if rounded else abs(rounded)  # no -0.00
    if entry.percent:
        exact *= 100
        return f"{exact.normalize():f}%" if decimals is None else f"{exact:.{max(decimals - 2, 0)}f}%"
    return f"{exact:f} {entry.unit}".strip()
