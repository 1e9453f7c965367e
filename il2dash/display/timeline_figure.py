"""A line a patient (swimmer plot): cycles given, clinical events, death and the last contact, by arm."""

from __future__ import annotations

from math import isfinite, isnan
from typing import Any

from il2dash.analysis.timelines import SELECTED_PER_ARM, Timeline, TimelineEvent, Timelines
from il2dash.display.chart import (
    LONGEST_LINE,
    NEUTRAL,
    Chart,
    arm_mark,
    arm_style,
    chart,
    heading,
    lines,
    literal,
    standing_at,
)
from il2dash.display.event_words import EventWords, event_words
from il2dash.display.numbers import NARROW, count, week_number
from il2dash.display.week_axis import axis_weeks, week_axis
from il2dash.study.definition import Arms, StudyDefinition

TIMELINE_METHOD = "Dates as recorded; nothing is computed. Point at a mark for its week, term and grade."

ROW_HEIGHT = 12
"""Pixels."""

ROWS_OF_HEADING = 2.7
AIDS_LOOK = {"symbol": "diamond", "size": 10, "color": "#CC79A7", "line": {"color": "#5c2b47", "width": 1.2}}
DEATH_LOOK = {"symbol": "x", "size": 10, "color": "#111111", "line": {"color": "#ffffff", "width": 1}}
"""Black with a white edge is seen on either theme."""


def timeline_figure(definition: StudyDefinition, courses: Timelines) -> Chart:
    """Draw one line a patient, the longest follow-up of each arm first.

    Parameters
    ----------
    definition : StudyDefinition
        The study that the figure is of.
    courses : Timelines
        The patients to show.
    """
    arms, called = definition.arms, event_words(definition, "aids")
    data: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    row = 0.0
    marks = _Marks()
    for code in (arms.treatment, arms.reference):
        patients = courses.arms[code]
        row -= ROWS_OF_HEADING
        annotations.append(_heading(arms, courses, code, y=row + 1.25))
        places = [row - index for index in range(len(patients))]
        row -= len(patients)
        data.append(_follow_up_lines(arms, code, patients, places, called))
        for patient, place in zip(patients, places, strict=True):
            marks.add(patient, place, arms, called)
        data.append(_cycles(arms, code, patients, places))
    data += [
        marks.trace(marks.ends, {"symbol": "line-ns-open", "size": 9, "color": NEUTRAL, "line": {"width": 2}}),
        marks.trace(marks.lost, {"symbol": "triangle-right-open", "size": 9, "color": NEUTRAL, "line": {"width": 1.6}}),
        marks.trace(marks.aids, AIDS_LOOK),
        marks.trace(marks.deaths, DEATH_LOOK),
    ]
    ends = [patient.end for patients in courses.arms.values() for patient in patients if isfinite(patient.end)]
    weeks = axis_weeks(max([*ends, *(x for x, *_ in marks.aids)], default=1.0))
    last = max([*ends, *(x for x, *_ in marks.aids), 1.0])
    legend = _legend(courses, marks, called)
    top = 16 + 17 * len(legend)
    return chart(
        definition,
        data=[trace for trace in data if trace["x"]],
        layout={
            "xaxis": week_axis(weeks, range=[-0.02 * last, 1.03 * last]),
            "yaxis": {"visible": False, "range": [row - 0.2, -0.4], "fixedrange": True},
            "annotations": [*annotations, heading(legend, yshift=6)],
            "margin": {"t": top, "b": 62},
        },
        alt=_alt(arms, courses, called),
        name="timelines",
        height=top + 62 + round(-row * ROW_HEIGHT),
    )


def timeline_sentence(courses: Timelines) -> str:
    """Say who is shown, and in which order."""
    total = sum(courses.total.values())
    if not total:
        return "There is nobody to show."
    if total == 1:
        return "The line is the only patient."
    order = "the longest follow-up of each arm first"
    if not courses.is_selection:
        return f"Each line is one of {count(total, 'patient')}, {order}."
    return (
        f"Each line is a patient, {order}: {courses.shown:,} of {total:,} patients, in each arm up to "
        f"{SELECTED_PER_ARM} at equal steps of the length of follow-up, so that events are about as frequent here as "
        "in the trial."
    )


_Mark = tuple[float, float, str, str]
"""Week, height, words, and whose it is."""


class _Marks:
    """What is drawn on the lines."""

    def __init__(self) -> None:
        self.aids: list[_Mark] = []
        self.deaths: list[_Mark] = []
        self.ends: list[_Mark] = []
        self.lost: list[_Mark] = []

    def add(self, patient: Timeline, place: float, arms: Arms, called: EventWords) -> None:
        """Add the marks of one patient."""
        who = _who(patient, arms)
        for event in patient.aids:
            words = f"{who}<br>{literal(called.one)}, {_what(event)}"
            self.aids.append((event.week, place, words, patient.subject_id))
        if patient.death is not None:
            self.deaths.append(
                (patient.death.week, place, f"{who}<br>death, {_what(patient.death)}", patient.subject_id)
            )
        elif isfinite(patient.end):
            words = "follow-up not completed" if patient.completed is False else "follow-up completed"
            words = "last contact" if patient.completed is None else f"last contact, {words}"
            target = self.lost if patient.completed is False else self.ends
            target.append(
                (patient.end, place, f"{who}<br>{words}: week {week_number(patient.end)}", patient.subject_id)
            )

    def trace(self, marks: list[_Mark], look: dict[str, Any]) -> dict[str, Any]:
        """Return one kind of mark as Plotly's trace."""
        return {
            "type": "scatter",
            "mode": "markers",
            "x": [x for x, *_ in marks],
            "y": [y for _, y, *_ in marks],
            "marker": {**look, "opacity": 1},
            "hovertext": [words for _, _, words, _ in marks],
            "hoverinfo": "text",
            "patients": [(subject,) for *_, subject in marks],
        }


def _follow_up_lines(
    arms: Arms, code: str, patients: tuple[Timeline, ...], places: list[float], called: EventWords
) -> dict[str, Any]:
    style = arm_style(arms, code)
    x: list[float | None] = []
    y: list[float | None] = []
    hover: list[str] = []
    behind: list[tuple[str, ...]] = []
    for patient, place in zip(patients, places, strict=True):
        weeks = [event.week for event in patient.aids] + [patient.end]
        known = [week for week in weeks if isfinite(week)]
        if not known:
            continue
        words = f"{_who(patient, arms)}<br>{literal(_summary(patient, called))}"
        x += [0.0, max(known), None]
        y += [place, place, None]
        hover += [words, words, ""]
        behind += [(patient.subject_id,), (patient.subject_id,), ()]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "line": {"color": style.color, "width": 3.5},
        "opacity": 0.45,
        "hovertext": hover,
        "hoverinfo": "text",
        "patients": behind,
    }


def _cycles(arms: Arms, code: str, patients: tuple[Timeline, ...], places: list[float]) -> dict[str, Any]:
    style = arm_style(arms, code)
    given = [
        (week, place, f"{_who(patient, arms)}<br>cycle {number} given: week {week_number(week)}", patient.subject_id)
        for patient, place in zip(patients, places, strict=True)
        for number, week in enumerate(patient.cycles, start=1)
    ]
    look = {"symbol": "circle", "size": 6, "color": "#ffffff", "line": {"color": style.color, "width": 1.4}}
    return _Marks().trace(given, look)


def _heading(arms: Arms, courses: Timelines, code: str, *, y: float) -> dict[str, Any]:
    shown, total = len(courses.arms[code]), courses.total[code]
    number = count(total, "patient") if shown == total else f"{shown:,} of {total:,} patients"
    first, *more = lines(f"{arms.label(code)}, {number}", LONGEST_LINE)
    words = arm_mark(arms, code, "<br>".join([f"<b>{first}</b>", *(f"<b>{line}</b>" for line in more)]))
    return standing_at(y, words, yanchor="middle")


def _legend(courses: Timelines, marks: _Marks, called: EventWords) -> list[str]:
    """Return what the signs mean, in lines that a phone has room for; only what the study records."""
    entries = []
    if courses.cycles_recorded:
        entries.append("\u25cb cycle given")
    if marks.aids:
        first, *more = lines(called.one, LONGEST_LINE - 2)
        entries += [f'<span style="color:{AIDS_LOOK["color"]}">\u25c6</span> {first}', *more]
    if marks.deaths:
        entries.append("\u2716 death")
    entries.append("\u2502 completed" if marks.lost else "\u2502 last contact")
    if marks.lost:
        entries.append("\u25b7 lost, last contact")
    rows: list[list[str]] = [[]]
    room = LONGEST_LINE
    for entry in entries:
        size = len(entry.split("</span>")[-1]) + 5
        if size > room and rows[-1]:
            rows.append([])
            room = LONGEST_LINE
        rows[-1].append(entry.replace(" ", NARROW) if "<span" not in entry else entry)
        room -= size
    return [f"{3 * NARROW}".join(row) for row in rows]


def _who(patient: Timeline, arms: Arms) -> str:
    return f"{literal(patient.subject_id)}, {literal(arms.label(patient.arm))}"


def _what(event: TimelineEvent) -> str:
    parts = [literal(event.term)] if event.term else []
    parts += [f"grade {event.grade:.0f}"] if not isnan(event.grade) else []
    return f"{', '.join([*parts, ''])}week {week_number(event.week)}"


def _summary(patient: Timeline, called: EventWords) -> str:
    parts = [f"followed to week {week_number(patient.end)}" if isfinite(patient.end) else "end of follow-up not known"]
    parts += [count(len(patient.cycles), "cycle")] if patient.cycles else []
    parts += [count(len(patient.aids), called.one, called.many)] if patient.aids else []
    return ", ".join(parts)


def _alt(arms: Arms, courses: Timelines, called: EventWords) -> str:
    parts = []
    for code in (arms.treatment, arms.reference):
        patients = courses.arms[code]
        cycles = sum(len(patient.cycles) for patient in patients)
        given = f", {count(cycles, 'cycle')} given" if courses.cycles_recorded else ""
        parts.append(
            f"{arms.label(code)}: {len(patients):,} of {count(courses.total[code], 'patient')}, "
            f"{count(sum(len(patient.aids) for patient in patients), called.one, called.many)}, "
            f"{count(sum(patient.death is not None for patient in patients), 'death')}{given}."
        )
    return f"Timeline of {count(courses.shown, 'patient')}, one line each. {' '.join(parts)}"
