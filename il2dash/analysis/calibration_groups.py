"""Observed against predicted: patients grouped by their predicted probability."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import compress

import numpy as np

from il2dash.analysis.estimate import Interval
from il2dash.analysis.patient_ids import BEHIND, PatientIds
from il2dash.analysis.proportion import wilson
from il2dash.analysis.two_by_two import ArmCount

TIE = 12
"""Decimals of a predicted probability: patients who are alike get the same, whatever the order of the sums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationGroup:
    """Patients of neighboring predicted probabilities: their mean, and how many responded."""

    n: int
    responders: int
    predicted: float
    observed: float
    interval: Interval
    patients: PatientIds = field(default=(), compare=False, repr=False, metadata=BEHIND)


def calibration_groups(
    predicted: np.ndarray, response: np.ndarray, *, level: float = 0.95, subject_ids: PatientIds = ()
) -> tuple[CalibrationGroup, ...]:
    """Split the patients by their predicted probability into groups of about one size, equal ones together.

    Three groups below 40 patients, four below 100, five below 250, else ten: with fewer patients in a group its
    interval says nothing. `subject_ids` are the patients, where it is to be known who is in a group.
    """
    n = len(predicted)
    wanted = next((groups for limit, groups in ((40, 3), (100, 4), (250, 5)) if n < limit), 10)
    rounded = np.round(predicted, TIE)
    cuts = np.unique(np.quantile(rounded, np.arange(1, wanted) / wanted))
    member = np.searchsorted(cuts, rounded, side="left")
    found = []
    for group in np.unique(member):
        inside = member == group
        count = ArmCount(responders=int(response[inside].sum()), total=int(inside.sum()))
        found.append(
            CalibrationGroup(
                n=count.total,
                responders=count.responders,
                predicted=float(predicted[inside].mean()),
                observed=count.proportion,
                interval=wilson(count, level=level),
                patients=tuple(compress(subject_ids, inside)),
            )
        )
    return tuple(found)
