"""The baseline table as a publication prints it, and its sentence in every grammatical number."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import pytest

from il2dash.analysis.baseline import baseline_table
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.display.baseline_view import baseline_sentence, baseline_spec


def table_of(trial, *filters: Filter):
    return baseline_table(select_population(trial, filters))


@pytest.fixture(scope="module")
def table(trial):
    return baseline_table(whole_population(trial))


def test_the_table_of_the_mini_study(table, arms):
    spec = baseline_spec(table, arms, means=False)
    assert spec.columns == (
        "Characteristic",
        "IL-2 (n = 4)",
        "Control (n = 4)",
        "All (n = 8)",
        "Standardized difference",
    )
    rows = {row[0]: row[1:] for row in spec.rows}
    assert rows["Age, years"][:3] == ("44 [42, 51]", "44 [40, 48]", "44 [40, 50]")
    assert rows["\u2003missing"] == ("1", "0", "1", "")
    assert rows["Sex: Male"][:3] == ("2 (50%)", "3 (75%)", "5 (63%)")
    assert rows["CDC stage"][:3] == ("", "", "")
    assert rows["\u2003C"][:3] == ("2 (50%)", "2 (50%)", "4 (50%)")
    assert not any("P" in cell for row in spec.rows for cell in row[1:])


def test_a_mean_has_a_decimal_more_and_one_value_has_no_sd(table, trial, arms):
    assert baseline_spec(table, arms, means=True).rows[0][2] == "44.5 (6.2)"
    one = table_of(trial, Filter(variable="age", lower=57, upper=57))
    assert baseline_spec(one, arms, means=True).rows[0][1:3] == ("57.0", "no values")


def test_cells_of_one_row_have_the_same_decimals(trial, arms):
    subjects = trial.subjects.assign(age=[4.87, 4.5, 5.3, 4.9, 5.0, 4.0, nan, 6.0])
    row = baseline_spec(baseline_table(whole_population(replace(trial, subjects=subjects))), arms, means=False).rows[0]
    assert row[1:4] == ("5.0 [4.5, 5.5]", "4.9 [4.8, 5.0]", "4.9 [4.7, 5.2]")


def test_an_empty_arm_has_no_values(trial, arms):
    spec = baseline_spec(table_of(trial, Filter(variable="arm", values=("il2",))), arms, means=False)
    assert {row[2] for row in spec.rows if row[0] not in ("CDC stage", "\u2003missing")} == {"no values"}
    assert {row[4] for row in spec.rows} <= {"\u2013", ""}


def test_the_sentence_names_the_largest_imbalances(table, arms):
    words = baseline_sentence(table, arms)
    assert words.startswith("8 patients were randomized: 4 with IL-2 and 4 with Control. The largest imbalances")
    assert "Sex (\u22120.53)" in words
    sizes = [0.3 if variable.name == "sex" else 0.1 for variable in table.variables]
    alone = [
        replace(variable, standardized_mean_difference=size, reason="")
        for variable, size in zip(table.variables, sizes, strict=True)
    ]
    assert baseline_sentence(replace(table, variables=tuple(alone)), arms).endswith(
        " The largest imbalance, in standard deviations: Sex (0.30)."
    )


def test_the_sentence_counts_and_does_not_randomize_a_filtered_population(trial, arms):
    one = baseline_sentence(table_of(trial, Filter(variable="age", lower=57, upper=57)), arms)
    assert one == "1 patient was counted: 1 with IL-2 and 0 with Control. No characteristic can be compared."
    nobody = baseline_sentence(table_of(trial, Filter(variable="age", lower=200)), arms)
    assert nobody.startswith("No patients were counted: 0 with IL-2 and 0 with Control.")


def test_balance_is_said_of_what_was_compared_only(table, arms):
    even = [replace(variable, standardized_mean_difference=0.1, reason="") for variable in table.variables]
    balanced = baseline_sentence(replace(table, variables=tuple(even)), arms)
    assert balanced.endswith("No characteristic differs by as much as a fifth of a standard deviation.")
    even[0] = replace(even[0], standardized_mean_difference=nan, reason="nothing varies")
    partly = baseline_sentence(replace(table, variables=tuple(even)), arms)
    assert partly.endswith("None that can be compared differs by as much as a fifth of a standard deviation.")
    assert baseline_sentence(replace(table, variables=()), arms).endswith("4 with Control.")
