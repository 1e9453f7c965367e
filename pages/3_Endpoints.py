"""Endpoints: responders in each arm, the difference, and how it holds over thresholds, strata and missing outcomes."""

from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import Population
from il2dash.display.beside_own import beside_endpoint
from il2dash.display.endpoint_view import effects_spec, proportions_figure, proportions_spec
from il2dash.display.endpoint_words import criterion, endpoint_sentence, missing_sentence
from il2dash.ui import compute, frame, inputs, show, widgets
from il2dash.ui.endpoint_blocks import over_thresholds, under_missing_rules, within_strata


@frame.page("Endpoints")
def page(patients: Population) -> None:
    """Show one endpoint, and one way to look further."""
    definition = patients.trial.definition
    if not definition.endpoints:
        show.kindly("The study names no endpoints.")
        return
    spec = inputs.endpoint_spec(patients)
    endpoint = definition.endpoint(spec.endpoint)
    widgets.reset("Back to the trial's own analysis", keep="endpoint")

    result = compute.endpoint(patients, spec)

    words = endpoint_sentence(result, definition.arms)
    own = compute.endpoint(patients.everybody, EndpointSpec(endpoint=endpoint.id))
    beside = beside_endpoint(result, own, definition.arms)
    show.opening(words, title=criterion(result, definition), standing=result.standing, beside=beside)
    show.figure(proportions_figure(result, definition))
    show.details(
        proportions_spec(result, definition), effects_spec(result), method=missing_sentence(result, definition.arms)
    )

    further = inputs.beyond_endpoint(endpoint)
    if further == "thresholds":
        over_thresholds(patients, spec, result)
    elif further == "strata":
        within_strata(patients, spec)
    else:
        under_missing_rules(patients, spec)
    compute.endpoints_ahead(patients, inputs.next_endpoint_specs(patients, spec))


if __name__ == "__main__":
    page()
