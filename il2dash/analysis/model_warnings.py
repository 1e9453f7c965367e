"""What a reader must know before believing a logistic model: few events, separation, patients left out."""

from __future__ import annotations

import numpy as np

from il2dash.analysis import separation
from il2dash.analysis.design_matrix import DesignMatrix


def warnings(
    design: DesignMatrix, response: np.ndarray, *, left_out_covariates: int, left_out_outcomes: int
) -> tuple[str, ...]:
    """Return the warnings of a model in words, the gravest first.

    Parameters
    ----------
    design : DesignMatrix
        Of the patients in the model.
    response : array, shape (patients,)
        Their outcomes, 0 or 1.
    left_out_covariates, left_out_outcomes : int
        Patients who aren't in it because a covariate, or the outcome, isn't known.

    Notes
    -----
    Events per variable below 10, and below 5: a weak rule, see van Smeden et al. (2016), BMC Medical Research
    Methodology 16:163.
    """
    found = [*_separation(design, response), *_events_per_variable(design, response)]
    if left_out_covariates:
        found.append(f"{_patients(left_out_covariates)} left out: a covariate of the model isn't known.")
    if left_out_outcomes:
        found.append(f"{_patients(left_out_outcomes)} left out: the outcome isn't known under this rule.")
    return tuple(found)


def _separation(design: DesignMatrix, response: np.ndarray) -> list[str]:
    if not response.size:
        return []
    if response.min() == response.max():
        nobody = "nobody" if response.max() == 0 else "everybody"
        return [f"{nobody.capitalize()} responded: no covariate can explain a difference that isn't there."]
    detected = separation.detect_separation(design.values, response)
    if detected.kind == "unknown":
        return [f"Whether the covariates separate responders from others isn't known: {detected.reason}"]
    slopes = zip(design.columns, detected.directions[1:], strict=True)
    odds_ratios = {
        f"{column.label} ({column.contrast})": "infinite" if direction > 0 else "0"
        for column, direction in slopes
        if direction
    }
    if not odds_ratios:
        return []
    alone = len(odds_ratios) == 1
    names = "".join(odds_ratios) if alone else f"{', '.join(odds_ratios)} together"
    sizes = ", ".join(f"{value} for {name}" for name, value in odds_ratios.items())
    return [
        f"{names} {'separates' if alone else 'separate'} responders from others "
        f"({'completely' if detected.kind == 'complete' else 'in part'}): by maximum likelihood the odds ratio is "
        f"{next(iter(odds_ratios.values())) if alone else sizes}; Firth's stays finite, with a wide interval."
    ]


def _events_per_variable(design: DesignMatrix, response: np.ndarray) -> list[str]:
    columns = len(design.columns)
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
    return "1 patient is" if number == 1 else f"{number} patients are"
