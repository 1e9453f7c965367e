"""Codes for what isn't known: asked about, and the column is what it is afterwards."""

from __future__ import annotations

import pandas as pd
import pytest

from il2dash.intake.column_roles import ColumnRole
from il2dash.intake.fixes import apply_fixes, find_fixes
from il2dash.intake.guess import guess_recipe
from il2dash.intake.missing_codes import codes_for_missing, numbers_for_missing, two_words, words_beside_numbers
from il2dash.intake.questions import answer, find_questions, is_answered
from il2dash.intake.recipe_roles import recipe_roles
from tests.intake.raw import raw

AGES = [str(30 + n) for n in range(12)]


@pytest.mark.parametrize(
    ("texts", "codes"),
    [
        ([*AGES, "-9"], ("-9",)),
        ([*AGES, "999", "-99"], ("999", "-99")),
        ([*AGES, "99"], ("99",)),
        ([*AGES, "60", "99"], ()),
        ([*AGES, "-1", "-2"], ()),
        ([*AGES, "120"], ()),
        (["-9", "30"], ()),
        ([], ()),
    ],
)
def test_numbers_that_stand_apart(texts, codes):
    assert numbers_for_missing(texts) == codes


@pytest.mark.parametrize(
    ("texts", "codes"),
    [
        (["0", "1", "9"], ("9",)),
        (["1", "2", "3", "-9"], ("-9",)),
        (["1", "2", "99"], ("99",)),
        (["5", "9", "7"], ()),
        (["a", "b", "9"], ()),
        (["0", "9"], ()),
    ],
)
def test_codes_that_stand_apart(texts, codes):
    assert codes_for_missing(texts) == codes


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ([*AGES, "n.d.", "", "NA"], ("n.d.",)),
        (AGES, ()),
        ([*(f"{n},5" for n in range(12)), "n.d."], ("n.d.",)),
        ([*AGES[:5], "lost", "lost", "lost"], ()),
        ([*AGES, "a", "b", "c", "d"], ()),
        (["a", "b"], ()),
    ],
)
def test_words_beside_numbers(texts, words):
    assert words_beside_numbers(pd.Series(texts, dtype="str")) == words


def test_two_words():
    assert two_words(["good", "poor", ""]) == ("good", "poor")
    assert two_words(["1", "poor"]) == two_words(["a", "b", "c"]) == ()


def test_an_answer_empties_the_cells_or_leaves_them_and_is_asked_once():
    table = raw("id,age\n" + "\n".join(f"{n},{age}" for n, age in enumerate([*AGES, "-9"])))
    roles = {"age": ColumnRole(kind="number")}
    (question,) = find_questions(table, roles)
    assert (question.words, question.examples) == ("What does -9 mean?", ("-9",))
    unknown = answer(question, "missing")
    assert apply_fixes(table, [unknown]).data["age"].iloc[-1] == ""
    kept = answer(question, "value")
    assert kept.rows == ()
    assert is_answered(question, [kept])
    assert not is_answered(question, [])


def test_words_that_mean_nothing_known_give_a_column_of_numbers():
    rows = "\n".join(f"{n},{n % 2},{100 + n},{'n.d.' if n == 5 else 120 + n}" for n in range(12))
    table = raw(f"id,arm,cd4_w0,cd4_w12\n{rows}")
    assert len(guess_recipe([table]).recipe.visits) == 0
    (question,) = find_questions(table, recipe_roles(table, guess_recipe([table]).recipe))
    after = apply_fixes(table, [answer(question, "missing")])
    assert [place.week for place in guess_recipe([after]).recipe.visits[0].columns] == [0, 12]


def test_two_words_that_change_between_visits_become_a_number():
    rows = "\n".join(f"{n // 2},{n // 2 % 2},{n % 2 * 4},{('good', 'poor')[n % 3 % 2]}" for n in range(16))
    table = raw(f"id,arm,week,status\n{rows}")
    recipe = guess_recipe([table]).recipe
    assert recipe.visits[0].columns == {"status": "status"}
    (question,) = find_questions(table, recipe_roles(table, recipe))
    assert question.words == "As a number, which is 1: good or poor?"
    after = apply_fixes(table, [answer(question, "is_0")])
    assert after.data["status"].tolist()[:2] == ["1", "0"]


def test_decimal_commas_and_a_word_are_repaired_together():
    table = raw("id;x\n" + "\n".join(f"{n};{'n.d.' if n == 5 else f'{n},5'}" for n in range(12)), "trial.csv")
    roles = recipe_roles(table, None)
    fixed = apply_fixes(table, find_fixes(table, roles))
    (question,) = find_questions(fixed, roles)
    after = apply_fixes(fixed, [answer(question, "missing")])
    assert after.data["x"].tolist()[4:7] == ["4.5", "", "6.5"]
