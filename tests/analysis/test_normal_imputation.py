"""The imputation itself: what it fills, from what, and that its intervals cover what they promise."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from il2dash.analysis import normal_imputation
from il2dash.analysis.normal_imputation import Courses, common_correlation, impute_courses
from il2dash.analysis.rubin import pool


def impute(values, side=None, *, imputations=20, seed=1, correlation=0.5, progress=None):
    values = np.array(values, dtype=float)
    courses = Courses(values=values, side=np.zeros(values.shape, dtype=int) if side is None else np.array(side))
    rng = np.random.default_rng(seed)
    return everybody(courses, correlation=correlation, imputations=imputations, rng=rng, progress=progress)


def everybody(courses, *, imputations, **choices):
    """Return the courses of all patients, of whom only the incomplete ones differ between imputations."""
    filled = np.broadcast_to(courses.values, (imputations, *courses.values.shape)).copy()
    filled[:, courses.incomplete] = impute_courses(courses, imputations=imputations, **choices)
    return filled


def correlated(rng, patients: int, visits: int) -> np.ndarray:
    return sqrt(0.7) * rng.normal(size=(patients, 1)) + sqrt(0.3) * rng.normal(size=(patients, visits))


@pytest.fixture(scope="module")
def gaps():
    values = correlated(np.random.default_rng(2), 30, 4)
    values[:5, 3] = values[2:6, 1] = values[7, 0] = np.nan
    values[9] = np.nan
    return values


def test_fills_all_and_only_what_is_missing(gaps):
    filled = impute(gaps)
    assert filled.shape == (20, 30, 4)
    assert np.isfinite(filled).all()
    known = ~np.isnan(gaps)
    assert (filled[:, known] == gaps[known]).all()
    assert (filled[:, ~known].std(axis=0) > 0.05).all()


def test_a_seed_gives_the_same_values(gaps):
    np.testing.assert_array_equal(impute(gaps), impute(gaps))
    assert not np.array_equal(impute(gaps), impute(gaps, seed=2))


def test_a_value_beyond_a_limit_is_drawn_beyond_it():
    values = correlated(np.random.default_rng(3), 25, 3)
    side = np.where(values < -0.8, -1, np.where(values > 1.2, 1, 0))
    values = np.clip(values, -0.8, 1.2)
    filled = impute(values, side, imputations=40)
    assert (filled[:, side < 0] < -0.8).all()
    assert (filled[:, side > 0] > 1.2).all()
    assert (filled[:, side == 0] == values[side == 0]).all()


def test_the_draws_follow_the_regression():
    rng = np.random.default_rng(4)
    values = correlated(rng, 4000, 2)
    values[:2000, 1] = np.nan
    filled = impute(values, imputations=4)
    residual = filled[:, :2000, 1] - 0.7 * filled[:, :2000, 0]
    assert residual.mean() == pytest.approx(0, abs=0.05)
    assert residual.std() == pytest.approx(sqrt(1 - 0.7**2), abs=0.03)


def test_a_gap_is_drawn_from_both_sides():
    rng = np.random.default_rng(5)
    values = correlated(rng, 3000, 3)
    left = values[1500:, 1] - 0.7 / 1.7 * (values[1500:, 0] + values[1500:, 2])
    values[:1500, 1] = np.nan
    filled = impute(values, imputations=12)
    residual = filled[:, :1500, 1] - 0.7 / 1.7 * (filled[:, :1500, 0] + filled[:, :1500, 2])
    assert residual.mean() == pytest.approx(left.mean(), abs=0.03)
    assert residual.std() == pytest.approx(left.std(), abs=0.02)


def test_more_rounds_change_nothing(gaps, monkeypatch):
    few = impute(gaps, imputations=400)
    monkeypatch.setattr(normal_imputation, "BURN_IN", 100)
    many = impute(gaps, imputations=400, seed=9)
    missing = np.isnan(gaps)
    spread = many[:, missing].std(axis=0) * sqrt(2 / 400)
    assert (np.abs(few[:, missing].mean(axis=0) - many[:, missing].mean(axis=0)) < 4.5 * spread).all()


@pytest.mark.parametrize("patients", [1, 2, 5])
def test_more_visits_than_patients(patients):
    values = correlated(np.random.default_rng(6), patients, 9)
    values[0, 1:8] = np.nan
    if patients > 1:
        values[1, 4:] = np.nan
    assert np.isfinite(impute(values)).all()


def test_progress_is_told_and_can_end_the_work(gaps):
    told: list[float] = []
    impute(gaps, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(told) > 5

    def leave(part: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        impute(gaps, progress=leave)


def test_common_correlation():
    rng = np.random.default_rng(8)
    arms = [correlated(rng, 2000, 3) + shift for shift in (0, 5)]
    assert common_correlation(*arms) == pytest.approx(0.7, abs=0.03)
    assert common_correlation(np.full((3, 2), np.nan)) == 0
    assert common_correlation(np.ones((1, 2))) == 0


def test_known_missing_at_random_is_covered():
    """300 trials of 40 + 40 patients and 4 visits: who is low at a visit is likelier to be lost after it.

    The outcome is the last visit's value over 0.3; a complete-case analysis would overestimate both arms. Coverage of
    the 95% interval is to be within 4 binomial standard errors of 95%, and the mean estimate within 4 of its own.
    """
    rng = np.random.default_rng(20)
    trials, patients, cut, effect = 300, 40, 0.3, 0.6
    from scipy.special import ndtr

    truth = float(ndtr(effect - cut) - ndtr(-cut))
    covered, estimates, information = 0, [], []
    for _ in range(trials):
        arms = []
        for shift in (effect, 0.0):
            values = correlated(rng, patients, 4) + shift * np.arange(4) / 3
            for visit in (1, 2, 3):
                odds = np.exp(-1.6 - 1.2 * values[:, visit - 1])
                lost = rng.random(patients) < odds / (1 + odds)
                values[lost | np.isnan(values[:, visit - 1]), visit] = np.nan
            hole = rng.random(patients) < 0.1
            values[hole & ~np.isnan(values[:, 2]), 1] = np.nan
            arms.append(values)
        rho = common_correlation(*arms)
        share = []
        for values in arms:
            courses = Courses(values=values, side=np.zeros(values.shape, dtype=int))
            filled = everybody(courses, correlation=rho, imputations=15, rng=rng)
            share.append((filled[:, :, 3] >= cut).mean(axis=1))
        variance = sum(part * (1 - part) / patients for part in share)
        pooled = pool(share[0] - share[1], variance, complete_freedom=2 * patients - 2)
        covered += pooled.lower <= truth <= pooled.upper
        estimates.append(pooled.estimate)
        information.append(pooled.missing_information)
    assert abs(covered / trials - 0.95) < 4 * sqrt(0.95 * 0.05 / trials)
    assert abs(np.mean(estimates) - truth) < 4 * np.std(estimates) / sqrt(trials)
    assert 0.1 < np.mean(information) < 0.6
