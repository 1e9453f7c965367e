"""Repairs have one remedy, are listed cell by cell, and touch nothing else."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.intake.column_roles import ColumnRole, column_roles
from il2dash.intake.fixes import Fix, apply_fixes, find_fixes
from il2dash.intake.questions import answer, find_questions
from il2dash.study.definition_file import read_definition
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import parse_numbers

NUMBER = ColumnRole(kind="number", units=("cells/\u00b5L", "%"))
DATE = ColumnRole(kind="date")
ARM = ColumnRole(kind="code", levels=("IL-2", "control"))
YES_NO = ColumnRole(kind="yes_no")


def table_of(**columns: list[str]) -> RawTable:
    size = len(next(iter(columns.values())))
    index = pd.Index([2 * place + 2 for place in range(size)], dtype="int64", name="row")
    return RawTable(file="t.csv", data=pd.DataFrame(columns, index=index, dtype="str"))


def fixed(role: ColumnRole, *texts: str) -> list[str]:
    table = table_of(x=list(texts))
    return apply_fixes(table, find_fixes(table, {"x": role})).data["x"].tolist()


def kinds(role: ColumnRole, *texts: str) -> list[str]:
    return [fix.kind for fix in find_fixes(table_of(x=list(texts)), {"x": role})]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1,5", "1.5"),
        ("<0,5", "<0.5"),
        (",5", ".5"),
        ("0,123", "0.123"),
        ("1234,567", "1234.567"),
        ("1,5e3", "1.5e3"),
        ("1,234,567", "1234567"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1\u00a0234", "1234"),
        ("1\u202f234,5", "1234.5"),
        ("\u200b12\ufeff", "12"),
        ("\u221212", "-12"),
        ("\uff11\uff12\uff0e\uff15", "12.5"),
        ("65 %", "65"),
        ("350 cells/\u03bcL", "350"),
        ("12,5 %", "12.5"),
    ],
)
def test_a_number_that_reads_in_one_way(before, after):
    assert fixed(NUMBER, before) == [after]


@pytest.mark.parametrize("text", ["1,234", "1 234", "350 copies/mL", "12 %%", "high", "NA", "1.234", "1,2,3", "-", ""])
def test_a_number_that_is_left_as_it_is(text):
    assert fixed(NUMBER, text) == [text]


def test_a_percent_sign_is_no_unit_of_a_column_without_it():
    assert fixed(ColumnRole(kind="number"), "65%") == ["65%"]


def test_a_column_says_what_its_commas_are():
    assert fixed(NUMBER, "1,234", "1,5") == ["1.234", "1.5"]
    assert fixed(NUMBER, "1,234", "1,234,567") == ["1234", "1234567"]


@pytest.mark.parametrize("texts", [("1,234", "1.5"), ("1,234", "1,5", "1.5"), ("1,234", "2"), ("1,5", "1.234")])
def test_commas_that_no_one_way_explains_are_asked_and_the_column_waits(texts):
    assert fixed(NUMBER, *texts) == list(texts)
    (question,) = find_questions(table_of(x=list(texts)), {"x": NUMBER})
    assert question.kind == "number_mark"
    assert [given.code for given in question.answers] == ["decimal", "thousands"]


@pytest.mark.parametrize(
    ("texts", "decimal", "thousands"),
    [
        (["1,234", "2"], ["1.234", "2"], ["1234", "2"]),
        (["1,5", "1.234"], ["1.5", "1.234"], ["1.5", "1234"]),
        (["1,234", "1,5", "9.123"], ["1.234", "1.5", "9.123"], ["1.234", "1.5", "9123"]),
    ],
)
def test_an_answer_about_commas_settles_the_column(texts, decimal, thousands):
    table = table_of(x=texts)
    for code, after in (("decimal", decimal), ("thousands", thousands)):
        asked = table
        while found := find_questions(asked, {"x": NUMBER}):
            asked = apply_fixes(asked, [answer(found[0], code)])
        asked = apply_fixes(asked, find_fixes(asked, {"x": NUMBER}))
        assert asked.data["x"].tolist() == after


def test_the_question_about_commas_shows_what_either_answer_makes():
    (question,) = find_questions(table_of(x=["1,234", "7"]), {"x": NUMBER})
    assert question.rows == (2,)
    assert question.examples == ("1,234",)
    assert question.answers[0].words == "a decimal mark: 1,234 is 1.234"
    assert question.answers[1].words == "parts the thousands: 1,234 is 1234"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2005/06/05", "2005-06-05"),
        ("2005-06-05 00:00:00", "2005-06-05"),
        ("20050605", "2005-06-05"),
        ("25/06/2005", "2005-06-25"),
        ("06/25/2005", "2005-06-25"),
        ("05.05.2005", "2005-05-05"),
        ("5 Jun 2005", "2005-06-05"),
        ("05JUN2005", "2005-06-05"),
        ("38508", "2005-06-05"),
        ("05/06/2005", "05/06/2005"),
        ("05/06/05", "05/06/05"),
        ("31/02/2005", "31/02/2005"),
        ("2005-25-06", "2005-25-06"),
        ("2005-06-05 10:30", "2005-06-05 10:30"),
        ("5 Ju 2005", "5 Ju 2005"),
        ("05ma2005", "05ma2005"),
    ],
)
def test_a_date(before, after):
    assert fixed(DATE, before) == [after]


def test_one_part_above_12_decides_the_column_and_two_do_not():
    assert fixed(DATE, "05/06/2005", "25/06/2005") == ["2005-06-05", "2005-06-25"]
    assert fixed(DATE, "05/06/2005", "06/25/2005") == ["2005-05-06", "2005-06-25"]
    both = ["05/06/2005", "25/06/2005", "06/25/2005"]
    assert fixed(DATE, *both) == ["05/06/2005", "2005-06-25", "2005-06-25"]
    (question,) = find_questions(table_of(x=both), {"x": DATE})
    assert question.rows == (2,)


def test_the_order_of_a_date_is_asked():
    table = table_of(x=["05/06/2005", "07/06/2005", "2005-01-01"])
    (question,) = find_questions(table, {"x": DATE})
    assert (question.kind, question.examples) == ("date_order", ("05/06/2005", "07/06/2005"))
    day, month = (apply_fixes(table, [answer(question, code.code)]).data["x"].tolist() for code in question.answers)
    assert day == ["2005-06-05", "2005-06-07", "2005-01-01"]
    assert month == ["2005-05-06", "2005-07-06", "2005-01-01"]


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ("last_1950-2049", ["25/06/2005", "24/12/1998"]),
        ("last_1900-1999", ["25/06/1905", "24/12/1998"]),
        ("last_2000-2099", ["25/06/2005", "24/12/2098"]),
    ],
)
def test_two_digits_of_a_year_are_asked(code, after):
    table = table_of(x=["25/06/05", "24/12/98"])
    assert find_fixes(table, {"x": DATE}) == ()
    (question,) = find_questions(table, {"x": DATE})
    assert question.kind == "short_year"
    asked = apply_fixes(table, [answer(question, code)])
    assert asked.data["x"].tolist() == after
    assert find_questions(asked, {"x": DATE}) == ()


def test_a_year_that_stands_first_is_offered_where_it_can():
    (question,) = find_questions(table_of(x=["98-12-24"]), {"x": DATE})
    assert [given.code for given in question.answers] == [
        "first_1950-2049",
        "first_1900-1999",
        "first_2000-2099",
    ]
    assert question.answers[0].after == ("1998-12-24",)


def test_codes_of_arms_by_capitals_and_blanks():
    assert fixed(ARM, "il-2", "IL-2", "\u00a0Control", "CONTROL\u200b", "placebo", "") == [
        "IL-2",
        "IL-2",
        "control",
        "control",
        "placebo",
        "",
    ]


def test_a_code_that_is_like_two_levels_stays():
    both = ColumnRole(kind="code", levels=("a", "A"))
    assert fixed(both, "a", "A", " A ", "\uff21") == ["a", "A", "A", "\uff21"]


def test_answers_coded_as_one_and_two_are_asked():
    table = table_of(x=["1", "2.0", "", "NA"])
    (question,) = find_questions(table, {"x": YES_NO})
    one, two = (apply_fixes(table, [answer(question, code.code)]).data["x"].tolist() for code in question.answers)
    assert one == ["1", "0", "", "NA"]
    assert two == ["0", "1", "", "NA"]
    for texts in (["0", "1"], ["1"], ["1", "2", "9"], ["yes", "no"]):
        assert find_questions(table_of(x=texts), {"x": YES_NO}) == ()


def test_an_answer_that_was_not_offered():
    (question,) = find_questions(table_of(x=["1,234"]), {"x": NUMBER})
    with pytest.raises(ValueError, match="choose one of decimal, thousands"):
        answer(question, "both")


def test_a_fix_lists_its_rows_and_what_was_there():
    (fix,) = find_fixes(table_of(x=["1.5", "2,5", "3,5"]), {"x": NUMBER})
    assert (fix.kind, fix.file, fix.column) == ("decimal_comma", "t.csv", "x")
    assert (fix.rows, fix.before, fix.after) == ((4, 6), ("2,5", "3,5"), ("2.5", "3.5"))


def test_texts_and_columns_that_nothing_asks_for_are_left_alone():
    table = table_of(term=["a\u200bb \U0001f468\u200d\U0001f469"], other=["1,5"])
    assert find_fixes(table, {"term": ColumnRole(kind="text")}) == ()


def test_a_fix_of_a_column_that_is_not_there():
    fix = find_fixes(table_of(x=["1,5"]), {"x": NUMBER})[0]
    with pytest.raises(ValueError, match="read the file again"):
        apply_fixes(table_of(y=["1,5"]), [fix])


def test_the_roles_of_a_study(repository):
    definition, _ = read_definition(repository / "tests" / "studies" / "mini" / "study.toml")
    assert definition is not None
    subjects = column_roles(definition, "subjects")
    assert subjects["arm"] == ColumnRole(kind="code", levels=("control", "il2"))
    assert subjects["age"] == ColumnRole(kind="number", units=("years",))
    assert subjects["sex"].levels == ("F", "M")
    assert (subjects["well"].kind, subjects["subject_id"].kind) == ("yes_no", "id")
    assert column_roles(definition, "visits")["cd4"].units == ("cells/uL",)
    assert column_roles(definition, "visits")["week"].units == ("weeks", "week")
    assert "term" not in column_roles(definition, "events")
    assert set(column_roles(definition, "doses")) == {"subject_id", "cycle", "week", "dose_miu"}


def test_the_roles_of_wide_columns(repository):
    definition, _ = read_definition(repository / "tests" / "studies" / "actg175" / "study.toml")
    assert definition is not None
    assert column_roles(definition, "subjects")["cd420"].kind == "number"


CELLS = st.lists(
    st.one_of(
        st.text(alphabet="0123456789,.<> \u00a0\u200b%-/\uff11aIL-2control", max_size=10),
        st.sampled_from(["1,5", "1,234", "1.234", "1,234,567", "05/06/2005", "25/06/05", "38508", "il-2", "65 %"]),
    ),
    min_size=1,
    max_size=8,
)
ROLES = st.sampled_from([NUMBER, DATE, ARM, YES_NO, ColumnRole(kind="id")])


@given(cells=CELLS, role=ROLES)
@settings(max_examples=200)
def test_fixes_change_what_they_list_and_nothing_else_and_leave_none(cells, role):
    table = table_of(x=cells, y=cells)
    fixes = find_fixes(table, {"x": role})
    after = apply_fixes(table, fixes)
    again = apply_fixes(after, fixes)
    pd.testing.assert_frame_equal(after.data, again.data)
    assert find_fixes(after, {"x": role}) == ()
    assert after.data["y"].tolist() == cells
    assert after.data.index.equals(table.data.index)
    listed = {row for fix in fixes for row in fix.rows}
    for row, before, now in zip(table.data.index, cells, after.data["x"], strict=True):
        assert (row in listed) or before == now
    assert all(before != now for fix in fixes for before, now in zip(fix.before, fix.after, strict=True))


@given(cells=CELLS)
@settings(max_examples=200)
def test_a_number_that_was_read_keeps_its_value(cells):
    before = parse_numbers(pd.Series(cells, dtype="str"))
    after = parse_numbers(pd.Series(fixed(NUMBER, *cells), dtype="str"))
    for place in range(len(cells)):
        if before.known[place]:
            assert after.value[place] == before.value[place]


@given(cells=CELLS, role=ROLES)
@settings(max_examples=100)
def test_answers_end(cells, role):
    roles = {"x": role}
    table = table_of(x=cells)
    table = apply_fixes(table, find_fixes(table, roles))
    for _ in range(4):
        found = find_questions(table, roles)
        table = apply_fixes(table, [answer(question, question.answers[0].code) for question in found])
        table = apply_fixes(table, find_fixes(table, roles))
    assert find_questions(table, roles) == ()


def test_fix_is_data():
    fix = find_fixes(table_of(x=["1,5"]), {"x": NUMBER})[0]
    assert fix == Fix(
        kind="decimal_comma",
        file="t.csv",
        column="x",
        rows=(2,),
        before=("1,5",),
        after=("1.5",),
        words="A decimal comma was written as a point.",
    )
