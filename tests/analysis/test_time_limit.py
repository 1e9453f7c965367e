"""Every analysis that can take long ends when its time is over, and none without a limit."""

from __future__ import annotations

import pytest

from il2dash.analysis.adjusted_difference import adjusted_risk_difference
from il2dash.analysis.arm_interaction import arm_interaction
from il2dash.analysis.endpoint import endpoint_result
from il2dash.analysis.logistic_model import logistic_model
from il2dash.analysis.model_comparison import model_comparison
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.model_performance import model_performance
from il2dash.analysis.multiple_imputation import imputed_endpoint
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.patient_influence import patient_influence
from il2dash.analysis.population import whole_population
from il2dash.analysis.predicted_probability import predicted_probability
from il2dash.analysis.repeated_measures import repeated_measures
from il2dash.analysis.repeated_measures_design import RepeatedMeasuresSpec
from il2dash.analysis.results import all_results
from il2dash.analysis.time_limit import SteppedAsideError, TimeLimitError, stepping_aside, time_limit, within_time
from il2dash.analysis.time_to_first import time_to_first
from il2dash.analysis.visit_comparison import visit_comparison
from il2dash.study.reading import load_study

ENDPOINT = EndpointSpec(endpoint="cd4_200")
MODEL = ModelSpec(endpoint=ENDPOINT, terms=("arm", "age"))
LONG = {
    "endpoint": lambda patients: endpoint_result(patients, ENDPOINT),
    "imputation": lambda patients: imputed_endpoint(patients, ENDPOINT, imputations=2),
    "model": lambda patients: logistic_model(patients, MODEL),
    "beside a model": lambda patients: model_comparison(patients, MODEL),
    "performance": lambda patients: model_performance(patients, MODEL, resamples=10),
    "adjusted difference": lambda patients: adjusted_risk_difference(patients, MODEL, resamples=10),
    "probability": lambda patients: predicted_probability(patients, MODEL, "age", resamples=10),
    "interaction": lambda patients: arm_interaction(patients, MODEL, "age"),
    "influence": lambda patients: patient_influence(patients, MODEL),
    "repeated measures": lambda patients: repeated_measures(patients, RepeatedMeasuresSpec(marker="cd4")),
    "comparison by ranks": lambda patients: visit_comparison(patients, "cd4", week=24, change=False),
    "hazard ratio": lambda patients: time_to_first(patients, "aids"),
    "everything": lambda patients: all_results(patients.trial),
}


@pytest.fixture(scope="module")
def patients(repository):
    return whole_population(load_study(repository / "sample_data" / "etoile"))


@pytest.mark.parametrize("analysis", LONG.values(), ids=LONG)
def test_long_analyses_end_in_time(patients, analysis):
    with time_limit(0, asked="it"), pytest.raises(TimeLimitError):
        analysis(patients)
    with time_limit(1e6, asked="it"):
        analysis(patients)


def test_what_is_said():
    words = "The table takes more than 0 seconds, which is the most for one computation here, and was stopped."
    with time_limit(0, asked="the table"), pytest.raises(TimeLimitError, match=words):
        within_time()


def test_a_limit_within_another_is_the_other():
    with time_limit(1e6, asked="the whole"), time_limit(0, asked="a part"):
        within_time()
    with (
        time_limit(0, asked="the whole"),
        time_limit(1e6, asked="a part"),
        pytest.raises(TimeLimitError, match="whole"),
    ):
        within_time()


def test_no_limit_before_and_after():
    within_time()
    with pytest.raises(TimeLimitError), time_limit(0, asked="it"):
        within_time()
    within_time()


def test_what_nobody_waits_for_steps_aside():
    with stepping_aside(lambda: False):
        within_time()
    with pytest.raises(SteppedAsideError), stepping_aside(lambda: True):
        within_time()
    within_time()
