"""A model of repeated measures as sentence, table and figure."""

from __future__ import annotations

import re
from dataclasses import replace
from math import nan

import numpy as np
import pytest

from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.repeated_measures import repeated_measures
from il2dash.analysis.repeated_measures_design import RepeatedMeasuresSpec
from il2dash.display.repeated_measures_figure import repeated_measures_figure
from il2dash.display.repeated_measures_view import repeated_measures_spec
from il2dash.display.repeated_measures_words import (
    cautions,
    difference_words,
    marker_number,
    method_line,
    repeated_measures_sentence,
)
from il2dash.study.reading import load_study


@pytest.fixture(scope="module")
def etoile(repository):
    return load_study(repository / "sample_data" / "etoile")


@pytest.fixture(scope="module")
def model(etoile):
    return repeated_measures(whole_population(etoile), RepeatedMeasuresSpec(marker="cd4", covariates=("gss",)))


def told(model, etoile, **changes):
    last = model.contrasts[-1]
    interval = replace(last.interval, lower=changes.pop("lower"), upper=changes.pop("upper"))
    contrast = replace(last, interval=interval, **changes)
    return repeated_measures_sentence(replace(model, contrasts=(*model.contrasts[:-1], contrast)), etoile.definition)


def test_the_sentence_says_what_the_interval_still_allows(model, etoile):
    words = told(model, etoile, lower=-1.0, upper=2.0, p=0.5)
    assert words.startswith("At week 52 the model's median CD4 is ")
    assert "P\u00a0=\u00a00.50" in words
    assert "lower as well as higher: neither a difference nor equality is shown." in words
    assert "no effect" not in words
    higher = told(model, etoile, lower=0.5, upper=2.0, p=0.01)
    assert higher.endswith("it excludes equality, CD4 is higher with IL-2.")
    assert told(model, etoile, lower=-2.0, upper=-0.5, p=0.01).endswith("CD4 is lower with IL-2.")


def test_the_bounds_of_the_sentence_are_medians(model, etoile):
    contrast = model.contrasts[-1]
    allowed = contrast.treatment_median
    expected = f"of {marker_number(allowed.lower)} to {marker_number(allowed.upper)}"
    assert expected in repeated_measures_sentence(model, etoile.definition)


def test_a_bound_that_excludes_the_other_median_doesnt_read_as_that_median(model, etoile):
    last = model.contrasts[-1]
    reference = next(mean for mean in model.lsmeans["control"] if mean.week == last.week).back_transformed.estimate
    upper = reference * (1 - 0.002)
    assert marker_number(upper) == marker_number(reference)
    allowed = replace(last.treatment_median, lower=0.0, upper=upper)
    words = told(model, etoile, lower=-2.0, upper=-0.001, treatment_median=allowed, p=0.049)
    numbers = re.search(r"and ([\d.]+) with Control .* of 0 to ([\d.]+): it excludes equality", words)
    assert float(numbers[1]) > float(numbers[2])


def test_a_model_that_fails_says_why(etoile):
    arm = select_population(etoile, (Filter(variable="arm", values=("il2",)),))
    failed = repeated_measures(arm, RepeatedMeasuresSpec(marker="cd4"))
    assert repeated_measures_sentence(failed, etoile.definition) == (
        "The model of CD4 can't be fitted: Control has no patients in the model: two in each arm are needed."
    )


def test_without_any_contrast_the_reasons_are_told(model, etoile):
    empty = tuple(replace(row, p=nan, estimate=nan, reason="no values with Control") for row in model.contrasts)
    words = repeated_measures_sentence(replace(model, contrasts=empty), etoile.definition)
    assert words == "The arms can't be compared at any visit: no values with Control."


def test_the_method_line_names_scale_covariance_df_and_sizes(model, etoile):
    line = method_line(model, etoile.definition)
    for part in (
        "on square roots",
        "adjusted for CD4 at baseline and Genotypic sensitivity score",
        "an unstructured covariance",
        "restricted maximum likelihood",
        "Kenward-Roger degrees of freedom",
        "56 patients, 417 values",
        "equal weights",
    ):
        assert part in line
    plain = repeated_measures(whole_population(etoile), RepeatedMeasuresSpec(marker="rna", df_method="satterthwaite"))
    line = method_line(plain, etoile.definition)
    assert "on log10" in line
    assert "Satterthwaite degrees of freedom" in line
    assert "equal weights" not in line
    spec = RepeatedMeasuresSpec(marker="rna", adjusted_for_baseline=False)
    assert "arm by visit, adjusted for nothing;" in method_line(
        repeated_measures(whole_population(etoile), spec), etoile.definition
    )


def test_cautions_tell_the_fallback_and_the_limits(etoile):
    few = select_population(etoile, (Filter(variable="gss", values=("0",)),))
    model = repeated_measures(few, RepeatedMeasuresSpec(marker="rna"))
    fallback, limits = cautions(model)
    assert fallback == (
        "An unstructured covariance couldn't be used (36 covariance parameters for 24 patients). "
        "The model has a heterogeneous Toeplitz covariance instead."
    )
    assert "count at the limit" in limits


def test_the_table_has_a_row_a_visit(model, etoile):
    spec = repeated_measures_spec(model, etoile.definition.arms)
    assert [row[0] for row in spec.rows] == ["6", "12", "18", "24", "30", "36", "42", "52"]
    assert spec.columns[5] == "Difference of square roots (95% CI)"
    week, n, median, *_ = spec.rows[-1]
    back = model.lsmeans["il2"][-1].back_transformed
    assert (week, n) == ("52", str(model.lsmeans["il2"][-1].n))
    assert median.startswith(f"{marker_number(back.estimate)} ({marker_number(back.interval.lower)} to ")
    assert all(len(row) == len(spec.columns) for row in spec.rows)


def test_a_visit_without_a_contrast_says_why_under_the_table(model, etoile):
    contrast = replace(model.contrasts[0], estimate=nan, se=nan, df=nan, p=nan, reason="no values with Control")
    spec = repeated_measures_spec(replace(model, contrasts=(contrast, *model.contrasts[1:])), etoile.definition.arms)
    assert spec.rows[0][-3:] == ("\u2013", "\u2013", "\u2013")
    assert spec.notes[-1] == "Week 6: no values with Control."


def test_the_figure_has_two_panels_on_the_same_weeks(model, etoile):
    chart = repeated_measures_figure(etoile.definition, model)
    figure = chart.figure
    reference, treatment, contrast = figure.data
    assert (contrast.yaxis, reference.yaxis, figure.layout.xaxis.anchor) == ("y2", None, "y2")
    assert figure.layout.yaxis2.domain[1] < figure.layout.yaxis.domain[0]
    assert list(contrast.x) == [row.week for row in model.contrasts]
    np.testing.assert_allclose(contrast.y, [row.estimate for row in model.contrasts])
    np.testing.assert_allclose(contrast.error_y.array, [row.interval.upper - row.estimate for row in model.contrasts])
    np.testing.assert_allclose(treatment.y, [row.mean for row in model.lsmeans["il2"]])
    # The axis of square roots is labeled in cells.
    squares = np.square(figure.layout.yaxis.tickvals)
    np.testing.assert_allclose(squares, [float(text) for text in figure.layout.yaxis.ticktext])
    assert "56 patients" in chart.alt
    assert "Difference of square roots, IL-2 minus Control: week 6 " in chart.alt


def test_scales_have_their_words(model):
    assert difference_words(model) == "square roots"
    assert difference_words(replace(model, scale="log10", unit="copies/mL")) == "log10 copies/mL"
    assert difference_words(replace(model, scale="identity", unit="")) == "means"
    assert [marker_number(value) for value in (0.0, 8.03, 62.4, 99.96, 112.7, 8013, 27817, nan)] == [
        "0", "8.0", "62", "100", "113", "8010", "27800", "not estimable",
    ]  # fmt: skip
