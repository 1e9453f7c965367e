"""Events by grade: a table, a figure of patients by their worst grade, and a sentence."""

from __future__ import annotations

from il2dash.analysis.event_grades import SEVERE, ArmGrades, EventGrades
from il2dash.display.chart import LONGEST_LINE, Chart, arm_bars, arm_mark, chart, lines, literal, standing_at
from il2dash.display.event_words import event_words
from il2dash.display.numbers import capitalized, count, percent
from il2dash.display.tables import TableSpec
from il2dash.study.definition import StudyDefinition

GRADES_METHOD = (
    "A patient counts once, by the worst grade; percentages are of the arm's patients, with and without events. "
    "Grades as recorded: 1 mild, 2 moderate, 3 severe, 4 life-threatening, 5 death."
)

LINE_HEIGHT = 17
BAR_HEIGHT = 14


def grades_sentence(grades: EventGrades, definition: StudyDefinition) -> str:
    """Say how many had an event, and how many a severe one."""
    arms, had_one = definition.arms, event_words(definition, grades.category).had_one
    parts = []
    for code in (arms.treatment, arms.reference):
        arm = grades.arms[code]
        if not arm.total:
            parts.append(f"nobody is counted in the arm {arms.label(code)}")
            continue
        events = f", {count(arm.events, 'event')} in all" if arm.events else ""
        parts.append(
            f"{_share(arm.patients, arm)} with {arms.label(code)} {had_one}, "
            f"{_share(arm.severe, arm)} one of grade {SEVERE} or above{events}"
        )
    return f"{capitalized('; '.join(parts))}."


def grades_spec(grades: EventGrades, definition: StudyDefinition) -> TableSpec:
    """Write patients by worst grade, and events by grade, in each arm."""
    arms = definition.arms
    order = (arms.treatment, arms.reference)
    rows = [
        (
            _grade(grade),
            *(
                cell
                for code in order
                for cell in (
                    _share(grades.arms[code].grades[index].patients, grades.arms[code]),
                    f"{grades.arms[code].grades[index].events:,}",
                )
            ),
        )
        for index, grade in _shown(grades)
    ]
    rows.append(
        (
            "Any",
            *(
                cell
                for code in order
                for cell in (_share(grades.arms[code].patients, grades.arms[code]), f"{grades.arms[code].events:,}")
            ),
        )
    )
    return TableSpec(
        identifier=f"grades-{grades.category}",
        columns=(
            "Grade",
            *(
                header
                for code in order
                for header in (f"{arms.label(code)}, patients with it as worst", f"{arms.label(code)}, events")
            ),
        ),
        rows=tuple(rows),
        caption=f"{event_words(definition, grades.category).title} by grade",
    )


def grades_figure(definition: StudyDefinition, grades: EventGrades) -> Chart:
    """Draw the share of each arm's patients by their worst grade; words stand above their bar.

    Parameters
    ----------
    definition : StudyDefinition
        The study that the figure is of.
    grades : EventGrades
        The counts.
    """
    arms, called = definition.arms, event_words(definition, grades.category).many
    order = (arms.treatment, arms.reference)
    annotations = []
    places: dict[str, list[int]] = {code: [] for code in order}
    widths: dict[str, list[float]] = {code: [] for code in order}
    spoken: dict[str, list[str]] = {code: [] for code in order}
    bottom = 0
    for index, grade in _shown(grades):
        bottom -= LINE_HEIGHT
        annotations.append(standing_at(bottom, f"<b>{_grade(grade)}</b>"))
        bottom -= 2
        for code in order:
            arm = grades.arms[code]
            words = _share(arm.grades[index].patients, arm)
            spoken[code].append(f"{_grade(grade).lower()} {words}")
            words = f"{arms.label(code)}: {words}"
            text = lines(words, LONGEST_LINE)
            bottom -= LINE_HEIGHT * len(text) + BAR_HEIGHT + 5
            places[code].append(bottom + BAR_HEIGHT // 2 + 4)
            widths[code].append(100 * arm.grades[index].patients / arm.total if arm.total else 0.0)
            annotations.append(standing_at(bottom + BAR_HEIGHT + 4, arm_mark(arms, code, "<br>".join(text))))
        bottom -= 12
    if not _shown(grades):
        bottom -= 2 * LINE_HEIGHT
        annotations.append(standing_at(bottom, f"No {literal(called)}"))
    data = [
        arm_bars(arms, code, places[code], widths[code], height=BAR_HEIGHT)
        | {"patients": [grades.arms[code].grades[index].patients_worst for index, _ in _shown(grades)]}
        for code in order
    ]
    told = "; ".join(f"{arms.label(code)}: {', '.join(words)}" for code, words in spoken.items())
    return chart(
        definition,
        data=data,
        layout={
            "barmode": "overlay",
            "xaxis": {
                "title": {"text": "Worst grade, percent of the arm's patients"},
                "range": [0, 100],
                "fixedrange": True,
                "zeroline": False,
            },
            "yaxis": {"visible": False, "range": [min(bottom + 8, -LINE_HEIGHT), 0], "fixedrange": True},
            "annotations": annotations,
            "margin": {"t": 8, "b": 66},
        },
        alt=f"Bar chart of patients by the worst grade of their {called}. {told}.",
        name=f"grades_{grades.category}",
        height=74 + max(-bottom - 8, LINE_HEIGHT),
    )


def _shown(grades: EventGrades) -> list[tuple[int, int | None]]:
    """Return the places of the grades up to the highest that occurs, and of no grade where an event has none."""
    counted = [
        any(arm.grades[index].events for arm in grades.arms.values())
        for index in range(len(next(iter(grades.arms.values())).grades))
    ]
    graded = next(iter(grades.arms.values())).grades
    highest = max((index for index, there in enumerate(counted[:-1]) if there), default=-1)
    shown = [(index, graded[index].grade) for index in range(highest + 1)]
    return [*shown, (len(counted) - 1, None)] if counted[-1] else shown


def _grade(grade: int | None) -> str:
    return "Grade not recorded" if grade is None else f"Grade {grade}"


def _share(patients: int, arm: ArmGrades) -> str:
    return f"{patients:,} of {arm.total:,} ({percent(patients / arm.total)})" if arm.total else "nobody to count"
