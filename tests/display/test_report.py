"""The results as text: readable, of any population, and without what isn't a number."""

from __future__ import annotations

import re

import pytest

from il2dash.analysis.document import results_document
from il2dash.analysis.population import Filter
from il2dash.analysis.results import all_results
from il2dash.display.report import results_text, text_table
from il2dash.display.tables import TableSpec
from il2dash.study.reading import read_study

FILTERS = {
    "everybody": (),
    "no control": (Filter(variable="arm", values=("il2",)),),
    "one patient": (Filter(variable="age", lower=57, upper=57),),
    "nobody": (Filter(variable="age", lower=200),),
}


def report(trial, filters=()) -> str:
    results = all_results(trial, filters=filters)
    return results_text(results, results_document(results))


@pytest.mark.parametrize("which", FILTERS)
def test_any_population_is_readable(trial, which):
    text = report(trial, FILTERS[which])
    assert text.startswith("Mini trial\nSynthetic data: no row is a patient.\n")
    for line in text.splitlines():
        assert not re.search(r"\bnan\b|\bNone\b(?! of| that)|\binf\b|\.\)|\.\.", line), line
        assert line == line.rstrip()
    for title in ("Baseline", "CD4 count, change from baseline", "AIDS events", "Published"):
        assert f"\n{title}\n{'=' * len(title)}\n" in text


def test_the_real_trial_is_readable(repository, shared):
    reading = read_study(repository / "tests" / "studies" / "actg175", data_dir=shared / "data")
    text = report(reading.trial)
    assert not [line for line in text.splitlines() if "nan" in line.lower()]
    assert "Synthetic" not in text
    assert (
        "256 of 522 (49%) with Zidovudine + didanosine and 125 of 532 (23%) with Zidovudine: 26 percentage points more"
        in text
    )
    assert "0.868 (0.819 to 0.919)" in text


def test_a_long_cell_takes_several_lines():
    spec = TableSpec(identifier="t", columns=("a", "b"), rows=(("x", "word " * 20),), notes=("note",))
    lines = text_table(spec).splitlines()
    assert lines[0].split() == ["a", "b"]
    assert set(lines[1]) == {"-"}
    assert lines[-1] == "note"
    assert len(lines) >= 6
