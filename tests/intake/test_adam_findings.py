import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.intake.adam_datasets import recognize
from il2dash.intake.adam_findings import parameter_records
from il2dash.intake.adam_questions import AdamChoices
from il2dash.intake.adam_visit_names import weeks_by_days
from il2dash.intake.adam_visits import visits_of
from tests.intake.adam_tables import raw

HEADER = "USUBJID,PARAMCD,AVISIT,AVISITN,ADY,AVAL,AVALC,ABLFL,ANL01FL,DTYPE,PARAM,AVALU"


def records(rows, *, header=HEADER, derived=False, flag=True, said=None):
    """Read records of the parameter P; a row lacks what it doesn't need at its end."""
    width = header.count(",")
    text = "\n".join([header, *(row + "," * (width - row.count(",")) for row in rows.strip().splitlines())])
    subjects = raw("adsl.csv", "USUBJID,TRT01P\n1,A\n2,B\n3,A")
    table = recognize([raw("adlb.csv", text), subjects]).findings[0]
    return parameter_records(
        table,
        include_derived=derived,
        analysis_flag=flag,
        said_weeks=said or {},
        day_weeks=weeks_by_days([table]),
    )


def weeks(read):
    return list(zip(read.frame["subject_id"], read.frame["week"], read.frame["value"], strict=True))


def visits(rows, **choices):
    width = HEADER.count(",")
    text = "\n".join([HEADER, *(row + "," * (width - row.count(",")) for row in rows.strip().splitlines())])
    subjects = raw("adsl.csv", "USUBJID,TRT01P\n1,A\n2,B\n3,A")
    datasets = recognize([subjects, raw("adlb.csv", text)])
    chosen = AdamChoices(reference="A", treatment="B", **{"parameters": ("p",), **choices})
    return visits_of(datasets, chosen, {"1", "2", "3"})


def test_the_baseline_is_the_flagged_record():
    read = records("1,P,Screening,1,-20,5,,Y\n1,P,Week 0,2,1,6\n1,P,Week 4,3,29,7")
    assert weeks(read) == [("1", 0, "5"), ("1", 4, "7")]
    assert read.left_out == {"at the baseline visit and not its record (ABLFL)": 1}


def test_without_the_flag_the_visit_called_baseline():
    assert weeks(records("1,P,Baseline,0,-3,5\n1,P,Week 4,1,29,7")) == [("1", 0, "5"), ("1", 4, "7")]


def test_the_baseline_needs_no_analysis_flag():
    read = records("1,P,Baseline,0,1,5,,Y,\n1,P,Week 4,1,29,7,,,Y\n1,P,Week 4,1,30,8,,,")
    assert weeks(read) == [("1", 0, "5"), ("1", 4, "7")]
    assert read.left_out == {"not flagged for analysis (ANL01FL)": 1}


def test_a_flag_that_marks_nothing_chooses_nothing():
    assert weeks(records("1,P,Baseline,0,1,5,,Y\n1,P,Week 4,1,29,7")) == [("1", 0, "5"), ("1", 4, "7")]


def test_the_analysis_flag_can_be_left_aside():
    assert weeks(records("1,P,Week 4,1,29,7,,,Y\n1,P,Week 8,2,57,8", flag=False)) == [("1", 4, "7"), ("1", 8, "8")]


def test_derived_records():
    rows = "1,P,Week 4,1,29,7,,,Y\n1,P,Week 8,2,57,7,,,Y,LOCF"
    assert weeks(records(rows)) == [("1", 4, "7")]
    assert records(rows).left_out == {"derived by the sponsor (DTYPE)": 1}
    assert weeks(records(rows, derived=True)) == [("1", 4, "7"), ("1", 8, "7")]


def test_a_baseline_that_the_sponsor_derived_stays_the_baseline():
    rows = "1,P,Screening,-1,-9,4\n1,P,Day 1,0,1,6\n1,P,Baseline,0,,5,,Y,,AVERAGE\n1,P,Week 4,1,29,7"
    assert [row for row in weeks(records(rows)) if row[1] >= 0] == [("1", 0, "5"), ("1", 4, "7")]
    assert "derived by the sponsor (DTYPE)" not in records(rows).left_out


@pytest.mark.parametrize("visit", ["Unscheduled,4.1", "UNSCHEDULED 4.1,4.1", "Week 4,4.1", "Retest,", ",", ".,."])
def test_unscheduled_visits_count_on_their_day_if_flagged(visit):
    common = "2,P,Week 4,4,29,1,,,Y\n"
    read = records(f"{common}1,P,{visit},36,7,,,Y")
    assert weeks(read) == [("2", 4, "1"), ("1", 5, "7")]
    assert list(read.frame["planned"]) == [True, False]
    read = records(f"{common}1,P,{visit},36,7,,,")
    assert weeks(read) == [("2", 4, "1")]
    assert read.left_out == {"unscheduled and not flagged for analysis": 1}


def test_an_unscheduled_visit_without_a_day():
    read = records("1,P,Unscheduled,4.1,,7,,,Y\n1,P,Week 4,4,29,1,,,Y")
    assert read.left_out == {"at a visit without a planned time and without a study day": 1}


def test_a_visit_number_with_a_fraction_that_the_visit_names():
    assert weeks(records("1,P,Week 0.5,0.5,4,7\n1,P,Week 4,4,29,1")) == [("1", 0.5, "7"), ("1", 4, "1")]


def test_the_visit_number_is_no_week():
    assert weeks(records("1,P,Week 12,3,85,7")) == [("1", 12, "7")]


def test_without_any_visit_numbers_the_names_are_enough():
    assert weeks(records("1,P,Week 12,,85,7")) == [("1", 12, "7")]


def test_a_visit_without_a_time_is_where_its_days_are():
    read = records("1,P,Visit 3,3,27,7\n2,P,Visit 3,3,30,8\n3,P,Visit 3,3,,9")
    assert weeks(read) == [("1", 4, "7"), ("2", 4, "8"), ("3", 4, "9")]  # days 27 and 30: weeks 3.7 and 4.1


def test_a_visit_known_by_its_number_alone():
    assert weeks(records("1,P,,3,29,7\n1,P,Unscheduled,3.1,40,7")) == [("1", 4, "7")]


def test_a_visit_whose_week_nothing_says_is_asked():
    rows = "1,P,Baseline,0,,5,,Y\n1,P,Visit 3,3,,7"
    built = visits(rows)
    assert [(p.row, p.column, p.value, p.severity) for p in built.problems] == [(3, "AVISIT", "Visit 3", "error")]
    built = visits(rows, visit_weeks=(("Visit 3", 6),))
    assert built.problems == ()
    assert built.schedule == (0, 6)


def test_the_last_visit_that_repeats_another():
    read = records("1,P,Week 24,9,169,7\n1,P,End of Treatment,99,169,7\n2,P,End of Treatment,99,100,8")
    assert weeks(read) == [("1", 24, "7"), ("2", round(99 / 7, 9), "8")]
    assert list(read.frame["planned"]) == [True, False]
    assert read.left_out == {"again under a visit without a planned time": 1}


def test_several_records_of_a_visit_are_a_problem():
    read = records("1,P,Week 4,1,29,7\n1,P,Week 4,1,30,8\n2,P,Week 4,1,29,7")
    (problem,) = read.problems
    assert (problem.severity, problem.row, problem.value) == ("error", 3, "Week 4")
    assert "rows 2 and 3 of patient 1" in problem.remedy


def test_of_several_on_an_unplanned_day_none_is_chosen():
    read = records("1,P,Week 4,4,29,7,,,Y\n1,P,Unscheduled,4.1,36,7,,,Y\n1,P,Unscheduled,4.2,36,8,,,Y")
    assert weeks(read) == [("1", 4, "7")]
    assert read.left_out == {"one of several of a day without a planned visit": 2}


def test_a_flag_of_extremes_is_not_followed_silently():
    rows = (
        "1,P,Baseline,0,1,5,,Y\n1,P,Week 4,1,29,7,,,Y\n1,P,Week 8,2,57,6\n"
        "2,P,Baseline,0,1,5,,Y\n2,P,Week 4,1,29,3\n2,P,Week 8,2,57,9,,,Y"
    )
    assert records(rows).flag_selects_one
    assert [(problem.column, problem.severity) for problem in visits(rows).problems] == [("ANL01FL", "warning")]
    assert visits(rows, analysis_flag=False).problems == ()
    assert visits(rows, analysis_flag=False).schedule == (0, 4, 8)
    assert not records(rows.replace("57,6", "57,6,,,Y")).flag_selects_one


@pytest.mark.parametrize(("aval", "expected"), [("", "<50"), ("50", "<50"), ("25", "<50"), ("<50", "<50")])
def test_a_censored_value(aval, expected):
    read = records(f"1,P,Week 4,1,29,{aval},<50")
    assert weeks(read) == [("1", 4, expected)]
    assert read.stand_ins == (aval != "")


def test_words_in_place_of_a_value():
    read = records("1,P,Week 4,1,29,,NOT DONE\n1,P,Week 8,1,57,6")
    assert [(p.severity, p.row, p.value) for p in read.problems] == [("warning", 2, "NOT DONE")]
    assert read.left_out == {"without a value": 1}


def test_a_value_that_is_no_number():
    (problem,) = records("1,P,Week 4,1,29,12;5").problems
    assert (problem.severity, problem.row, problem.column, problem.value) == ("error", 2, "AVAL", "12;5")


def test_a_value_on_a_planned_day_that_it_does_not_stand_for():
    rows = "1,P,Baseline,0,1,5,,Y\n1,P,Week 4,4,30,7,,,Y\n1,P,Unscheduled,4.1,29,9,,,Y\n2,P,Unscheduled,4.1,29,9,,,Y"
    built = visits(rows)
    assert list(built.table.itertuples(index=False, name=None)) == [("1", "0", "5"), ("1", "4", "7")]
    assert "2 records left out: of the day of a planned visit, and not that visit's record." in built.notes


def test_one_code_with_two_units():
    rows = "1,P,Baseline,0,1,5,,Y,,,Glucose,mg/dL\n2,P,Baseline,0,1,5,,Y,,,Glucose,mmol/L"
    (problem,) = visits(rows).problems
    assert (problem.row, problem.column, problem.value) == (3, "AVALU", "mmol/L")


def test_unknown_parameter():
    (problem,) = visits("1,P,Baseline,0,1,5,,Y", parameters=("q",)).problems
    assert (problem.value, problem.rule) == ("q", "A parameter is one of p.")


def test_months_and_their_days_are_one_schedule():
    built = visits("1,P,Baseline,0,1,5,,Y\n1,P,Month 3,1,90,7\n2,P,Month 3,1,95,8")
    assert built.schedule == pytest.approx((0, 13.044642857))


@settings(max_examples=25)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from("123"), st.sampled_from([0, 4, 8, 12]), st.integers(1, 900)),
        min_size=1,
        unique_by=lambda row: row[:2],
    ),
    seed=st.integers(0, 99),
)
def test_every_record_of_a_plain_dataset_is_read(rows, seed):
    order = np.random.default_rng(seed).permutation(len(rows))
    text = "\n".join(
        f"{rows[i][0]},P,  Week {rows[i][1]},{rows[i][1]},{7 * rows[i][1] + 1},{rows[i][2]},,{'Y' * (rows[i][1] == 0)}"
        for i in order
    )
    read = records(text)
    assert sorted(weeks(read)) == sorted((subject, week, str(value)) for subject, week, value in rows)
    assert read.problems == ()
    assert read.left_out == {}


def test_a_week_by_study_days_is_told():
    assert visits("1,P,Baseline,0,1,5,,Y\n1,P,Visit 3,3,29,7").notes == (
        "The visit 'Visit 3' is at week 4, by its study days.",
    )


@pytest.mark.parametrize("number", ["4", "104", "400", ""])
def test_a_name_that_says_its_week_needs_no_number(number):
    read = records(f"1,P,   week   4 ,{number},30,7,,,Y\n2,P,Week 4,{number},29,8,,,Y\n2,P,Week 8,108,57,9,,,Y")
    assert weeks(read) == [("1", 4, "7"), ("2", 4, "8"), ("2", 8, "9")]
    assert read.frame["visit"].nunique() == 2


def test_names_that_differ_by_case_are_one_visit():
    read = records("1,P,Visit 3,3,27,7\n2,P,VISIT 3,3,30,8")
    assert weeks(read) == [("1", 4, "7"), ("2", 4, "8")]
    built = visits("1,P,Baseline,0,,5,,Y\n1,P,Visit 3,3,,7\n2,P,VISIT 3,3,,8", visit_weeks=(("visit 3", 6),))
    assert (built.problems, built.schedule) == ((), (0, 6))


@pytest.mark.parametrize("name", ["Screening", "Early Termination", "End of Treatment"])
def test_a_visit_at_no_planned_time_is_on_its_day(name):
    read = records(f"1,P,{name},99,23,7")
    assert weeks(read) == [("1", round(22 / 7, 9), "7")]
    assert not read.frame["planned"].any()


def test_of_several_baselines_by_name_the_one_flagged_for_analysis():
    read = records("1,P,Baseline,0,-3,4\n1,P,Baseline,0,1,5,,,Y\n1,P,Week 4,1,29,7,,,Y")
    assert weeks(read) == [("1", 0, "5"), ("1", 4, "7")]
    assert read.problems == ()


def test_a_flag_that_says_no_throughout_leaves_the_baseline():
    read = records("1,P,Baseline,0,1,5,,Y,N\n1,P,Week 4,1,29,7,,,N")
    assert weeks(read) == [("1", 0, "5")]
    assert read.left_out == {"not flagged for analysis (ANL01FL)": 1}


@pytest.mark.parametrize("kind", ["LOCF", "WOCF", "INTERPOL", "AVERAGE"])
def test_what_was_not_measured_at_a_visit_is_left_out(kind):
    read = records(f"1,P,Week 4,1,29,7,,,Y\n1,P,Week 8,2,57,7,,,Y,{kind}")
    assert weeks(read) == [("1", 4, "7")]


def test_the_mean_of_a_visits_measurements_takes_their_place():
    rows = "1,P,Week 4,1,29,6\n1,P,Week 4,1,30,8\n1,P,Week 4,1,,7,,,Y,AVERAGE\n"
    rows += "2,P,Week 4,1,29,5,,,Y\n2,P,Week 4,1,,9,,,,LOCF"
    read = records(rows)
    assert weeks(read) == [("1", 4, "7"), ("2", 4, "5")]
    assert read.problems == ()


def test_a_point_is_no_derivation():
    assert weeks(records("1,P,Week 4,1,29,7,,,,.")) == [("1", 4, "7")]


BASETYPE = HEADER + ",BASETYPE"


def test_one_record_under_two_baseline_types_counts_once():
    rows = (
        "1,P,Baseline,0,1,5,,Y,Y,,,,A\n1,P,Week 4,1,29,7,,,Y,,,,A\n"
        "1,P,Baseline,0,1,5,,,Y,,,,B\n1,P,Week 4,1,29,7,,,Y,,,,B"
    )
    read = records(rows, header=BASETYPE)
    assert weeks(read) == [("1", 0, "5"), ("1", 4, "7")]
    assert read.left_out == {"again under another BASETYPE": 2}


def test_two_baselines_by_two_types_are_a_problem():
    rows = "1,P,Day -7,0,-7,4,,Y,,,,,A\n1,P,Day 1,1,1,5,,Y,,,,,B\n1,P,Week 4,2,29,7,,,,,,,A"
    (problem,) = records(rows, header=BASETYPE).problems
    assert (problem.row, problem.value) == (3, "Day 1")


@settings(max_examples=25)
@given(kinds=st.lists(st.sampled_from(["", "LOCF", "AVERAGE", "."]), min_size=1, max_size=5))
def test_every_record_counts_or_is_counted(kinds):
    rows = "\n".join(f"1,P,Week {4 * at},{at},{28 * at + 1},{at},,,Y,{kind}" for at, kind in enumerate(kinds, start=1))
    read = records(rows)
    assert len(read.frame) + sum(read.left_out.values()) == len(kinds)
