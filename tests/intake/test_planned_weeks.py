"""Columns of planned weeks after the last contact: without a value they are no visits, with one they are told once."""

from __future__ import annotations

from dataclasses import replace

from il2dash.intake.build import build, read_built
from il2dash.intake.guess import guess_recipe
from il2dash.intake.recipe_layouts import TimeColumn
from tests.intake.raw import raw

ROWS = [f"P{n},{'ab'[n % 2]},{10 if n < 4 else 24},0,{100 + n},{200 + n},{300 + n if n % 2 else ''}" for n in range(8)]
HEADER = "id,arm,last_contact_week,death,cd4_w0,cd4_w12,cd4_w24"


def reading(rows):
    tables = (raw("\n".join([HEADER, *rows])),)
    recipe = guess_recipe(tables).recipe
    last_contact = TimeColumn(column="last_contact_week", unit="weeks")
    recipe = replace(recipe, subjects=replace(recipe.subjects, last_contact=last_contact))
    return read_built(build(tables, recipe))


def test_values_after_the_last_contact_are_one_warning():
    found = reading(ROWS)
    assert len(found.trial.measurements) == 20
    assert [(p.severity, p.file, p.row, p.column, p.value) for p in found.problems] == [
        ("warning", "trial.csv", 2, "cd4_w12", "12")
    ]
    assert found.problems[0].rule == (
        "A visit isn't after the last contact; 6 visits of planned weeks are, of which this is the first."
    )
    assert "P0" in found.problems[0].remedy


def test_weeks_without_a_value_are_no_visits():
    followed = [f"P{n},{'ab'[n % 2]},10,0,{100 + n},," for n in range(4)]
    followed += [f"P{n},{'ab'[n % 2]},24,0,{100 + n},{200 + n},{300 + n}" for n in range(4, 12)]
    found = reading(followed)
    assert found.problems == ()
    assert len(found.trial.measurements) == 4 + 8 * 3


def test_one_alone_stays_as_it_is():
    alone = [row.replace(",10,", ",24,") for row in ROWS[:-1]] + [ROWS[-1].replace(",24,", ",23,")]
    (problem,) = reading(alone).problems
    assert (problem.row, problem.column, problem.rule) == (9, "cd4_w24", "A visit isn't after the last contact.")
