"""The words under an exported figure."""

from __future__ import annotations

from il2dash import __version__
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.display.caption import caption_of


def test_all_who_were_randomized(trial):
    lines = caption_of(whole_population(trial), method="Counted.")
    assert lines[:3] == (
        "Synthetic data: no row is a patient.",
        "8 randomized patients (IL-2 4, Control 4).",
        "Counted.",
    )
    digits = trial.fingerprint.removeprefix("sha256:")[:12]
    assert lines[3].endswith(f". il2dash {__version__}, data {digits}.")
    assert len(caption_of(whole_population(trial))) == 3


def test_filters_are_named_with_those_who_are_left(trial):
    population = select_population(trial, (Filter(variable="cdc_stage", values=("C",)),))
    sizes = population.n
    assert 0 < sum(sizes.values()) < 8
    who = caption_of(population)[1]
    counted = f"{sum(sizes.values())} of 8 patients (IL-2 {sizes['il2']}, Control {sizes['control']}): "
    assert who.startswith(counted)
    assert who.endswith(" C.")


def test_a_post_baseline_filter_says_what_it_undoes(trial):
    population = select_population(trial, (Filter(variable="completed", values=("1",)),))
    assert "the arms are no longer randomized groups" in caption_of(population)[1]


def test_real_data_are_not_called_synthetic(hostile_trial, hostile_words):
    lines = caption_of(whole_population(hostile_trial))
    assert not any("ynthetic" in line for line in lines)
    # Literal: whoever puts them into a page or a picture escapes them there.
    assert hostile_words in lines[-1]
