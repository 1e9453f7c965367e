"""A simulated ADaM study of three arms whose truth is known, as a sponsor would send it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

ARMS = ("Placebo", "IL-2 low", "IL-2 high")
WEEKS = (4, 12, 24)


@dataclass(frozen=True, kw_only=True)
class SimulatedAdam:
    """The datasets, and what was measured: CD4 and RNA by patient and week, deaths and adverse events by patient."""

    datasets: dict[str, pd.DataFrame]
    arm: dict[str, str]
    cd4: dict[tuple[str, int], int]
    rna: dict[tuple[str, int], int]
    deaths: dict[str, int]
    adverse: dict[str, list[int]]


def simulated(seed: int = 5) -> SimulatedAdam:
    """Return 60 patients with padded visits, unscheduled ones, repeats, and rows carried forward."""
    random = np.random.default_rng(seed)
    subjects, lab, vital, times, events = [], [], [], [], []
    arm: dict[str, str] = {}
    cd4: dict[tuple[str, int], int] = {}
    rna: dict[tuple[str, int], int] = {}
    deaths: dict[str, int] = {}
    adverse: dict[str, list[int]] = {}
    for number in range(60):
        patient = f"SIM-{number:03d}"
        arm[patient] = ARMS[number % 3]
        start = {"STUDYID": "SIM", "USUBJID": patient}
        last_week = int(random.choice([12, 24, 24, 24]))
        died = number % 7 == 4
        end = 7 * last_week + (10 if died else 1)
        if died:
            deaths[patient] = end
        subjects.append(
            {
                **start,
                "TRT01P": arm[patient],
                "TRT01PN": number % 3,
                "RANDFL": "Y",
                "SAFFL": "Y" if number else "N",
                "AGE": int(random.integers(20, 70)),
                "AGEU": "YEARS",
                "SEX": "FM"[number % 2],
            }
        )
        for code, param, truth, low, high in (
            ("CD4", "CD4 Cell Count (cells/uL)", cd4, 50, 400),
            ("HIVRNA", "HIV-1 RNA (copies/mL)", rna, 20, 400),
        ):
            for place, week in enumerate((0, *WEEKS)):
                day = 7 * week + 1
                row = {**start, "PARAMCD": code, "PARAM": param, "AVISITN": place, "ABLFL": "", "DTYPE": ""}
                row |= {"AVISIT": f"{'Baseline' if week == 0 else f'Week {week}':>16}", "ANL01FL": "Y", "ADY": day}
                row["ABLFL"] = "Y" if week == 0 else ""
                value = int(random.integers(low, high))
                if week <= last_week:
                    truth[patient, week] = value
                    below = code == "HIVRNA" and value < 50
                    row |= {"AVAL": 25 if below else value, "AVALC": "<50" if below else str(value)}
                    lab.append(row)
                    if number % 7 == 0 and week == 12:  # a repeat, which the sponsor didn't choose
                        lab.append({**row, "AVAL": 999, "AVALC": "999", "ANL01FL": "", "ADY": day + 2})
                    if number % 5 == 0 and week == 4:
                        other = {"AVISIT": "Unscheduled 1.1", "AVISITN": 1.1, "ANL01FL": "", "ADY": day + 9}
                        lab.append({**row, **other, "AVAL": 888, "AVALC": "888"})
                else:
                    lab.append({**row, "AVAL": 777, "AVALC": "777", "DTYPE": "LOCF"})
                if code == "CD4" and week <= last_week:
                    vital.append({**row, "PARAMCD": "WEIGHT", "PARAM": "Weight (kg)", "AVAL": 70, "AVALC": "70"})
        times.append(
            {**start, "PARAMCD": "OS", "PARAM": "Overall Survival (Days)", "AVAL": end, "CNSR": 0 if died else 1}
        )
        adverse[patient] = [int(day) for day in random.integers(1, 80, size=number % 3)]
        for day in adverse[patient]:
            events.append({**start, "AEDECOD": "Fatigue", "ASTDY": day, "AETOXGR": "2", "TRTEMFL": "Y"})
        if number % 4 == 0:
            events.append({**start, "AEDECOD": "Rash", "ASTDY": -5, "AETOXGR": "1", "TRTEMFL": "N"})
    rows = {"adsl": subjects, "adlb": lab, "advs": vital, "adtte": times, "adae": events}
    return SimulatedAdam(
        datasets={name: pd.DataFrame(found) for name, found in rows.items()},
        arm=arm,
        cd4=cd4,
        rna=rna,
        deaths=deaths,
        adverse=adverse,
    )


def write(study: SimulatedAdam, folder: Path, *, ending: str) -> list[Path]:
    """Write each dataset as CSV or as a SAS transport file of version 5."""
    paths = []
    for name, frame in study.datasets.items():
        path = folder / f"{name}.{ending}"
        if ending == "xpt":
            pyreadstat.write_xport(frame, path, table_name=name.upper(), file_format_version=5)
        else:
            frame.to_csv(path, index=False)
        paths.append(path)
    return paths
