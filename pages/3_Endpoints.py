"""Endpoints: responders in each arm, the difference, and how it moves with the threshold, the week and the rule."""

from il2dash.display.endpoint_view import effects_spec, proportions_figure, proportions_spec
from il2dash.display.endpoint_words import criterion, endpoint_sentence, missing_sentence
from il2dash.display.threshold_figure import threshold_figure
from il2dash.ui import compute, frame, inputs, show

with frame.page("Endpoints") as trial:
    definition = trial.definition
    patients = compute.population(trial)
    if not definition.endpoints:
        show.kindly("The study names no endpoints.")
    else:
        spec = inputs.endpoint_spec(trial)
        endpoint = definition.endpoint(spec.endpoint)
        frame.link_back("Endpoints", "Back to the trial's own analysis", endpoint=inputs.endpoint_words(endpoint))

        result = compute.endpoint(patients, spec)

        show.heading(criterion(result, definition))
        show.standing(result.standing)
        show.sentence(endpoint_sentence(result, definition.arms))
        show.figure(proportions_figure(result, definition))
        show.table(proportions_spec(result, definition))
        show.table(effects_spec(result))
        show.method(missing_sentence(result, definition.arms))

        if endpoint.rule != "recorded":
            show.heading("Over all thresholds")
            curve = compute.curve(patients, spec, inputs.threshold_grid(trial, endpoint))
            show.figure(threshold_figure(definition, curve, result, protocol=endpoint.threshold))
            show.method(
                "Risk difference with its pointwise 95% Newcombe interval: one threshold was chosen beforehand."
            )
