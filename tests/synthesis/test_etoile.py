"""The shipped study: remade byte for byte, and every published figure from il2dash's own analyses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from il2dash.analysis.document import results_document
from il2dash.analysis.results import all_results
from il2dash.study.reading import load_study, read_study
from il2dash.synthesis import etoile
from il2dash.synthesis.draws import SimulationError
from il2dash.synthesis.etoile import SHIPPED_SEED, SynthesisError, synthesize

FILES = ("README.md", "doses.csv", "events.csv", "study.toml", "subjects.csv", "visits.csv")


@pytest.fixture
def shipped(repository: Path) -> Path:
    return repository / "sample_data" / "etoile"


def test_the_shipped_files_come_out_again_byte_for_byte(shipped: Path, tmp_path: Path) -> None:
    report = synthesize(tmp_path / "made" / "here")
    assert report.seed == SHIPPED_SEED
    assert sorted(path.name for path in report.out.iterdir()) == sorted(FILES)
    assert sorted(report.files) == sorted(FILES)
    for name in FILES:
        assert (report.out / name).read_bytes() == (shipped / name).read_bytes(), name
    assert report.fingerprint == load_study(shipped).fingerprint


def test_every_published_figure_is_met_by_the_shipped_files(shipped: Path) -> None:
    published = results_document(all_results(load_study(shipped)))["published"]
    assert len(published) >= 27
    assert [(entry["id"], entry["published"], entry["shown"]) for entry in published if not entry["match"]] == []


def test_the_shipped_study_is_read_without_a_warning(shipped: Path) -> None:
    reading = read_study(shipped)
    assert [str(problem) for problem in reading.problems] == []
    assert all(table.columns_ignored == () for table in reading.tables)


def test_everybody_in_the_shipped_study_is_eligible(shipped: Path) -> None:
    trial = load_study(shipped)
    baseline = trial.measurements[trial.measurements["visit_week"] == 0]
    cd4 = baseline.loc[baseline["marker"] == "cd4", "value"]
    rna = baseline.loc[baseline["marker"] == "rna", "value"]
    assert len(cd4) == len(rna) == 56
    assert (cd4 < 200).all()
    assert (rna > 10_000).all()
    assert set(trial.subjects["gss"]) == {"0", "1", "2"}
    assert trial.doses is not None
    assert trial.doses["cycle"].max() <= 8


@pytest.mark.parametrize("seed", [2009, 0])
def test_another_seed_gives_another_trial_with_the_published_figures(shipped: Path, tmp_path: Path, seed: int) -> None:
    report = synthesize(tmp_path, seed)
    document = results_document(all_results(load_study(tmp_path)))
    assert all(entry["match"] for entry in document["published"])
    assert report.published == len(document["published"])
    assert (tmp_path / "subjects.csv").read_bytes() != (shipped / "subjects.csv").read_bytes()


def test_a_seed_that_gives_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(generator: np.random.Generator) -> None:
        raise SimulationError("no such trial")

    monkeypatch.setattr(etoile, "simulate", fails)
    with pytest.raises(SynthesisError, match=r"Seed 5: .*no such trial.* such as 6"):
        synthesize(tmp_path, 5)
    assert list(tmp_path.iterdir()) == []


def test_a_negative_seed_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SynthesisError, match="Seed -1"):
        synthesize(tmp_path, -1)


def test_a_folder_that_is_a_file_is_an_error_at_once(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(SynthesisError, match="isn't a folder"):
        synthesize(file)
    assert file.read_text() == "mine"


def test_a_checkout_without_the_shipped_study_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(etoile, "SHIPPED_STUDY", tmp_path / "absent")
    with pytest.raises(SynthesisError, match=r"study\.toml: can't be read .*checkout"):
        synthesize(tmp_path / "out")
