"""Two-sample and stratified comparisons against R on real data (tests/reference/continuous_and_stratified.json)."""

from __future__ import annotations

import json
from math import erfc, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from il2dash.analysis.covariance_analysis import covariance_analysis
from il2dash.analysis.rank_sum import RankComparison, midranks
from il2dash.analysis.stratified_tables import cochran_mantel_haenszel, common_odds_ratio
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo

REFERENCE = json.loads(
    (Path(__file__).resolve().parents[1] / "reference" / "continuous_and_stratified.json").read_text(encoding="utf-8")
)
RANKS = {case["name"]: case for case in REFERENCE["ranks"]}
(ANCOVA,) = REFERENCE["ancova"]
(CMH,) = REFERENCE["cmh"]


@pytest.fixture(scope="module")
def actg175(shared) -> pd.DataFrame:
    frame = pd.read_csv(shared / "data" / "actg175.csv")
    return frame[frame["arms"].isin([0, 1])]


@pytest.fixture(scope="module")
def changes(shared, actg175) -> dict[str, RankComparison]:
    every = actg175.iloc[::19]
    gain = (every["cd420"] - every["cd40"]).to_numpy(dtype=float)
    treated = (every["arms"] == 1).to_numpy()
    aids = pd.read_csv(shared / "data" / "aids.csv")
    first = aids[aids["obstime"] == 0].set_index("patient")["CD4"]
    year = aids[aids["obstime"] == 12].set_index("patient")
    change = (year["CD4"] ** 2 - first.reindex(year.index) ** 2).to_numpy()
    ddi = (year["drug"] == "ddI").to_numpy()
    return {
        "actg175_every19th_week20_change": RankComparison(treatment=gain[treated], reference=gain[~treated]),
        "jm_aids_cd4_month12_change": RankComparison(treatment=change[ddi], reference=change[~ddi]),
    }


@pytest.mark.parametrize("name", RANKS)
def test_wilcoxon_equals_coin(changes, compare, name):
    compared, expected = changes[name], RANKS[name]
    assert [compared.reference.size, compared.treatment.size] == expected["n"]
    assert [np.median(compared.reference), np.median(compared.treatment)] == pytest.approx(expected["median"], abs=1e-9)
    assert compared.exact == (expected["coin_distribution"] == "exact")
    test = compared.wilcoxon()
    check = compare.of("wilcoxon", "coin::wilcox_test", tolerance=1e-11)
    check(test.p, expected["wilcoxon_p_coin"], f"{'exact' if compared.exact else 'asymptotic'} p, with ties")
    assert test.convention.startswith("exact" if compared.exact else "normal approximation without")


@pytest.mark.parametrize("name", RANKS)
def test_the_corrected_p_of_r_is_another_convention(changes, name):
    compared, expected = changes[name], RANKS[name]
    ranks = midranks(np.concatenate([compared.treatment, compared.reference]))
    n, treated = ranks.size, compared.treatment.size
    deviation = ranks[:treated].sum() - treated * (n + 1) / 2
    variance = treated * (n - treated) / (n * (n - 1)) * ((ranks - (n + 1) / 2) ** 2).sum()
    corrected = erfc((abs(deviation) - 0.5) / sqrt(variance) / sqrt(2))
    assert corrected == pytest.approx(expected["wilcoxon_asymptotic_corrected_p"], rel=1e-11)
    assert compared.wilcoxon().p != pytest.approx(corrected, rel=1e-4)


def test_ancova_equals_lm(actg175, compare):
    found = covariance_analysis(
        actg175["cd420"].to_numpy(dtype=float),
        is_treatment=(actg175["arms"] == 1).to_numpy(),
        baseline=actg175["cd40"].to_numpy(dtype=float),
    )
    arm = ANCOVA["terms"].index("arm")
    interval = found.difference.interval
    assert found.n == ANCOVA["n"]
    check = compare.of("ancova", "stats::lm", tolerance=1e-11)
    check(found.difference.estimate, ANCOVA["coef"][arm], "difference")
    check(found.se, ANCOVA["se"][arm], "standard error")
    check([interval.lower, interval.upper], [ANCOVA[key][arm] for key in ("lower", "upper")], "bounds")
    check(found.test.p, ANCOVA["p"][arm], "p", tolerance=1e-9)


def test_strata_equal_mantelhaen(actg175, compare):
    gained = (actg175["cd420"] - actg175["cd40"] >= 50).to_numpy()
    tables = []
    for stratum in sorted(actg175["strat"].unique()):
        counts = [
            ArmCount(responders=int(gained[rows].sum()), total=int(rows.sum()))
            for arm in (1, 0)
            for rows in [((actg175["strat"] == stratum) & (actg175["arms"] == arm)).to_numpy()]
        ]
        tables.append(TwoByTwo(treatment=counts[0], reference=counts[1]))
    test, odds = cochran_mantel_haenszel(tables), common_odds_ratio(tables)
    check = compare.of("mantel_haenszel", "stats::mantelhaen.test", tolerance=1e-11)
    check(test.statistic, CMH["statistic"], "Cochran-Mantel-Haenszel statistic")
    check(test.p, CMH["p"], "Cochran-Mantel-Haenszel p", tolerance=1e-9)
    check(odds.estimate, CMH["common_or"], "common odds ratio")
    check([odds.interval.lower, odds.interval.upper], CMH["common_or_ci"], "bounds of the common odds ratio")
