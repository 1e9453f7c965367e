"""Trajectories: how the markers went in each arm, with the patients behind the lines."""

from il2dash.analysis.trajectory import courses
from il2dash.display.trajectory_figure import STATISTIC_WORDS, trajectory_figure
from il2dash.display.trajectory_view import threshold_lines, trajectory_sentence, trajectory_spec
from il2dash.study.trial import Trial
from il2dash.ui import compute, frame, inputs, show


@frame.page("Trajectories")
def page(trial: Trial) -> None:
    """Show the course of one marker."""
    definition = trial.definition
    patients = compute.population(trial)
    if not definition.markers:
        show.kindly("The study has no table of visits: there is no course to show.")
        return
    with show.controls():
        marker = inputs.marker(trial)
        change = inputs.scale_of_course()
        statistic = inputs.statistic()
        single = inputs.switch("Single patients", key="patients", default=True)

    course = compute.course(patients, marker, change=change)
    figure = trajectory_figure(
        definition,
        course,
        statistic=statistic,
        courses=courses(patients, marker, change=change) if single else None,
        thresholds=threshold_lines(definition, marker, change=change),
    )

    words = trajectory_sentence(course, definition.arms, week=definition.study.primary_week)
    show.opening(words, standing=course.standing)
    show.figure(figure)
    show.details(
        trajectory_spec(course, definition.arms, statistic=statistic),
        method=f"{STATISTIC_WORDS[statistic].capitalize()} of those measured at each planned visit; nothing is filled "
        "in. Numbers under the axis: patients with a value.",
    )


page()
