"""What is loaded, and what its columns mean."""

from __future__ import annotations

from dataclasses import replace

from il2dash.display.dictionary import dictionary_spec, tables_of, tables_spec


def test_tables_with_their_sizes(trial):
    rows = {row[0]: row[2:] for row in tables_spec(trial).rows}
    assert rows["subjects"] == ("8", "8")
    assert rows["events"] == ("3", "3")
    assert list(tables_of(replace(trial, doses=None))) == ["subjects", "measurements", "events"]


def test_patients_of_other_arms_are_counted(trial):
    notes = [tables_spec(replace(trial, excluded=number)).notes for number in (0, 1, 2)]
    assert len(notes[0]) == 1
    assert notes[1][1] == "1 patient of arms that aren't compared was left out, as the definition says."
    assert notes[2][1].startswith("2 patients of arms that aren't compared were left out")


def test_the_dictionary_names_steps_levels_and_limits(definition):
    rows = {row[0]: row for row in dictionary_spec(definition).rows}
    assert rows["age"] == ("age", "Age", "number, odds ratios per 10 years", "years", "baseline")
    assert rows["sex"][2] == "binary: Female, Male"
    assert rows["rna"][4] == "lower limit 50 and upper limit 750000"
    assert rows["cd4"][4] == ""
    assert rows["cd4_200"][2] == "endpoint, primary"
