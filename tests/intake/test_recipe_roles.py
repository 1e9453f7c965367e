"""What a recipe expects of columns: enough for repairs and questions to find what is to be found, and no more."""

from __future__ import annotations

from dataclasses import replace

from il2dash.intake.column_roles import ColumnRole
from il2dash.intake.fixes import apply_fixes, find_fixes
from il2dash.intake.guess import guess_recipe
from il2dash.intake.questions import answer, find_questions
from il2dash.intake.recipe import DaysSince
from il2dash.intake.recipe_edits import with_endpoints
from il2dash.intake.recipe_roles import apparent_numbers, decimal_commas, recipe_roles, spellings
from il2dash.study.definition import Endpoint
from tests.intake.raw import raw

TRIAL = raw(
    """
    id,arm,age,sex,days,death,cd4_w0,cd4_w12,weight,answer,comment
    1,Active,41,M,90,0,100,150,"70,5",1,ok
    2,Placebo,52,F,88,1,220,250,"81,25",2,"1,5 fold"
    3,Active,38,F,90,0,310,300,"64",1,2 days
    4,placebo,44,M,91,0,150,140,"72,0",2,
    5,Placebo,47,M,80,1,180,200,"90,1",2,none
    6,Active,60,F,85,0,190,260,"58,9",1,none
    """
)


def test_the_roles_of_a_guessed_recipe():
    recipe = guess_recipe([TRIAL]).recipe
    roles = recipe_roles(TRIAL, recipe)
    assert roles["id"] == ColumnRole(kind="id")
    assert roles["arm"] == ColumnRole(kind="code", levels=("Active", "Placebo"))
    assert roles["days"] == ColumnRole(kind="number", units=("days", "day"))
    assert roles["death"].kind == "yes_no"
    assert roles["age"].kind == roles["cd4_w0"].kind == roles["cd4_w12"].kind == "number"
    assert roles["weight"].kind == "number"  # though its commas kept the guess from taking it
    assert "comment" not in roles


def test_a_repaired_table_shows_what_the_guess_could_not_see():
    first = guess_recipe([TRIAL]).recipe
    assert first.subjects.excluded_arms != ()
    repaired = apply_fixes(TRIAL, find_fixes(TRIAL, recipe_roles(TRIAL, first)))
    second = guess_recipe([repaired]).recipe
    assert second.subjects.excluded_arms == ()
    weight = next(covariate for covariate in second.covariates if covariate.name == "weight")
    assert weight.kind == "continuous"


def test_the_commonest_spelling_is_the_code():
    assert spellings({"a": 1, "A": 2, " b": 1, "b": 2}) == {"a": "A", "A": "A", " b": "b", "b": "b"}
    assert spellings({"1": 2, "1.0": 1}) == {"1": "1", "1.0": "1"}


def test_numbers_that_need_an_answer_are_numbers():
    table = raw('a,b,c\n"1,234",x1,"1,5"\n"2,345",2,"2,25"\n')
    assert set(apparent_numbers(table)) == {"a", "c"}
    (question,) = find_questions(table, apparent_numbers(table))
    assert (question.kind, question.column) == ("number_mark", "a")
    answered = apply_fixes(table, [answer(question, "thousands")])
    assert list(answered.data["a"]) == ["1234", "2345"]


def test_decimal_commas_are_repaired_where_they_are_all_that_a_column_needs():
    table = raw(
        "id;plain;limit;asked;points;mixed;unseen;terms\n"
        "1;1,5;<1,234;1,234;1,5;1,5;1,5;1,5\n2;7;2,5;2,345;2.5;1.234,5;\u200b2,5;1,5 fold\n3;;;;;;;\n"
    )
    fixes = decimal_commas(table)
    assert [(fix.kind, fix.column, fix.rows, fix.before, fix.after) for fix in fixes] == [
        ("decimal_comma", "plain", (2,), ("1,5",), ("1.5",)),
        ("decimal_comma", "limit", (2, 3), ("<1,234", "2,5"), ("<1.234", "2.5")),
        ("decimal_comma", "points", (2,), ("1,5",), ("1.5",)),
    ]
    assert decimal_commas(apply_fixes(table, fixes)) == ()


def test_codes_1_and_2_of_a_recorded_endpoint_are_asked_unless_their_meaning_was_said():
    recipe = guess_recipe([TRIAL]).recipe
    recorded = Endpoint(id="answered", label="Answered", rule="recorded", column="answer")
    plain = with_endpoints(replace(recipe, covariates=()), [recorded])
    assert recipe_roles(TRIAL, plain)["answer"].kind == "yes_no"
    assert [question.kind for question in find_questions(TRIAL, recipe_roles(TRIAL, plain))] == ["yes_no_codes"]


def test_dates_that_are_counted_from_are_dates():
    table = raw("id,arm,randomized,last\n1,a,05/06/2005,01/07/2005\n2,b,06/06/2005,02/07/2005\n")
    recipe = guess_recipe([table]).recipe
    assert find_questions(table, recipe_roles(table, recipe)) == ()
    dated = replace(recipe, days=(DaysSince(table=table.file, patient="id", column="last", start="randomized"),))
    questions = find_questions(table, recipe_roles(table, dated))
    assert [(question.kind, question.column) for question in questions] == [
        ("date_order", "randomized"),
        ("date_order", "last"),
    ]
