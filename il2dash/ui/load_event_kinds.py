"""What kind each text of a table of events is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from il2dash.intake.column_facts import TableFacts
from il2dash.intake.recipe_layouts import EventRows
from il2dash.study.definition_tables import EventCategory
from il2dash.ui import load_inputs

_LEFT_OUT = "left out"
KINDS: dict[EventCategory, str] = {"aids": "Clinical events", "death": "Deaths", "adverse": "Adverse events"}
NAME_ASKED = "What a clinical event is called"
NAME_HELP = "As it stands within a sentence: relapse, infection."
PLURAL_ASKED = "Several of them"
KINDS_HELP = (
    "Clinical events are those that the trial is about, such as relapses or infections. Say below what they are called."
)


def kinds_table(source: EventRows, facts: TableFacts, place: int, change: Callable[[EventRows], None]) -> None:
    """Ask what each text of the column of kinds is."""
    column = facts.columns.get(source.category_column)
    levels = column.levels if column else ()
    load_inputs.edit_table(
        f"event_kinds_{place}",
        source,
        rows=lambda: levels,
        frame=lambda texts: pd.DataFrame(
            {"text": list(texts), "kind": [_kind_words(source, one) for one in texts]}, dtype="object"
        ),
        read=partial(_read_kinds, source),
        change=change,
        config={
            "text": st.column_config.TextColumn("Text in the file", disabled=True),
            "kind": st.column_config.SelectboxColumn("Kind", options=[*KINDS.values(), _LEFT_OUT]),
        },
        alt="What kind of event each text is",
    )


def _kind_words(source: EventRows, level: str) -> str | None:
    if level in source.categories:
        return KINDS[source.categories[level]]
    return _LEFT_OUT if level in source.ignored else None


def _read_kinds(source: EventRows, levels: Sequence[str], frame: pd.DataFrame) -> EventRows:
    codes: Mapping[str, EventCategory] = {words: code for code, words in KINDS.items()}
    said = dict(zip(levels, load_inputs.texts(frame, "kind"), strict=True))
    return replace(
        source,
        categories={level: codes[words] for level, words in said.items() if words in codes},
        ignored=tuple(level for level, words in said.items() if words == _LEFT_OUT),
    )
