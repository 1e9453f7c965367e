"""The whole synthetic ETOILE study: simulate, search, and write it once every published figure is met."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from il2dash.analysis.document import results_document
from il2dash.analysis.results import all_results
from il2dash.errors import Il2dashError
from il2dash.study.reading import load_study
from il2dash.synthesis.draws import SimulationError
from il2dash.synthesis.simulation import simulate
from il2dash.synthesis.tables import tables

SHIPPED_STUDY = Path(__file__).resolve().parents[2] / "sample_data" / "etoile"
SHIPPED_SEED = 1
"""The seed that makes the tables of `SHIPPED_STUDY`, byte for byte."""

STATIC_FILES = ("study.toml", "README.md")
"""What is the same for every seed; the only copy is in `SHIPPED_STUDY`."""

ATTEMPTS = 10


class SynthesisError(Il2dashError):
    """A synthetic study that can't be made or written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisReport:
    """What was written, from which seed, after how many simulated trials, and how many published figures it meets."""

    out: Path
    files: tuple[str, ...]
    seed: int
    attempts: int
    published: int
    fingerprint: str


def synthesize(out: Path, seed: int = SHIPPED_SEED) -> SynthesisReport:
    """Write a synthetic study that gives every published figure under il2dash's own analyses.

    Parameters
    ----------
    out : Path
        The folder; made where it doesn't exist. Files of the same names are replaced.
    seed : int
        Not negative. The same seed gives the same files, byte for byte.

    Raises
    ------
    SynthesisError
        Where no simulated trial of this seed meets every published figure, or the folder can't be written.
    """
    if seed < 0:
        raise SynthesisError(f"Seed {seed}: a seed is 0 or a positive whole number, such as {SHIPPED_SEED}.")
    if out.exists() and not out.is_dir():
        raise SynthesisError(f"{out}: isn't a folder, and a study is one. Choose another place with --out.")
    static = _static_files()
    unmet: list[str] = []
    for attempt in range(ATTEMPTS):
        generator = np.random.Generator(np.random.PCG64([seed, attempt]))
        try:
            content = static | {name: text.encode() for name, text in tables(simulate(generator)).items()}
        except SimulationError as problem:
            unmet = [str(problem)]
            continue
        document = _results(content)
        unmet = [entry["label"] for entry in document["published"] if not entry["match"]]
        if not unmet:
            _write(out, content)
            return SynthesisReport(
                out=out,
                files=tuple(content),
                seed=seed,
                attempts=attempt + 1,
                published=len(document["published"]),
                fingerprint=document["study"]["fingerprint"],
            )
    raise SynthesisError(
        f"Seed {seed}: none of {ATTEMPTS} simulated trials meets every published figure (the last one misses: "
        f"{'; '.join(unmet)}). Take another seed, such as {seed + 1}."
    )


def _static_files() -> dict[str, bytes]:
    try:
        return {name: (SHIPPED_STUDY / name).read_bytes() for name in STATIC_FILES}
    except OSError as error:
        raise SynthesisError(
            f"{error.filename}: can't be read ({error.strerror}). A synthetic study takes its study.toml and README.md "
            "from the shipped one: run from a checkout that has sample_data/etoile."
        ) from error


def _results(content: dict[str, bytes]) -> dict[str, Any]:
    """Return the results of the files as they would be written, read as any study is."""
    with tempfile.TemporaryDirectory(prefix="il2dash-") as folder:
        _write(Path(folder), content)
        return results_document(all_results(load_study(folder)))


def _write(out: Path, content: dict[str, bytes]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, data in content.items():
            (out / name).write_bytes(data)
    except OSError as error:
        raise SynthesisError(
            f"{error.filename}: can't be written ({error.strerror}). Choose a folder that you may write to with --out."
        ) from error
