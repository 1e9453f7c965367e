"""A simulated ADaM study from its files to its numbers, beside what was simulated."""

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.proportion import confint_proportions_2indep

from il2dash.analysis.endpoint import endpoint_result
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import whole_population
from il2dash.analysis.repeated_measures import repeated_measures
from il2dash.analysis.repeated_measures_design import RepeatedMeasuresSpec
from il2dash.analysis.time_to_first import time_to_first
from il2dash.intake.adam import adam_content, adam_questions, recognize
from il2dash.intake.adam_questions import AdamChoices, AdamEventChoice
from il2dash.intake.file_formats import read_tables
from il2dash.intake.study_content import read_content
from il2dash.study.definition import Endpoint
from tests.intake.adam_simulated import ARMS, WEEKS, simulated, write
from tests.intake.adam_tables import raw

COMPARED = (ARMS[0], ARMS[2])


@pytest.fixture(scope="module")
def truth():
    return simulated()


@pytest.fixture(params=["xpt", "csv"])
def datasets(request, truth, tmp_path):
    tables = [
        table
        for path in write(truth, tmp_path, ending=request.param)
        for table in read_tables(path.name, path.read_bytes()).tables
    ]
    found = recognize(tables)
    assert found is not None
    return found


def test_what_is_asked(datasets, truth):
    questions = adam_questions(datasets)
    assert [(arm.value, arm.patients) for arm in questions.arms] == [(arm, 20) for arm in ARMS]
    assert questions.reference == "Placebo"
    carried = sum((patient, week) not in truth.cd4 for patient in truth.arm for week in WEEKS)
    assert carried > 0
    assert [(p.id, p.unit, p.derived) for p in questions.parameters] == [
        ("cd4", "cells/uL", carried),
        ("hivrna", "copies/mL", carried),
        ("weight", "kg", 0),
    ]
    assert [visit.week for visit in questions.parameters[0].visits] == [0, *WEEKS]
    assert [(p.code, p.category, p.time_unit, p.events) for p in questions.event_parameters] == [
        ("OS", "death", "days", len(truth.deaths))
    ]


def test_every_number(datasets, truth):
    endpoint = Endpoint(
        id="cd4_200", label="CD4 of 200", marker="cd4", rule="at_least", threshold=200, week=24, role="primary"
    )
    built = adam_content(
        datasets,
        AdamChoices(
            reference=COMPARED[0],
            treatment=COMPARED[1],
            parameters=("cd4", "hivrna"),
            endpoints=(endpoint,),
            events=(AdamEventChoice(parameter="OS", category="death"),),
        ),
    )
    assert built.content is not None, built.problems
    trial = read_content(built.content).trial
    patients = {patient for patient, arm in truth.arm.items() if arm in COMPARED}
    assert set(trial.subjects["subject_id"]) == patients
    assert trial.excluded == 20
    for marker, values in (("cd4", truth.cd4), ("hivrna", truth.rna)):
        rows = trial.measurements[trial.measurements["marker"] == marker]
        read = {(r.subject_id, r.week): (r.value, r.censoring == "left") for r in rows.itertuples()}
        below = marker == "hivrna"
        assert read == {
            key: (50, True) if below and value < 50 else (value, False)
            for key, value in values.items()
            if key[0] in patients
        }
    deaths = trial.events[trial.events["category"] == "death"].set_index("subject_id")["week"].to_dict()
    assert deaths == pytest.approx({patient: day / 7 for patient, day in truth.deaths.items() if patient in patients})
    adverse = trial.events[trial.events["category"] == "adverse"]
    assert sorted(zip(adverse["subject_id"], (adverse["week"] * 7 + 1).round(), strict=True)) == sorted(
        (patient, day) for patient in patients for day in truth.adverse[patient]
    )
    result = endpoint_result(whole_population(trial), EndpointSpec(endpoint="cd4_200"))
    for code, arm in zip(trial.definition.arms.codes, COMPARED, strict=True):
        of_arm = [patient for patient in patients if truth.arm[patient] == arm]
        assert result.arms[code].responders == sum(truth.cd4.get((patient, 24), 0) >= 200 for patient in of_arm)
        assert result.arms[code].missing == sum((patient, 24) not in truth.cd4 for patient in of_arm)
    carried = sum((patient, week) not in truth.cd4 for patient in patients for week in WEEKS)
    assert (
        f"{datasets.findings[0].file}, CD4: {carried} records left out: derived by the sponsor (DTYPE)." in built.notes
    )


@pytest.fixture(scope="module")
def result_of_truth(truth):
    """Return the study of placebo and the high dose, built once from the frames as text."""
    tables = [raw(f"{name}.csv", frame.to_csv(index=False)) for name, frame in truth.datasets.items()]
    built = adam_content(
        recognize(tables),
        AdamChoices(
            reference=COMPARED[0],
            treatment=COMPARED[1],
            parameters=("cd4",),
            endpoints=(
                Endpoint(id="e", label="e", marker="cd4", rule="at_least", threshold=200, week=24, role="primary"),
            ),
            events=(AdamEventChoice(parameter="OS", category="death"),),
        ),
    )
    assert built.content is not None, built.problems
    return whole_population(read_content(built.content).trial)


def test_the_risk_difference_by_other_software(truth, result_of_truth):
    responders = [
        sum(truth.cd4.get((patient, 24), 0) >= 200 for patient in truth.arm if truth.arm[patient] == arm)
        for arm in COMPARED
    ]
    lower, upper = confint_proportions_2indep(
        responders[1], 20, responders[0], 20, compare="diff", method="newcomb", correction=False
    )
    found = endpoint_result(result_of_truth, EndpointSpec(endpoint="e")).risk_difference
    assert found.estimate == pytest.approx((responders[1] - responders[0]) / 20)
    assert (found.interval.lower, found.interval.upper) == pytest.approx((lower, upper))


def test_survival_by_other_software(truth, result_of_truth):
    times = truth.datasets["adtte"].set_index("USUBJID")
    curves = time_to_first(result_of_truth, "death").arms
    for code, arm in zip(result_of_truth.trial.definition.arms.codes, COMPARED, strict=True):
        of_arm = times.loc[[patient for patient in truth.arm if truth.arm[patient] == arm]]
        other = SurvfuncRight(of_arm["AVAL"].to_numpy() / 7, 1 - of_arm["CNSR"].to_numpy())
        for week in (12, 14, 24, 30):
            at = np.searchsorted(curves[code].weeks, week, side="right") - 1
            there = np.searchsorted(other.surv_times, week, side="right") - 1
            expected = other.surv_prob[there] if there >= 0 else 1.0
            assert curves[code].estimate[at] == pytest.approx(expected)
    assert {truth.arm[patient] for patient in truth.deaths} == set(ARMS)


def test_who_is_in_the_repeated_measures_model(truth, result_of_truth):
    model = repeated_measures(result_of_truth, RepeatedMeasuresSpec(marker="cd4"))
    after = [(patient, week) for patient, week in truth.cd4 if week > 0 and truth.arm[patient] in COMPARED]
    assert (model.n, model.observations) == (len({patient for patient, _ in after}), len(after))
