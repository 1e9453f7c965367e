"""What the Model page shows beyond the odds ratios, one block at a time: inputs, compute, show."""

from __future__ import annotations

from il2dash.analysis.arm_interaction import interacting_covariates
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.population import Population
from il2dash.analysis.predicted_probability import curve_covariates
from il2dash.display import adjusted_difference_view, calibration_view, interaction_view
from il2dash.display.beside_own_model import (
    beside_adjusted,
    beside_calibration,
    beside_influence,
    beside_interaction,
    beside_probability,
)
from il2dash.display.influence_view import INFLUENCE_METHOD, influence_figure, influence_sentence, influence_spec
from il2dash.display.probability_figure import (
    probability_figure,
    probability_method,
    probability_sentence,
    probability_spec,
)
from il2dash.ui import compute, model_inputs, show

SPREAD = "Finding out how far it may be off: choose anything else to leave"


def look_further(patients: Population, spec: ModelSpec) -> None:
    """Show what was asked for under a model, and compute nothing else."""
    further = model_inputs.further()
    if further == "probability":
        over_a_covariate(patients, spec)
    elif further == "adjusted":
        adjusted_difference(patients, spec)
    elif further == "interaction":
        interaction(patients, spec)
    elif further == "influence":
        influence(patients, spec)
    elif further == "calibration":
        calibration(patients, spec)


def over_a_covariate(patients: Population, spec: ModelSpec) -> None:
    """Show the predicted probability by arm over a continuous covariate."""
    definition = patients.trial.definition
    covariate = model_inputs.curve_covariate(patients.trial, spec)
    if covariate is None:
        show.kindly("The model has no continuous covariate to draw probabilities over: switch one on.")
        return

    with show.progress(SPREAD) as progress:
        result = compute.predicted(patients, spec, covariate, progress=progress)
        own_spec = _own_spec(patients, spec)
        reference = own_spec if covariate in curve_covariates(definition, own_spec.terms) else spec
        own = compute.predicted(patients.everybody, reference, covariate, progress=progress)

    beside = beside_probability(result, own, definition.arms)
    show.opening(probability_sentence(result, definition.arms), standing=result.standing, beside=beside)
    if not result.reason:
        show.figure(probability_figure(result, definition))
        show.details(probability_spec(result, definition.arms), method=probability_method(result))


def adjusted_difference(patients: Population, spec: ModelSpec) -> None:
    """Show the risk difference adjusted by the model, beside the unadjusted one."""
    definition = patients.trial.definition

    with show.progress(SPREAD) as progress:
        result = compute.adjusted(patients, spec, progress=progress)
        own = compute.adjusted(patients.everybody, _own_spec(patients, spec), progress=progress)

    words = adjusted_difference_view.adjusted_sentence(result, definition.arms)
    show.opening(words, standing=result.standing, beside=beside_adjusted(result, own, definition.arms))
    show.figure(adjusted_difference_view.adjusted_forest(result, definition))
    show.details(
        adjusted_difference_view.adjusted_spec(result, definition.arms),
        method=adjusted_difference_view.adjusted_method(result),
    )


def interaction(patients: Population, spec: ModelSpec) -> None:
    """Show the arm's odds ratio at the values of a covariate."""
    definition = patients.trial.definition
    covariate = model_inputs.interaction_covariate(patients.trial, spec)
    if covariate is None:
        show.kindly("An interaction needs the arm and a covariate in the model: switch both on.")
        return

    result = compute.interaction(patients, spec, covariate)

    own_spec = _own_spec(patients, spec)
    reference = own_spec if covariate in interacting_covariates(own_spec.terms) else spec
    own = compute.interaction(patients.everybody, reference, covariate)
    beside = beside_interaction(result, own, definition.arms)
    show.opening(interaction_view.interaction_sentence(result), standing=result.standing, beside=beside)
    if not result.reason:
        show.figure(interaction_view.interaction_forest(result, definition))
        show.details(interaction_view.interaction_spec(result, definition), method=interaction_view.INTERACTION_METHOD)


def influence(patients: Population, spec: ModelSpec) -> None:
    """Show the odds ratios without each patient in turn."""
    result = compute.influence(patients, spec)

    own = compute.influence(patients.everybody, _own_spec(patients, spec))
    beside = beside_influence(result, own, patients.trial.definition.arms)
    show.opening(influence_sentence(result), standing=result.standing, beside=beside)
    if not result.reason:
        show.figure(influence_figure(result, patients.trial.definition))
        show.details(influence_spec(result), method=INFLUENCE_METHOD)


def calibration(patients: Population, spec: ModelSpec) -> None:
    """Show how well the model's predictions hold."""
    with show.progress(SPREAD) as progress:
        result = compute.performance(patients, spec, progress=progress)
        own = compute.performance(patients.everybody, _own_spec(patients, spec), progress=progress)

    beside = beside_calibration(result, own, patients.trial.definition.arms)
    show.opening(calibration_view.calibration_sentence(result), standing=result.standing, beside=beside)
    if not result.reason:
        show.figure(calibration_view.calibration_figure(result, patients.trial.definition))
        show.details(calibration_view.calibration_spec(result), method=calibration_view.calibration_method(result))


def _own_spec(patients: Population, spec: ModelSpec) -> ModelSpec:
    return model_inputs.own_spec(patients.trial, patients.trial.definition.endpoint(spec.endpoint.endpoint))
