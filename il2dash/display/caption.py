"""The words that go with a figure out of the dashboard: who is in it, which study, and by what it was made."""

from __future__ import annotations

from il2dash import __version__
from il2dash.analysis.population import Population
from il2dash.display.numbers import count

FINGERPRINT_DIGITS = 12
"""Enough to tell any two data sets apart that somebody has."""


def caption_of(population: Population, *, method: str = "") -> tuple[str, ...]:
    """Return the lines under an exported figure; what a study calls its things is literal text.

    Parameters
    ----------
    population : Population
        Whom the figure shows.
    method : str
        How its numbers were made, in one line; none where the page puts it in.
    """
    definition = population.trial.definition
    study = definition.study
    arms = definition.arms
    sizes = population.n
    by_arm = ", ".join(f"{arms.label(code)} {sizes[code]:,}" for code in reversed(arms.codes))
    # A standing's first reason counts the patients; with their arms it is counted here.
    conditions = "; ".join(population.standing.reasons).partition(": ")[2]
    total = len(population.trial.subjects)
    counted = sum(sizes.values())
    among = count(total, "randomized patient") if counted == total else f"{counted:,} of {count(total, 'patient')}"
    origin = ("Synthetic data: no row is a patient.",) if study.synthetic else ()
    who = f"{among} ({by_arm}){f': {conditions}' if conditions else ''}."
    digits = population.trial.fingerprint.removeprefix("sha256:")[:FINGERPRINT_DIGITS]
    source = f"{study.title.rstrip('.')}. il2dash {__version__}, data {digits}."
    return tuple(line for line in (*origin, who, method, source) if line)
