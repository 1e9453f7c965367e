"""Variance inflation against statsmodels, and Fox and Monette's against regressions written out."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.outliers_influence import variance_inflation_factor

from il2dash.analysis.collinearity import collinearity
from il2dash.analysis.design_matrix import DesignColumn, DesignMatrix, design_matrix
from il2dash.analysis.population import whole_population


def design_of(values: np.ndarray, terms: tuple[str, ...]) -> DesignMatrix:
    columns = tuple(
        DesignColumn(term=term, name=f"{term}{index}", label=term, contrast="", randomized=False)
        for index, term in enumerate(terms)
    )
    return DesignMatrix(columns=columns, values=np.column_stack([np.ones(len(values)), values]))


def test_single_columns_are_statsmodels(twenty, compare):
    design = design_matrix(whole_population(twenty), ("arm", "age", "enfuvirtide", "sex"))
    expected = [variance_inflation_factor(design.values, column) for column in range(1, 5)]
    check = compare.of("collinearity", "statsmodels.stats.outliers_influence.variance_inflation_factor", tolerance=1e-9)
    check([term.inflation for term in collinearity(design)], expected, "factor")


def test_several_columns_do_not_depend_on_the_reference_level(twenty):
    """Fox and Monette's factor is the same for every coding of a categorical covariate; the ordinary one isn't."""
    design = design_matrix(whole_population(twenty), ("arm", "stage", "age"))
    values = design.values[:, 1:].copy()
    values[:, 1] = 1 - values[:, 1] - values[:, 2]
    terms = tuple(column.term for column in design.columns)
    before, after = collinearity(design), collinearity(design_of(values, terms))
    assert [term.inflation for term in before] == pytest.approx([term.inflation for term in after], rel=1e-9)
    assert before[1].degrees_of_freedom == 2
    # det(R11) det(R22) / det(R) is the product over the canonical correlations of 1 / (1 - r^2).
    first, others = design.values[:, 2:4], design.values[:, [1, 4]]
    q1, q2 = (np.linalg.qr(part - part.mean(axis=0))[0] for part in (first, others))
    canonical = np.linalg.svd(q1.T @ q2, compute_uv=False)
    assert before[1].inflation == pytest.approx(np.prod(1 / (1 - canonical**2)), rel=1e-9)
    assert before[1].per_coefficient == pytest.approx(before[1].inflation ** 0.5)


@pytest.mark.parametrize(("noise", "verdict"), [(1.0, "none"), (0.4, "moderate"), (0.1, "strong")])
def test_verdicts(noise, verdict):
    rng = np.random.default_rng(3)
    x = rng.normal(size=400)
    found = collinearity(design_of(np.column_stack([x, x + noise * rng.normal(size=400)]), ("a", "b")))
    assert {term.verdict for term in found} == {verdict}


def test_a_column_alone_and_columns_that_follow_from_others():
    x = np.arange(10.0)
    assert collinearity(design_of(x[:, None], ("a",)))[0].inflation == 1
    for values in (np.column_stack([x, 2 * x + 1]), np.column_stack([x, np.ones(10)])):
        for term in collinearity(design_of(values, ("a", "b"))):
            assert np.isnan(term.inflation)
            assert term.verdict == "unknown"
            assert term.reason
