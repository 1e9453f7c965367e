"""ADaM records after a death that ADSL dates and that isn't read as an event: told by the rule of every study."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from il2dash.intake.adam_adverse import start_column
from il2dash.intake.adam_datasets import AdamDatasets, cells, dates, of_patients
from il2dash.intake.adam_findings import is_derived
from il2dash.intake.adam_study_days import reference_dates
from il2dash.intake.adam_weeks import weeks_of_study_days
from il2dash.study.between_tables import late_rows
from il2dash.study.problems import Problem
from il2dash.study.values import parse_numbers


def records_after_death(
    datasets: AdamDatasets, patients: Collection[str], *, read_deaths: Collection[str]
) -> list[Problem]:
    """Return a warning for each record of some patients after the day of their death (``DTHDT``).

    Deaths that are read as events are left to the reading of the study, which warns of what is after them. What a
    sponsor derived (``DTYPE``), such as a value carried forward, was never measured.
    """
    subjects = of_patients(datasets.subjects, frozenset(patients) - frozenset(read_deaths))
    ids = subjects.data["USUBJID"]
    start = reference_dates(subjects)["start"].reindex(ids).set_axis(ids.index)
    weeks = ((dates(subjects, "DTHDT") - start).dt.days / 7).set_axis(ids)
    deaths = weeks[weeks.notna() & ~weeks.index.duplicated()]
    found: list[Problem] = []
    days = [(table, "ADY", "A visit") for table in datasets.findings]
    days += [(table, start_column(table), "An event") for table in datasets.adverse]
    for table, column, words in days if len(deaths) else ():
        rows = of_patients(table, frozenset(deaths.index))
        rows = rows.keeping(~is_derived(rows))
        frame = pd.DataFrame(
            {
                "subject_id": rows.data["USUBJID"],
                "week": weeks_of_study_days(parse_numbers(cells(rows, column)).value),
                "week_column": column,
            },
            index=rows.data.index,
        )
        found += late_rows(frame, rows, deaths, rule=f"{words} isn't after the patient's death")
    return found
