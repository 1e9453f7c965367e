from __future__ import annotations

import numpy as np
import pytest

from il2dash.analysis import firth, firth_inference, firth_maximum, logistic_design
from il2dash.analysis.collapsed_rows import collapsed_rows
from il2dash.analysis.logistic_design import MANY_ROWS


def many_rows(distinct: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a design with an arm, a group and a number of that many values, and outcomes that depend on them."""
    rng = np.random.default_rng(distinct)
    arm, group = rng.integers(0, 2, MANY_ROWS), rng.integers(0, 2, MANY_ROWS)
    number = rng.integers(0, distinct, MANY_ROWS) / distinct
    design = np.column_stack([arm, group, number]).astype(float)
    chance = 1 / (1 + np.exp(1.5 - 0.4 * arm - group * number))
    return design, (rng.random(MANY_ROWS) < chance).astype(float)


def test_each_kind_of_row_once_with_its_count():
    design, response = many_rows(5)
    rows = collapsed_rows(design, response)
    assert rows.count is not None
    assert len(rows.response) == len(np.unique(np.column_stack([design, response]), axis=0)) <= 40
    assert rows.count.sum() == MANY_ROWS
    assert rows.count @ rows.response == response.sum()
    np.testing.assert_allclose(rows.count @ rows.design, design.sum(axis=0))


@pytest.mark.parametrize("design", [many_rows(MANY_ROWS)[0], many_rows(5)[0][:-1]])
def test_rows_that_differ_and_few_rows_stay(design):
    rows = collapsed_rows(design, np.zeros(len(design)))
    assert rows.design is design
    assert rows.count is None


def with_rare_level(design: np.ndarray, response: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add a level that three patients have, who all responded: its odds ratio is finite by the penalty alone."""
    rare = np.zeros((MANY_ROWS, 1))
    rare[:3] = 1.0
    return np.hstack([design, rare]), np.where(rare[:, 0] > 0, 1.0, response)


@pytest.mark.parametrize("rows", [many_rows(5), many_rows(MANY_ROWS), with_rare_level(*many_rows(7))])
def test_many_rows_have_the_bounds_and_tests_that_the_whole_search_gives(monkeypatch, rows):
    design, response = np.hstack([np.ones((MANY_ROWS, 1)), rows[0]]), rows[1]
    collapsed = collapsed_rows(design, response)
    fit = firth.fit(collapsed.design, collapsed.response, row_weight=collapsed.count)
    found = firth.infer(fit)
    for module in (firth_inference, firth_maximum, logistic_design):
        monkeypatch.setattr(module, "MANY_ROWS", 10 * MANY_ROWS)
    whole = firth.fit(design, response)
    searched = firth.infer(whole)
    np.testing.assert_allclose(fit.coefficients, whole.coefficients, rtol=1e-9)
    for name in ("lower", "upper", "p"):
        np.testing.assert_allclose(getattr(found, name), getattr(searched, name), rtol=1e-7)
