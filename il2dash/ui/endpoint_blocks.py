"""What the Endpoints page shows beyond an endpoint's own result, one block at a time: inputs, compute, show."""

from __future__ import annotations

from dataclasses import replace

from il2dash.analysis.endpoint import EndpointResult
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import Population
from il2dash.display.beside_own import beside_missing_rules, beside_stratified, beside_threshold_curve
from il2dash.display.missing_rules_view import missing_rules_forest, missing_rules_sentence, missing_rules_spec
from il2dash.display.stratified_view import (
    STRATIFIED_METHOD,
    stratified_forest,
    stratified_sentence,
    stratified_spec,
)
from il2dash.display.threshold_figure import threshold_figure, threshold_sentence
from il2dash.ui import compute, inputs, show, widgets

CURVE_METHOD = "Risk difference with its pointwise 95% Newcombe interval; one threshold was chosen beforehand."


def over_thresholds(patients: Population, spec: EndpointSpec, result: EndpointResult) -> None:
    """Show how the difference moves with the threshold."""
    definition = patients.trial.definition
    endpoint = definition.endpoint(spec.endpoint)

    curve = compute.curve(patients, replace(spec, threshold=None))

    own = compute.curve(patients.everybody, EndpointSpec(endpoint=endpoint.id))
    beside = beside_threshold_curve(curve, own, definition.arms, patients=len(patients.trial.subjects))
    standing = result.standing.and_also("thresholds other than the protocol's")
    show.opening(threshold_sentence(curve, result), standing=standing, beside=beside)
    show.figure(threshold_figure(definition, curve, result, protocol=endpoint.threshold))
    show.details(method=CURVE_METHOD)


def within_strata(patients: Population, spec: EndpointSpec) -> None:
    """Show the endpoint within the levels of a covariate, and combined over them."""
    definition = patients.trial.definition
    covariate = inputs.stratum(patients.trial, definition.endpoint(spec.endpoint))
    if covariate is None:
        show.kindly("The study has no baseline covariate with levels: there is nothing to stratify by.")
        return

    result = compute.stratified(patients, spec, covariate)

    own = compute.stratified(patients.everybody, EndpointSpec(endpoint=spec.endpoint), covariate)
    beside = beside_stratified(result, own, definition.arms)
    show.opening(stratified_sentence(result, definition.arms), standing=result.standing, beside=beside)
    show.figure(stratified_forest(result, definition))
    show.details(stratified_spec(result, definition.arms), method=STRATIFIED_METHOD)


def under_missing_rules(patients: Population, spec: EndpointSpec) -> None:
    """Show the endpoint under every rule for missing outcomes; multiple imputation where it is asked for."""
    definition = patients.trial.definition
    endpoint = definition.endpoint(spec.endpoint)
    wanted = None
    if endpoint.rule != "recorded":
        with widgets.controls():
            wanted = inputs.imputation()

    results = tuple(
        compute.endpoint(patients, replace(spec, missing_rule=rule)) for rule in inputs.missing_rules(endpoint)
    )
    imputed = None
    if wanted is not None:
        imputations, seed = wanted
        with show.progress(f"Imputing {imputations} times: choose anything else to leave") as progress:
            imputed = compute.imputed(patients, spec, imputations=imputations, seed=seed, progress=progress)

    by_rule = next((result for result in results if result.missing_rule == definition.missing.rule), results[0])
    own = tuple(
        compute.endpoint(patients.everybody, EndpointSpec(endpoint=endpoint.id, missing_rule=rule))
        for rule in inputs.missing_rules(endpoint)
    )
    show.opening(
        missing_rules_sentence(results, definition.arms),
        standing=by_rule.standing.and_also("several rules for missing outcomes, of which the protocol names one"),
        beside=beside_missing_rules(results, own, definition.arms),
    )
    show.figure(missing_rules_forest(results, imputed, definition))
    show.details(missing_rules_spec(results, imputed, definition))
