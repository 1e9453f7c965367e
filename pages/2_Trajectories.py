"""Trajectories: how the markers went in each arm, as observed with the patients behind the lines, or as modeled."""

from il2dash.analysis.population import Population
from il2dash.analysis.repeated_measures_design import RepeatedMeasuresSpec
from il2dash.analysis.trajectory import courses
from il2dash.display.beside_own_markers import beside_repeated_measures, beside_trajectory
from il2dash.display.patient_sample import MOST_LINES, sample_words
from il2dash.display.repeated_measures_figure import repeated_measures_figure
from il2dash.display.repeated_measures_view import repeated_measures_spec
from il2dash.display.repeated_measures_words import cautions, method_line, repeated_measures_sentence
from il2dash.display.trajectory_figure import STATISTIC_WORDS, trajectory_figure
from il2dash.display.trajectory_view import threshold_lines, trajectory_sentence, trajectory_spec
from il2dash.ui import compute, frame, inputs, show, widgets
from il2dash.ui.comparison_block import comparison_at_visit
from il2dash.ui.widgets import switch


@frame.page("Trajectories")
def page(patients: Population) -> None:
    """Show the course of one marker."""
    if not patients.trial.definition.markers:
        show.kindly("The study has no table of visits: there is no course to show.")
        return
    with widgets.controls():
        marker = inputs.marker(patients.trial)
        modeled = inputs.modeled()
    if modeled:
        model_of_visits(patients, marker)
    else:
        observed_course(patients, marker)


def observed_course(patients: Population, marker: str) -> None:
    """Show what was measured."""
    definition = patients.trial.definition
    with widgets.controls():
        change = inputs.scale_of_course()
        statistic = inputs.statistic()
        single = switch("Single patients", key="patients", default=True)

    course = compute.course(patients, marker, change=change)
    figure = trajectory_figure(
        definition,
        course,
        statistic=statistic,
        courses=courses(patients, marker, change=change) if single else None,
        thresholds=threshold_lines(definition, marker, change=change),
    )

    words = trajectory_sentence(course, definition.arms, week=definition.study.primary_week)
    own = compute.course(patients.everybody, marker, change=change)
    beside = beside_trajectory(course, own, definition.arms, week=definition.study.primary_week)
    show.opening(words, standing=course.standing, beside=beside)
    show.figure(figure)
    show.details(
        trajectory_spec(course, definition.arms, statistic=statistic),
        method=f"{STATISTIC_WORDS[statistic].capitalize()} of those measured at each planned visit; nothing is filled "
        f"in. Numbers under the axis: patients with a value.{sample_words(patients.n.values(), MOST_LINES) * single}",
    )
    comparison_at_visit(patients, marker, change=change)


def model_of_visits(patients: Population, marker: str) -> None:
    """Show the mixed model of repeated measures."""
    definition = patients.trial.definition
    spec = inputs.repeated_measures_spec(patients.trial, marker)

    model = compute.modeled_course(patients, spec)

    own = compute.modeled_course(patients.everybody, RepeatedMeasuresSpec(marker=marker))
    beside = beside_repeated_measures(model, own, definition)
    show.opening(repeated_measures_sentence(model, definition), standing=model.standing, beside=beside)
    if model.reason:
        show.details(warnings=cautions(model))
        return
    show.figure(repeated_measures_figure(definition, model))
    show.details(
        repeated_measures_spec(model, definition.arms), method=method_line(model, definition), warnings=cautions(model)
    )


if __name__ == "__main__":
    page()
