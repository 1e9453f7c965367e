"""The words that a block uses, with a plain explanation of each, one click or one key away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from il2dash.display.glossary_terms import TERMS
from il2dash.display.literal_text import without_controls
from il2dash.display.numbers import NARROW
from il2dash.study.definition import GlossaryTerm, StudyDefinition

_WORD = re.compile(r"(?<![\w-])\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class GlossaryEntry:
    """A term and what it means; `study` holds where the study explains it."""

    term: str
    meaning: str
    study: bool = False


def terms_in(texts: Iterable[str], definition: StudyDefinition) -> tuple[GlossaryEntry, ...]:
    """Return the terms that texts use, the study's own first, else in the order in which they appear.

    Whole words are found, in the plural too, the longest term first: "conditional odds ratio" isn't "odds ratio". A
    term may open a sentence with a capital; an abbreviation stands as it is. A study's explanation takes the place of
    the general one.

    Parameters
    ----------
    texts : iterable of str
        A block's words: sentence, table cells, method, figure's alt.
    definition : StudyDefinition
        Has the study's own glossary.
    """
    return _terms_in(tuple(dict.fromkeys(texts)), definition.glossary)


@lru_cache(maxsize=512)
def _terms_in(texts: tuple[str, ...], own: tuple[GlossaryTerm, ...]) -> tuple[GlossaryEntry, ...]:
    index = _index(own)
    found: dict[str, GlossaryEntry] = {}
    for text in texts:
        words, end = text.replace(NARROW, " "), 0
        for word in _WORD.finditer(words):
            if word.start() < end:
                continue
            for pattern, entry in index.get(_key(word[0]), ()):
                match = pattern.match(words, word.start())
                if match:
                    found.setdefault(entry.term, entry)
                    end = match.end()
                    break
    return tuple(sorted(found.values(), key=lambda entry: not entry.study))


def all_terms(definition: StudyDefinition) -> tuple[GlossaryEntry, ...]:
    """Return every term with its meaning, by the alphabet."""
    return tuple(sorted(_entries(definition.glossary), key=lambda entry: entry.term.lower()))


def glossary_html(entries: tuple[GlossaryEntry, ...]) -> str:
    """Return a line of words that open to their explanation (classes ``terms`` and ``term`` of the stylesheet).

    Nothing but ``details`` and ``summary``: works by keyboard and without a script, and opening one closes the others.
    """
    if not entries:
        return ""
    words = " ".join(
        f'<details class="term" name="terms"><summary>{escape(without_controls(entry.term))}</summary>'
        f"<p>{escape(without_controls(entry.meaning))}</p></details>"
        for entry in entries
    )
    return f'<div class="terms"><span class="terms-label">Words:</span> {words}</div>'


def _entries(own: tuple[GlossaryTerm, ...]) -> list[GlossaryEntry]:
    named = {entry.term.lower() for entry in own}
    entries = [GlossaryEntry(term=entry.term, meaning=entry.meaning, study=True) for entry in own]
    entries += [
        GlossaryEntry(term=term, meaning=meaning) for term, (meaning, _) in TERMS.items() if not named & {term.lower()}
    ]
    return entries


@lru_cache(maxsize=8)
def _index(own: tuple[GlossaryTerm, ...]) -> dict[str, list[tuple[re.Pattern[str], GlossaryEntry]]]:
    """Return all spellings by their first word, the longest first: one pattern of them all takes 15 ms a block."""
    spellings: dict[str, GlossaryEntry] = {}
    for entry in _entries(own):
        others = () if entry.study else TERMS[entry.term][1]
        for spelling in (entry.term, *others):
            spellings.setdefault(spelling, entry)
    index: dict[str, list[tuple[re.Pattern[str], GlossaryEntry]]] = {}
    for spelling in sorted(spellings, key=lambda spelling: (-len(spelling), spelling)):
        first = _WORD.search(spelling)
        if first is not None:
            pattern = re.compile(rf"{_spelled(spelling)}(?!\w)")
            index.setdefault(_key(first[0]), []).append((pattern, spellings[spelling]))
    return index


def _key(word: str) -> str:
    """Return under what a first word is looked up: its case and its plural are the pattern's business."""
    return word.lower().removesuffix("s")


def _spelled(spelling: str) -> str:
    """Return a term's pattern: a word's first letter in either case, an abbreviation's as it is; an s may follow."""
    first, rest = spelling[0], re.escape(spelling[1:])
    is_word = first.isalpha() and len(spelling) > 1 and spelling[1].islower()
    opening = f"[{first.lower()}{first.upper()}]" if is_word and first.lower() != first.upper() else re.escape(first)
    return f"{opening}{rest}{'s?' if spelling[-1].isalpha() and len(spelling) > 1 else ''}"
