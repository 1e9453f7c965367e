"""Model: what goes with the response, covariate by covariate, switched on and off."""

from il2dash.analysis.population import Population
from il2dash.display.beside_own_model import beside_model
from il2dash.display.model_view import model_forest, model_sentence, model_spec
from il2dash.ui import address, compute, frame, inputs, model_inputs, show, widgets
from il2dash.ui.figures_first import afterwards
from il2dash.ui.model_blocks import look_further

METHOD = (
    "Logistic regression by Firth's penalized likelihood; profile penalized-likelihood intervals and penalized "
    "likelihood-ratio P. Alone: the same patients, one covariate at a time. Maximum likelihood beside it, with a Wald "
    "test, to see what the penalty changes."
)


@frame.page("Model")
def page(patients: Population) -> None:
    """Show the model of the covariates that are switched on."""
    if not patients.trial.definition.endpoints:
        show.kindly("The study names no endpoints: there is no response to model.")
        return
    endpoint = inputs.endpoint(patients.trial, key="outcome")
    spec = model_inputs.model_spec(patients.trial, endpoint)
    widgets.reset(model_inputs.restore_words(patients.trial, endpoint), keep="outcome")

    model = compute.model(patients, spec)

    own = compute.model(patients.everybody, model_inputs.own_spec(patients.trial, endpoint))
    beside_words = beside_model(model, own, patients.trial.definition.arms)
    show.opening(model_sentence(model), standing=model.standing, beside=beside_words)
    if model.terms and not model.reason:
        show.figure(model_forest(model, patients.trial.definition))

        def beside_the_model() -> None:
            beside = compute.beside_model(patients, spec)
            show.details(model_spec(model, beside), method=METHOD, warnings=beside.warnings)

        afterwards(beside_the_model)
        look_further(patients, spec)
        compute.models_ahead(patients, model_inputs.next_specs(patients.trial, spec))
    else:
        address.leave_waiting()


if __name__ == "__main__":
    page()
