"""What the results on events say, as sentences that stay true whatever was counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite, isinf, isnan

from il2dash.analysis.estimate import Estimate, Interval
from il2dash.analysis.event_rates import EventRates
from il2dash.display.numbers import bounds, capitalized, count, decimal, level, p_value, ratio, within
from il2dash.study.definition import Arms, StudyDefinition
from il2dash.study.definition_tables import EventCategory, EventsSource

EVENT_NAME = "AIDS event"
"""What an event of the category ``aids`` is called where the study doesn't say."""

_SPELLED_OUT = re.compile(r"[A-Z](?:[0-9]|[A-Z](?![a-z])|\b)")
_WORD_OF_CAPITALS = re.compile(r"(?:[B-DF-HJ-NP-TV-Z]|ST)[AEIOU][A-Z]{2}")
_AS_YOU_OR_ONE = re.compile(r"eu|one\b|once\b|uni(?:on|t|que|form|lateral|vers)|u[rstv][aeiou]", re.IGNORECASE)
_SILENT_H = re.compile(r"hour|hon(?:est|or|our)|heir", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventWords:
    """How the events of a category are called within a sentence: ``death``, ``deaths``, ``died``, ``alive``."""

    one: str
    many: str
    had_one: str
    free_of: str

    @property
    def title(self) -> str:
        """The events' name where a label or a sentence begins: ``AIDS events``, ``Deaths``."""
        return capitalized(self.many)

    @property
    def with_article(self) -> str:
        """One event with its article: ``an AIDS event``, ``a death``."""
        return with_article(self.one)


def event_words(definition: StudyDefinition, category: EventCategory) -> EventWords:
    """Return a study's words for the events of a category."""
    if category == "death":
        return EventWords(one="death", many="deaths", had_one="died", free_of="alive")
    source = definition.tables.events or EventsSource()
    one, many = source.event_name or EVENT_NAME, source.event_name_plural
    if category == "adverse":
        one, many = "adverse event", None
    return EventWords(
        one=one,
        many=many or f"{one}s",
        had_one=f"had {with_article(one)}",
        free_of=f"free of {with_article(one)}",
    )


def with_article(noun: str) -> str:
    """Return a noun with the article that it is spoken with: ``a relapse``, ``an infection``, ``an MI``."""
    if _SPELLED_OUT.match(noun) and not _WORD_OF_CAPITALS.match(noun):
        vowel = noun[0] in "AEFHILMNORSX"
    else:
        vowel = (noun[0].lower() in "aeiou" and not _AS_YOU_OR_ONE.match(noun)) or bool(_SILENT_H.match(noun))
    return f"{'an' if vowel else 'a'} {noun}"


def events_sentence(rates: EventRates, definition: StudyDefinition) -> str:
    """Say who had an event and how often, compare the rates, and say what the interval still allows."""
    arms, had_one = definition.arms, event_words(definition, rates.category).had_one
    first = arms.treatment if rates.arms[arms.treatment].total else arms.reference
    parts = [
        _arm_phrase(rates, arms, code, verb=had_one if code == first else "")
        for code in (arms.treatment, arms.reference)
    ]
    opening = capitalized(f"{parts[0]} and {parts[1]}")
    estimate = rates.rate_ratio
    if isnan(estimate.estimate):
        return f"{opening}. The rates can't be compared: {within(estimate.reason)}."
    compared = f"rate ratio {ratio(estimate.estimate)} ({level(estimate.interval)} {bounds(estimate.interval, ratio)})"
    return f"{opening}: {compared}, {p_value(rates.test.p)}. {ratio_remains(estimate, 'rate', arms)}"


def ratio_remains(estimate: Estimate, what: str, arms: Arms) -> str:
    """Say what the interval of a ratio (of a rate, of a hazard) still allows, and never that there is no effect."""
    interval, label = estimate.interval, arms.label(arms.treatment)
    if isnan(interval.lower) or isnan(interval.upper):
        return "Without an interval nothing more can be said."
    if interval.lower > 1:
        return f"The interval excludes equality: a higher {what} with {label}."
    if interval.upper < 1:
        return f"The interval excludes equality: a lower {what} with {label}."
    allowed = allowed_multiples(interval, f"a {what}")
    return f"The data are compatible with anything {allowed} with {label}: neither a difference nor equality is shown."


def allowed_multiples(interval: Interval, what: str) -> str:
    """Return ``from a rate 81% lower to 2.4 times as high``; `what` is ``a rate``, or ``odds``."""
    lower = "from none at all" if interval.lower == 0 else f"from {what} {_times(interval.lower)}"
    upper = "any multiple" if isinf(interval.upper) else _times(interval.upper)
    return f"{lower} to {upper}"


def _times(bound: float) -> str:
    if bound == 1:
        return "equal"
    if bound < 1:
        return f"{_percent(1 - bound)} lower"
    if bound < 2:
        return f"{_percent(bound - 1)} higher"
    return f"{ratio(bound).replace('>', 'more than')} times as high"


def _percent(share: float) -> str:
    text = decimal(100 * share, 0)
    return "less than 1%" if text == "0" else "more than 99%" if text == "100" else f"{text}%"


def _arm_phrase(rates: EventRates, arms: Arms, code: str, *, verb: str = "") -> str:
    """Return ``4 of 28 with IL-2 had an AIDS event (5 events, 18.6 per 100 person-years)``."""
    arm = rates.arms[code]
    if not arm.total:
        return f"nobody is counted in the arm {arms.label(code)}"
    detail = [] if rates.category == "death" else [count(arm.events, "event")]
    detail += [f"{rate_words(arm.rate)} per 100 person-years"] if isfinite(arm.rate) else []
    small = f" ({', '.join(detail)})" if detail else ""
    return f"{arm.patients:,} of {arm.total:,} with {arms.label(code)}{verb and f' {verb}'}{small}"


def rate_words(rate: float) -> str:
    """Return a rate per 100 person-years."""
    return decimal(100 * rate, 1)
