"""The parameters of ADaM findings datasets: their names, and what there is of each."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from il2dash.intake.adam_datasets import AdamDatasets, of_patients
from il2dash.intake.adam_findings import ParameterRecords, is_derived, parameter_records
from il2dash.intake.adam_questions import AdamParameter, AdamVisit
from il2dash.intake.adam_values import label_and_unit
from il2dash.intake.adam_visit_names import weeks_by_days
from il2dash.intake.column_facts import identifier
from il2dash.study.definition import Scale
from il2dash.study.definition_rules import RESERVED_NAMES
from il2dash.study.raw_tables import RawTable


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ParameterSource:
    """A parameter's own records, with the name that it has in the study."""

    id: str
    code: str
    table: RawTable


def parameters_of(
    datasets: AdamDatasets, patients: Collection[str], *, include_derived: bool = False, analysis_flag: bool = True
) -> tuple[AdamParameter, ...]:
    """Return the parameters of the findings datasets that have a number for some of the `patients`.

    Visits are those that the records have which count by `include_derived` and `analysis_flag`, as `AdamChoices` says.
    """
    day_weeks = weeks_by_days(of_patients(table, patients) for table in datasets.findings)
    found = []
    for source in parameter_sources(datasets, patients):
        records = source_records(
            source, include_derived=include_derived, analysis_flag=analysis_flag, said_weeks={}, day_weeks=day_weeks
        )
        if records.frame.empty:
            continue
        label, unit = label_and_unit(source.table)
        planned = records.frame[records.frame["planned"]]
        visits = planned.groupby("visit", sort=False).agg(week=("week", "first"), patients=("subject_id", "nunique"))
        visits = visits.sort_values("week", na_position="last", kind="stable")
        found.append(
            AdamParameter(
                id=source.id,
                code=source.code,
                label=label,
                unit=unit,
                file=source.table.file,
                scale=likely_scale(unit),
                patients=records.frame["subject_id"].nunique(),
                records=len(source.table.data),
                derived=int(is_derived(source.table).sum()),
                visits=tuple(
                    AdamVisit(name=str(name), week=None if np.isnan(week) else float(week), patients=int(number))
                    for name, week, number in visits.itertuples(name=None)
                ),
                flag_selects_one=records.flag_selects_one,
            )
        )
    return tuple(found)


def parameter_sources(datasets: AdamDatasets, patients: Collection[str]) -> list[ParameterSource]:
    """Return the records of each parameter of some patients, by dataset."""
    sources: list[ParameterSource] = []
    taken = set(RESERVED_NAMES)
    for table in datasets.findings:
        rows = of_patients(table, patients)
        codes = rows.data["PARAMCD"]
        positions = codes.groupby(codes, sort=False).indices
        # Names are given for the whole dataset, so that they are the same whichever patients are looked at.
        for code in table.data["PARAMCD"].unique():
            if not code:
                continue
            name = identifier(code, otherwise="p", taken=taken)
            taken.add(name)
            if code in positions:
                part = RawTable(file=rows.file, data=rows.data.iloc[positions[code]])
                sources.append(ParameterSource(id=name, code=code, table=part))
    return sources


def source_records(
    source: ParameterSource,
    *,
    include_derived: bool,
    analysis_flag: bool,
    said_weeks: Mapping[str, float],
    day_weeks: Mapping[str, float],
) -> ParameterRecords:
    """Return the records that count; without `analysis_flag` the flag is left aside where it marks an extreme value."""

    def read(flag: bool) -> ParameterRecords:
        return parameter_records(
            source.table,
            include_derived=include_derived,
            analysis_flag=flag,
            said_weeks=said_weeks,
            day_weeks=day_weeks,
        )

    records = read(True)
    if analysis_flag or not records.flag_selects_one:
        return records
    return replace(read(False), flag_selects_one=True)


def likely_scale(unit: str) -> Scale:
    """Return the scale for models that a unit asks for."""
    return "log10" if re.fullmatch(r"(copies|cp|iu|eq)s?\s*/\s*ml", unit.casefold()) else "identity"
