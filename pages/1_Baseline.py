"""Baseline: who was in the trial, as a publication prints it, and the distribution of any characteristic by arm."""

from il2dash.analysis.population import Population
from il2dash.display.baseline_view import baseline_sentence, baseline_spec
from il2dash.display.beside_own import beside_baseline, beside_distribution
from il2dash.display.distribution_figure import distribution_figure, distribution_sentence
from il2dash.display.patient_sample import MOST_POINTS, sample_words
from il2dash.ui import compute, frame, inputs, show

DISTRIBUTION_METHOD = (
    "Each mark is a patient; the box holds the middle half, its line is the median (quartiles of type 7)."
)


@frame.page("Baseline")
def page(patients: Population) -> None:
    """Show the baseline table, and one characteristic's distribution."""
    table = compute.baseline(patients)
    arms = patients.trial.definition.arms
    if not table.variables:
        show.kindly("The study names no baseline covariates.")
        return

    means = inputs.numbers_as_means()
    own = compute.baseline(patients.everybody)
    beside = beside_baseline(table, own, arms)
    show.opening(baseline_sentence(table, arms), standing=table.standing, beside=beside)
    show.details(baseline_spec(table, arms, means=means))

    variable = inputs.characteristic(table)
    words, title = distribution_sentence(variable, arms), f"{variable.label} by arm"
    beside = beside_distribution(table, own, arms, name=variable.name)
    show.opening(words, title=title, standing=table.standing, beside=beside)
    show.figure(distribution_figure(patients, variable))
    sample = sample_words(patients.n.values(), MOST_POINTS)
    show.details(method=f"{DISTRIBUTION_METHOD}{sample}" if variable.kind == "continuous" else "")


if __name__ == "__main__":
    page()
