"""Proposals for covariates and recorded outcomes: columns of the subjects' table, their kinds and steps."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import pairwise

from il2dash.intake.column_facts import ColumnFacts, TableFacts, identifier, label_and_unit, numbers_rows, spoken
from il2dash.intake.day_columns import date_columns
from il2dash.intake.guess_names import PATIENT
from il2dash.intake.guess_patients import SITE
from il2dash.intake.recipe import RecordedOutcome
from il2dash.intake.week_columns import columns_of, later_week, series_columns
from il2dash.intake.yes_no_words import yes_and_no
from il2dash.study.definition import Covariate, CovariateKind, CovariateLevel, Endpoint
from il2dash.study.definition_rules import RESERVED_NAMES
from il2dash.study.values import whole_number_text

STEPS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 50.0, 100.0, 500.0, 1000.0, 5000.0, 10000.0)
_OUTCOME = (
    r"(.*_)?(respon[a-z]*|outcome|success|cured?|remission|failure|fail(ed)?|relapsed?|recur(rence|red)?|improve(d|ment)?|"
    r"healed|recovered|recovery|resolved|progress(ion|ed)|ansprechen|erfolg|heilung|reponse|succes|guerison)(_.*)?"
)
_EVENT_CODES = r"event|status|cens(or(ed)?)?|(fu|os|pfs|dfs|efs|rfs|surv(ival)?|death)_?stat(us)?"
_LATER = r"off_?(trt|treat.*)|.*(discontinu|withdr|drop_?out|stopped|post|follow_?up).*|completed?|compl.*"
_NEVER = (
    r".*(date|datum|dtm?|time|name|comment|text|note|kommentar|bemerkung|commentaire)|"
    r"(.*_)?(death|dead|died|deceased|verstorben|gestorben|tod|todesfall|decede|deces|mort)(_.*)?|"
    r"t?_?(start|stop)|row|seq|index|visit|"
    r"tt[a-z]{1,3}"
)
_MOST_LEVELS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class CovariateGuess:
    """A proposed covariate, with the reason and the other kinds that the column could be read as."""

    covariate: Covariate
    reason: str
    alternatives: tuple[CovariateKind, ...]


def guess_covariates(facts: TableFacts, *, used: Collection[str]) -> tuple[CovariateGuess, ...]:
    """Propose the columns that belong to the patient and aren't `used` otherwise as covariates."""
    guesses: list[CovariateGuess] = []
    taken = set(RESERVED_NAMES)
    dates = set(date_columns(facts.table))
    series = dates | set(columns_of(series_columns(name for name, column in facts.columns.items() if column.numeric)))
    for name, column in facts.columns.items():
        if name in used or name in series or not column.of_patient or column.distinct < 2 or _is_no_covariate(column):
            continue
        if numbers_rows(facts, column) or re.fullmatch(PATIENT, spoken(name)):
            continue
        guess = _guess(column, name=identifier(name, otherwise="covariate", taken=taken))
        if guess is not None:
            guesses.append(guess)
            taken.add(guess.covariate.name)
    return tuple(guesses)


def guess_recorded(
    facts: TableFacts, *, used: Collection[str]
) -> tuple[tuple[Endpoint, ...], tuple[RecordedOutcome, ...], tuple[str, ...]]:
    """Propose the columns of two values that are called as outcomes are as recorded endpoints.

    Returns
    -------
    tuple of Endpoint, tuple of RecordedOutcome, tuple of str
        The endpoints, what their texts mean where they aren't plain yes and no, and what has to be asked of others.
    """
    endpoints: list[Endpoint] = []
    meanings: list[RecordedOutcome] = []
    asked: list[str] = []
    for name, column in facts.columns.items():
        if name in used or not column.of_patient or not re.fullmatch(_OUTCOME, spoken(name)):
            continue
        words = None if column.yes_no else yes_and_no(column.levels)
        if not column.yes_no and words is None:
            if 2 <= column.distinct <= _MOST_LEVELS and column.levels:
                listed = ", ".join(column.levels)
                asked.append(f"{name} holds {listed}: which of them is a response? Add it in the step Endpoints.")
            continue
        identity = identifier(name, otherwise="outcome", taken={endpoint.id for endpoint in endpoints})
        endpoint = Endpoint(id=identity, label=column.label or name, rule="recorded", column=name)
        endpoints.append(endpoint if endpoints else replace(endpoint, role="primary"))
        if words is not None:
            meanings.append(RecordedOutcome(endpoint=identity, yes=words[:1], no=words[1:]))
    return tuple(endpoints), tuple(meanings), tuple(asked)


def covariate_of(column: ColumnFacts, *, name: str, kind: CovariateKind) -> Covariate:
    """Describe a column as a covariate of a kind: its levels in their order, or a step that suits its spread."""
    later = later_week(column.name) or re.fullmatch(_LATER, spoken(column.name)) is not None
    label, unit = label_and_unit(column.label or column.name)
    levels = column.levels if kind != "continuous" and not (kind == "binary" and column.yes_no) else ()
    return Covariate(
        name=name,
        label=label,
        unit=unit if kind == "continuous" else "",
        kind=kind,
        column=column.name,
        timing="post-baseline" if later else "baseline",
        step=_step(column) if kind == "continuous" else 1.0,
        levels=tuple(CovariateLevel(value=level, label=whole_number_text(level)) for level in levels),
    )


def step_of(spread: float) -> float:
    """Propose the step of an odds ratio: the largest usual one up to 0.6 standard deviations."""
    return max((step for step in STEPS if step <= 0.6 * spread), default=STEPS[0]) if spread > 0 else 1.0


def _looks_like_codes(column: ColumnFacts) -> bool:
    of_site = re.fullmatch(SITE, spoken(column.name)) is not None
    return column.whole and (of_site or (column.distinct <= 4 and column.maximum <= 10))


def _is_no_covariate(column: ColumnFacts) -> bool:
    codes = column.numeric or column.yes_no
    pattern = f"{_OUTCOME}|{_NEVER}|{_EVENT_CODES}" if codes else f"{_OUTCOME}|{_NEVER}"
    return re.fullmatch(pattern, spoken(column.name)) is not None


def _step(column: ColumnFacts) -> float:
    """Propose a step that is no smaller than the distance between the values that there are, where they are few."""
    values = [float(level) for level in column.levels[:_MOST_LEVELS]] if column.numeric and not column.censored else []
    gaps = [later - earlier for earlier, later in pairwise(values)] if column.distinct <= _MOST_LEVELS else []
    return max(step_of(column.spread), min(gaps, default=0.0))


def _guess(column: ColumnFacts, *, name: str) -> CovariateGuess | None:
    kinds: tuple[CovariateKind, ...]
    if column.distinct == 2:
        kinds = ("binary", "categorical", *(("continuous",) if column.numeric else ()))
        reason = f"two values: {' and '.join(column.levels)}"
    elif column.numeric and not column.censored and not _looks_like_codes(column):
        kinds = ("continuous", *(("categorical",) if column.levels else ()))
        reason = f"{column.distinct} different numbers from {column.minimum:g} to {column.maximum:g}"
    elif column.levels and column.distinct <= _MOST_LEVELS:
        kinds = ("categorical", *(("continuous",) if column.numeric else ()))
        reason = f"{column.distinct} values: {', '.join(column.levels)}"
    else:
        return None
    return CovariateGuess(
        covariate=covariate_of(column, name=name, kind=kinds[0]), reason=reason, alternatives=kinds[1:]
    )
