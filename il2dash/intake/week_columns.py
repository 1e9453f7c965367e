"""Names of columns that say a marker and a week: cd420, RNA_W12, bdi.2m, V3.GE, Woche 12 CD4."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from il2dash.intake.column_facts import spoken
from il2dash.study.definition_tables import TimeUnit
from il2dash.study.weeks import WEEKS_PER_UNIT

UNITS: Mapping[str, TimeUnit] = {
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks", "woche", "wochen", "semaine", "semaines", "sem"), "weeks"),
    **dict.fromkeys(("m", "mo", "mon", "month", "months", "monat", "monate", "mois"), "months"),
    **dict.fromkeys(("d", "day", "days", "tag", "tage", "jour", "jours", "j"), "days"),
}
"""What a visit's number may stand behind or in front of."""
_LONG = "|".join(sorted((unit for unit in UNITS if len(unit) > 1), key=len, reverse=True))
_WEEK_IN_NAME = re.compile(rf"(?P<stem>.*?[a-z].*?)_?(?P<unit>{_LONG}|(?<=[_0-9])[wmdj])_?(?P<number>[0-9]+)")
_WEEK_AT_END = re.compile(rf"(?P<stem>.*[a-z])_?(?P<number>[0-9]+)_?(?P<unit>{_LONG}|[wmdj])")
_WEEK_AT_START = re.compile(rf"(?P<unit>{_LONG}|[wmdj])_?(?P<number>[0-9]+)_(?P<stem>[a-z].*)")
_VISIT_AT_START = re.compile(r"(?:v|vis|visit|visite)_?(?P<number>[0-9]+)_(?P<stem>[a-z].*)")
_VISIT_AT_END = re.compile(r"(?P<stem>.*[a-z0-9])_(?:v|vis|visit|visite)_?(?P<number>[0-9]+)")
_BASELINE_NAME = re.compile(
    r"(?P<stem>.*[a-z0-9])_?(?<![a-z])(bl|base|baseline)|(?P<stem2>.*?)_(bl|base|baseline|pre|ausgangswert|baseline_value)"
)
_BASELINE_AT_START = re.compile(r"(?:bl|base|baseline|pre)_(?P<stem>[a-z].*)")
_LONE_BASELINE = r"bl|base|baseline|baseline_value|pre|ausgangswert"
_LEAST_SERIES = 3
_MOST_WEEKS = 600.0


def week_columns(names: Iterable[str]) -> dict[str, dict[str, float]]:
    """Group columns that hold one marker at several weeks: ``cd40, cd420, cd496`` is cd4 at weeks 0, 20 and 96.

    Where a name may be parted in several ways (cd4 and 20, or cd and 420), the longest stem counts under which at least
    two columns stand, one of them at week 0. Names with a unit (``rna_w12``) or a word for the baseline need no week 0.

    Returns
    -------
    dict of dict
        Stem to the week of each of its columns.
    """
    clear: dict[str, dict[str, float]] = {}
    plain: dict[str, dict[str, float]] = {}
    for name in names:
        word = spoken(name)
        if (said := _said(word)) is not None:
            clear.setdefault(said[0], {})[name] = said[1]
        for digits in range(1, len(word)):
            stem, number = word[:-digits], word[-digits:]
            if not number.isdigit() or not stem:
                break
            if re.search("[a-z]", stem) and (number == "0" or not number.startswith("0")):
                plain.setdefault(stem.rstrip("_"), {}).setdefault(name, float(number))
    groups: dict[str, dict[str, float]] = {}
    taken: set[str] = set()
    candidates = [(stem, group) for stem, group in clear.items() if len(set(group.values())) > 1]
    by_length = sorted(plain.items(), key=lambda item: -len(item[0]))
    candidates += [(stem, group) for stem, group in by_length if 0.0 in group.values()]
    for stem, group in candidates:
        free = {name: week for name, week in group.items() if name not in taken}
        if stem not in groups and len(free) > 1 and len(set(free.values())) == len(free):
            groups[stem] = dict(sorted(free.items(), key=lambda item: item[1]))
            taken |= set(free)
    return groups


def _said(word: str) -> tuple[str, float] | None:
    """Return the stem and the week of a name that says a unit, a visit's number or the baseline."""
    for pattern in (_WEEK_IN_NAME, _WEEK_AT_END, _WEEK_AT_START):
        if match := pattern.fullmatch(word):
            return match["stem"].strip("_"), in_weeks(float(match["number"]), UNITS[match["unit"]])
    if match := _VISIT_AT_START.fullmatch(word) or _VISIT_AT_END.fullmatch(word):
        return match["stem"], float(match["number"])
    if stem := baseline_stem(word):
        return stem, 0.0
    return None


def baseline_stem(word: str) -> str:
    """Return the marker whose baseline a name says: fev1 for fev1_bl; ``""`` where it says none."""
    if match := _BASELINE_NAME.fullmatch(word):
        return str(match["stem"] or match["stem2"]).strip("_")
    match = _BASELINE_AT_START.fullmatch(word)
    return match["stem"] if match else ""


def says_unit(name: str) -> bool:
    """Tell whether a column's name says weeks, months or days, or the baseline, and not just a number."""
    word = spoken(name)
    return bool(
        baseline_stem(word) or any(pattern.fullmatch(word) for pattern in (_WEEK_IN_NAME, _WEEK_AT_END, _WEEK_AT_START))
    )


def later_week(name: str) -> bool:
    """Tell whether a column's name says a time after the baseline."""
    said = _said(spoken(name))
    return said is not None and said[1] > 0


def columns_of(groups: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return the columns of all groups."""
    return [name for group in groups.values() for name in group]


def with_lone_baseline(
    groups: Mapping[str, Mapping[str, float]], names: Iterable[str]
) -> tuple[dict[str, dict[str, float]], tuple[str, ...]]:
    """Take a column that is just called baseline for that of the only marker that has none, and ask."""
    whole = {stem: dict(group) for stem, group in groups.items()}
    lacking = [stem for stem, group in whole.items() if min(group.values()) > 0]
    found = [name for name in names if re.fullmatch(_LONE_BASELINE, spoken(name))]
    if len(lacking) != 1 or len(found) != 1:
        return whole, ()
    whole[lacking[0]] = {found[0]: 0.0} | whole[lacking[0]]
    return whole, (f"Is {found[0]} the baseline of {lacking[0]}, in the same unit?",)


def series_columns(names: Iterable[str]) -> dict[str, dict[str, float]]:
    """Group columns that are numbered from 1 on, as y1, y2, y3: perhaps one marker at several visits."""
    groups: dict[str, dict[str, float]] = {}
    for name in names:
        if match := re.fullmatch(r"(?P<stem>[a-z_]*[a-z])_?(?P<number>[1-9][0-9]?)", spoken(name)):
            groups.setdefault(match["stem"], {})[name] = float(match["number"])
    return {
        stem: group
        for stem, group in groups.items()
        if len(group) >= _LEAST_SERIES and sorted(group.values()) == [float(n) for n in range(1, len(group) + 1)]
    }


def series_question(groups: Mapping[str, Mapping[str, float]]) -> tuple[str, ...]:
    """Ask about columns that are numbered from 1 on."""
    return tuple(
        f"Are {', '.join(group)} one measurement at several visits? Then say so in the step Visits."
        for group in groups.values()
    )


def in_weeks(time: float, unit: TimeUnit) -> float:
    """Return a time in weeks."""
    return time * WEEKS_PER_UNIT[unit][0] / WEEKS_PER_UNIT[unit][1]


def whole_weeks(weeks: Iterable[float]) -> list[float]:
    """Return times as whole weeks, as one speaks of them: month 6 is week 26; as they are where two would be one."""
    given = list(weeks)
    whole = [float(round(week)) for week in given]
    return whole if len(set(whole)) == len(set(given)) else given


def unit_by_size(maximum: float) -> TimeUnit:
    """Propose the unit of times whose name doesn't say it: weeks, unless that would be more than eleven years."""
    return "days" if maximum > _MOST_WEEKS else "weeks"
