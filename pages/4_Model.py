"""Model: what goes with the response, covariate by covariate, switched on and off."""

from il2dash.display.model_view import model_forest, model_sentence, model_spec
from il2dash.study.trial import Trial
from il2dash.ui import compute, frame, inputs, model_inputs, show
from il2dash.ui.model_blocks import look_further

METHOD = (
    "Logistic regression by Firth's penalized likelihood; profile penalized-likelihood intervals and penalized "
    "likelihood-ratio P. Alone: the same patients, one covariate at a time. Maximum likelihood beside it, with a Wald "
    "test, to see what the penalty changes."
)


@frame.page("Model")
def page(trial: Trial) -> None:
    """Show the model of the covariates that are switched on."""
    if not trial.definition.endpoints:
        show.kindly("The study names no endpoints: there is no response to model.")
        return
    endpoint = inputs.endpoint(trial)
    spec = model_inputs.model_spec(trial, endpoint)
    frame.link_back("Model", "Restore the published model", endpoint=inputs.endpoint_words(endpoint))

    population = compute.population(trial)
    model = compute.model(population, spec)

    show.opening(model_sentence(model), standing=model.standing)
    if model.terms and not model.reason:
        show.figure(model_forest(model, trial.definition))
        # After the figure, which is on its way to the browser while this is computed.
        beside = compute.beside_model(population, spec)
        show.details(model_spec(model, beside), method=METHOD, warnings=beside.warnings)
        look_further(population, spec)


page()
