"""Overview: the question, who took part, and the result in a sentence. The entry point: ``streamlit run app.py``."""

from il2dash.analysis.outcome import EndpointSpec
from il2dash.display.endpoint_view import endpoints_forest
from il2dash.display.endpoint_words import difference_method, endpoint_sentence, missing_sentence
from il2dash.display.flow_diagram import flow_diagram, flow_sentence
from il2dash.display.icon_array import icon_array
from il2dash.study.trial import Trial
from il2dash.ui import compute, frame, show


@frame.page("Overview")
def page(trial: Trial) -> None:
    """Show the question, the primary result, all endpoints, and the flow of patients."""
    definition = trial.definition
    patients = compute.population(trial)
    flow = compute.flow(patients)
    results = tuple(compute.endpoint(patients, EndpointSpec(endpoint=endpoint.id)) for endpoint in definition.endpoints)

    show.question(definition)

    if definition.primary_endpoint is not None:
        primary = next(result for result in results if result.id == definition.primary_endpoint.id)
        words = endpoint_sentence(primary, definition.arms)
        show.opening(words, title=primary.label, standing=primary.standing)
        show.figure(icon_array(definition, primary))
        show.details(method=f"{missing_sentence(primary, definition.arms)} {difference_method(primary)}")

        show.opening("Each endpoint's risk difference, the primary one drawn strongly.", title="All endpoints")
        show.figure(endpoints_forest(results, definition))
        show.details(method=difference_method(primary))
    else:
        show.kindly("The study names no endpoints.")

    show.opening(flow_sentence(definition, flow), title="Flow of patients", standing=flow.standing)
    show.fragment(flow_diagram(definition, flow))
    show.details(method="Counted from the data; lost to follow-up: neither completed nor died.")


page()
