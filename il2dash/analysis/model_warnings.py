"""What a reader must know before believing a logistic model: separation, few events, collinearity, who is left out."""

from __future__ import annotations

import numpy as np

from il2dash.analysis.collinearity import TermCollinearity
from il2dash.analysis.model_separation import ModelSeparation

MOST_NAMED = 8
"""Patients who are named in a warning; of more only the number is told."""


def warnings(
    response: np.ndarray,
    separated: ModelSeparation,
    inflated: tuple[TermCollinearity, ...],
    *,
    left_out_covariates: int,
    left_out_outcomes: int,
) -> tuple[str, ...]:
    """Return the warnings of a model in words, the gravest first.

    Parameters
    ----------
    response : array, shape (patients,)
        Outcomes of the patients in the model, 0 or 1.
    separated : ModelSeparation
        Whether its covariates separate them.
    inflated : tuple of TermCollinearity
        One a term.
    left_out_covariates, left_out_outcomes : int
        Patients who aren't in it because a covariate, or the outcome, isn't known.

    Notes
    -----
    Events per variable below 10, and below 5: a weak rule, see van Smeden et al. (2016), BMC Medical Research
    Methodology 16:163.
    """
    columns = sum(term.degrees_of_freedom for term in inflated)
    found = [*_separation(separated, response), *_events_per_variable(response, columns), *_collinearity(inflated)]
    if left_out_covariates:
        found.append(f"{_patients(left_out_covariates)} left out: a covariate of the model isn't known.")
    if left_out_outcomes:
        found.append(f"{_patients(left_out_outcomes)} left out: the outcome isn't known under this rule.")
    return tuple(found)


def _separation(separated: ModelSeparation, response: np.ndarray) -> list[str]:
    if not response.size:
        return []
    if response.min() == response.max():
        nobody = "nobody" if response.max() == 0 else "everybody"
        return [f"{nobody.capitalize()} responded: no covariate can explain a difference that isn't there."]
    if separated.kind == "unknown":
        return [f"Whether the covariates separate responders from others isn't known: {separated.reason}"]
    odds_ratios = {
        f"{column.label} ({column.contrast})": "infinite" if column.direction > 0 else "0"
        for column in separated.columns
    }
    if not odds_ratios:
        return []
    alone = len(odds_ratios) == 1
    names = "".join(odds_ratios) if alone else f"{', '.join(odds_ratios)} together"
    sizes = ", ".join(f"{value} for {name}" for name, value in odds_ratios.items())
    return [
        f"{names} {'separates' if alone else 'separate'} responders from others "
        f"({'completely' if separated.kind == 'complete' else 'in part'}): by maximum likelihood the odds ratio is "
        f"{next(iter(odds_ratios.values())) if alone else sizes}; Firth's stays finite, with a wide interval. "
        f"{_who(separated)}"
    ]


def _who(separated: ModelSeparation) -> str:
    patients = separated.patients
    number = f"{len(patients):,} of {separated.n:,} patient{'' if separated.n == 1 else 's'}"
    who = f" ({', '.join(patients)})" if len(patients) <= MOST_NAMED else ""
    return f"The outcome of {number}{who} follows from it with certainty."


def _collinearity(inflated: tuple[TermCollinearity, ...]) -> list[str]:
    strong = [term for term in inflated if term.verdict == "strong"]
    if not strong:
        return []
    names = ", ".join(f"{term.label} ({term.per_coefficient:.0f} times the variance)" for term in strong)
    return [
        f"Collinear: the other covariates tell most of what {names} could; their odds ratios can't be told apart. "
        "Switch one of them off."
    ]


def _events_per_variable(response: np.ndarray, columns: int) -> list[str]:
    events = int(min(response.sum(), len(response) - response.sum()))
    if not columns or events / columns >= 10:
        return []
    grave = "Far too few" if events / columns < 5 else "Few"
    which = "responders" if response.sum() <= len(response) / 2 else "non-responders"
    return [
        f"{grave} events for the number of covariates: {events} {which} for {columns} "
        f"coefficient{'' if columns == 1 else 's'} ({events / columns:.1f} each; fewer than 10 is a warning, fewer "
        "than 5 a strong one, as a weak rule). Expect wide intervals, and other odds ratios in other patients."
    ]


def _patients(number: int) -> str:
    return "1 patient is" if number == 1 else f"{number:,} patients are"
