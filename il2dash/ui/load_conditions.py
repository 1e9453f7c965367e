"""Which rows of a table count: those in which a column holds one of some texts."""

from __future__ import annotations

from collections.abc import Callable

from il2dash.intake.column_facts import TableFacts
from il2dash.intake.recipe_layouts import RowCondition
from il2dash.ui import load_inputs

Conditions = tuple[RowCondition, ...]


def rows_that_count(only: Conditions, facts: TableFacts, *, key: str, change: Callable[[Conditions], None]) -> None:
    """Ask which rows count. Further conditions, which a file of choices may have, stay as they are."""
    first, others = (only[0], only[1:]) if only else (None, ())
    columns = [name for name, column in facts.columns.items() if len(column.levels) > 1 and name != facts.patient]
    load_inputs.pick(
        "Rows count where",
        columns,
        first.column if first else "",
        key=f"load_only_{key}",
        change=lambda column: change(
            (RowCondition(column=column, values=facts.columns[column].levels), *others) if column else others
        ),
        none="all rows count",
    )
    if first is None:
        return
    known = facts.columns.get(first.column)
    load_inputs.several(
        f"{first.column} is",
        known.levels if known else (),
        first.values,
        key=f"load_only_values_{key}",
        change=lambda values: change((RowCondition(column=first.column, values=values), *others)),
    )
