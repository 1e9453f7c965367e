"""The CONSORT diagram as HTML: boxes that wrap on a phone, print, and are read aloud in order."""

from __future__ import annotations

from html import escape

from il2dash.analysis.participant_flow import ArmFlow, ParticipantFlow
from il2dash.display.literal_text import without_controls
from il2dash.display.numbers import capitalized, count, or_none, week_number
from il2dash.study.definition import StudyDefinition


def flow_sentence(definition: StudyDefinition, flow: ParticipantFlow) -> str:
    """Say how many were randomized, or are counted of them, and of how many the outcome is known."""
    arms = definition.arms
    to = "with" if flow.filtered_out else "to"
    sizes = " and ".join(f"{flow.arms[code].randomized:,} {to} {arms.label(code)}" for code in reversed(arms.codes))
    there = sum(arm.randomized for arm in flow.arms.values())
    if flow.filtered_out:
        # Of a filtered population it wouldn't be true that so many were randomized.
        verb = "is" if 1 in (there, flow.randomized) else "are"
        opening = f"{there:,} of {count(flow.randomized, 'randomized patient')} {verb} counted: {sizes}."
    else:
        opening = f"{count(there, 'patient')} {'was' if there == 1 else 'were'} randomized: {sizes}."
    planned = f" {flow.planned:,} {'was' if flow.planned == 1 else 'were'} planned." if flow.planned is not None else ""
    known = [arm.observed for arm in flow.arms.values() if arm.observed is not None]
    outcome = f" The primary outcome is known of {or_none(sum(known), 'nobody')}." if known else ""
    return f"{capitalized(opening)}{planned}{outcome}"


def flow_method(flow: ParticipantFlow) -> str:
    """Say where the numbers come from, and who is lost where the study says who completed the follow-up."""
    told = any(arm.lost is not None for arm in flow.arms.values())
    return f"Counted from the data{'; lost to follow-up: neither completed nor died' * told}."


def flow_diagram(definition: StudyDefinition, flow: ParticipantFlow) -> str:
    """Return the flow of patients as an HTML fragment (classes ``flow-*`` of the page's stylesheet).

    Parameters
    ----------
    definition : StudyDefinition
        The study.
    flow : ParticipantFlow
        The counts at each step.
    """
    top = []
    if flow.planned is not None:
        top.append(_box([("Planned", flow.planned)], note="sample size of the protocol"))
    notes = []
    if flow.other_arms:
        was = "1 more patient was" if flow.other_arms == 1 else f"{flow.other_arms:,} more patients were"
        notes.append(f"{was} in arms that aren't compared here")
    if flow.filtered_out:
        notes.append(f"{flow.filtered_out:,} of these {flow.randomized:,} left out by the filters")
    top.append(_box([("Randomized", flow.randomized)], note="; ".join(notes)))
    arms = definition.arms
    columns = "".join(
        f'<li class="flow-arm flow-{"treatment" if code == arms.treatment else "reference"}">'
        f"<h3>{escape(without_controls(arms.label(code)))}</h3>{''.join(_arm_boxes(flow, flow.arms[code]))}</li>"
        for code in reversed(arms.codes)
    )
    return (
        '<section class="flow" aria-label="Flow of patients through the trial">'
        f'<div class="flow-top">{"".join(top)}</div><ul class="flow-arms">{columns}</ul></section>'
    )


def _arm_boxes(flow: ParticipantFlow, arm: ArmFlow) -> list[str]:
    first = [("Counted" if flow.filtered_out else "Randomized", arm.randomized)]
    if arm.treated is not None:
        first.append(("received at least one cycle", arm.treated))
    boxes = [_box(first)]
    lost = [
        (word, number) for word, number in (("died", arm.died), ("lost to follow-up", arm.lost)) if number is not None
    ]
    if lost:
        boxes.append(_box(lost, aside=True))
    if arm.observed is not None and arm.analysed is not None:
        week = "" if flow.endpoint_week is None else f" at week {week_number(flow.endpoint_week)}"
        boxes.append(_box([(f"Outcome known{week}", arm.observed)]))
        boxes.append(_box([("Analysed", arm.analysed)], note=flow.endpoint_label))
    return boxes


def _box(lines: list[tuple[str, int]], *, note: str = "", aside: bool = False) -> str:
    written = "".join(f"<p>{escape(without_controls(label))} <b>{number:,}</b></p>" for label, number in lines)
    small = f"<small>{escape(without_controls(note))}</small>" if note else ""
    return f'<div class="flow-box{" flow-aside" if aside else ""}">{written}{small}</div>'
