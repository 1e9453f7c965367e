"""docs/describe-a-trial.md has every key of study.toml and no other, and its examples are ones."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Annotated, Union, get_args, get_origin, get_type_hints

import pytest

from il2dash.study.definition import StudyDefinition
from il2dash.study.definition_file import parse_definition

MINIMAL = """
[study]
id = "x"
title = "x"
synthetic = true
"""
ARMS = """
[arms]
reference = "a"
levels = [{ code = "a", label = "A" }, { code = "b", label = "B" }]
"""


def sections(kind, place=""):
    """Yield the header of each section of a definition with the keys that it has."""
    for name, hint in get_type_hints(kind).items():
        dotted = f"{place}.{name}" if place else name
        inner, repeated, named = section_of(hint)
        if inner is None:
            continue
        dotted += ".NAME" if named else ""
        yield f"[[{dotted}]]" if repeated else f"[{dotted}]", {field.name for field in fields(inner)}
        yield from sections(inner, dotted)


def section_of(hint):
    """Return the class of a section that a key holds (None where it holds a value), and whether many or named."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return section_of(inside[0])
    if origin in (Union, UnionType):
        return next((found for option in inside if (found := section_of(option))[0]), (None, False, False))
    if origin is tuple:
        return section_of(inside[0])[0], True, False
    if origin is Mapping:
        return section_of(inside[1])[0], False, True
    return (hint if is_dataclass(hint) else None), False, False


@pytest.fixture(scope="module")
def page(repository):
    return (repository / "docs" / "describe-a-trial.md").read_text(encoding="utf-8")


def keys_on(page):
    """Return the keys in the table under each heading that is a section's header."""
    found = {}
    for part in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        heading, _, rest = part.partition("\n")
        if header := re.fullmatch(r"`(\[.*\])`", heading.strip()):
            found[header[1]] = set(re.findall(r"^\| `([a-z_]+)` \|", rest, flags=re.MULTILINE))
    return found


def examples(page):
    return re.findall(r"^```toml\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)


def test_every_key_is_on_the_page_and_no_other(page):
    expected = dict(sections(StudyDefinition))
    assert len(expected) > 15
    assert keys_on(page) == expected


def places_in(value, place=""):
    """Yield the place of every key of an example, as the sections' headers write it."""
    for entry in value if isinstance(value, list) else [value]:
        for key, inner in entry.items() if isinstance(entry, dict) else ():
            name = "NAME" if place == "markers" else key
            yield (inside := f"{place}.{name}" if place else name)
            yield from places_in(inner, inside)


def test_every_key_has_an_example(page):
    used = {place for example in examples(page) for place in places_in(tomllib.loads(example))}
    expected = {f"{header.strip('[]')}.{key}" for header, keys in sections(StudyDefinition) for key in keys}
    assert sorted(expected - used) == []


def test_examples_are_parts_of_a_study(page):
    whole = 0
    for example in examples(page):
        data = tomllib.loads(example)
        text = example + (MINIMAL if "study" not in data else "") + (ARMS if "arms" not in data else "")
        definition, problems = parse_definition(text.encode())
        assert definition is not None, f"{example}\n{problems}"
        if "study" in data and "arms" in data:
            whole += 1
            assert problems == (), f"{example}\n{problems}"
    assert whole == 2
