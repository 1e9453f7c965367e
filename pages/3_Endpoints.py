"""Endpoints: responders in each arm, the difference, and how it moves with the threshold, the week and the rule."""

from il2dash.display.endpoint_view import effects_spec, proportions_figure, proportions_spec
from il2dash.display.endpoint_words import criterion, endpoint_sentence, missing_sentence
from il2dash.display.threshold_figure import threshold_figure, threshold_sentence
from il2dash.study.trial import Trial
from il2dash.ui import compute, frame, inputs, show

CURVE_METHOD = "Risk difference with its pointwise 95% Newcombe interval; one threshold was chosen beforehand."


@frame.page("Endpoints")
def page(trial: Trial) -> None:
    """Show one endpoint, and its difference over all thresholds."""
    definition = trial.definition
    patients = compute.population(trial)
    if not definition.endpoints:
        show.kindly("The study names no endpoints.")
        return
    spec = inputs.endpoint_spec(trial)
    endpoint = definition.endpoint(spec.endpoint)
    frame.link_back("Endpoints", "Back to the trial's own analysis", endpoint=inputs.endpoint_words(endpoint))

    result = compute.endpoint(patients, spec)

    words = endpoint_sentence(result, definition.arms)
    show.opening(words, title=criterion(result, definition), standing=result.standing)
    show.figure(proportions_figure(result, definition))
    show.details(
        proportions_spec(result, definition), effects_spec(result), method=missing_sentence(result, definition.arms)
    )

    if endpoint.rule != "recorded":
        curve = compute.curve(patients, spec, inputs.threshold_grid(trial, endpoint))
        show.opening(threshold_sentence(curve, result), title="Over all thresholds")
        show.figure(threshold_figure(definition, curve, result, protocol=endpoint.threshold))
        show.details(method=CURVE_METHOD)


page()
