"""Baseline: who was in the trial, as a publication prints it, and the distribution of any characteristic by arm."""

from il2dash.display.baseline_view import baseline_sentence, baseline_spec
from il2dash.display.distribution_figure import distribution_figure
from il2dash.ui import compute, frame, inputs, show

with frame.page("Baseline") as trial:
    patients = compute.population(trial)
    table = compute.baseline(patients)
    arms = trial.definition.arms
    if not table.variables:
        show.kindly("The study names no baseline covariates.")
    else:
        means = inputs.choice(
            "Numbers as", {"median": "Median [Q1, Q3]", "mean": "Mean (SD)"}, key="numbers", default="median"
        )

        show.standing(table.standing)
        show.sentence(baseline_sentence(table, arms))
        show.table(baseline_spec(table, arms, means=means == "mean"))

        show.heading("Distribution by arm")
        labels = {variable.name: variable.label for variable in table.variables}
        name = inputs.selection("Characteristic", labels, key="characteristic")
        variable = next(variable for variable in table.variables if variable.name == name)
        show.figure(distribution_figure(patients, variable))
        show.method(
            "Each mark is a patient; the box holds the middle half, its line is the median (quartiles of type 7)."
        )
