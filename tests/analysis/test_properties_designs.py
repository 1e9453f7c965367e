"""Any design with a constant, duplicate or separating column, one patient in an arm, or nothing known."""

from __future__ import annotations

from math import isfinite, isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis import firth, maximum_likelihood
from il2dash.analysis.document import results_document
from il2dash.analysis.logistic_model import ModelSpec, logistic_model
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import whole_population
from il2dash.analysis.results import all_results
from il2dash.analysis.separation import detect_separation

SHORT = settings(max_examples=40, deadline=None, derandomize=True)


@SHORT
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(2, 30),
    responders=st.sampled_from([0.1, 0.5]),
    kind=st.sampled_from(["constant", "duplicate", "separating", "one patient", "missing"]),
)
def test_any_design_is_fitted_or_told(seed, rows, responders, kind):
    random = np.random.default_rng(seed)
    outcome = (random.random(rows) < responders).astype(float)
    arm = (np.arange(rows) == 0) if kind == "one patient" else np.arange(rows) % 2
    extra = {
        "constant": np.full(rows, 4.0),
        "duplicate": 3 * np.asarray(arm, dtype=float),
        "separating": outcome * 2 - 1,
        "one patient": random.normal(size=rows),
        "missing": np.full(rows, nan),
    }[kind]
    design = np.column_stack([np.ones(rows), arm, extra]).astype(float)
    fit = firth.fit(design, outcome)
    inference = firth.infer(fit)
    assert np.isfinite(fit.coefficients).all() == (fit.reason() == "")
    if fit.reason():
        assert np.isnan(inference.p).all()
        assert np.isnan(firth.flic(fit).probabilities).all()
    else:
        assert (inference.lower < fit.coefficients).all()
        assert (fit.coefficients < inference.upper).all()
    likelihood = maximum_likelihood.fit(design, outcome)
    assert np.isfinite(likelihood.coefficients).all() == (likelihood.reason() == "")
    assert kind not in ("constant", "duplicate", "separating", "missing") or likelihood.reason()
    if kind == "separating" and not fit.reason():
        assert detect_separation(design, outcome).kind == "complete"


COVARIATES = ("arm", "age", "enfuvirtide", "stage")
PATIENTS = st.lists(
    st.fixed_dictionaries(
        {
            "arm": st.sampled_from(["control", "il2"]),
            "age": st.sampled_from([None, 30, 41, 50, 62]),
            "enfuvirtide": st.sampled_from([0, 1]),
            "stage": st.sampled_from(["A", "B"]),
            "cd4": st.tuples(st.just(100), st.just(100), st.sampled_from([None, 90, 150, 210, 400])),
        }
    ),
    max_size=16,
)


@SHORT
@given(
    patients=PATIENTS,
    same=st.sampled_from(["", "age", "enfuvirtide", "the arm", "the response"]),
    terms=st.sets(st.sampled_from(COVARIATES), min_size=1),
)
def test_any_model_has_odds_ratios_or_a_reason(make_trial, patients, same, terms):
    for patient in patients:
        if same in ("age", "enfuvirtide"):
            patient[same] = 1
        elif same == "the arm":
            patient["enfuvirtide"] = int(patient["arm"] == "il2")
        elif same == "the response":
            patient["enfuvirtide"] = int((patient["cd4"][2] or 0) >= 200)
    names = tuple(sorted(terms))
    spec = ModelSpec(endpoint=EndpointSpec(endpoint="high"), terms=names)
    model = logistic_model(whole_population(make_trial(patients)), spec)
    swapped = [dict(patient, arm={"control": "il2", "il2": "control"}[patient["arm"]]) for patient in patients[::-1]]
    mirrored = logistic_model(whole_population(make_trial(swapped)), spec)
    assert (mirrored.reason == "") == (model.reason == "")
    for term, other in zip(model.terms, mirrored.terms, strict=True):
        if model.reason:
            assert isnan(term.odds_ratio)
            assert isnan(term.p)
            continue
        interval = term.interval
        assert isfinite(term.odds_ratio)
        assert interval.lower < term.odds_ratio < interval.upper
        assert (term.p < 0.05) == (not interval.lower <= 1 <= interval.upper)
        # An odds ratio of the other covariates stays, that of the arm is inverted.
        expected = 1 / term.odds_ratio if term.name == "arm" else term.odds_ratio
        assert np.log(other.odds_ratio) == pytest.approx(np.log(expected), rel=1e-5, abs=1e-5)


def unexplained(node: object, path: str = "", reason: str = "") -> list[str]:
    """Return the estimates and p-values of a results document that are missing without a reason, or one around them."""
    if isinstance(node, list):
        return [found for place, entry in enumerate(node) for found in unexplained(entry, f"{path}/{place}", reason)]
    if not isinstance(node, dict):
        return []
    interval = node.get("interval") if isinstance(node.get("interval"), dict) else {}
    reason = node.get("reason") or interval.get("reason") or reason
    here = [f"{path}/{key}" for key in ("estimate", "p") if key in node and node[key] is None and not reason]
    return here + [found for key, entry in node.items() for found in unexplained(entry, f"{path}/{key}", reason)]


KNOWN = {"age": 40, "enfuvirtide": 1.0, "sex": 0.0, "stage": "A", "site": "north", "cycles": 1.0, "well": 1.0}
SEEN = {"cd4": [50, 60, 300], "rna": [10000, 500, "<50"], "last": 12.0, "completed": 1.0, "events": (("aids", 3),)}


@pytest.mark.parametrize(
    "patients",
    [
        [],
        [{"arm": "il2", **KNOWN, **SEEN}],
        [{"arm": "control"}, {"arm": "il2"}],
        [{"arm": arm} for arm in ("control", "il2") * 5],
        [{"arm": arm, **KNOWN} for arm in ("control", "il2") * 5],
        [{"arm": arm, **KNOWN, **SEEN} for arm in ("control", "il2") * 5],
        [{"arm": "il2", **KNOWN, **SEEN}, *({"arm": "control", **KNOWN, **SEEN, "age": age} for age in range(30, 40))],
        [{"arm": "il2"}, *({"arm": "control", **KNOWN, **SEEN, "age": age} for age in range(30, 40))],
    ],
    ids=["nobody", "one", "one each", "nothing", "never seen", "all alike", "one treated", "one treated and unknown"],
)
def test_everything_of_a_poor_trial_is_a_number_or_a_reason(make_trial, patients):
    document = results_document(all_results(make_trial(patients)))
    assert unexplained(document) == []
