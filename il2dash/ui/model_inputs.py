"""The inputs of the Model page: its covariates, their forms, and one way to look further."""

from __future__ import annotations

from dataclasses import replace

from il2dash.analysis.arm_interaction import interacting_covariates
from il2dash.analysis.covariate_forms import Form, why_not
from il2dash.analysis.design_matrix import ARM, step_words
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.predicted_probability import curve_covariates
from il2dash.study.definition import Covariate, Endpoint
from il2dash.study.trial import Trial
from il2dash.ui.stylesheet import plain
from il2dash.ui.widgets import any_of_many, choice, selection, several

FORM_WORDS: dict[Form, str] = {"log2": "by doublings", "spline": "as a curve"}
"""How a continuous covariate can enter a model other than as a straight line; of two chosen, the last counts."""

FURTHER_WORDS = {
    "none": "None",
    "probability": "Predicted probability",
    "adjusted": "Adjusted difference",
    "interaction": "Interaction",
    "influence": "Influence",
    "calibration": "Calibration",
}


def model_spec(trial: Trial, chosen: Endpoint) -> ModelSpec:
    """Ask for the covariates of a model, each switched on or off; at first those of the trial's own model."""
    # One widget for all the switches: eleven of their own took a third of the time that a click takes to be seen.
    # Its key is the endpoint's, because a key keeps its value, whatever default comes with it.
    terms = several(
        "Covariates, on or off",
        _offered(trial, chosen),
        key=f"covariates_{chosen.id}",
        default=own_spec(trial, chosen).terms,
    )
    return ModelSpec(endpoint=EndpointSpec(endpoint=chosen.id), terms=terms, forms=_forms(trial, terms))


def next_specs(trial: Trial, spec: ModelSpec) -> tuple[ModelSpec, ...]:
    """Return the models that one click more on the covariates would ask for."""
    offered = _offered(trial, trial.definition.endpoint(spec.endpoint.endpoint))
    switched = (set(spec.terms) ^ {name} for name in offered)
    every = (tuple(name for name in offered if name in terms) for terms in switched)
    return tuple(
        replace(spec, terms=terms, forms=tuple(form for form in spec.forms if form[0] in terms)) for terms in every
    )


def own_spec(trial: Trial, chosen: Endpoint) -> ModelSpec:
    """Return the trial's own model of an endpoint; of one that has none, the arm alone."""
    terms = next((model.terms for model in trial.definition.models if model.endpoint == chosen.id), (ARM,))
    return ModelSpec(endpoint=EndpointSpec(endpoint=chosen.id), terms=terms)


def restore_words(trial: Trial, chosen: Endpoint) -> str:
    """Return what leads back to the model that the page opens with: published only where the study says so."""
    figures = [entry.quantity for entry in trial.definition.published]
    models = [model.id for model in trial.definition.models if model.endpoint == chosen.id]
    if any(figure.startswith(f"models.{name}.") for name in models[:1] for figure in figures):
        return "Restore the published model"
    return "Back to the trial's own model" if models else "Back to the arm alone"


def further() -> str:
    """Ask what is shown under a model; a key of `FURTHER_WORDS`."""
    return choice("Look further", FURTHER_WORDS, key="further", default="none")


def curve_covariate(trial: Trial, spec: ModelSpec) -> str | None:
    """Ask for the covariate over which probabilities are drawn; None in a model without a continuous one."""
    return _one_of(trial, curve_covariates(trial.definition, spec.terms), "Over", key="over")


def interaction_covariate(trial: Trial, spec: ModelSpec) -> str | None:
    """Ask for the covariate whose interaction with the arm is looked at; None where there is none."""
    return _one_of(trial, interacting_covariates(spec.terms), "Arm with", key="interaction")


def _one_of(trial: Trial, names: tuple[str, ...], label: str, *, key: str) -> str | None:
    labels = {name: trial.definition.covariate(name).label for name in names}
    return selection(label, labels, key=key) if labels else None


def _forms(trial: Trial, terms: tuple[str, ...]) -> tuple[tuple[str, Form], ...]:
    """Ask which continuous covariates enter not as a straight line; a curve takes in what doublings could show.

    One widget for all of them: each of its own is a message to the browser, which draws the page anew at each.
    """
    continuous = [
        covariate
        for covariate in trial.definition.covariates
        if covariate.kind == "continuous" and covariate.timing == "baseline"
    ]
    if not continuous:
        return ()
    offered: dict[str, tuple[Covariate, Form]] = {}
    reasons = []
    for form in FORM_WORDS:
        for covariate in continuous:
            if reason := why_not(trial, covariate, form):
                reasons.append(reason)
            else:
                offered[f"{covariate.name} {form}"] = covariate, form
    chosen = any_of_many(
        "Not as straight lines",
        {code: f"{covariate.label} {FORM_WORDS[form]}" for code, (covariate, form) in offered.items()},
        key="forms",
        placeholder="Choose covariates: by doublings, or as curves",
        help=plain("; ".join(reasons)) or None,
    )
    forms = {covariate.name: form for covariate, form in (offered[code] for code in chosen)}
    return tuple((name, forms[name]) for name in curve_covariates(trial.definition, terms) if name in forms)


def _offered(trial: Trial, chosen: Endpoint) -> dict[str, str]:
    """Return the labels of the covariates that can be switched on, those of the trial's own model first."""
    labels = {ARM: "Arm"} | {
        covariate.name: _with_step(covariate)
        for covariate in trial.definition.covariates
        if covariate.timing == "baseline"
    }
    preset = own_spec(trial, chosen).terms
    return {name: labels[name] for name in (*preset, *(name for name in labels if name not in preset))}


def _with_step(covariate: Covariate) -> str:
    if covariate.kind != "continuous":
        return covariate.label
    return f"{covariate.label}, {step_words(covariate)}"
