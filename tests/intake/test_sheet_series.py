"""Sheets of the same columns, by arm, by visit, or neither: one table, told, and read as what they are."""

from __future__ import annotations

import pytest

from il2dash.intake.build import build, read_built
from il2dash.intake.file_formats import read_tables
from il2dash.intake.guess import guess_recipe
from tests.intake.small_files import sheet_row, workbook

HEADER = ("ID", "Age", "CD4 week 0", "CD4 week 24")


def arm_rows(first, count, *, header=HEADER, gain=0):
    """Write a sheet of one arm's patients, numbered from `first`."""
    rows = [sheet_row(1, *header)]
    for place in range(count):
        said = {"ID": float(first + place), "Age": 30.0 + place, "CD4 week 0": 100.0 + place}
        said["CD4 week 24"] = 150.0 + 7 * place + gain
        rows.append(sheet_row(place + 2, *(said[name] for name in header)))
    return "".join(rows)


def visit_rows(week, count):
    rows = [sheet_row(1, "ID", "Arm", "CD4")]
    for place in range(count):
        rows.append(sheet_row(place + 2, f"P{place}", ("A", "Placebo")[place % 2], 90.0 + week + place))
    return "".join(rows)


def trial_of(upload):
    proposal = guess_recipe(upload.tables)
    assert proposal.recipe is not None
    reading = read_built(build(upload.tables, proposal.recipe))
    assert reading.trial is not None
    return proposal, reading.trial


@pytest.mark.parametrize("first", [101, 1])
def test_a_sheet_for_each_arm(first):
    """Also where each sheet counts its patients from 1, which is asked."""
    sheets = {"IL-2": arm_rows(1, 12, gain=40), "Control": arm_rows(first, 10, header=HEADER[::-1])}
    upload = read_tables("t.xlsx", workbook(sheets))
    (table,) = upload.tables
    assert table.file == "t.xlsx[IL-2, Control]"
    assert table.columns == ("sheet", *HEADER)
    assert table.data.index.is_unique
    assert table.data.loc[15, "CD4 week 24"] == "150"
    assert upload.notes == (
        "t.xlsx[IL-2, Control]: 2 sheets have the same columns and are one table; its column sheet says from which "
        "sheet a row is. Rows are counted through: 2 to 13 are IL-2; 15 to 24 are Control.",
    )
    proposal, trial = trial_of(upload)
    assert (proposal.recipe.subjects.arm, proposal.recipe.subjects.reference.value) == ("sheet", "Control")
    assert trial.subjects["arm"].value_counts().to_dict() == {"il_2": 12, "control": 10}
    assert len(trial.measurements) == 44
    assert any("Is it so?" in words for words in proposal.questions) is (first == 1)


def test_a_sheet_for_each_visit():
    sheets = {name: visit_rows(week, 8) for name, week in (("Baseline", 0), ("Week 12", 12), ("Week 24", 24))}
    upload = read_tables("t.xlsx", workbook(sheets))
    proposal, trial = trial_of(upload)
    assert proposal.recipe.subjects.arm == "Arm"
    assert len(trial.subjects) == 8
    assert sorted(trial.measurements["week"].unique()) == [0, 12, 24]
    assert len(trial.measurements) == 24


@pytest.mark.parametrize(
    "sheets",
    [
        {"a": arm_rows(1, 3), "a (2)": arm_rows(1, 3)},
        {"a": sheet_row(1, "x", "y") + sheet_row(2, "1", "2"), "b": sheet_row(1, "x", "y") + sheet_row(2, "3", "4")},
        {
            name: sheet_row(1, "USUBJID", "PARAMCD", "AVAL") + sheet_row(2, name, "CD4", 3.0)
            for name in ("adlb", "advs")
        },
        {"a": arm_rows(1, 3), "b": arm_rows(1, 3, header=HEADER[:3])},
    ],
    ids=["a copy", "codes and meanings", "tables by parameter", "other columns"],
)
def test_other_sheets_stay_tables(sheets):
    upload = read_tables("t.xlsx", workbook(sheets))
    assert [table.file for table in upload.tables] == [f"t.xlsx[{name}]" for name in sheets]
    assert upload.notes == ()


def test_many_sheets_have_a_short_name():
    sheets = {f"Week {week}": visit_rows(week, 4) for week in range(0, 60, 4)}
    (table,) = read_tables("t.xlsx", workbook(sheets)).tables
    assert table.file == "t.xlsx[Week 0 to Week 56]"
    assert len(table.data) == 60
