"""How often something happened: patients, events, person-years and rates by arm, and the ratio of the rates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, nan

import numpy as np

from il2dash.analysis.estimate import Estimate, Interval, SignificanceTest, no_estimate, no_interval
from il2dash.analysis.follow_up import events_table, unknown_follow_up
from il2dash.analysis.population import Population
from il2dash.analysis.standing import Standing
from il2dash.analysis.subject_columns import event_rows
from il2dash.study.definition_tables import EventCategory
from il2dash.study.trial import Trial

EVENT_CATEGORIES: tuple[EventCategory, ...] = ("aids", "death", "adverse")
WEEKS_PER_YEAR = 365.25 / 7
EXACT_POISSON = "exact Poisson (Garwood)"
EXACT_RATIO = "exact conditional binomial"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmRate:
    """Events of one arm: `patients` had at least one of the `events`; the rate is events per person-year."""

    patients: int
    total: int
    events: int
    person_years: float
    rate: float
    interval: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRates:
    """Events of one category in two arms; the ratio is treatment over reference."""

    category: EventCategory
    arms: dict[str, ArmRate]
    rate_ratio: Estimate
    test: SignificanceTest
    standing: Standing
    reason: str = ""


def recorded_categories(trial: Trial) -> tuple[EventCategory, ...]:
    """Return the categories of which the study records any event: 0 deaths isn't said of one that counts none.

    Of a study without any event these are AIDS events.
    """
    if trial.events is None:
        return ()
    present = set(trial.events["category"].unique())
    return tuple(category for category in EVENT_CATEGORIES if category in present) or ("aids",)


def event_rates(population: Population, category: EventCategory, *, level: float = 0.95) -> EventRates:
    """Count events and follow-up by arm, and compare the rates.

    Person-years run from randomization to the last contact, over all events of a patient; a patient without a last
    contact adds none and makes the result a failure with that reason. An event after the last contact counts.

    Parameters
    ----------
    population : Population
        The patients who are counted.
    category : {"aids", "death", "adverse"}
        Which events.
    level : float
        Confidence level.

    Raises
    ------
    SpecificationError
        Where the study has no table of events: none recorded isn't none happened.
    """
    trial = population.trial
    events_table(trial, f"Events {category!r}")
    weeks = population.numbers("last_contact_week")
    reason = unknown_follow_up(weeks)
    happened = np.bincount(event_rows(trial).of(category).subject, minlength=population.included.size)
    arms = {}
    for code in trial.definition.arms.codes:
        members = population.arm(code)
        mine = happened[population.included][members]
        events, patients = int(mine.sum()), int(np.count_nonzero(mine))
        years = float(weeks[members].sum() / WEEKS_PER_YEAR) if not reason else nan
        arms[code] = ArmRate(
            patients=patients,
            total=int(members.sum()),
            events=events,
            person_years=years,
            rate=events / years if years > 0 else nan,
            interval=poisson_rate_interval(events=events, person_years=years, level=level)
            if not reason
            else no_interval(level=level, method=EXACT_POISSON, reason=reason),
        )
    treatment, reference = arms[trial.definition.arms.treatment], arms[trial.definition.arms.reference]
    ratio, test = rate_ratio(
        treatment_events=treatment.events,
        treatment_years=treatment.person_years,
        reference_events=reference.events,
        reference_years=reference.person_years,
        level=level,
    )
    if reason:
        interval = replace(ratio.interval, reason=reason)
        ratio, test = replace(ratio, interval=interval, reason=reason), replace(test, reason=reason)
    return EventRates(
        category=category, arms=arms, rate_ratio=ratio, test=test, standing=population.standing, reason=reason
    )


def poisson_rate_interval(*, events: int, person_years: float, level: float = 0.95) -> Interval:
    """Return the exact interval of a Poisson rate (Garwood 1936; R's ``poisson.test``)."""
    if not person_years > 0:
        return no_interval(level=level, method=EXACT_POISSON, reason="no follow-up time")
    from scipy.special import gammaincinv

    tail = (1 - level) / 2
    lower = float(gammaincinv(events, tail)) if events else 0.0
    upper = float(gammaincinv(events + 1, 1 - tail))
    return Interval(lower=lower / person_years, upper=upper / person_years, level=level, method=EXACT_POISSON)


def rate_ratio(
    *,
    treatment_events: int,
    treatment_years: float,
    reference_events: int,
    reference_years: float,
    level: float = 0.95,
) -> tuple[Estimate, SignificanceTest]:
    """Compare two Poisson rates given their total (R's ``poisson.test`` with two samples).

    Under a rate ratio of r the treatment's share of all events is binomial with p = rT / (rT + R), T and R the
    person-years; the interval is Clopper-Pearson's on that share, p is two-sided by probability.
    """
    convention = "two-sided by probability, given the total number of events"
    total = treatment_events + reference_events
    if not (treatment_years > 0 and reference_years > 0):
        reason = "an arm has no follow-up time"
    elif total == 0:
        reason = "no event in either arm: a ratio of rates isn't defined"
    else:
        reason = ""
    if reason:
        return (
            no_estimate(level=level, method=EXACT_RATIO, reason=reason),
            SignificanceTest(name=EXACT_RATIO, convention=convention, p=nan, reason=reason),
        )
    from scipy.special import betaincinv

    tail = (1 - level) / 2
    share_lower = betaincinv(treatment_events, reference_events + 1, tail) if treatment_events else 0.0
    share_upper = betaincinv(treatment_events + 1, reference_events, 1 - tail) if reference_events else 1.0
    exposure = reference_years / treatment_years

    def as_ratio(share: float) -> float:
        return inf if share == 1 else share / (1 - share) * exposure

    interval = Interval(
        lower=as_ratio(float(share_lower)), upper=as_ratio(float(share_upper)), level=level, method=EXACT_RATIO
    )
    estimate = treatment_events / reference_events * exposure if reference_events else inf
    p = _binomial_test(treatment_events, total, share=treatment_years / (treatment_years + reference_years))
    return (
        Estimate(estimate=estimate, interval=interval),
        SignificanceTest(name=EXACT_RATIO, convention=convention, p=p),
    )


def _binomial_test(successes: int, total: int, *, share: float) -> float:
    """Return the two-sided p of R's ``binom.test``: all counts that are at most as probable as the observed one."""
    # scipy.stats.binomtest gives the same, after half a second of import.
    from scipy.special import bdtr, bdtrc, gammaln, xlog1py, xlogy

    counts = np.arange(total + 1.0)
    log_probability = xlogy(counts, share) + xlog1py(total - counts, -share)
    log_probability -= gammaln(counts + 1) + gammaln(total - counts + 1)
    # R's tolerance: counts as probable as the observed one, but for rounding, are as extreme.
    likelier = np.flatnonzero(log_probability > log_probability[successes] + np.log1p(1e-7))
    if not likelier.size:
        return 1.0
    first, last = int(likelier[0]), int(likelier[-1])
    below = float(bdtr(first - 1, total, share)) if first else 0.0
    above = float(bdtrc(last, total, share)) if last < total else 0.0
    return below + above
