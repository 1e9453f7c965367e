"""How a model of repeated measures is told: its scale, its numbers, and the result in plain sentences."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import isnan, nan

from il2dash.analysis.estimate import Interval
from il2dash.analysis.repeated_measures import RepeatedMeasures, VisitContrast
from il2dash.display.numbers import (
    NOT_ESTIMABLE,
    bounds,
    compact,
    count,
    decimal,
    level,
    listed,
    p_value,
    sentence_of,
    significant,
    week_number,
    within,
)
from il2dash.study.definition import StudyDefinition

DF_WORDS: dict[str, str] = {"kenward-roger": "Kenward-Roger", "satterthwaite": "Satterthwaite"}
COVARIANCE_PHRASES = {
    "unstructured": "an unstructured covariance",
    "heterogeneous Toeplitz": "a heterogeneous Toeplitz covariance",
    "heterogeneous AR1": "a heterogeneous first-order autoregressive covariance",
    "compound symmetry": "compound symmetry",
}


def center_word(model: RepeatedMeasures) -> str:
    """Return what a back-transformed least-squares mean is: of a square root or a logarithm, a median."""
    return "mean" if model.scale == "identity" else "median"


def difference_words(model: RepeatedMeasures) -> str:
    """Return of what a contrast is the difference: ``square roots``, ``log10 copies/mL``, ``means, mm Hg``."""
    if model.scale == "sqrt":
        return "square roots"
    if model.scale == "log10":
        return f"log10 {model.unit}".strip()
    return f"means, {model.unit}".removesuffix(", ")


def marker_number(value: float, *, more: int = 0) -> str:
    """Return a value in the marker's unit: two digits below 100, three above, and as many more as are asked for."""
    if isnan(value):
        return NOT_ESTIMABLE
    return significant(value, 2 + more) if abs(value) < 100 else compact(float(f"{value:.{3 + more}g}"))


def told_contrast(model: RepeatedMeasures, definition: StudyDefinition) -> VisitContrast | None:
    """Return the contrast of the primary week, or else of the last week that has one."""
    known = [contrast for contrast in model.contrasts if not isnan(contrast.p)]
    primary = [contrast for contrast in known if contrast.week == definition.study.primary_week]
    return next(iter(primary or known[-1:]), None)


def repeated_measures_sentence(model: RepeatedMeasures, definition: StudyDefinition) -> str:
    """Say where the model puts both arms at the primary week, and what the interval of the contrast still allows."""
    if model.reason:
        return f"The model of {model.label} can't be fitted: {within(model.reason)}."
    contrast = told_contrast(model, definition)
    if contrast is None:
        reasons = listed(list(dict.fromkeys(within(contrast.reason) for contrast in model.contrasts)))
        return f"The arms can't be compared at any visit: {reasons}."
    arms = definition.arms
    medians = {
        code: next(mean for mean in model.lsmeans[code] if mean.week == contrast.week).back_transformed.estimate
        for code in arms.codes
    }
    unit = f" {model.unit}" if model.unit else ""
    treatment, reference = arms.label(arms.treatment), arms.label(arms.reference)
    write = _writer(contrast, medians[arms.reference])
    return (
        f"At week {week_number(contrast.week)} the model's {center_word(model)} {model.label} is "
        f"{write(medians[arms.treatment])}{unit} with {treatment} and {write(medians[arms.reference])} "
        f"with {reference} ({p_value(contrast.p)}). {_what_remains(model, contrast, treatment, reference, write)}"
    )


def method_line(model: RepeatedMeasures, definition: StudyDefinition) -> str:
    """Return the method in one line: effects, scale, covariance, degrees of freedom, patients and values."""
    scale = {"sqrt": "square roots", "log10": "log10", "identity": "the values as they are"}[model.scale]
    own = [f"{model.label} at baseline"] if model.adjusted_for_baseline else []
    terms = [*own, *(definition.covariate(name).label for name in model.covariates)]
    adjusted = f"adjusted for {listed(terms)}" if terms else "adjusted for nothing"
    factors = any(definition.covariate(name).kind != "continuous" for name in model.covariates)
    weights = "Least-squares means give the levels of a factor equal weights. " if factors else ""
    return (
        f"Mixed model of repeated measures on {scale}: arm by visit, {adjusted}; "
        f"{COVARIANCE_PHRASES.get(model.covariance, 'no covariance')} of a patient's visits, restricted maximum "
        f"likelihood, {DF_WORDS[model.df_method]} degrees of freedom; {count(model.n, 'patient')}, "
        f"{count(model.observations, 'value')}. {weights}Missing visits stay missing, and are taken to depend on "
        "nothing but what was observed (missing at random). One P a visit, not adjusted for their number."
    )


def cautions(model: RepeatedMeasures) -> tuple[str, ...]:
    """Return what a reader must know: which covariances couldn't be used and why, who was left out, the limits."""
    said = []
    if model.covariance and model.fallback:
        failed = "; ".join(
            f"{COVARIANCE_PHRASES[step.covariance]} couldn't be used ({within(step.reason)})" for step in model.fallback
        )
        said.append(f"{sentence_of(failed)} The model has {COVARIANCE_PHRASES[model.covariance]} instead.")
    return (*said, *model.warnings)


def contrast_bounds(interval: Interval) -> str:
    """Return both bounds on the model's scale, two decimals."""
    return bounds(interval, lambda bound: decimal(bound, 2))


def _writer(contrast: VisitContrast, reference: float) -> Callable[[float], str]:
    """Return what writes the medians: with more digits where a bound would read as the median that it excludes."""
    interval, allowed = contrast.interval, contrast.treatment_median
    nearest = allowed.lower if interval.lower > 0 else allowed.upper if interval.upper < 0 else nan
    enough = (more for more in range(3) if marker_number(nearest, more=more) != marker_number(reference, more=more))
    return partial(marker_number, more=next(enough, 3))


def _what_remains(
    model: RepeatedMeasures, contrast: VisitContrast, treatment: str, reference: str, write: Callable[[float], str]
) -> str:
    """Say what the interval allows in the marker's unit, and never that there is no effect."""
    allowed = contrast.treatment_median
    center = center_word(model)
    opening = (
        f"With {reference} at that {center}, the {level(contrast.interval)} of the difference allows a {center} with "
        f"{treatment} of {write(allowed.lower)} to {write(allowed.upper)}"
    )
    if contrast.interval.lower > 0:
        return f"{opening}: it excludes equality, {model.label} is higher with {treatment}."
    if contrast.interval.upper < 0:
        return f"{opening}: it excludes equality, {model.label} is lower with {treatment}."
    return f"{opening}, lower as well as higher: neither a difference nor equality is shown."
