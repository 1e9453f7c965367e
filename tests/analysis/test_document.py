from __future__ import annotations

import json
from dataclasses import dataclass
from math import inf, nan
from typing import Any

import numpy as np
import pytest

from il2dash.analysis.document import plain, results_document
from il2dash.analysis.population import Filter
from il2dash.analysis.published import quantity_at
from il2dash.analysis.results import all_results
from il2dash.analysis.standing import Standing
from il2dash.study.definition import Published
from il2dash.study.reading import load_study

# The example of DESIGN.md, "The results contract": the names that other programs rely on.
CONTRACT: dict[str, Any] = {
    "study": {"id": "...", "synthetic": True, "fingerprint": "sha256:..."},
    "population": {
        "filters": [],
        "n": {"control": 28, "il2": 28},
        "n_before": {"control": 28, "il2": 28},
        "standing": "prespecified",
        "reasons": [],
    },
    "endpoints": [
        {
            "id": "cd4_200",
            "missing_rule": "failure",
            "arms": {
                "control": {
                    "responders": 5,
                    "total": 28,
                    "missing": 3,
                    "proportion": 0.1786,
                    "interval": {"lower": 0.0788, "upper": 0.3559, "level": 0.95, "method": "wilson"},
                }
            },
            "risk_difference": {"estimate": -0.0357, "interval": {"method": "newcombe"}},
            "tests": [{"name": "fisher", "convention": "two-sided by probability", "p": 1.0}],
        }
    ],
    "models": [
        {
            "id": "published_cd4_200",
            "endpoint": "cd4_200",
            "n": 56,
            "events": 9,
            "estimator": "firth",
            "terms": [
                {
                    "name": "enfuvirtide",
                    "coef": 0.0,
                    "se": 0.0,
                    "odds_ratio": 0.0,
                    "interval": {"lower": 0.0, "upper": 0.0, "method": "profile penalized likelihood"},
                    "p": 0.0,
                    "test": "penalized likelihood ratio",
                    "converged": True,
                }
            ],
        }
    ],
    "trajectories": [
        {
            "marker": "cd4",
            "visits": [
                {
                    "week": 6,
                    "arms": {
                        "control": {
                            "n": 27,
                            "median": 70.0,
                            "q1": 30.0,
                            "q3": 110.0,
                            "mean": 80.1,
                            "interval": {"lower": 60.0, "upper": 100.2},
                        }
                    },
                }
            ],
            "mmrm": {
                "scale": "sqrt",
                "df_method": "kenward-roger",
                "covariance": "unstructured",
                "n": 56,
                "contrasts": [
                    {
                        "week": 6,
                        "estimate": 0.0,
                        "se": 0.0,
                        "df": 0.0,
                        "interval": {"lower": 0.0, "upper": 0.0},
                        "p": 0.0,
                    }
                ],
            },
        }
    ],
    "events": {
        "aids": {
            "arms": {
                "control": {
                    "patients": 5,
                    "events": 6,
                    "person_years": 24.1,
                    "rate": 0.25,
                    "interval": {"lower": 0.0, "upper": 0.0},
                }
            },
            "rate_ratio": {"estimate": 0.0, "interval": {"lower": 0.0, "upper": 0.0}, "p": 0.0},
            "time_to_first": {
                "logrank": {"statistic": 0.0, "p": 0.0},
                "survival": {"control": [{"week": 6, "n_risk": 27, "survival": 0.96, "lower": 0.7, "upper": 0.99}]},
            },
        }
    },
    "published": [{"id": "...", "published": "14%", "computed": 0.142857, "shown": "14%", "match": True}],
}


def assert_follows(example: object, found: object, place: str = "document") -> None:
    """Walk the example: every name is there, and every value of its kind (a number may be null)."""
    if isinstance(example, dict):
        assert isinstance(found, dict), place
        for key, value in example.items():
            assert key in found, f"{place} has no {key!r}"
            assert_follows(value, found[key], f"{place}.{key}")
    elif isinstance(example, list):
        assert isinstance(found, list), place
        assert found or not example, f"{place} is empty"
        for number, entry in enumerate(found if example else ()):
            assert_follows(example[0], entry, f"{place}[{number}]")
    elif isinstance(example, bool):
        assert isinstance(found, bool), place
    elif isinstance(example, int | float):
        assert found is None or isinstance(found, int | float) or found in ("Infinity", "-Infinity"), place
    else:
        assert isinstance(found, str), place


def test_the_contract_is_the_design_s(shared):
    design = (shared / "DESIGN.md").read_text(encoding="utf-8")
    block = design.split("```json")[1].split("```")[0]
    assert json.loads(block) == CONTRACT


@pytest.fixture(scope="module")
def mini(repository):
    return load_study(repository / "tests" / "studies" / "mini")


@pytest.mark.parametrize(
    "filters", [(), (Filter(variable="arm", values=("il2",)),), (Filter(variable="age", lower=99),)]
)
@pytest.mark.parametrize("rule", [None, "complete_cases", "last_observation", "best_worst", "worst_best"])
def test_the_contract_holds_whatever_is_asked(mini, filters, rule):
    document = results_document(all_results(mini, filters=filters, missing_rule=rule))
    assert_follows(CONTRACT, document)
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert list(document["population"]["n"]) == list(mini.definition.arms.codes)
    assert document["population"]["n_before"] == {"control": 4, "il2": 4}
    assert document["population"]["filters"] == [str(condition) for condition in filters]
    assert document["population"]["standing"] == ("exploratory" if filters else "prespecified")
    assert len(document["population"]["reasons"]) == len(filters)
    for endpoint in document["endpoints"]:
        assert endpoint["missing_rule"] == (rule or "failure")
        assert endpoint["standing"] == ("exploratory" if filters or rule else "prespecified")
        assert all(isinstance(endpoint["arms"][code]["total"], int) for code in ("control", "il2"))
    for part in (*document["endpoints"], *document["models"], *document["trajectories"], *document["events"].values()):
        assert (part["standing"] == "exploratory") == bool(part["reasons"])


def test_missing_numbers_are_null_and_never_zero(mini):
    document = results_document(all_results(mini, filters=(Filter(variable="arm", values=("il2",)),)))
    endpoint = document["endpoints"][0]
    assert endpoint["arms"]["control"]["proportion"] is None
    assert endpoint["risk_difference"]["estimate"] is None
    assert endpoint["risk_difference"]["interval"]["lower"] is None
    assert endpoint["risk_difference"]["reason"]
    model = document["models"][0]
    assert model["terms"][0]["p"] is None
    assert "Arm is the same" in model["reason"]
    assert document["events"]["aids"]["rate_ratio"]["p"] is None


def test_numbers_of_the_mini_study_by_hand(mini):
    document = results_document(all_results(mini))
    endpoint = document["endpoints"][0]
    control, il2 = endpoint["arms"]["control"], endpoint["arms"]["il2"]
    assert (control["responders"], control["total"], control["missing"], control["proportion"]) == (1, 4, 1, 0.25)
    assert (il2["responders"], il2["total"], il2["missing"]) == (2, 4, 1)
    assert endpoint["risk_difference"]["interval"]["method"] == "newcombe"
    assert endpoint["risk_difference"]["other_interval"]["method"] == "miettinen-nurminen"
    assert [test["name"] for test in endpoint["tests"]] == ["fisher", "mid-p", "boschloo"]
    week_6 = document["trajectories"][0]["visits"][1]["arms"]["control"]
    assert (week_6["n"], week_6["median"]) == (4, 115)  # 160, 70, 30 (week 5, before week 7), 180
    change = document["trajectories"][0]["changes"][1]["arms"]["control"]
    assert change["mean"] == pytest.approx((40 + 6 + 10 + 30) / 4)
    aids = document["events"]["aids"]
    assert aids["arms"]["control"]["events"] == 1
    assert aids["arms"]["control"]["person_years"] == pytest.approx((12 + 12.5 + 12 + 7) * 7 / 365.25)
    assert aids["rate_ratio"]["estimate"] == 0
    assert aids["arms"]["il2"]["interval"]["lower"] == 0
    assert document["published"] == [
        {
            "id": "control_cd4_200",
            "label": "CD4 of at least 200, control",
            "source": "",
            "quantity": "endpoints.cd4_200.arms.control.proportion",
            "published": "0.50",
            "computed": 0.25,
            "shown": "0.25",
            "match": False,
            "reason": "",
        }
    ]


def test_events_over_time(mini):
    document = results_document(all_results(mini))
    aids = document["events"]["aids"]
    first = aids["time_to_first"]
    # P03 of the control arm at week 9, three of them still observed; the planned visits have rows of their own.
    control = first["survival"]["control"]
    assert [row["week"] for row in control] == [0, 6, 7, 9, 12, 12.5]
    assert [row["n_risk"] for row in control] == [4, 4, 4, 3, 2, 1]
    assert [row["survival"] for row in control] == pytest.approx([1, 1, 1, 2 / 3, 2 / 3, 2 / 3])
    assert first["logrank"]["observed"] == {"control": 1, "il2": 0}
    assert first["logrank"]["statistic"] == pytest.approx((1 - 3 / 7) ** 2 / (12 / 49))
    assert first["hazard_ratio"]["estimate"] is None
    assert first["method"].startswith("Kaplan-Meier, log(-log)")
    incidence = aids["cumulative_incidence"]["arms"]["control"]
    assert (incidence[2]["competing"], incidence[2]["lower"]) == (1, None)
    assert incidence[-1]["incidence"] == pytest.approx(3 / 4 / 3)
    assert aids["mean_cumulative"]["arms"]["control"][-1]["mean"] == pytest.approx(3 / 4 / 3)
    assert set(document["events"]["death"]) & {"cumulative_incidence", "mean_cumulative", "grades"} == set()
    adverse = document["events"]["adverse"]["grades"]["il2"]
    assert (adverse["patients"], adverse["severe"], adverse["grades"][2]) == (
        1,
        1,
        {"grade": 3, "patients": 1, "events": 1},
    )
    assert quantity_at(document, "events.aids.time_to_first.survival.control.12.survival") == pytest.approx(2 / 3)


def test_infinite_bounds_are_words_and_found_by_a_path(make_trial):
    patients = [{"arm": arm, "cd4": [1, 1, cd4], "last": 12} for arm, cd4 in (("control", 9), ("il2", 300)) * 3]
    figure = Published(id="ratio", label="Ratio", quantity="endpoints.high.risk_ratio.estimate", greater_than=2)
    document = results_document(all_results(make_trial(patients, published=(figure,))))
    high = document["endpoints"][0]
    assert high["risk_ratio"]["estimate"] == "Infinity"
    assert high["risk_ratio"]["interval"]["upper"] == "Infinity"
    (published,) = document["published"]
    assert (published["computed"], published["shown"], published["match"]) == ("Infinity", "infinite", True)
    json.dumps(document, allow_nan=False)


@dataclass(frozen=True)
class Part:
    number: float
    standing: Standing


def test_plain_types():
    assert plain([nan, inf, -inf, 0.5, np.float64(2), np.nan]) == [None, "Infinity", "-Infinity", 0.5, 2.0, None]
    made = plain({1: np.int64(3), "b": np.bool_(True), "c": (np.array([1.5, nan]), None, "text", False)})
    assert made == {"1": 3, "b": True, "c": [[1.5, None], None, "text", False]}
    assert type(made["b"]) is bool
    assert type(made["1"]) is int
    assert plain(Part(number=nan, standing=Standing(reasons=("a", "b")))) == {
        "number": None,
        "standing": "exploratory",
        "reasons": ["a", "b"],
    }
