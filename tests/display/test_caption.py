"""The words under an exported figure."""

from __future__ import annotations

from dataclasses import replace

from il2dash import __version__
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.display.caption import caption_of


def test_all_who_were_randomized(trial):
    lines = caption_of(whole_population(trial), method="Counted.")
    assert lines[:3] == (
        "Synthetic data: no row is a patient.",
        "56 randomized patients (IL-2 28, Control 28).",
        "Counted.",
    )
    digits = trial.fingerprint.removeprefix("sha256:")[:12]
    assert lines[3].endswith(f"failure. il2dash {__version__}, data {digits}.")
    assert len(caption_of(whole_population(trial))) == 3


def test_filters_are_named_with_those_who_are_left(trial):
    population = select_population(trial, (Filter(variable="gss", values=("0",)),))
    sizes = population.n
    who = caption_of(population)[1]
    counted = f"{sum(sizes.values())} of 56 patients (IL-2 {sizes['il2']}, Control {sizes['control']}): "
    assert who.startswith(counted)
    assert who.endswith(" 0.")


def test_real_data_are_not_called_synthetic(trial):
    definition = trial.definition
    real = replace(
        trial,
        definition=definition.model_copy(update={"study": definition.study.model_copy(update={"synthetic": False})}),
    )
    assert not any("ynthetic" in line for line in caption_of(whole_population(real)))
