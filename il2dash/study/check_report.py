"""The text of ``python -m il2dash check``: what was read of a study, and every problem."""

from __future__ import annotations

import pandas as pd

from il2dash.study.problem_groups import grouped_listing
from il2dash.study.problems import errors
from il2dash.study.reading import StudyReading
from il2dash.study.trial import Trial


def check_report(reading: StudyReading) -> str:
    """Return what was read, then the problems (many of a kind as one line), then their count as the last line."""
    lines = [f"Study: {_title(reading)}"]
    if reading.read_at is not None:
        lines.append(f"Read from the database at {reading.read_at:%Y-%m-%d %H:%M:%S} UTC")
    lines += [f"{table.name}: {table.file}, {_count(table.rows, 'row')}" for table in reading.tables]
    for file, ignored in {table.file: table.columns_ignored for table in reading.tables}.items():
        lines += [f"Columns of {file} that nothing uses: {', '.join(ignored)}"] if ignored else []
    if reading.trial is not None:
        lines += trial_lines(reading.trial)
    if reading.problems:
        lines += ["", grouped_listing(reading.problems)]
    lines += ["", _closing_line(reading)]
    return "\n".join(lines)


def _title(reading: StudyReading) -> str:
    if reading.definition is None:
        return reading.place
    study = reading.definition.study
    return f"{study.title} ({reading.place}{', synthetic data' if study.synthetic else ''})"


def trial_lines(trial: Trial) -> list[str]:
    """Say how many patients, values, events and doses a trial has, and its fingerprint."""
    arms = trial.definition.arms
    sizes = "; ".join(
        f"{arms.label(code)} {size:,}{' (reference)' if code == arms.reference else ''}"
        for code, size in trial.arm_sizes.items()
    )
    excluded = f"; {trial.excluded:,} of other arms left out" if trial.excluded else ""
    lines = [f"Patients: {len(trial.subjects):,} ({sizes}{excluded})"]
    for name, marker in trial.definition.markers.items():
        lines.append(f"{marker.label}: {_marker_text(trial.measurements[trial.measurements['marker'] == name])}")
    if trial.events is not None:
        counts = trial.events["category"].value_counts()
        by_category = ", ".join(f"{category} {count:,}" for category, count in counts.items())
        lines.append(f"Events: {len(trial.events):,}{f' ({by_category})' if by_category else ''}")
    if trial.doses is not None:
        treated = trial.doses["subject_id"].nunique()
        lines.append(f"Doses: {_count(len(trial.doses), 'cycle')} of {_count(treated, 'patient')}")
    lines.append(f"Fingerprint: {trial.fingerprint}")
    return lines


def _marker_text(measurements: pd.DataFrame) -> str:
    text = f"{_count(len(measurements), 'value')} of {_count(measurements['subject_id'].nunique(), 'patient')}"
    for side, words in (("left", "below a limit"), ("right", "above a limit")):
        count = int((measurements["censoring"] == side).sum())
        text += f", {count:,} {words}" if count else ""
    unplanned = int(measurements["visit_week"].isna().sum())
    return text + (f", {unplanned:,} at no planned visit" if unplanned else "")


def _closing_line(reading: StudyReading) -> str:
    if not reading.problems:
        return "No problems."
    found = len(errors(reading.problems))
    counts = {"error": found, "warning": len(reading.problems) - found}
    return ", ".join(_count(count, severity) for severity, count in counts.items() if count) + "."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
