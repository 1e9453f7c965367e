"""Overview: the question, who took part, and the result in a sentence. The entry point: ``streamlit run app.py``."""

from il2dash.analysis.outcome import EndpointSpec
from il2dash.display.endpoint_view import endpoints_forest
from il2dash.display.endpoint_words import difference_method, endpoint_sentence, missing_sentence
from il2dash.display.flow_diagram import flow_diagram
from il2dash.display.icon_array import icon_array
from il2dash.ui import compute, frame, show

with frame.page("Overview") as trial:
    definition = trial.definition
    patients = compute.population(trial)
    flow = compute.flow(patients)
    results = tuple(compute.endpoint(patients, EndpointSpec(endpoint=endpoint.id)) for endpoint in definition.endpoints)

    show.question(definition)

    if results:
        primary = next((result for result in results if result.role == "primary"), results[0])
        show.heading(primary.label)
        show.standing(primary.standing)
        show.sentence(endpoint_sentence(primary, definition.arms))
        show.figure(icon_array(definition, primary))
        show.method(f"{missing_sentence(primary, definition.arms)} {difference_method(primary)}")

        show.heading("All endpoints")
        show.figure(endpoints_forest(results, definition))
        show.method(difference_method(primary))
    else:
        show.kindly("The study names no endpoints.")

    show.heading("Flow of patients")
    show.fragment(flow_diagram(definition, flow))
    show.method("Counted from the data; lost to follow-up: neither completed nor died.")
