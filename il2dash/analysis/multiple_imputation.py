"""An endpoint with unknown outcomes imputed: the missing values of its marker by arm, the cut, then Rubin's rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, inf, isnan, log, nan
from sys import float_info

import numpy as np
from numpy.typing import NDArray

from il2dash.analysis.estimate import Estimate, Interval, SignificanceTest, no_estimate, no_interval
from il2dash.analysis.imputed_courses import EstimatedCourses, imputed_courses
from il2dash.analysis.outcome import EndpointSpec, ResolvedEndpoint, outcome, resolve, responses
from il2dash.analysis.population import Population
from il2dash.analysis.rubin import Pooled, pool
from il2dash.analysis.standing import Standing
from il2dash.analysis.visit_values import VisitValues, visit_values
from il2dash.errors import SpecificationError

IMPUTATIONS = 50
SEED = 1

ASSUMPTION = (
    "missing at random: within an arm, a patient whose value is missing differs from one who was measured only by what "
    "was observed at the other visits; and values, on the scale of the marker's models, that are roughly normal"
)
_NOTHING_TO_LEARN_FROM = (
    "nobody of an arm was measured at one of the visits that are needed: there is nothing to impute from"
)
_TEST = "multiple imputation"
_METHOD = "multiple imputation, Rubin's rules with Barnard-Rubin degrees of freedom"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImputedArm:
    """One arm: its patients, how many had an unknown outcome, and the pooled proportion of responders."""

    total: int
    imputed: int
    proportion: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledEffect:
    """A pooled comparison, treatment against reference, with what imputation cost it."""

    estimate: float
    interval: Interval
    se: float
    degrees_of_freedom: float
    missing_information: float
    test: SignificanceTest
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImputedEndpoint:
    """An endpoint under multiple imputation. `se` of the odds ratio is that of its logarithm.

    `corrected` is in how many imputations an arm had nobody or everybody responding, so that its odds ratio needed one
    half added to each cell. `approximated` says that patients were many: the regressions were drawn from the normal
    approximation to their posterior.
    """

    id: str
    imputations: int
    seed: int
    arms: dict[str, ImputedArm]
    risk_difference: PooledEffect
    odds_ratio: PooledEffect
    corrected: int
    approximated: bool
    assumption: str
    standing: Standing
    reason: str = ""


def imputed_endpoint(
    population: Population,
    spec: EndpointSpec,
    *,
    imputations: int = IMPUTATIONS,
    seed: int = SEED,
    level: float = 0.95,
    progress: Callable[[float], None] | None = None,
) -> ImputedEndpoint:
    """Analyse an endpoint of a marker with unknown outcomes imputed.

    The marker's whole course enters, baseline and visits after the endpoint's included, on its model's scale (square
    root, log10), each arm by itself; the drawn value is then held against the threshold. Known outcomes stay as they
    are. Where patients are many, the regressions from which values are drawn are drawn from the normal approximation to
    their posterior, as ``imputed_courses`` says. The risk difference has Wald's variance in each imputation; the log
    odds ratio Woolf's, with one half added to all cells of an imputation in which one is empty (Haldane and Anscombe).

    Parameters
    ----------
    population : Population
        The patients who are counted, and whose courses are learned from.
    spec : EndpointSpec
        The endpoint, threshold and week; its rule for missing outcomes isn't used.
    imputations : int
        How many; at least 2.
    seed : int
        Not negative; the same seed and data give the same result, whatever the order of the rows.
    level : float
        Confidence level, between 0 and 1.
    progress : callable, optional
        Told the part that is done; what it raises ends the work.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint or week, the endpoint is a recorded one, or `imputations` or `seed` is too
        small.
    """
    resolved = resolve(population.trial, spec)
    if resolved.week is None:
        raise SpecificationError(
            f"Endpoint {resolved.endpoint.id}: a recorded outcome has no marker whose values could be imputed; "
            "choose another rule for missing outcomes."
        )
    if imputations < 2 or seed < 0:
        raise SpecificationError(
            f"Imputations {imputations}, seed {seed}: there must be at least 2 imputations, and a seed isn't negative."
        )
    arms = population.trial.definition.arms
    observed = outcome(population.trial, resolved)
    known, response = observed.known[population.places], observed.response[population.places]
    drawn, approximated = _drawn_responders(
        population, resolved, known, imputations=imputations, seed=seed, progress=progress
    )
    results, counts = {}, {}
    for code in arms.codes:
        members = population.arm(code)
        responders, total = drawn[code] + response[members & known].sum(), int(members.sum())
        counts[code] = responders, total
        results[code] = ImputedArm(
            total=total,
            imputed=int((members & ~known).sum()),
            proportion=_pooled_proportion(responders, total, level=level),
        )
    difference, odds, corrected = _compare(counts[arms.treatment], counts[arms.reference], level=level)
    rule = population.trial.definition.missing.rule.replace("_", " ")
    return ImputedEndpoint(
        id=resolved.endpoint.id,
        imputations=imputations,
        seed=seed,
        arms=results,
        risk_difference=difference,
        odds_ratio=odds,
        corrected=corrected,
        approximated=approximated,
        assumption=ASSUMPTION,
        standing=population.standing.and_also(
            *(reason for reason in resolved.standing.reasons if not reason.startswith("missing outcomes")),
            f"missing outcomes by multiple imputation, protocol {rule}",
        ),
        reason=difference.reason,
    )


def _drawn_responders(
    population: Population,
    resolved: ResolvedEndpoint,
    known: NDArray[np.bool_],
    *,
    imputations: int,
    seed: int,
    progress: Callable[[float], None] | None,
) -> tuple[dict[str, NDArray[np.float64]], bool]:
    """Return by arm code how many of those with an unknown outcome respond in each imputation; whether approximated.

    NaN where a value couldn't be imputed.
    """
    trial = population.trial
    responders = {code: np.zeros(imputations) for code in trial.definition.arms.codes}
    if known.all():
        return responders, False
    source = visit_values(trial, resolved.endpoint.marker)
    assert resolved.week is not None
    assert resolved.threshold is not None
    imputed = imputed_courses(
        population, resolved.endpoint.marker, imputations=imputations, seed=seed, progress=progress
    )
    # No rule of an endpoint looks at other visits.
    visits = sorted({0, source.visit(resolved.week)})
    for code, courses in imputed.items():
        drawn = courses.completed(~known[population.arm(code)], visits)
        flat = drawn.reshape(-1, drawn.shape[2])
        nothing = np.zeros(flat.shape, dtype=bool)
        completed = VisitValues(weeks=source.weeks[visits], values=flat, below=nothing, above=nothing)
        found = responses(trial, completed, resolved.endpoint, visit=-1, thresholds=np.array([resolved.threshold]))
        responders[code] = found.reshape(drawn.shape[:2]).sum(axis=1)
    return responders, any(isinstance(courses, EstimatedCourses) for courses in imputed.values())


def _pooled_proportion(responders: NDArray[np.float64], total: int, *, level: float) -> Estimate:
    if not total or np.isnan(responders).any():
        reason = "the arm has no patients" if not total else _NOTHING_TO_LEARN_FROM
        return no_estimate(level=level, method=_METHOD, reason=reason)
    share = responders / total
    pooled = pool(share, share * (1 - share) / total, complete_freedom=total - 1, level=level)
    interval = Interval(
        lower=_at_least(pooled.lower, 0.0),
        upper=_at_most(pooled.upper, 1.0),
        level=level,
        method=_METHOD,
        reason=pooled.reason,
    )
    return Estimate(estimate=pooled.estimate, interval=interval)


def _compare(
    treatment: tuple[NDArray[np.float64], int], reference: tuple[NDArray[np.float64], int], *, level: float
) -> tuple[PooledEffect, PooledEffect, int]:
    """Pool the risk difference and the log odds ratio; the last is in how many imputations a cell was empty."""
    (x1, n1), (x0, n0) = treatment, reference
    if not n1 or not n0:
        which = "treatment" if n0 else "reference"
        failed = _failed(f"the {which} arm has no patients" if n1 or n0 else "neither arm has patients", level)
        return failed, failed, 0
    if np.isnan(x1).any() or np.isnan(x0).any():
        failed = _failed(_NOTHING_TO_LEARN_FROM, level)
        return failed, failed, 0
    p1, p0 = x1 / n1, x0 / n0
    freedom = n1 + n0 - 2
    difference = pool(p1 - p0, p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0, complete_freedom=freedom, level=level)
    cells = np.array([x1, n1 - x1, x0, n0 - x0])
    empty = (cells == 0).any(axis=0)
    cells = cells + np.where(empty, 0.5, 0.0)
    log_odds = np.log(cells[0]) - np.log(cells[1]) - np.log(cells[2]) + np.log(cells[3])
    odds = pool(log_odds, (1 / cells).sum(axis=0), complete_freedom=freedom, level=level)
    return (
        _effect(difference, level=level),
        _effect(odds, level=level, ratio=True),
        int(empty.sum()),
    )


def _effect(pooled: Pooled, *, level: float, ratio: bool = False) -> PooledEffect:
    lower, upper = pooled.lower, pooled.upper
    if ratio:
        lower, upper = _ratio_of(lower), _ratio_of(upper)
    else:
        lower, upper = _at_least(lower, -1.0), _at_most(upper, 1.0)
    return PooledEffect(
        estimate=exp(pooled.estimate) if ratio else pooled.estimate,
        interval=Interval(lower=lower, upper=upper, level=level, method=_METHOD, reason=pooled.reason),
        se=pooled.se,
        degrees_of_freedom=pooled.degrees_of_freedom,
        missing_information=pooled.missing_information,
        test=SignificanceTest(
            name=_TEST,
            convention="two-sided, t with Barnard-Rubin degrees of freedom",
            p=pooled.p,
            reason=pooled.reason,
        ),
    )


def _failed(reason: str, level: float) -> PooledEffect:
    return PooledEffect(
        estimate=nan,
        interval=no_interval(level=level, method=_METHOD, reason=reason),
        se=nan,
        degrees_of_freedom=nan,
        missing_information=nan,
        test=SignificanceTest(name=_TEST, convention="", p=nan, reason=reason),
        reason=reason,
    )


def _ratio_of(logarithm: float) -> float:
    # Half a degree of freedom and three patients give bounds that no number can hold.
    return inf if logarithm > log(float_info.max) else exp(logarithm)


def _at_least(bound: float, limit: float) -> float:
    return bound if isnan(bound) else max(bound, limit)


def _at_most(bound: float, limit: float) -> float:
    return bound if isnan(bound) else min(bound, limit)
