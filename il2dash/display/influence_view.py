"""Influence of single patients: in words, every leave-one-out odds ratio as a point, and what flips as a table."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, isnan, log10
from typing import Any

import numpy as np

from il2dash.analysis.patient_influence import PatientInfluence, TermInfluence, WithoutPatient
from il2dash.display.chart import (
    LONGEST_LINE,
    NEUTRAL,
    Chart,
    arm_mark,
    arm_style,
    chart,
    lines,
    literal,
    note,
    standing_at,
)
from il2dash.display.forest import DAGGER
from il2dash.display.model_view import signs_of
from il2dash.display.numbers import NO_NUMBER, NOT_ESTIMABLE, count, listed, p_value, ratio, within
from il2dash.display.tables import TableSpec
from il2dash.study.definition import StudyDefinition

INFLUENCE_METHOD = (
    "Each point is the odds ratio of the whole model without one patient (all refitted by Firth's penalized "
    "likelihood); the line is the odds ratio with everybody. A flip is a P that crosses 0.05."
)
ROW_HEIGHT = 62
MOST_NAMED = 6


def influence_sentence(result: PatientInfluence) -> str:
    """Say who moves an odds ratio most, and last, behind a colon, without whom a P crosses 0.05 (see `covering`)."""
    if result.reason:
        return f"Leaving patients out says nothing here: {within(result.reason)}."
    sentences = [f"Each of {count(result.n, 'patient')} was left out in turn."]
    moved = [term for term in result.terms if term.most_influential is not None]
    if moved:
        most = max(moved, key=lambda term: term.shift)
        patient = most.most_influential
        assert patient is not None
        sentences.append(
            f"The most influential is {patient.subject_id} ({_outcome(patient)}): without this patient the odds ratio "
            f"of {most.label} ({most.contrast}) is {ratio(patient.odds_ratio)} instead of {ratio(most.odds_ratio)}."
        )
    else:
        sentences.append("No odds ratio can be told without one patient.")
    if result.unfitted:
        sentences.append(f"Without {listed(list(result.unfitted), 'or')} there is no model.")
    flips = [f"{_named(term.flips)} for {term.label} ({term.contrast})" for term in result.terms if term.flips]
    sentences.append(f"Patients without whom P crosses 0.05: {'; '.join(flips) or 'none'}.")
    return " ".join(sentences)


def influence_figure(result: PatientInfluence, definition: StudyDefinition) -> Chart:
    """Draw the odds ratios of each coefficient without each patient in turn."""
    lowest, highest = _limits(result)
    bottom = 0
    data: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    inside: dict[str, dict[str, list[Any]]] = {
        code: {"x": [], "y": [], "hovertext": [], "patients": []} for code in definition.arms.codes
    }
    for column, term in enumerate(result.terms):
        words = lines(f"{term.label}{'' if term.randomized else DAGGER}, {term.contrast}", LONGEST_LINE)
        bottom -= ROW_HEIGHT + 19 * (len(words) - 1)
        annotations.append(standing_at(bottom + 26, "<br>".join(f"<b>{line}</b>" for line in words)))
        if lowest <= term.odds_ratio <= highest:
            shapes.append(
                {"type": "line", "x0": term.odds_ratio, "x1": term.odds_ratio, "y0": bottom + 2, "y1": bottom + 24,
                 "line": {"color": NEUTRAL, "width": 3}}
            )  # fmt: skip
        for row, identifier in enumerate(result.subject_ids):
            value = float(result.odds_ratios[row, column])
            if not lowest <= value <= highest:
                continue
            code = definition.arms.treatment if result.treated[row] else definition.arms.reference
            points = inside[code]
            points["x"].append(value)
            # The arms a little apart, so that neither hides the other.
            points["y"].append(bottom + (8 if result.treated[row] else 18))
            points["patients"].append((identifier,))
            points["hovertext"].append(
                f"without {literal(identifier)}: {literal(ratio(value))}<br>"
                f"{literal(p_value(float(result.p[row, column])))}"
            )
    for code, points in inside.items():
        style = arm_style(definition.arms, code)
        data.append(
            {"type": "scatter", "mode": "markers", **points, "hoverinfo": "text",
             "marker": {"symbol": style.symbol, "color": style.color, "size": 7, "opacity": 0.6}}
        )  # fmt: skip
    shapes.append(
        {"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper",
         "line": {"color": NEUTRAL, "width": 1.2, "dash": "dot"}}
    )  # fmt: skip
    legend = "   ".join(arm_mark(definition.arms, code) for code in definition.arms.codes)
    annotations.append(note(f"without a patient of {legend}", x=0, y=1, xanchor="left", yanchor="bottom", yshift=4))
    ticks = [tick for tick in (digit * 10.0**power for power in range(-3, 4) for digit in (1, 2, 5)) if tick >= lowest]
    ticks = [tick for tick in ticks if tick <= highest and (highest / lowest < 300 or log10(tick) % 1 == 0)]
    height = max(-bottom, ROW_HEIGHT)
    drawn = chart(
        definition,
        data=data,
        layout={
            "xaxis": {
                "title": {"text": f"Odds ratio, n = {result.n:,} less one"},
                "type": "log",
                "range": [log10(lowest), log10(highest)],
                "tickvals": ticks,
                "ticktext": [f"{tick:g}" for tick in ticks],
                "fixedrange": True,
                "zeroline": False,
            },
            "yaxis": {"visible": False, "range": [-height, 0], "fixedrange": True},
            "shapes": shapes,
            "annotations": annotations,
            "margin": {"t": 34, "b": 66},
        },
        alt=f"Odds ratios without one patient, each of n = {result.n:,} in turn. {_spoken(result)}",
        name="influence",
        height=height + 100,
    )
    return replace(drawn, signs=signs_of(result.terms))


def influence_spec(result: PatientInfluence) -> TableSpec:
    """Write for each coefficient how far one patient moves it, and which ones make P cross 0.05."""
    rows = tuple(
        (
            f"{term.label}{'' if term.randomized else DAGGER}, {term.contrast}",
            _with_p(term.odds_ratio, term.p),
            _without(term.lowest),
            _without(term.highest),
            "none" if not term.flips else _named(term.flips),
        )
        for term in result.terms
    )
    signs = signs_of(result.terms)
    return TableSpec(
        identifier="influence-table",
        columns=("Covariate", "With everybody", "Lowest without one", "Highest without one", "P crosses 0.05 without"),
        rows=rows,
        notes=(signs,) if signs else (),
        caption="Odds ratios without one patient",
    )


def _with_p(odds_ratio: float, p: float) -> str:
    return NOT_ESTIMABLE if isnan(odds_ratio) else f"{ratio(odds_ratio)} ({p_value(p)})"


def _without(patient: WithoutPatient | None) -> str:
    return NO_NUMBER if patient is None else f"{_with_p(patient.odds_ratio, patient.p)}, {patient.subject_id}"


def _named(flips: tuple[WithoutPatient, ...]) -> str:
    if len(flips) > MOST_NAMED:
        return f"any of {len(flips):,} patients"
    parts = [f"{patient.subject_id} ({p_value(patient.p)})" for patient in flips]
    return listed(parts, "or")


def _outcome(patient: WithoutPatient) -> str:
    return "a responder" if patient.responded else "not a responder"


def _spoken(result: PatientInfluence) -> str:
    return " ".join(_spoken_term(term) for term in result.terms) or "0 covariates."


def _spoken_term(term: TermInfluence) -> str:
    if term.lowest is None or term.highest is None:
        return f"{term.label}, {term.contrast}: not estimable."
    return (
        f"{term.label}, {term.contrast}: {ratio(term.odds_ratio)}, without one patient "
        f"{ratio(term.lowest.odds_ratio)} to {ratio(term.highest.odds_ratio)}."
    )


def _limits(result: PatientInfluence) -> tuple[float, float]:
    drawn = [value for value in np.ravel(result.odds_ratios).tolist() if isfinite(value) and value > 0]
    drawn += [term.odds_ratio for term in result.terms if isfinite(term.odds_ratio) and term.odds_ratio > 0]
    return max(min([*drawn, 0.5]) / 1.2, 1e-3), min(max([*drawn, 2.0]) * 1.2, 1e3)
