"""The comparison of a marker at one visit, as a block of a page: inputs, compute, show."""

from __future__ import annotations

from il2dash.analysis.censored_visit import has_limits
from il2dash.analysis.population import Population
from il2dash.analysis.trajectory import courses
from il2dash.analysis.visit_comparison import primary_comparison_week
from il2dash.display.below_limit_view import (
    BELOW_LIMIT_METHOD,
    below_limit_figure,
    below_limit_sentence,
    below_limit_spec,
)
from il2dash.display.beside_own_markers import beside_below_limit, beside_comparison
from il2dash.display.comparison_view import (
    COMPARISON_METHOD,
    comparison_figure,
    comparison_forest,
    comparison_sentence,
    comparison_spec,
)
from il2dash.display.patient_sample import MOST_POINTS, sample_words
from il2dash.ui import compute, inputs, show


def comparison_at_visit(patients: Population, marker: str, *, change: bool) -> None:
    """Show a marker at one visit by every method, and how often it was below the assay's limit."""
    definition = patients.trial.definition
    primary = primary_comparison_week(patients)
    if primary is None:
        return
    show.heading("Comparison at a visit")
    week = inputs.comparison_week(patients.trial, primary)

    compared = compute.comparison(patients, marker, week=week, change=change)

    own = compute.comparison(patients.everybody, marker, week=primary, change=change)
    beside = beside_comparison(compared, own, definition.arms)
    show.opening(comparison_sentence(compared, definition.arms), standing=compared.standing, beside=beside)
    show.figure(comparison_figure(definition, compared, courses(patients, marker, change=change)))
    show.figure(comparison_forest(definition, compared))
    show.details(
        comparison_spec(compared, definition.arms),
        method=COMPARISON_METHOD + sample_words(patients.n.values(), MOST_POINTS),
    )
    if not has_limits(patients.trial, marker):
        return

    below = compute.below_assay_limit(patients, marker)

    words = below_limit_sentence(below, definition, week=week)
    everybody = compute.below_assay_limit(patients.everybody, marker)
    beside = beside_below_limit(below, everybody, definition.arms, week=week, patients=len(patients.trial.subjects))
    show.opening(words, title="Below the assay's limit", standing=below.standing, beside=beside)
    show.figure(below_limit_figure(below, definition))
    show.details(below_limit_spec(below, definition), method=BELOW_LIMIT_METHOD)
