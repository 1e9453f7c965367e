from __future__ import annotations

import csv
import io
from math import log10

import pytest

from il2dash.synthesis.tables import SimulatedTrial, copies_text, tables


@pytest.mark.parametrize(
    ("copies", "printed"),
    [(49.4, "<50"), (49.6, "50"), (84312.0, "84300"), (750_000.0, "750000"), (760_000.0, ">750000"), (3.2, "<50")],
)
def test_rna_is_printed_as_an_assay_reports_it(copies: float, printed: str) -> None:
    assert copies_text(log10(copies)) == printed


def test_tables_have_the_rows_of_the_trial(simulated: SimulatedTrial) -> None:
    read = {name: list(csv.DictReader(io.StringIO(text))) for name, text in tables(simulated).items()}
    assert [len(read[f"{name}.csv"]) for name in ("subjects", "events", "doses")] == [
        56,
        len(simulated.events),
        int(simulated.cycles.received.sum()),
    ]
    assert all(row["cd4"] or row["rna"] for row in read["visits.csv"])
    subjects = {row["subject_id"]: row for row in read["subjects.csv"]}
    first = {row["subject_id"]: row for row in read["visits.csv"] if row["week"] == "0.0"}
    assert len(first) == 56
    for subject, row in first.items():
        assert subjects[subject]["baseline_cd4"] == row["cd4"]
        assert subjects[subject]["baseline_rna"] == f"{log10(float(row['rna'])):.2f}"
    given = [row["subject_id"] for row in read["doses.csv"]]
    assert {subject: str(given.count(subject)) for subject in subjects} == {
        subject: row["cycles_received"] for subject, row in subjects.items()
    }


def test_lines_end_alike_on_every_machine(simulated: SimulatedTrial) -> None:
    assert all("\r" not in text and text.endswith("\n") for text in tables(simulated).values())
