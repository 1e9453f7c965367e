"""study.toml -> StudyDefinition, or every reason why not, with the place of each in the file."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from il2dash.study.columns import nearest
from il2dash.study.definition import StudyDefinition
from il2dash.study.definition_rules import rule_problems
from il2dash.study.problems import Problem
from il2dash.study.source_rules import NO_LOGIN, is_login, without_login
from il2dash.study.study_files import DEFINITION_FILE

_IDENTIFIERS = ("id", "name", "code")


def read_definition(path: Path) -> tuple[StudyDefinition | None, tuple[Problem, ...]]:
    """Read a study.toml.

    Returns
    -------
    StudyDefinition or None, tuple of Problem
        None where the file's form keeps it from being understood. With errors among the problems the definition
        breaks a rule between its sections: good for finding more problems, not for an analysis.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        return None, (
            Problem(
                severity="error",
                file=path.name,
                rule=f"The file can't be read ({error.strerror}).",
                remedy=f"Check its place: {path}.",
            ),
        )
    return parse_definition(content, file=path.name)


def parse_definition(
    content: bytes, *, file: str = DEFINITION_FILE
) -> tuple[StudyDefinition | None, tuple[Problem, ...]]:
    """Parse the content of a study.toml; returns what `read_definition` does."""
    try:
        data = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        problem = Problem(
            severity="error", file=file, row=row, rule="The file is in UTF-8.", remedy="Save it as UTF-8."
        )
        return None, (problem,)
    except tomllib.TOMLDecodeError as error:
        return None, (_syntax_problem(error, content, file),)
    # JSON mode is strict about text and numbers and still takes lists for tuples, which TOML has no word for
    document = json.dumps(data, default=str)
    try:
        definition = TypeAdapter(StudyDefinition).validate_json(document, strict=True)
    except ValidationError as error:
        return None, tuple(_problem(details, data, file) for details in error.errors())
    return definition, rule_problems(definition, file=file)


def _syntax_problem(error: tomllib.TOMLDecodeError, content: bytes, file: str) -> Problem:
    text = str(error)
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", text)
    row = int(place[1]) if place and place[1] else content.count(b"\n") + 1
    return Problem(
        severity="error",
        file=file,
        row=row,
        rule=f"The file is TOML; reading stopped here: {text[: place.start()] if place else text}.",
        remedy='Texts stand in quotes, lists in [ ], and every section and key stands once: key = "text".',
    )


def _problem(details: ErrorDetails, data: Mapping[str, Any], file: str) -> Problem:
    place = tuple(part for part in details["loc"] if part != "[key]")
    found = details["input"]
    # A password that somebody wrote here isn't repeated on a page.
    unshown = isinstance(found, dict | list) or details["type"] == "missing" or place[:1] == ("source",)
    shown = None if unshown else without_login(_toml_text(found))
    rule, remedy = _words(details, place)
    if place[:1] == ("source",) and is_login(place[-1], found):
        rule, remedy = NO_LOGIN
    return Problem(severity="error", file=file, column=_dotted(place, data), value=shown, rule=rule, remedy=remedy)


def _words(details: ErrorDetails, place: tuple[str | int, ...]) -> tuple[str, str]:
    """Say what pydantic found as a rule and a remedy."""
    kind, context = details["type"], details.get("ctx", {})
    if kind == "unexpected_keyword_argument":
        known = _keys_at(place[:-1])
        return (
            "There is no such key here.",
            f"Remove or correct it.{nearest(str(place[-1]), known)} The keys here are {', '.join(known)}.",
        )
    sentences = {
        "missing": ("This key is required.", "Add it."),
        "string_type": ("This is a text.", 'Write it in quotes: "text".'),
        "float_type": ("This is a number.", "Write it without quotes and with a decimal point: 4.9."),
        "int_type": ("This is a whole number.", "Write it without quotes and decimals: 56."),
        "int_from_float": ("This is a whole number.", "Write it without decimals: 56."),
        "bool_type": ("This is true or false.", "Write true or false, without quotes."),
        "finite_number": ("This is a finite number.", "Write a number, or leave the key out."),
        "dataclass_type": ("This is a section with keys.", f"Write it as {_header(place)} and its keys below."),
        "mapping_type": ("This is a section with keys.", f"Write it as {_header(place)} and its keys below."),
        "dict_type": ("This is a section with keys.", f"Write it as {_header(place)} and its keys below."),
        "tuple_type": ("This is a list.", "Write it in brackets: [0, 6, 12]; a list of sections has [[ ]] headers."),
        "string_too_short": ("This text isn't empty.", "Write it, or leave out what it belongs to."),
        "string_pattern_mismatch": (
            "An id starts with a letter and has only letters (a-z), digits and underscores.",
            "Choose such an id; the label may be any text.",
        ),
    }
    if kind in sentences:
        return sentences[kind]
    if kind == "literal_error":
        return f"This is one of {context['expected']}.", "Write one of them, in quotes."
    if kind == "too_short":
        return f"This list has at least {context['min_length']} entries.", "Add what is missing."
    if kind == "too_long":
        return f"This list has at most {context['max_length']} entries.", "Keep the entries of the two arms compared."
    if kind in {"greater_than", "greater_than_equal"}:
        bound = f"above {context['gt']:g}" if "gt" in context else f"{context['ge']:g} or more"
        return f"This number is {bound}.", "Correct it."
    return f"{details['msg']}.", "Correct it."


def _dotted(place: Sequence[str | int], data: object) -> str:
    """Write a place as ``endpoints[cd4_200].week``: an entry of a list by its id, or its number from 1."""
    text = ""
    for part in place:
        if isinstance(part, int):
            data = data[part] if isinstance(data, list) and part < len(data) else None
            entry = data if isinstance(data, dict) else {}
            names = [entry[key] for key in _IDENTIFIERS if isinstance(entry.get(key), str)]
            text += f"[{names[0] if names else part + 1}]"
        else:
            data = data.get(part) if isinstance(data, dict) else None
            text += f".{part}" if text else part
    return text


def _header(place: Sequence[str | int]) -> str:
    dotted = ".".join(part for part in place if isinstance(part, str))
    return f"[[{dotted}]]" if place and isinstance(place[-1], int) else f"[{dotted}]"


def _toml_text(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _keys_at(place: Sequence[str | int]) -> tuple[str, ...]:
    """Return the keys that the section at a place may have."""
    section: Any = StudyDefinition
    for part in place:
        if is_dataclass(section):
            section = get_type_hints(section)[str(part)]
        else:
            section = get_args(section)[0 if isinstance(part, int) else -1]
        if get_origin(section) in {Union, UnionType}:
            section = next(option for option in get_args(section) if is_dataclass(option))
    return tuple(field.name for field in fields(section))
