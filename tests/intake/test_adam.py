import dataclasses

import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.endpoint import endpoint_result
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import whole_population
from il2dash.intake.adam import adam_content, adam_questions, endpoint_offers, recognize
from il2dash.intake.adam_questions import AdamArm, AdamChoices, AdamEventChoice
from il2dash.intake.study_content import read_content
from il2dash.study.definition import Endpoint
from il2dash.study.raw_tables import RawTable
from tests.intake.adam_tables import ADLB, ADSL, raw, trial

ENDPOINT = Endpoint(
    id="cd4_200", label="CD4 of at least 200", marker="cd4", rule="at_least", threshold=200, week=12, role="primary"
)
CHOICES = AdamChoices(
    reference="Placebo",
    treatment="Drug",
    parameters=("cd4", "hivrna"),
    endpoints=(ENDPOINT,),
    events=(
        AdamEventChoice(parameter="OS", category="death"),
        AdamEventChoice(parameter="AIDS", category="aids"),
    ),
)


def built(tables=None, **changes):
    datasets = recognize(trial() if tables is None else tables)
    assert datasets is not None
    return adam_content(datasets, dataclasses.replace(CHOICES, **changes))


def read(result):
    assert result.content is not None, "\n".join(map(str, result.problems))
    reading = read_content(result.content)
    assert reading.trial is not None, "\n".join(map(str, reading.problems))
    return reading.trial


def test_the_questions():
    questions = adam_questions(recognize(trial()))
    assert questions.arm_column == "TRT01P"
    assert questions.arms == (
        AdamArm(value="Placebo", patients=4),
        AdamArm(value="Drug", patients=4),
        AdamArm(value="Drug 2x", patients=1),
    )
    assert questions.reference == "Placebo"
    cd4, rna = questions.parameters
    assert (cd4.id, cd4.code, cd4.label, cd4.unit, cd4.scale) == ("cd4", "CD4", "CD4 count", "cells/uL", "identity")
    assert (cd4.patients, cd4.records, cd4.derived) == (9, 20, 1)
    assert [(visit.name, visit.week, visit.patients) for visit in cd4.visits] == [
        ("Baseline", 0, 9),
        ("Week 12", 12, 7),
    ]
    assert (rna.id, rna.unit, rna.scale) == ("hivrna", "copies/mL", "log10")
    assert [(offer.marker, offer.weeks) for offer in endpoint_offers(questions.parameters, visit_weeks={})] == [
        ("cd4", (12.0,)),
        ("hivrna", (12.0,)),
    ]
    assert [(p.code, p.patients, p.events, p.category, p.time_unit) for p in questions.event_parameters] == [
        ("OS", 8, 1, "death", "days"),
        ("AIDS", 2, 1, None, "days"),
    ]
    assert questions.adverse_events == 4


def test_the_whole_path_to_an_endpoint():
    result = built()
    trial_read = read(result)
    assert trial_read.arm_sizes == {"placebo": 4, "drug": 4}
    assert trial_read.excluded == 1
    endpoint = endpoint_result(whole_population(trial_read), EndpointSpec(endpoint="cd4_200"))
    # Placebo: 190, 250, LOCF left out, 140; Drug: 210, 200, 260, 150
    assert (endpoint.arms["placebo"].responders, endpoint.arms["placebo"].missing) == (1, 1)
    assert (endpoint.arms["drug"].responders, endpoint.arms["drug"].missing) == (3, 0)
    assert endpoint.risk_difference.estimate == pytest.approx(0.5)
    assert trial_read.definition.study.primary_week == 12
    assert trial_read.definition.visits.schedule == (0, 12)


def test_what_was_left_out_is_told():
    notes = built().notes
    assert "adsl.xpt: 1 patient left out: a screening failure, or not assigned to an arm." in notes
    assert "adsl.xpt: 1 patient left out: not randomized (RANDFL)." in notes
    assert "adlb.xpt, CD4: 1 record left out: derived by the sponsor (DTYPE)." in notes
    assert "adlb.xpt, CD4: 1 record left out: unscheduled and not flagged for analysis." in notes
    assert "adlb.xpt, CD4: 1 record left out: not flagged for analysis (ANL01FL)." in notes
    assert "adlb.xpt, HIVRNA: 1 record read as AVALC says (such as <50), and not as AVAL." in notes
    assert "adae.xpt: 1 record left out: not treatment-emergent (TRTEMFL)." in notes
    assert "adae.xpt: 1 record left out: without a start day." in notes
    assert "codes.csv is none of the ADaM datasets that are read, and is left out." in notes


def test_measurements_events_and_follow_up():
    trial_read = read(built())
    rows = trial_read.measurements.set_index(["subject_id", "marker", "week"])
    assert rows.loc[("05", "cd4", 10.0), "value"] == 800  # unscheduled, day 71: (71 - 1) / 7
    assert pd.isna(rows.loc[("05", "cd4", 10.0), "visit_week"])
    assert tuple(rows.loc[("01", "hivrna", 12.0), ["value", "censoring"]]) == (50, "left")
    assert tuple(rows.loc[("05", "hivrna", 12.0), ["value", "censoring"]]) == (50, "left")  # AVAL has 25, half of it
    assert trial_read.definition.markers["hivrna"].lower_limit == 50
    events = trial_read.events.sort_values(["subject_id", "week"]).to_dict("records")
    assert [(e["subject_id"], e["week"], e["category"], e["term"], e["grade"]) for e in events if e["grade"] > 0] == [
        ("01", 1.0, "adverse", "Headache", 2.0),
        ("05", 0.0, "adverse", "Pyrexia", 3.0),
    ]
    assert [(e["subject_id"], e["week"], e["category"]) for e in events if not e["grade"] > 0] == [
        ("03", 10.0, "death"),
        ("04", 4.0, "aids"),
    ]
    contact = trial_read.subjects.set_index("subject_id")["last_contact_week"]
    assert contact["03"] == 10
    assert contact["07"] == 21  # 147 days in AIDS, 140 in OS
    assert contact["04"] == 52


def test_covariates_and_completion():
    trial_read = read(built())
    names = {covariate.name: covariate.kind for covariate in trial_read.definition.covariates}
    assert names == {
        "age": "continuous",
        "sex": "binary",
        "race": "categorical",
        "baseline_cd4": "continuous",
        "baseline_hivrna": "continuous",
    }
    subjects = trial_read.subjects.set_index("subject_id")
    assert subjects.loc["07", "arm"] == "drug"  # planned, although it took the placebo
    assert subjects.loc["06", "baseline_cd4"] == 130
    assert list(subjects["completed"][["01", "03"]]) == [1, 0]
    assert pd.isna(subjects.loc["08", "completed"])


def test_derived_records_when_asked_for():
    endpoint = endpoint_result(whole_population(read(built(include_derived=True))), EndpointSpec(endpoint="cd4_200"))
    assert (endpoint.arms["placebo"].responders, endpoint.arms["placebo"].missing) == (2, 0)


def test_reading_by_columns_and_not_by_names_or_their_case():
    tables = [RawTable(file=f"t{i}.csv", data=table.data.rename(columns=str.lower)) for i, table in enumerate(trial())]
    assert read(built(tables)).arm_sizes == {"placebo": 4, "drug": 4}


def test_what_is_no_adam():
    assert recognize([raw("a.csv", "id,arm,age\n1,a,40\n2,b,50")]) is None
    assert recognize([raw("adlb.csv", ADLB)]) is None
    assert recognize([raw("dm.csv", "USUBJID,ARM\n1,a\n2,b")]) is None


def test_rows_in_another_order_give_the_same_study():
    one = read(built())
    shuffled = [
        RawTable(file=table.file, data=table.data.sample(frac=1, random_state=3).sort_index(axis="columns"))
        for table in trial()
    ]
    assert read(built(shuffled)).fingerprint == one.fingerprint


def test_an_arm_that_is_not_there():
    result = built(treatment="Drug 3x")
    assert result.content is None
    assert [(problem.column, problem.value) for problem in result.problems] == [("TRT01P", "Drug 3x")]
    assert "Placebo, Drug, Drug 2x" in result.problems[0].rule


def test_the_same_arm_twice():
    result = built(treatment="Placebo")
    assert result.content is None
    assert result.problems[0].rule == "Two different arms are compared."


def test_a_patient_twice_in_adsl():
    again = ADSL + "XYZ-01,04,Drug,Drug,1,DRG,Y,45,YEARS,M,ASIAN,,,\n"
    result = built([raw("adsl.xpt", again), *trial()[2:], trial()[0]])
    assert [(problem.row, problem.value) for problem in result.problems] == [(13, "04")]
    assert "first is row 5" in result.problems[0].remedy


def test_a_stranger_in_a_dataset():
    result = built([raw("adlb.xpt", ADLB + "99,CD4,CD4 count (cells/uL),Baseline,0,1,95,,Y,,\n"), *trial()[1:]])
    assert [(p.file, p.row, p.value) for p in result.problems] == [("adlb.xpt", 27, "99")]
    assert result.problems[0].rule == "A patient with rows here is in adsl.xpt; 1 patient isn't."


def test_many_strangers_are_one_problem():
    rows = "".join(f"S{number},CD4,CD4 count (cells/uL),Baseline,0,1,95,,Y,,\n" for number in range(1200))
    (problem,) = built([raw("adlb.xpt", ADLB + rows), *trial()[1:]]).problems
    assert (problem.row, problem.value) == (27, "S0, S1, S2, S3, S4 and 1,195 more")
    assert problem.rule == "A patient with rows here is in adsl.xpt; 1,200 patients aren't."


def test_records_after_death_are_told_once_whether_adtte_or_adsl_dates_it():
    adsl = raw("adsl.xpt", ADSL)
    died = adsl.data["USUBJID"].map({"03": "2020-03-11"}).fillna("").astype("str")
    adsl = dataclasses.replace(adsl, data=adsl.data.assign(DTHDT=died))
    late = ADLB + "03,CD4,CD4 count (cells/uL),Week 24,24,169,330,,,Y,\n"
    tables = [adsl, raw("adlb.xpt", late), *(t for t in trial() if t.file[2:4] in ("tt", "ae"))]
    by_adsl = built(tables, events=())
    assert [(p.severity, p.file, p.column, p.value, p.rule) for p in by_adsl.problems] == [
        ("warning", "adlb.xpt", "ADY", "169", "A visit isn't after the patient's death.")
    ]
    by_adtte = built(tables)
    assert "death" not in " ".join(map(str, by_adtte.problems))
    warned = [str(problem) for problem in read_content(by_adtte.content).problems]
    assert sum("isn't after the patient's death" in words and "'24'" in words for words in warned) == 1


def test_an_endpoint_at_a_week_without_a_visit():
    result = built(endpoints=(dataclasses.replace(ENDPOINT, week=13),))
    assert result.content is None
    assert [problem.value for problem in result.problems if "endpoint is at" in problem.rule.casefold()] == ["13"]


def test_transport_files_with_their_padding(tmp_path):
    """SAS transport holds numbers as numbers, and texts filled up with spaces."""
    tables = []
    for table in trial()[:4]:
        frame = table.data.copy()
        for column in frame.columns:
            numbers = pd.to_numeric(frame[column].where(frame[column] != ""), errors="coerce")
            if column != "USUBJID" and numbers.notna().any() and (numbers.notna() | (frame[column] == "")).all():
                frame[column] = numbers
            else:
                frame[column] = frame[column].str.pad(20)
        path = tmp_path / table.file
        pyreadstat.write_xport(frame, path, table_name=path.stem.upper(), file_format_version=5)
        back, _ = pyreadstat.read_xport(path)
        text = back.map(lambda cell: "" if pd.isna(cell) else f"{cell:g}" if isinstance(cell, float) else cell)
        text.index = pd.RangeIndex(2, len(text) + 2, name="row")
        tables.append(RawTable(file=table.file, data=text.astype("str")))
    assert read(built(tables)).fingerprint != ""
    assert read(built(tables)).subjects.equals(read(built(trial()[:4])).subjects)
    assert read(built(tables)).measurements.equals(read(built(trial()[:4])).measurements)


def test_texts_of_the_files_stay_texts():
    hostile = ADSL.replace("Drug,Drug", "<b>=1+1</b>,Drug").replace("WHITE", "$x$ **w** {{r}}")
    tables = [raw("adsl.xpt", hostile), trial()[0], *trial()[2:]]
    trial_read = read(built(tables, treatment="<b>=1+1</b>", events=()))
    assert trial_read.definition.arms.label(trial_read.definition.arms.treatment) == "<b>=1+1</b>"
    assert "$x$ **w** {{r}}" in set(trial_read.subjects["race"])


def test_completion_by_the_disposition():
    adsl = ADSL.replace("EOSSTT", "DCDECOD").replace("DISCONTINUED", "DEATH").replace("ONGOING", "LOST TO FOLLOW-UP")
    tables = [raw("adsl.xpt", adsl), trial()[0], *trial()[2:]]
    assert list(read(built(tables)).subjects["completed"]) == [1, 1, 0, 1, 1, 1, 0, 0]


def test_a_baseline_covariate_has_the_markers_name_and_unit():
    covariate = read(built()).definition.covariate("baseline_cd4")
    assert (covariate.label, covariate.unit, covariate.step) == ("CD4 count at baseline", "cells/uL", 10)


def test_a_recorded_outcome_of_adsl():
    recorded = Endpoint(id="resp", label="Responder", rule="recorded", column="RANDFL")
    trial_read = read(built(endpoints=(recorded,)))
    assert endpoint_result(whole_population(trial_read), EndpointSpec(endpoint="resp")).arms["drug"].responders == 4
    (problem,) = built(endpoints=(dataclasses.replace(recorded, column="RANFL"),)).problems
    assert (problem.row, problem.column) == (1, "RANFL")
    assert "Did you mean 'RANDFL'?" in problem.remedy


@pytest.mark.parametrize("empty", ["adsl.xpt", "adlb.xpt", "adtte.xpt", "adae.xpt"])
def test_a_dataset_without_rows(empty):
    tables = [table.keeping(table.data["USUBJID"] == "") if table.file == empty else table for table in trial()[:4]]
    adam_questions(recognize(tables))
    result = built(tables)
    assert (result.content is None) == (empty != "adae.xpt")
    assert all(problem.rule and problem.remedy for problem in result.problems)


@settings(max_examples=6)
@given(data=st.data())
def test_any_cells_give_a_study_or_problems(data):
    """Whatever stands in a few cells of the datasets, nothing raises, and a study that is built can be read or not."""
    cell = st.sampled_from(
        ["", "Y", "-1", "1e400", "<5", "01", "05", "Week 12", "=1+1", "\x00", "2020-13-45", "nan", "0"]
    )
    tables = []
    for table in trial()[:4]:
        frame = table.data.copy()
        for _ in range(data.draw(st.integers(0, 3))):
            row = data.draw(st.integers(0, len(frame) - 1))
            column = data.draw(st.integers(0, frame.shape[1] - 1))
            frame.iloc[row, column] = data.draw(cell)
        tables.append(RawTable(file=table.file, data=frame))
    datasets = recognize(tables)
    assert datasets is not None
    adam_questions(datasets)
    result = adam_content(datasets, CHOICES)
    assert (result.content is None) == any(problem.severity == "error" for problem in result.problems)
    if result.content is not None:
        reading = read_content(result.content)
        assert (reading.trial is None) == any(problem.severity == "error" for problem in reading.problems)


def test_adsl_alone_with_an_outcome_that_it_records():
    """Nothing says here how long anybody was followed."""
    adsl = raw("adsl.csv", "USUBJID,TRT01P,RESPFL\n01,Placebo,Y\n001,Placebo,N\n3,Drug,Y\n4,Drug,")
    recorded = Endpoint(id="resp", label="Response", rule="recorded", column="RESPFL", role="primary")
    trial_read = read(built([adsl], parameters=(), events=(), endpoints=(recorded,)))
    assert list(trial_read.subjects["subject_id"]) == ["01", "001", "3", "4"]  # zeros tell patients apart
    arms = endpoint_result(whole_population(trial_read), EndpointSpec(endpoint="resp")).arms
    assert [(arms[code].responders, arms[code].missing) for code in ("placebo", "drug")] == [(1, 0), (1, 1)]


def test_one_code_in_two_findings_datasets_keeps_its_name_whoever_is_compared():
    other = "USUBJID,PARAMCD,PARAM,AVISIT,AVAL,ABLFL\n05,CD4,CD4 (%),Baseline,9,Y\n01,CD4,CD4 (%),Baseline,8,Y\n"
    third = raw("a.csv", other.replace("05,", "09,").replace("01,", "09,").replace("Baseline,8", "Week 4,8"))
    tables = [raw("adsl.csv", ADSL), third, raw("adlb.csv", ADLB)]
    every = adam_questions(recognize(tables)).parameters
    assert [(parameter.id, parameter.file) for parameter in every] == [
        ("cd4", "a.csv"),
        ("cd4_2", "adlb.csv"),
        ("hivrna", "adlb.csv"),
    ]
    compared = adam_questions(recognize(tables), arms=("Placebo", "Drug")).parameters
    assert [parameter.id for parameter in compared] == ["cd4_2", "hivrna"]
    endpoint = dataclasses.replace(ENDPOINT, marker="cd4_2")
    trial_read = read(built(tables, parameters=("cd4_2",), endpoints=(endpoint,), events=()))
    assert trial_read.definition.markers["cd4_2"].label == "CD4 count"


def test_an_analysis_flag_that_marks_extremes_is_left_aside_in_that_parameter_alone():
    rows = (
        "USUBJID,PARAMCD,AVISIT,AVAL,ABLFL,ANL01FL\n"
        "01,W,Baseline,5,Y,\n01,W,Week 4,4,,Y\n01,W,Week 8,5,,\n05,W,Baseline,5,Y,\n05,W,Week 4,5,,\n05,W,Week 8,3,,Y\n"
        "01,CD4,Baseline,5,Y,\n01,CD4,Week 4,4,,Y\n01,CD4,Week 4,9,,\n01,CD4,Week 8,4,,Y\n05,CD4,Week 4,9,,Y\n"
    )
    tables = [raw("adsl.csv", ADSL), raw("adlb.csv", rows)]
    result = built(tables, parameters=("w", "cd4"), endpoints=(), events=(), analysis_flag=False)
    rows = read(result).measurements.groupby("marker").size()
    assert rows.to_dict() == {"w": 6, "cd4": 4}
