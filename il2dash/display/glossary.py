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

Index = dict[str, list[tuple[str, "GlossaryEntry"]]]


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
    index = _index(definition.glossary) if definition.glossary else _general_index()
    found: dict[str, GlossaryEntry] = {}
    for text in dict.fromkeys(texts):
        words, end = text.replace(NARROW, " "), 0
        for word in _WORD.finditer(words):
            if word.start() < end:
                continue
            for spelling, entry in index.get(_key(word[0]), ()):
                ends = _end(words, word.start(), spelling)
                if ends is not None:
                    found.setdefault(entry.term, entry)
                    end = ends
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


@lru_cache(maxsize=1)
def _general_index() -> Index:
    return _index(())


def _index(own: tuple[GlossaryTerm, ...]) -> Index:
    """Return all spellings by their first word, the longest first.

    It isn't kept: a study's words are for those who see that study, and so no regular expression either, as Python
    keeps those.
    """
    spellings: dict[str, GlossaryEntry] = {}
    for entry in _entries(own):
        others = () if entry.study else TERMS[entry.term][1]
        for spelling in (entry.term, *others):
            spellings.setdefault(spelling, entry)
    index: Index = {}
    for spelling in sorted(spellings, key=lambda spelling: (-len(spelling), spelling)):
        first = _WORD.search(spelling)
        if first is not None:
            index.setdefault(_key(first[0]), []).append((spelling, spellings[spelling]))
    return index


def _key(word: str) -> str:
    """Return under what a first word is looked up: its case and its plural are the pattern's business."""
    return word.lower().removesuffix("s")


def _end(words: str, start: int, spelling: str) -> int | None:
    """Return where a spelling that begins at `start` ends; None where it doesn't stand there as whole words.

    A word's first letter may be in either case, an abbreviation stands as it is; an s may follow.
    """
    first, is_word = words[start], len(spelling) > 1 and spelling[:1].isalpha() and spelling[1].islower()
    if first != spelling[0] and not (is_word and first in (spelling[0].lower(), spelling[0].upper())):
        return None
    if not words.startswith(spelling[1:], start + 1):
        return None
    end = start + len(spelling)
    if spelling[-1].isalpha() and len(spelling) > 1 and words.startswith("s", end):
        end += 1
    after = words[end : end + 1]
    return None if after.isalnum() or after == "_" else end
