"""How a column writes its numbers: which commas and points are decimal marks, and which part thousands.

A single text such as ``1,5`` reads in one way only. ``1,234`` reads in two: it is decided where another text of its
column shows how the column writes numbers and none shows the contrary, and is asked otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Mark = Literal["decimal", "thousands"]

_LIMIT = re.compile(r"([<>]\s*)?(.*)", re.DOTALL)
_EXPONENT = r"(?:[eE][+-]?[0-9]+)?"
_PLAIN = re.compile(rf"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+){_EXPONENT}")
_COMMA_OR_BOTH = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_POINT_OR_BOTH = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
_DECIMAL_COMMA = re.compile(rf"[+-]?[0-9]*,[0-9]+{_EXPONENT}")
_COMMA_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:(?:,[0-9]{3}){2,}(?:\.[0-9]+)?|,[0-9]{3}\.[0-9]+)")
_POINT_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:(?:\.[0-9]{3}){2,}(?:,[0-9]+)?|\.[0-9]{3},[0-9]+)")
_BLANK_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[\u00a0\u2007\u2009\u202f][0-9]{3})+(?:[.,][0-9]+)?")
_TWO_POINTS = re.compile(r"\.[0-9]+\.")
_BLANKS = re.compile(r"[\u00a0\u2007\u2009\u202f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberStyle:
    """What the texts of a column show of how it writes numbers.

    Parameters
    ----------
    commas : {"decimal", "thousands"} or None
        What the commas are that could be either; None where the column doesn't say.
    questions : tuple of str
        The texts that read in two ways and aren't decided.
    """

    commas: Mark | None
    questions: tuple[str, ...]


def all_plain(texts: Sequence[str]) -> bool:
    """Tell, in one look at a whole column, whether no text of it needs `plain_number`: most columns are so."""
    joined = "\n".join(texts)
    return "," not in joined and joined.isascii() and _TWO_POINTS.search(joined) is None


def number_style(texts: Iterable[str]) -> NumberStyle:
    """Find out what the texts of a column show."""
    bare = {text: _parts(text)[1] for text in texts}
    numbers = set(bare.values())
    comma_decimals = any(_shows_decimal_comma(number) for number in numbers)
    comma_thousands = any(_COMMA_THOUSANDS.fullmatch(number) for number in numbers)
    point_decimals = comma_thousands or any(_shows_decimal_point(number) for number in numbers)
    commas: Mark | None = None
    if comma_decimals and not point_decimals:
        commas = "decimal"
    elif comma_thousands and not comma_decimals:
        commas = "thousands"
    open_commas = [text for text, number in bare.items() if commas is None and _COMMA_OR_BOTH.fullmatch(number)]
    open_points = [
        text
        for text, number in bare.items()
        if comma_decimals and not point_decimals and _POINT_OR_BOTH.fullmatch(number)
    ]
    return NumberStyle(commas=commas, questions=(*open_commas, *open_points))


def plain_number(text: str, commas: Mark | None) -> str:
    """Return a number as il2dash reads it, ``1.5`` for ``1,5``; a text that isn't decided as it is.

    Parameters
    ----------
    commas : {"decimal", "thousands"} or None
        What a comma before three digits is.
    """
    limit, number = _parts(text)
    if _COMMA_OR_BOTH.fullmatch(number):
        if commas is None:
            return text
        return limit + number.replace(",", "." if commas == "decimal" else "")
    if _BLANK_THOUSANDS.fullmatch(number):
        return limit + _BLANKS.sub("", number).replace(",", ".")
    if _COMMA_THOUSANDS.fullmatch(number):
        return limit + number.replace(",", "")
    if _POINT_THOUSANDS.fullmatch(number):
        return limit + number.replace(".", "").replace(",", ".")
    return limit + number.replace(",", ".") if _DECIMAL_COMMA.fullmatch(number) else text


def answered_number(text: str, mark: Mark) -> str:
    """Return a text whose comma or point before three digits is said to be a decimal mark, or to part thousands."""
    limit, number = _parts(text)
    if _COMMA_OR_BOTH.fullmatch(number) or _POINT_OR_BOTH.fullmatch(number):
        return limit + re.sub("[.,]", "." if mark == "decimal" else "", number)
    return plain_number(text, None)


def without_unit(text: str, units: Iterable[str]) -> str:
    """Return a number without a unit behind it that is one of those declared; any other text as it is."""
    for unit in (spelled for declared in units for spelled in spellings(declared)):
        if text.endswith(unit):
            number = text[: -len(unit)].rstrip()
            if _is_number(_parts(number)[1]):
                return number
    return text


def spellings(unit: str) -> set[str]:
    """Return a unit with each of the two characters that look like a micro sign."""
    return {unit, unit.replace("\u00b5", "\u03bc"), unit.replace("\u03bc", "\u00b5")} - {""}


def _parts(text: str) -> tuple[str, str]:
    """Return the sign of a limit, with the blanks behind it, and what follows."""
    match = _LIMIT.fullmatch(text)
    assert match is not None
    return match[1] or "", match[2]


def _is_number(number: str) -> bool:
    forms = (_PLAIN, _DECIMAL_COMMA, _COMMA_THOUSANDS, _POINT_THOUSANDS, _BLANK_THOUSANDS)
    return any(form.fullmatch(number) for form in forms)


def _shows_decimal_comma(number: str) -> bool:
    if _BLANK_THOUSANDS.fullmatch(number) or _POINT_THOUSANDS.fullmatch(number):
        return "," in number or "." in number
    return bool(_DECIMAL_COMMA.fullmatch(number)) and not _COMMA_OR_BOTH.fullmatch(number)


def _shows_decimal_point(number: str) -> bool:
    """Tell whether a number has a point that can't part thousands."""
    if _BLANK_THOUSANDS.fullmatch(number):
        return "." in number
    return "." in number and bool(_PLAIN.fullmatch(number)) and not _POINT_OR_BOTH.fullmatch(number)
