"""ACTG 175 through il2dash, against the same numbers computed from its file with other tools.

The second computation reads ``actg175.csv`` itself, with pandas, and calls numpy and statsmodels; the Firth model and
the rates are R's (``reference/firth.json``, ``reference/time_to_event.json`` beside the data, case ``actg175_arms01``).
"""

from __future__ import annotations

import json
from math import isnan, log, sqrt

import numpy as np
import pandas as pd
import pytest

from il2dash.analysis.document import results_document
from il2dash.analysis.population import parse_filter
from il2dash.analysis.results import all_results
from il2dash.study.reading import load_study

ARMS = {0: "zdv", 1: "zdv_ddi"}
WEEKS = {0: "cd40", 20: "cd420", 96: "cd496"}
R = 1e-6


@pytest.fixture(scope="module")
def trial(repository, shared):
    return load_study(repository / "tests" / "studies" / "actg175", data_dir=shared / "data")


@pytest.fixture(scope="module")
def document(trial):
    return results_document(all_results(trial))


@pytest.fixture(scope="module")
def source(shared):
    table = pd.read_csv(shared / "data" / "actg175.csv")
    return table[table["arms"].isin([0, 1])]


def reference_case(shared, file):
    cases = json.loads((shared / "reference" / file).read_text(encoding="utf-8"))["cases"]
    return next(case for case in cases if case["name"] == "actg175_arms01")


def by(entries, key, value):
    return next(entry for entry in entries if entry[key] == value)


def test_population(document, source):
    sizes = {code: int((source["arms"] == number).sum()) for number, code in ARMS.items()}
    assert document["population"]["n"] == document["population"]["n_before"] == sizes == {"zdv": 532, "zdv_ddi": 522}
    assert document["population"]["excluded_arms"] == 2139 - 532 - 522
    assert document["population"]["standing"] == "prespecified"
    assert document["study"]["synthetic"] is False


@pytest.mark.parametrize(
    ("name", "column"), [("age", "age"), ("wtkg", "wtkg"), ("karnof", "karnof"), ("baseline_cd4", "cd40")]
)
def test_baseline_numbers(document, source, name, column):
    variable = by(document["baseline"], "name", name)
    groups = {code: source.loc[source["arms"] == number, column] for number, code in ARMS.items()}
    for code, values in (groups | {"total": source[column]}).items():
        summary = variable["groups"][code]
        assert (summary["n"], summary["missing"]) == (len(values), 0)
        quartiles = np.percentile(values, [25, 50, 75], method="linear")
        assert [summary["q1"], summary["median"], summary["q3"]] == pytest.approx(quartiles, rel=1e-12)
        assert summary["mean"] == pytest.approx(values.mean(), rel=1e-12)
        assert summary["sd"] == pytest.approx(values.std(), rel=1e-12)
    pooled = np.sqrt((groups["zdv"].var() + groups["zdv_ddi"].var()) / 2)
    expected = (groups["zdv_ddi"].mean() - groups["zdv"].mean()) / pooled
    assert variable["standardized_mean_difference"] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("name", "values"), [("gender", [0, 1]), ("homo", [0, 1]), ("strat", [1, 2, 3])])
def test_baseline_factors(document, source, name, values):
    variable = by(document["baseline"], "name", name)
    for number, code in ARMS.items():
        counts = source.loc[source["arms"] == number, name].value_counts()
        levels = variable["groups"][code]["levels"]
        assert [level["count"] for level in levels] == [counts[value] for value in values]
        assert [level["proportion"] for level in levels] == pytest.approx(
            [counts[value] / counts.sum() for value in values]
        )


def test_what_came_after_randomization_is_not_in_the_baseline_table(document):
    assert "offtrt" not in [variable["name"] for variable in document["baseline"]]


@pytest.mark.parametrize("week", WEEKS)
@pytest.mark.parametrize("change", [False, True])
def test_trajectories(document, source, week, change):
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    if change and week == 0:
        return
    visit = by(document["trajectories"][0]["changes" if change else "visits"], "week", week)
    known = {}
    for number, code in ARMS.items():
        rows = source[source["arms"] == number]
        values = (rows[WEEKS[week]] - rows["cd40"] if change else rows[WEEKS[week]]).dropna()
        known[code] = DescrStatsW(values)
        summary = visit["arms"][code]
        assert (summary["n"], summary["in_population"]) == (len(values), len(rows))
        quartiles = np.percentile(values, [25, 50, 75], method="linear")
        assert [summary["q1"], summary["median"], summary["q3"]] == pytest.approx(quartiles, rel=1e-12)
        assert summary["mean"] == pytest.approx(values.mean(), rel=1e-12)
        bounds = known[code].tconfint_mean()
        assert (summary["interval"]["lower"], summary["interval"]["upper"]) == pytest.approx(bounds, rel=1e-9)
    compared = CompareMeans(known["zdv_ddi"], known["zdv"])
    bounds = compared.tconfint_diff(usevar="unequal")
    assert (visit["difference"]["interval"]["lower"], visit["difference"]["interval"]["upper"]) == pytest.approx(bounds)
    assert visit["test"]["p"] == pytest.approx(compared.ttest_ind(usevar="unequal")[1], rel=1e-8)


@pytest.fixture(scope="module")
def responders(source):
    gained = source["cd420"] - source["cd40"] >= 50
    return {
        code: (int(gained[source["arms"] == number].sum()), int((source["arms"] == number).sum()))
        for number, code in ARMS.items()
    }


def score_statistic(x1: int, n1: int, x0: int, n0: int, difference: float) -> float:
    """Miettinen and Nurminen's statistic, the likelihood under the hypothesis maximized by search."""
    from scipy.optimize import minimize_scalar

    def minus_log_likelihood(p: float) -> float:
        q = p + difference
        return -(x1 * log(q) + (n1 - x1) * log(1 - q) + x0 * log(p) + (n0 - x0) * log(1 - p))

    limits = (max(0.0, -difference) + 1e-12, min(1.0, 1 - difference) - 1e-12)
    p = minimize_scalar(minus_log_likelihood, bounds=limits, method="bounded", options={"xatol": 1e-13}).x
    variance = (p + difference) * (1 - p - difference) / n1 + p * (1 - p) / n0
    return (x1 / n1 - x0 / n0 - difference) / sqrt(variance * (n1 + n0) / (n1 + n0 - 1))


def test_responders_at_week_20(document, responders):
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

    (endpoint,) = document["endpoints"]
    assert sum(count for count, _ in responders.values()) == 381
    for code, (count, total) in responders.items():
        arm = endpoint["arms"][code]
        assert (arm["responders"], arm["total"], arm["missing"]) == (count, total, 0)
        assert arm["proportion"] == pytest.approx(count / total, rel=1e-14)
        bounds = proportion_confint(count, total, method="wilson")
        assert (arm["interval"]["lower"], arm["interval"]["upper"]) == pytest.approx(bounds, rel=R)
        exact = by(arm["other_intervals"], "method", "clopper-pearson")
        assert (exact["lower"], exact["upper"]) == pytest.approx(proportion_confint(count, total, method="beta"), rel=R)
    arguments = (*responders["zdv_ddi"], *responders["zdv"])
    (x1, n1), (x0, n0) = responders["zdv_ddi"], responders["zdv"]
    difference = endpoint["risk_difference"]
    assert difference["estimate"] == pytest.approx(x1 / n1 - x0 / n0, rel=1e-12)
    bounds = confint_proportions_2indep(*arguments, method="newcomb", compare="diff")
    assert (difference["interval"]["lower"], difference["interval"]["upper"]) == pytest.approx(bounds, rel=R)
    # Not statsmodels' "score" interval: its score_test_proportions_2indep (0.15.0) has count0 for nobs0 in the cubic.
    for bound, score in (("lower", 1.959963984540054), ("upper", -1.959963984540054)):
        hypothesis = difference["other_interval"][bound]
        assert score_statistic(x1, n1, x0, n0, hypothesis) == pytest.approx(score, rel=R)
    assert endpoint["risk_ratio"]["estimate"] == pytest.approx((x1 / n1) / (x0 / n0), rel=1e-12)
    bounds = confint_proportions_2indep(*arguments, method="score", compare="ratio", correction=True)
    interval = endpoint["risk_ratio"]["interval"]
    assert (interval["lower"], interval["upper"]) == pytest.approx(bounds, rel=R)
    assert endpoint["odds_ratio"]["estimate"] == pytest.approx(x1 * (n0 - x0) / (x0 * (n1 - x1)), rel=1e-12)
    number = endpoint["number_needed_to_treat"]
    assert number["direction"] == "benefit"
    assert number["estimate"] == pytest.approx(1 / (x1 / n1 - x0 / n0), rel=1e-12)
    assert endpoint["standing"] == "prespecified"


def test_fisher_s_test(document, responders):
    from scipy.stats import fisher_exact

    table = [[count, total - count] for count, total in (responders["zdv_ddi"], responders["zdv"])]
    test = by(document["endpoints"][0]["tests"], "name", "fisher")
    assert test["p"] == pytest.approx(fisher_exact(table).pvalue, rel=R)


@pytest.mark.parametrize("rule", ["complete_cases", "last_observation", "best_worst", "worst_best"])
def test_everybody_was_seen_at_week_20_so_no_rule_matters(trial, document, rule):
    other = results_document(all_results(trial, missing_rule=rule))["endpoints"][0]
    assert other["arms"] == document["endpoints"][0]["arms"]
    assert other["standing"] == "exploratory"


def test_firth_model_is_logistf_s(document, shared):
    case = reference_case(shared, "firth.json")
    (model,) = document["models"]
    assert (model["id"], model["n"], model["events"], model["left_out"]) == (
        "gain50_20_adjusted",
        case["n"],
        case["events"],
        0,
    )
    names = ["(Intercept)", "arm", "baseline_cd4", "age", "homo", "drugs", "symptom"]
    assert len(names) == len(case["terms"])
    assert model["penalized_log_likelihood"] == pytest.approx(case["penalized_loglik"], rel=R)
    for position, name in enumerate(names):
        term = model["intercept"] if position == 0 else by(model["terms"], "name", name)
        assert term["converged"] is True
        assert term["coef"] == pytest.approx(case["coef"][position], rel=R), name
        assert term["odds_ratio"] == pytest.approx(np.exp(case["coef"][position]), rel=R), name
        assert term["se"] == pytest.approx(case["se_expected_information"][position], rel=R), name
        for bounds, scale in ((term["coef_interval"], float), (term["interval"], np.exp)):
            assert bounds["lower"] == pytest.approx(scale(case["ci_lower"][position]), rel=R), name
            assert bounds["upper"] == pytest.approx(scale(case["ci_upper"][position]), rel=R), name
        # logistf prints 1 - pchisq(), which is 0 below the last digit of 1.
        assert term["p"] == pytest.approx(case["plr_p"][position], rel=R, abs=1e-15), name
        if position:
            likelihood = term["maximum_likelihood"]
            assert likelihood["coef"] == pytest.approx(case["ml_coef"][position], rel=R), name
            assert likelihood["se"] == pytest.approx(case["ml_se"][position], rel=R), name
            assert likelihood["converged"] is True
    assert model["events_per_variable"] == pytest.approx(381 / 6)
    assert model["warnings"] == []
    assert (model["standing"], model["reason"]) == ("prespecified", "")


def test_rates_are_poisson_test_s(document, source, shared):
    from scipy.stats import chi2

    case = reference_case(shared, "time_to_event.json")
    events = document["events"]["aids"]
    for position, (number, code) in enumerate(ARMS.items()):
        arm, rows = events["arms"][code], source[source["arms"] == number]
        years = case["person_time"][position] / 365.25
        assert arm["total"] == case["n"][position]
        assert arm["events"] == arm["patients"] == case["events"][position] == rows["cens"].sum()
        assert arm["person_years"] == pytest.approx(years, rel=1e-12)
        assert arm["person_years"] == pytest.approx(rows["days"].sum() / 365.25, rel=1e-12)
        assert arm["rate"] == pytest.approx(arm["events"] / years, rel=1e-12)
        count = arm["events"]
        assert arm["interval"]["lower"] == pytest.approx(chi2.ppf(0.025, 2 * count) / 2 / years, rel=R)
        assert arm["interval"]["upper"] == pytest.approx(chi2.ppf(0.975, 2 * count + 2) / 2 / years, rel=R)
    ratio = events["rate_ratio"]
    assert ratio["estimate"] == pytest.approx(case["rate_ratio_second_vs_first"], rel=R)
    assert [ratio["interval"]["lower"], ratio["interval"]["upper"]] == pytest.approx(case["rate_ratio_ci"], rel=R)
    assert ratio["p"] == pytest.approx(case["rate_ratio_p"], rel=R)
    assert list(document["events"]) == ["aids"]


def test_flow(document, source):
    for number, code in ARMS.items():
        arm = document["participants"]["arms"][code]
        size = int((source["arms"] == number).sum())
        assert (arm["randomized"], arm["observed"], arm["analysed"]) == (size, size, size)
        assert arm["treated"] is arm["died"] is arm["lost"] is None
    assert document["participants"]["other_arms"] == 1085


def test_a_filter_is_the_same_rows_of_the_file(trial, source):
    filters = (parse_filter(trial, "symptom=1"), parse_filter(trial, "baseline_cd4=..300"))
    document = results_document(all_results(trial, filters=filters))
    rows = source[(source["symptom"] == 1) & (source["cd40"] <= 300)]
    gained = rows["cd420"] - rows["cd40"] >= 50
    for number, code in ARMS.items():
        arm = document["endpoints"][0]["arms"][code]
        assert arm["total"] == int((rows["arms"] == number).sum())
        assert arm["responders"] == int(gained[rows["arms"] == number].sum())
    assert document["population"]["filters"] == ["symptom=1", "baseline_cd4=..300"]
    # Everybody has symptoms: the model can't have them.
    assert "Symptomatic HIV infection is the same for all" in document["models"][0]["reason"]
    assert document["models"][0]["terms"][0]["coef"] is None


def test_the_univariable_odds_ratio_of_the_arm_is_the_table_s(document, responders):
    """Firth's model of a 2x2 table: half a patient more in each cell."""
    (x1, n1), (x0, n0) = responders["zdv_ddi"], responders["zdv"]
    arm = by(document["models"][0]["terms"], "name", "arm")["univariable"]
    expected = log((x1 + 0.5) * (n0 - x0 + 0.5) / ((n1 - x1 + 0.5) * (x0 + 0.5)))
    assert arm["coef"] == pytest.approx(expected, rel=1e-8)
    assert not isnan(arm["p"])
