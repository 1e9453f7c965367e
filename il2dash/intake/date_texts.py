"""How a column writes its dates: which part is the day, the month and the year.

``25/06/2005`` reads in one way only, ``05/06/2005`` in two: it is decided where another date of its column has a part
above 12 and none shows the contrary, and is asked otherwise. A year of two digits is always asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Order = Literal["day_first", "month_first"]
Century = Literal["1900-1999", "1950-2049", "2000-2099"]

_ISO = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")
_NUMERIC = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_SHORT = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{2})")
_NAMED = re.compile(r"([0-9]{1,2})[-/. ]?([A-Za-z]{3,9})[-/. ]?([0-9]{4}|[0-9]{2})")
_SERIAL = re.compile(r"([2-5][0-9]{4})(?:\.0+)?")
_EXCEL_START = date(1899, 12, 30)
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DateStyle:
    """What the texts of a column show of how it writes dates.

    Parameters
    ----------
    order : {"day_first", "month_first"} or None
        Of dates that begin with day or month; None where the column doesn't say, or says both.
    questions : tuple of str
        The texts that read in two ways and aren't decided.
    short_years : tuple of str
        The texts whose year has two digits.
    """

    order: Order | None
    questions: tuple[str, ...]
    short_years: tuple[str, ...]


def date_style(texts: Iterable[str]) -> DateStyle:
    """Find out what the texts of a column show."""
    known = tuple(texts)
    readings = {text: _numeric_readings(text) for text in known}
    orders = {next(iter(found)) for found in readings.values() if len(found) == 1}
    order = next(iter(orders)) if len(orders) == 1 else None
    return DateStyle(
        order=order,
        questions=tuple(text for text, found in readings.items() if order is None and len(set(found.values())) == 2),
        short_years=tuple(text for text in known if _has_short_year(text)),
    )


def serial_date(text: str) -> str:
    """Return the date of an Excel serial number (the system that starts in 1900), 1954 to 2064; other texts as is."""
    match = _SERIAL.fullmatch(text)
    if match is None:
        return text
    return (_EXCEL_START + timedelta(days=int(match[1]))).isoformat()


def plain_date(text: str, order: Order | None) -> str:
    """Return a date as ``2005-06-25``; a text that isn't decided, or isn't a date, as it is."""
    if match := _ISO.fullmatch(text):
        return _iso(match[1], match[3], match[4]) or text
    if match := _COMPACT.fullmatch(text):
        return _iso(match[1], match[2], match[3]) or text
    if (match := _NAMED.fullmatch(text)) and len(match[3]) == 4:
        return _iso(match[3], _month(match[2]), match[1]) or text
    found = _numeric_readings(text)
    distinct = set(found.values())
    if len(distinct) == 1:
        return distinct.pop()
    return found.get(order, text) if order is not None else text


def with_century(text: str, years: Century, *, year_first: bool) -> str | None:
    """Return a date of a two-digit year with all four digits; None where it is none by this rule."""
    if match := _NAMED.fullmatch(text):
        month = _month(match[2])
        iso = _iso(_whole_year(match[3], years), month, match[1]) if len(match[3]) == 2 else ""
        return None if year_first else iso or None
    match = _SHORT.fullmatch(text)
    if match is None:
        return None
    if year_first:
        return _iso(_whole_year(match[1], years), match[3], match[4]) or None
    whole = f"{match[1]}{match[2]}{match[3]}{match[2]}{_whole_year(match[4], years)}"
    return whole if _numeric_readings(whole) else None


def _whole_year(two_digits: str, years: Century) -> str:
    first = int(years[:4])
    return str(first + (int(two_digits) - first) % 100)


def _has_short_year(text: str) -> bool:
    if match := _NAMED.fullmatch(text):
        return len(match[3]) == 2 and _month(match[2]) != ""
    return _SHORT.fullmatch(text) is not None


def _numeric_readings(text: str) -> dict[Order, str]:
    """Return the dates that a text such as 05/06/2005 can be, by the order of its parts."""
    match = _NUMERIC.fullmatch(text)
    if match is None:
        return {}
    first, second, year = match[1], match[3], match[4]
    readings: dict[Order, str] = {"day_first": _iso(year, second, first), "month_first": _iso(year, first, second)}
    return {order: iso for order, iso in readings.items() if iso}


def _iso(year: str, month: str, day: str) -> str:
    """Return a date in ISO form, or nothing where there is no such day."""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def _month(name: str) -> str:
    found = [number for number, whole in enumerate(_MONTHS, start=1) if whole.startswith(name.lower())]
    return str(found[0]) if len(found) == 1 else ""
