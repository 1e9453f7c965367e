"""Write docs/methods.md: the words of docs/methods.toml, and what the tests compared.

`python -m pytest` and then `python -m tests.methods_page`. What the last tests didn't compare keeps its row, unless
they were all the tests there are.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, log10
from pathlib import Path
from typing import Any

from tests.reference_comparison import RECORD, Row

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = DOCS / "methods.md"
WORDS = DOCS / "methods.toml"

ROUNDING = 1e-10
"""Differences up to this are rounding, and not told apart."""
SLACK = 100.0
"""A bound that stands is kept while it is at most that much looser, so that another machine's rounding changes none."""

HEAD = ("what", "quantity", "compared with", "version", "values", "largest difference")


@dataclass(frozen=True)
class Line:
    """A row of the table, its bound as a number."""

    name: str
    quantity: str
    reference: str
    version: str
    values: int
    bound: float

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same comparison, whatever it found."""
        return self.name, self.quantity, self.reference

    @property
    def text(self) -> str:
        """The row in Markdown."""
        reference = f"`{self.reference}`" if _is_code(self.reference) else self.reference
        bound = f"below {self.bound:.0e}".replace("e-0", "e-")
        return f"| {self.name} | {self.quantity} | {reference} | {self.version} | {self.values} | {bound} |"


def words() -> dict[str, Any]:
    """Return the entries of docs/methods.toml."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def names() -> dict[str, str]:
    """Return every name that a comparison may be of, in the page's order."""
    return {key: name for entry in words()["method"] for key, name in entry["names"].items()}


def committed_lines() -> list[Line]:
    """Return the rows of the page as it stands."""
    if not PAGE.exists():
        return []
    lines = []
    for text in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in text.strip("|").split(" | ")]
        if len(cells) == len(HEAD) and cells[-1].startswith("below "):
            bound = float(cells[-1].removeprefix("below "))
            lines.append(Line(cells[0], cells[1], cells[2], cells[3], int(cells[4]), bound))
    return lines


def bound_of(difference: float, *, standing: float | None, complete: bool) -> float:
    """Return a power of ten above the difference: the one that stands, as long as it is right and not too loose.

    None is too loose where not all was compared.
    """
    difference = max(difference, ROUNDING)
    if standing is not None and difference <= standing and (standing <= SLACK * difference or not complete):
        return standing
    return float(f"1e{ceil(log10(difference) - 1e-9)}")


def lines_of(rows: Iterable[Row], *, complete: bool, standing: Sequence[Line]) -> list[Line]:
    """Return the table's rows: those that were compared, and those that stand where not everything was."""
    before = {line.key: line for line in standing}
    found = {}
    for row in rows:
        key = (names()[row.method], row.quantity, row.reference)
        old = before.get(key)
        values = row.values if complete or old is None else max(row.values, old.values)
        bound = bound_of(row.difference, standing=old.bound if old else None, complete=complete)
        found[key] = Line(*key, version=row.version, values=values, bound=bound)
    lines = (found if complete else before | found).values()
    order = list(names().values())
    return sorted(lines, key=lambda line: (order.index(line.name), not line.version.strip("-"), *line.key))


def page(lines: Sequence[Line]) -> str:
    """Return docs/methods.md."""
    text = words()
    parts = [text["introduction"].strip()]
    for entry in text["method"]:
        parts += [f"## {entry['title']}", entry["clinicians"].strip()]
        modules = ", ".join(f"`{module}`" for module in entry["modules"])
        checked = _checked([line for line in lines if line.name in entry["names"].values()])
        facts = {
            "Formula": entry["formula"],
            "Convention": entry["convention"],
            "Checked": f"{checked} {entry.get('beyond', '')}",
            "Code": modules,
        }
        parts.append("\n".join(f"- **{name}.** {' '.join(fact.split())}" for name, fact in facts.items()))
    parts += ["## What was compared with what", text["table"].strip()]
    head = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    parts.append("\n".join([*head, *(line.text for line in lines)]))
    return "\n\n".join(parts) + "\n"


def _checked(lines: Sequence[Line]) -> str:
    references: dict[str, str] = {}
    for line in lines:
        name = f"`{line.reference}`" if _is_code(line.reference) else line.reference
        references[name] = f"{name} ({line.version})" if line.version != "-" else name
    return f"Against {'; '.join(references.values())}." if references else ""


def _is_code(reference: str) -> bool:
    return " " not in reference


def main() -> None:
    """Write the page of the last tests' record."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    rows = [Row(**row) for row in record["rows"]]
    PAGE.write_text(page(lines_of(rows, complete=record["complete"], standing=committed_lines())), encoding="utf-8")
    print(f"{PAGE} has {len(committed_lines())} comparisons, {len(rows)} of them from the last tests.")


if __name__ == "__main__":
    main()
