"""The Patients page's table, figure and words, and the patients that figures carry behind their points."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

from il2dash.analysis.patient_course import patient_course
from il2dash.analysis.patient_list import patient_list
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.results import all_results
from il2dash.display.patient_course_figure import patient_course_figure
from il2dash.display.patient_course_view import facts_spec, happenings_spec, patient_course_sentence, values_spec
from il2dash.display.patient_list_view import patient_frame, patient_list_method, patient_list_sentence


@pytest.fixture(scope="module")
def population(trial):
    return whole_population(trial)


def drawn(trial, subject):
    return patient_course_figure(trial.definition, patient_course(whole_population(trial), subject))


def test_numbers_sort_as_numbers(population, definition):
    frame = patient_frame(patient_list(population), definition)
    assert list(frame["Patient"]) == [f"P0{number}" for number in range(1, 9)]
    assert frame.columns.is_unique
    for column in ("Age, years", "CD4 count, last, cells/uL", "Cycles given", "Week of death", "AIDS events"):
        assert pd.api.types.is_float_dtype(frame[column]), column
    assert list(frame.sort_values("CD4 count, last, cells/uL")["Patient"])[:3] == ["P03", "P07", "P02"]
    assert frame["Age, years"].isna().sum() == 1
    assert list(frame["CD4 of at least 200"])[:4] == ["response", "no response", "no response", "missing"]


def test_a_censored_value_is_told_beside_its_column(population, definition):
    frame = patient_frame(patient_list(population), definition)
    last = "HIV-1 RNA, last, copies/mL"
    assert list(frame[last])[:2] == [50, 750000]
    assert list(frame[f"{last}: side of the limit"])[:3] == ["below", "above", ""]
    assert "HIV-1 RNA at baseline, copies/mL: side of the limit" not in frame


def test_the_list_in_words(population, definition, trial):
    assert patient_list_sentence(patient_list(population), definition) == (
        "8 patients: 4 with IL-2 and 4 with Control. 1 had an AIDS event and 1 died."
    )
    some = patient_list(select_population(trial, (Filter(variable="arm", values=("il2",)),)))
    assert patient_list_sentence(some, definition) == (
        "4 of 8 patients: 4 with IL-2 and 0 with Control. Nobody had an AIDS event and nobody died."
    )
    nobody = patient_list(select_population(trial, (Filter(variable="age", lower=200),)))
    assert patient_list_sentence(nobody, definition) == "None of 8 patients is counted: no patient passes the filters."
    assert patient_frame(nobody, definition).empty
    assert "missing = failure" in patient_list_method(nobody, definition)
    many = replace(patient_list(population), with_aids=1234, died=0)
    assert patient_list_sentence(many, definition).endswith("1,234 had an AIDS event and nobody died.")


def test_the_assay_limit_is_told_where_a_value_is_beyond_it(population, definition, trial):
    assert "stands at the limit" in patient_list_method(patient_list(population), definition)
    known = trial.measurements[trial.measurements["censoring"] == "none"]
    without = patient_list(whole_population(replace(trial, measurements=known)))
    assert "limit" not in patient_list_method(without, definition)


def test_courses_in_words(population, definition):
    def words(subject):
        return patient_course_sentence(patient_course(population, subject), definition)

    assert words("P01") == (
        "P01, Control: CD4 count from 120 at baseline to 210 cells/uL at week 12; HIV-1 RNA from 81000 at baseline to "
        "below 50 copies/mL at week 12; no cycle given; no AIDS event; last contact at week 12, follow-up completed."
    )
    assert "to above 750000 copies/mL at week 12.5" in words("P02")
    assert "an AIDS event at week 9 (Esophageal candidiasis)" in words("P03")
    assert words("P04").endswith("no AIDS event; died at week 7 (Lymphoma).")
    assert "2 cycles given (the most that anybody received is 2)" in words("P05")
    assert "1 adverse event" in words("P06")


def test_a_patient_without_anything(trial, definition):
    bare = replace(
        trial,
        measurements=trial.measurements.iloc[:0],
        events=None,
        doses=None,
        subjects=trial.subjects.assign(last_contact_week=float("nan"), completed=float("nan")),
    )
    course = patient_course(whole_population(bare), "P01")
    assert patient_course_sentence(course, definition) == (
        "P01, Control: CD4 count never measured; HIV-1 RNA never measured; last contact not known."
    )
    assert values_spec(course).rows == happenings_spec(course, definition).rows == ()
    chart = patient_course_figure(trial.definition, course)
    assert "never measured" in json.dumps(json.loads(chart.figure.to_json()))


def test_tables_hold_the_facts(population, definition, arms):
    course = patient_course(population, "P07")
    facts = dict(facts_spec(course, arms).rows)
    assert (facts["Arm"], facts["Age, years"], facts["Sex"], facts["Enfuvirtide"]) == ("IL-2", "missing", "Male", "No")
    facts = dict(facts_spec(patient_course(population, "P04"), arms).rows)
    assert facts["CD4 of at least 200"] == "missing, counted as no response (missing = failure)"
    assert ("12", "210", "< 50") in values_spec(patient_course(population, "P01")).rows
    assert happenings_spec(patient_course(population, "P06"), definition).rows == (
        ("2", "Cycle 1", "36 MIU"),
        ("2.5", "Adverse event", "Fever, grade 3"),
        ("12", "Last contact", "follow-up completed"),
    )


def test_censored_points_are_open_and_say_so(trial):
    chart = drawn(trial, "P01")
    figure = chart.figure
    line = [trace for trace in figure.data if trace.mode == "lines+markers"]
    assert list(line[1].marker.symbol) == ["circle", "circle", "circle-open"]
    assert line[1].hovertext[2] == "HIV-1 RNA &lt;50 copies/mL (1.70 log10)<br>week 12, visit of week 12"
    assert list(line[0].x) == [0, 6, 12]
    assert chart.alt.startswith("Synthetic data. Course of one patient. P01, Control:")
    domains = [figure.layout[axis].domain for axis in ("yaxis", "yaxis2", "yaxis3")]
    assert domains[0][1] < 1
    assert all(above[0] >= below[1] for above, below in pairwise(domains))
    assert domains[2][0] == pytest.approx(0, abs=1e-9)


def test_the_arm_stands_behind_and_the_limit_is_drawn(trial):
    figure = drawn(trial, "P05").figure
    medians = [trace for trace in figure.data if trace.line.dash == "dot"]
    assert medians[0].hovertext[0].startswith("IL-2, week 0, n = 4<br>median ")
    assert any("assay limit 50 copies/mL" in note.text for note in figure.layout.annotations)
    assert figure.layout.yaxis2.range[0] < figure.layout.shapes[0].y0 < figure.layout.yaxis2.range[1]


def test_hostile_words_stay_words(hostile_trial, hostile_words):
    for subject in hostile_trial.subjects["subject_id"]:
        for text in json.loads(drawn(hostile_trial, subject).figure.to_json())["layout"]["annotations"]:
            assert "<script" not in text["text"]
    frame = patient_frame(patient_list(whole_population(hostile_trial)), hostile_trial.definition)
    assert frame.columns.is_unique


def test_every_point_has_its_patients(trial, charts_of):
    everybody = set(trial.subjects["subject_id"])
    with_patients = set()
    for chart in charts_of(all_results(trial)):
        if not chart.patients:
            continue
        with_patients.add(chart.name.rpartition("_")[0] or chart.name)
        assert len(chart.patients) == len(chart.spec["data"])
        for trace, points in zip(chart.spec["data"], chart.patients, strict=True):
            assert not points or len(points) == len(trace["x"]), chart.name
            assert {subject for point in points for subject in point} <= everybody
            if points:
                # Plotly chooses marks and bars only, where the pointer has an effect, and must not dim the others.
                assert trace["type"] == "bar" or "markers" in trace["mode"]
                assert trace["hoverinfo"] != "skip"
                assert (
                    trace["selected"]
                    == trace["unselected"]
                    == {"marker": {"opacity": trace["marker"].get("opacity", 1)}}
                )
    assert with_patients == {
        "trajectory", "comparison", "below_limit", "survival", "incidence", "mean", "timelines", "grades", "influence",
        "calibration", "distribution", "distribution_cdc", "proportions_cd4", "proportions", "icons_cd4", "icons",
    }  # fmt: skip


def test_who_is_behind_a_point(trial, charts_of):
    charts = {chart.name: chart for chart in charts_of(all_results(trial))}
    assert charts["proportions_cd4_200"].patients == ((("P06", "P08"),), (("P01",),))
    stages = dict(zip(("il2", "control"), charts["distribution_cdc_stage"].patients, strict=True))
    assert stages == {"il2": (("P05",), ("P07",), ("P06", "P08")), "control": (("P01",), ("P02",), ("P03", "P04"))}
    deaths = [ids for trace in charts["survival_death"].patients for ids in trace if ids]
    assert deaths == [("P04",)]
    below = charts["below_limit_rna"].patients
    assert below[0] == ((), ("P04",), ("P01",))
    assert below[1] == ((), (), ("P05", "P06"))
    grades = charts["grades_adverse"].patients
    assert grades == (((), (), ("P06",)), ((), (), ()))
    icons = charts["icons_cd4_200"].patients
    assert icons[0][0] == ("P06", "P08")
    assert icons[0][99] == ("P05", "P07")


def test_ids_are_not_in_the_results_document(trial):
    from il2dash.analysis.document import results_document

    document = results_document(all_results(trial))
    arm = document["endpoints"][0]["arms"]["il2"]
    assert "responding" not in arm
    assert "measured" not in document["trajectories"][0]["visits"][0]["arms"]["il2"]
    assert "patients" not in document["models"][0]["performance"]
