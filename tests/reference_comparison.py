"""The one way to compare with a reference value: assert it, and remember the difference for docs/methods.md."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import numpy as np

TESTS = Path(__file__).resolve().parent
RECORD = TESTS.parent / "test-output" / "comparisons.json"

R_ITSELF = "stats"
PYTHON_PACKAGES = ("scipy", "statsmodels")


@cache
def r_versions() -> dict[str, str]:
    """Return the versions that every reference file gives, R's without its date."""
    files = sorted((TESTS / "reference").glob("*.json"))
    versions = [json.loads(path.read_text(encoding="utf-8"))["versions"] for path in files]
    assert all(others == versions[0] for others in versions), "the reference files are of different versions"
    return {name: text.removeprefix("R version ").split(" ")[0] for name, text in versions[0].items()}


def version(reference: str) -> str:
    """Return the version of a reference: of `package::function` or "R, ..." in R, of a Python library's, or none.

    Any other reference is a computation that stands in the tests.
    """
    package, separator, _ = reference.partition("::")
    if reference.startswith("R, "):
        package, separator = R_ITSELF, "::"
    if separator:
        versions = r_versions()
        return f"R {versions['R']}" if package == R_ITSELF else f"{package} {versions[package]}"
    library = reference.partition(".")[0]
    return f"{library} {version_of(library)}" if library in PYTHON_PACKAGES else "-"


@dataclass(frozen=True)
class Row:
    """A quantity and what it was compared with: the largest difference, and how many values were compared."""

    method: str
    quantity: str
    reference: str
    version: str
    difference: float
    values: int


@dataclass
class Comparisons:
    """What the tests of this session compared."""

    rows: dict[tuple[str, str, str], Row] = field(default_factory=dict)
    complete: bool = False

    def __call__(
        self,
        found: Any,
        expected: Any,
        *,
        method: str,
        quantity: str,
        reference: str,
        tolerance: float,
        unit: Any = None,
        negligible: float = 0.0,
    ) -> None:
        """Assert that `found` is `expected`, and remember the largest difference.

        `method` is an entry of docs/methods.toml. Differences are parts of the expected value, or of `unit`; absolute
        ones up to `negligible` count as none. None stands for R's Inf.
        """
        ours, theirs = (
            np.array([np.inf if value is None else value for value in np.ravel(side)], dtype=float)
            for side in (found, expected)
        )
        assert ours.shape == theirs.shape, f"{quantity}: {ours.size} values, the reference has {theirs.size}"
        units = np.abs(theirs) if unit is None else np.broadcast_to(unit, np.shape(found)).ravel()
        with np.errstate(invalid="ignore", divide="ignore"):
            gap = np.abs(ours - theirs)
            difference = np.where((ours == theirs) | (gap <= negligible), 0.0, gap / units)
        assert (difference <= tolerance).all(), (
            f"{quantity} by {reference}: {ours} isn't {theirs}; differences {difference} exceed {tolerance}"
        )
        key = (method, quantity, reference)
        before = self.rows.get(key)
        self.rows[key] = Row(
            *key,
            version=version(reference),
            difference=max(float(difference.max(initial=0.0)), before.difference if before else 0.0),
            values=ours.size + (before.values if before else 0),
        )

    def of(self, method: str, reference: str, **shared: Any) -> Callable[..., None]:
        """Return the comparison with what many of them share already said."""

        def compare(found: Any, expected: Any, quantity: str, **options: Any) -> None:
            self(found, expected, method=method, quantity=quantity, reference=reference, **(shared | options))

        return compare

    def write(self) -> None:
        """Write them where `python -m tests.methods_page` finds them."""
        RECORD.parent.mkdir(exist_ok=True)
        document = {"complete": self.complete, "rows": [asdict(row) for row in self.rows.values()]}
        RECORD.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
