"""Overview: the question, who took part, and the result in a sentence. The entry point: ``streamlit run app.py``."""

from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import Population
from il2dash.display.beside_own import beside_endpoint, beside_endpoints, beside_flow
from il2dash.display.endpoint_view import endpoints_forest
from il2dash.display.endpoint_words import difference_method, endpoint_sentence, missing_sentence
from il2dash.display.flow_diagram import flow_diagram, flow_method, flow_sentence
from il2dash.display.icon_array import icon_array
from il2dash.ui import compute, frame, show
from il2dash.ui.looked_at_block import show_looked_at


@frame.page("Overview")
def page(patients: Population) -> None:
    """Show the question, the primary result, all endpoints, and the flow of patients."""
    definition = patients.trial.definition
    flow = compute.flow(patients)
    results = tuple(compute.endpoint(patients, EndpointSpec(endpoint=endpoint.id)) for endpoint in definition.endpoints)

    show.question(definition)

    if definition.primary_endpoint is not None:
        primary = next(result for result in results if result.id == definition.primary_endpoint.id)
        words = endpoint_sentence(primary, definition.arms)
        own = compute.endpoint(patients.everybody, EndpointSpec(endpoint=primary.id))
        beside = beside_endpoint(primary, own, definition.arms)
        show.opening(words, title=primary.label, standing=primary.standing, beside=beside)
        show.figure(icon_array(definition, primary))
        show.details(method=f"{missing_sentence(primary, definition.arms)} {difference_method(primary)}")

        words = "Each endpoint's risk difference, the primary one drawn strongly."
        everybody = (compute.endpoint(patients.everybody, EndpointSpec(endpoint=each.id)) for each in results)
        beside = beside_endpoints(results, tuple(everybody))
        show.opening(words, title="All endpoints", standing=primary.standing, beside=beside)
        show.figure(endpoints_forest(results, definition))
        show.details(method=difference_method(primary))
    else:
        show.kindly("The study names no endpoints.")

    beside = beside_flow(flow, compute.flow(patients.everybody), definition.arms)
    show.opening(flow_sentence(definition, flow), title="Flow of patients", standing=flow.standing, beside=beside)
    show.fragment(flow_diagram(definition, flow))
    show.details(method=flow_method(flow))

    show_looked_at()


if __name__ == "__main__":
    page()
