"""What of a table reads in more ways than one: asked, never guessed. An answer is a fix like the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from il2dash.intake.column_roles import ColumnRole
from il2dash.intake.date_texts import Century, date_style, plain_date, with_century
from il2dash.intake.fixes import Fix
from il2dash.intake.missing_codes import codes_for_missing, numbers_for_missing, two_words, words_beside_numbers
from il2dash.intake.number_texts import all_plain, answered_number, number_style, plain_number
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import MISSING_TEXTS, whole_number_text

QuestionKind = Literal["number_mark", "date_order", "short_year", "yes_no_codes", "missing_code", "two_words"]

MAXIMUM_EXAMPLES = 5

_CENTURIES: tuple[Century, ...] = ("1950-2049", "1900-1999", "2000-2099")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One way to read the texts of a question: `after` has them so read, row by row."""

    code: str
    words: str
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Texts of one column that read in more ways than one.

    Parameters
    ----------
    kind : {"number_mark", "date_order", "short_year", "yes_no_codes", "missing_code", "two_words"}
        What isn't known of the column.
    file, column : str
        Where, as the file has it.
    rows : tuple of int
        Rows in the file.
    before : tuple of str
        The cell of each row.
    examples : tuple of str
        The first distinct texts that read in more ways than one.
    words : str
        The question, as a sentence.
    answers : tuple of Answer
        The ways to read them, at least two unless only one is possible.
    """

    kind: QuestionKind
    file: str
    column: str
    rows: tuple[int, ...]
    before: tuple[str, ...]
    examples: tuple[str, ...]
    words: str
    answers: tuple[Answer, ...]


Reading = tuple[str, str, Callable[[str], str]]


def find_questions(table: RawTable, roles: Mapping[str, ColumnRole]) -> tuple[Question, ...]:
    """Return what has to be asked before a table can be read; ask of a table whose fixes were applied.

    After the answers were applied, `find_fixes` and this may find more: a date that got a whole year may still be of
    an unknown order.
    """
    found: list[Question] = []
    for column in table.columns:
        role = roles.get(column)
        if role is None:
            continue
        texts = [str(text) for text in table.data[column].unique()]
        if role.kind == "number":
            found += _number_questions(table, column, texts)
        elif role.kind == "date":
            found += _date_questions(table, column, texts)
        elif role.kind == "code" and (codes := codes_for_missing(texts)):
            found.append(_meaning(table, column, codes))
        elif role.kind == "yes_no":
            found += _yes_no_questions(table, column, texts)
    return tuple(found)


def answer(question: Question, code: str) -> Fix:
    """Return the fix that an answer to a question is.

    Raises
    ------
    ValueError
        Where the question has no such answer.
    """
    chosen = next((given for given in question.answers if given.code == code), None)
    if chosen is None:
        codes = ", ".join(given.code for given in question.answers)
        raise ValueError(f"{code!r} doesn't answer the question about {question.column!r}: choose one of {codes}.")
    changed = [place for place, text in enumerate(question.before) if chosen.after[place] != text]
    return Fix(
        kind="answer",
        file=question.file,
        column=question.column,
        rows=tuple(question.rows[place] for place in changed),
        before=tuple(question.before[place] for place in changed),
        after=tuple(chosen.after[place] for place in changed),
        words=f"{question.words} Answered: {chosen.words}.",
    )


def is_answered(question: Question, fixes: Iterable[Fix]) -> bool:
    """Tell whether a question was answered, also where the answer left the cells as they are."""
    return any(
        fix.kind == "answer"
        and (fix.file, fix.column) == (question.file, question.column)
        and fix.words.startswith(question.words)
        for fix in fixes
    )


def _number_questions(table: RawTable, column: str, texts: list[str]) -> list[Question]:
    found = _code_questions(table, column, texts)
    return found if all_plain(texts) else [*found, *_mark_questions(table, column, texts)]


def _code_questions(table: RawTable, column: str, texts: list[str]) -> list[Question]:
    """Ask about codes for what isn't known, and about two words that may be a number."""
    if words := two_words(texts):
        readings: list[Reading] = [
            (f"is_{place}", f"{one} is 1 and {other} is 0", partial(_as_one, one=one, other=other))
            for place, (one, other) in enumerate((words, words[::-1]))
        ]
        words_asked = f"As a number, which is 1: {words[0]} or {words[1]}?"
        return [_question(table, column, "two_words", set(words), set(words), words=words_asked, readings=readings)]
    codes = (*numbers_for_missing(texts), *words_beside_numbers(table.data[column]))
    return [_meaning(table, column, codes)] if codes else []


def _meaning(table: RawTable, column: str, codes: Sequence[str]) -> Question:
    """Ask whether codes mean that a value isn't known."""
    listed = " and ".join(codes)
    readings: list[Reading] = [
        ("missing", "the value isn't known", lambda text: ""),
        ("value", "it is what it says", lambda text: text),
    ]
    asked, words = set(codes), f"What does {listed} mean?"
    return _question(table, column, "missing_code", asked, asked, words=words, readings=readings)


def _as_one(text: str, *, one: str, other: str) -> str:
    return {one: "1", other: "0"}.get(text, text)


def _mark_questions(table: RawTable, column: str, texts: list[str]) -> list[Question]:
    style = number_style(texts)
    asked = set(style.questions)
    if not asked:
        return []

    def as_decimal(text: str) -> str:
        return answered_number(text, "decimal") if text in asked else plain_number(text, style.commas)

    def as_thousands(text: str) -> str:
        return answered_number(text, "thousands") if text in asked else plain_number(text, style.commas)

    example = next(text for text in texts if text in asked)
    readings: list[Reading] = [
        ("decimal", f"a decimal mark: {example} is {as_decimal(example)}", as_decimal),
        ("thousands", f"parts the thousands: {example} is {as_thousands(example)}", as_thousands),
    ]
    # The other texts go along: a column is repaired as a whole, or its comma would raise the question again.
    along = {text for text in texts if text in asked or plain_number(text, style.commas) != text}
    mark = "comma" if "," in example else "point"
    words = f"What is the {mark} before three digits?"
    return [_question(table, column, "number_mark", along, asked, words=words, readings=readings)]


def _date_questions(table: RawTable, column: str, texts: list[str]) -> list[Question]:
    style = date_style(texts)
    found = []
    if style.questions:
        example = style.questions[0]
        readings: list[Reading] = [
            ("day_first", f"the day: {example} is {plain_date(example, 'day_first')}", _day_first),
            ("month_first", f"the month: {example} is {plain_date(example, 'month_first')}", _month_first),
        ]
        asked = set(style.questions)
        words = "What comes first in these dates, the day or the month?"
        found.append(_question(table, column, "date_order", asked, asked, words=words, readings=readings))
    if style.short_years:
        asked = set(style.short_years)
        readings = [reading for reading in _century_readings() if any(reading[2](text) != text for text in asked)]
        if readings:
            words = "Which years are meant by two digits, and where do they stand?"
            found.append(_question(table, column, "short_year", asked, asked, words=words, readings=readings))
    return found


def _day_first(text: str) -> str:
    return plain_date(text, "day_first")


def _month_first(text: str) -> str:
    return plain_date(text, "month_first")


def _century_readings() -> list[Reading]:
    return [
        (
            f"{'first' if first else 'last'}_{years}",
            f"{years.replace('-', ' to ')}, the year stands {'first' if first else 'last'}",
            _with_century(years, year_first=first),
        )
        for first in (False, True)
        for years in _CENTURIES
    ]


def _with_century(years: Century, *, year_first: bool) -> Callable[[str], str]:
    def read(text: str) -> str:
        whole = with_century(text, years, year_first=year_first)
        return text if whole is None else whole

    return read


def _yes_no_questions(table: RawTable, column: str, texts: list[str]) -> list[Question]:
    plain = {text: whole_number_text(text) for text in texts if text.lower() not in MISSING_TEXTS}
    if "2" not in plain.values() or not set(plain.values()) <= {"1", "2"}:
        return []
    readings: list[Reading] = [
        ("one_is_yes", "1 is yes and 2 is no", lambda text: "1" if plain[text] == "1" else "0"),
        ("two_is_yes", "1 is no and 2 is yes", lambda text: "1" if plain[text] == "2" else "0"),
    ]
    asked = set(plain)
    words = "The answers are 1 and 2: which of them is yes?"
    return [_question(table, column, "yes_no_codes", asked, asked, words=words, readings=readings)]


def _question(
    table: RawTable,
    column: str,
    kind: QuestionKind,
    along: set[str],
    asked: set[str],
    *,
    words: str,
    readings: list[Reading],
) -> Question:
    codes, distinct = pd.factorize(table.data[column])
    texts = [str(text) for text in distinct]
    where = np.flatnonzero(np.isin(codes, [place for place, text in enumerate(texts) if text in along]))
    before = tuple(texts[code] for code in codes[where])
    answers = []
    for code, spoken, read in readings:
        after_of = {text: read(text) for text in along}
        answers.append(Answer(code=code, words=spoken, after=tuple(after_of[text] for text in before)))
    return Question(
        kind=kind,
        file=table.file,
        column=column,
        rows=tuple(table.data.index.to_numpy()[where].tolist()),
        before=before,
        examples=tuple(text for text in texts if text in asked)[:MAXIMUM_EXAMPLES],
        words=words,
        answers=tuple(answers),
    )
