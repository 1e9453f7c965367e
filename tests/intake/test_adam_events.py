import pytest

from il2dash.intake.adam_datasets import recognize
from il2dash.intake.adam_events import events_of
from il2dash.intake.adam_questions import AdamChoices, AdamEventChoice
from il2dash.intake.adam_times import event_parameters_of
from tests.intake.adam_tables import raw

DEATH = AdamEventChoice(parameter="OS", category="death")
PATIENTS = {"1", "2", "3"}


def datasets(adtte="", adae="", adsl="USUBJID,TRT01P\n1,A\n2,B\n3,A"):
    files = {"adsl.csv": adsl, "adtte.csv": adtte, "adae.csv": adae}
    return recognize([raw(file, text) for file, text in files.items() if text])


def built(*texts, events=(DEATH,), **more):
    return events_of(datasets(*texts, **more), AdamChoices(reference="A", treatment="B", events=events), PATIENTS)


def rows(read):
    return list(read.table[["subject_id", "week", "category", "term", "grade"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("columns", "cells", "week"),
    [
        ("AVALU", "DAYS", "10"),
        ("AVALU", "Day", "10"),
        ("AVALU", "WEEKS", "70"),
        ("AVALU", "MONTHS", repr(70 * 365.25 / 84)),
        ("PARAM", "Overall Survival (days)", "10"),
        ("PARAM", "Overall Survival (Months)", repr(70 * 365.25 / 84)),
        ("STARTDT,ADT", "2020-01-01,2020-03-11", "10"),
        ("STARTDT,ADT", "2020-01-01,2020-03-10", "10"),
        ("STARTDT,ADT", "2020-01-01,2021-05-05", "70"),
    ],
)
def test_the_unit_of_time(columns, cells, week):
    read = built(f"USUBJID,PARAMCD,AVAL,CNSR,{columns}\n1,OS,70,0,{cells}")
    assert read.problems == ()
    assert [row[1] for row in rows(read)] == [week]
    assert read.last_contact == {"1": week}


def test_a_unit_that_nothing_says_is_asked():
    text = "USUBJID,PARAMCD,PARAM,AVAL,CNSR\n1,OS,Survival,70,0"
    (problem,) = built(text).problems
    assert (problem.severity, problem.column, problem.value) == ("error", "AVAL", "OS")
    choice = AdamEventChoice(parameter="OS", category="death", time_unit="days")
    assert rows(built(text, events=(choice,))) == [("1", "10", "death", "Survival", "")]


def test_of_an_unread_parameter_it_is_a_warning():
    read = built("USUBJID,PARAMCD,AVAL,CNSR\n1,OS,70,0", events=())
    assert [problem.severity for problem in read.problems] == ["warning"]
    assert read.last_contact == {}


def test_the_dates_must_agree_in_every_record():
    text = "USUBJID,PARAMCD,AVAL,CNSR,STARTDT,ADT\n1,OS,70,0,2020-01-01,2020-03-11\n2,OS,70,1,2020-01-01,2020-03-20"
    assert [problem.value for problem in built(text).problems] == ["OS"]


def test_censored_is_no_event_and_the_longest_time_is_the_last_contact():
    text = "USUBJID,PARAMCD,AVALU,AVAL,CNSR\n1,OS,DAYS,70,0\n2,OS,DAYS,364,1\n2,PFS,DAYS,371,3\n3,OS,DAYS,35,2"
    read = built(text)
    assert rows(read) == [("1", "10", "death", "OS", "")]
    assert read.last_contact == {"1": "10", "2": "53", "3": "5"}


@pytest.mark.parametrize("code", ["OS", "DEATH", "DTH"])
def test_death_is_guessed_from_the_code(code):
    (found,) = event_parameters_of(datasets(f"USUBJID,PARAMCD,AVALU,AVAL,CNSR\n1,{code},DAYS,70,0"), PATIENTS)
    assert found.category == "death"


def test_a_composite_is_not_guessed():
    (found,) = event_parameters_of(datasets("USUBJID,PARAMCD,AVALU,AVAL,CNSR\n1,PFS,DAYS,70,0"), PATIENTS)
    assert found.category is None


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ("1,OS,DAYS,70,", "CNSR", ""),
        ("1,OS,DAYS,70,-1", "CNSR", "-1"),
        ("1,OS,DAYS,-7,0", "AVAL", "-7"),
        ("1,OS,DAYS,x,0", "AVAL", "x"),
        ("1,OS,DAYS,,0", "AVAL", ""),
        ("1,OS,DAYS,7,0\n1,OS,DAYS,8,1", "USUBJID", "1"),
    ],
)
def test_faults_of_adtte(row, column, value):
    found = built(f"USUBJID,PARAMCD,AVALU,AVAL,CNSR\n{row}").problems
    assert [(problem.severity, problem.column, problem.value) for problem in found] == [("error", column, value)]


def test_two_parameters_of_death():
    text = "USUBJID,PARAMCD,AVALU,AVAL,CNSR\n1,OS,DAYS,70,0\n1,DEATH,DAYS,70,0"
    read = built(text, events=(DEATH, AdamEventChoice(parameter="DEATH", category="death")))
    assert [problem.value for problem in read.problems] == ["OS, DEATH"]


def test_a_parameter_that_is_not_there():
    (problem,) = built("USUBJID,PARAMCD,AVALU,AVAL,CNSR\n1,PFS,DAYS,70,0").problems
    assert problem.rule == "An event's parameter is one of PFS."


def test_times_that_count_from_another_day():
    text = "USUBJID,PARAMCD,AVALU,AVAL,CNSR,STARTDT\n1,OS,DAYS,70,0,2020-01-05\n2,OS,DAYS,70,0,2020-06-01"
    adsl = "USUBJID,TRT01P,RANDDT\n1,A,2020-01-01\n2,B,2020-01-01\n3,A,2020-01-01"
    (problem,) = built(text, adsl=adsl).problems
    assert (problem.severity, problem.row, problem.value) == ("warning", 3, "2020-06-01")
    assert "1 record of 2" in problem.rule


def test_adverse_events():
    text = (
        "USUBJID,AETERM,AEDECOD,ASTDY,AETOXGR,AESEV,TRTEMFL\n"
        "1,a,Headache,1,2,MILD,Y\n1,b,,8,3.0,MILD,Y\n1,c,C,-2,1,MILD,Y\n2,d,D,9,1,MILD,\n2,e,E,,1,MILD,Y\n2,f,F,15,,MILD,Y"
    )
    read = built("", text, events=())
    assert rows(read) == [
        ("1", "0", "adverse", "Headache", "2"),
        ("1", "1", "adverse", "b", "3"),
        ("2", "2", "adverse", "F", ""),
    ]
    assert read.notes == (
        "adae.csv: 1 record left out: not treatment-emergent (TRTEMFL).",
        "adae.csv: 1 record left out: without a start day.",
        "adae.csv: 1 record left out: begun before day 1.",
    )


def test_severities_are_grades():
    read = built("", "USUBJID,AETERM,ASTDY,AESEV\n1,a,1,Mild\n1,b,1,MODERATE\n1,c,1,SEVERE\n1,d,1,", events=())
    assert [row[4] for row in rows(read)] == ["1", "2", "3", ""]
    (problem,) = built("", "USUBJID,AETERM,ASTDY,AESEV\n1,a,1,awful", events=()).problems
    assert (problem.column, problem.value) == ("AESEV", "awful")


def test_a_grade_that_is_none():
    (problem,) = built("", "USUBJID,AETERM,ASTDY,AETOXGR\n1,a,1,6\n1,a,1,Grade 2", events=()).problems
    assert (problem.row, problem.column, problem.value) == (2, "AETOXGR", "6")


def test_without_either_dataset_there_is_no_table_of_events():
    assert built(events=()).table is None


ENDING = "USUBJID,TRT01P,RANDDT,EOSDT\n1,A,2020-01-01,2020-12-30\n2,B,2020-01-01,2020-12-30\n3,A,2020-01-01,"


def test_an_event_other_than_death_is_no_end():
    text = "USUBJID,PARAMCD,AVALU,AVAL,CNSR\n1,RASH,DAYS,7,0\n2,RASH,DAYS,70,1\n3,RASH,DAYS,7,0"
    adae = "USUBJID,AETERM,ASTDY\n3,a,15\n2,b,300"
    read = built(text, adae, adsl=ENDING, events=(AdamEventChoice(parameter="RASH", category="adverse"),))
    # 1: until the end of study, day 364; 2: censored, whatever happened later; 3: an adverse event on day 15
    assert read.last_contact == {"1": "52", "2": "10", "3": "2"}


def test_death_is_an_end():
    read = built("USUBJID,PARAMCD,AVALU,AVAL,CNSR\n1,OS,DAYS,70,0", adsl=ENDING, events=())
    assert read.last_contact == {"1": "10", "2": "52"}


def test_follow_up_without_times_to_events():
    adae = "USUBJID,AETERM,ASTDY\n3,a,15\n1,b,-3"
    assert built("", adae, events=()).last_contact == {"3": "2"}


def test_years():
    (week,) = (row[1] for row in rows(built("USUBJID,PARAMCD,AVALU,AVAL,CNSR\n1,OS,YEARS,1,0")))
    assert float(week) == pytest.approx(365.25 / 7)
    text = "USUBJID,PARAMCD,PARAM,AVAL,CNSR\n1,OS,Survival (years),2,0"
    (found,) = event_parameters_of(datasets(text), PATIENTS)
    assert found.time_unit == "years"


def test_the_dates_as_sas_counts_and_writes_them():
    for start, end in (("21915", "21985"), ("01JAN2020", "11MAR2020"), ("2020-01-01T08:00", "2020-03-11")):
        (found,) = event_parameters_of(
            datasets(f"USUBJID,PARAMCD,AVAL,CNSR,STARTDT,ADT\n1,OS,70,0,{start},{end}"), PATIENTS
        )
        assert found.time_unit == "days"


def test_the_end_of_study_in_days_of_sas():
    assert built(adsl="USUBJID,TRT01P,RANDDT,EOSDT\n1,A,21915,22279", events=()).last_contact == {"1": "52"}
    # a year alone is no date
    assert built(adsl="USUBJID,TRT01P,RFSTDTC,EOSDT\n1,A,2020,22279", events=()).last_contact == {}


def test_one_code_in_two_datasets_is_two_parameters():
    one, two = "USUBJID,PARAMCD,AVALU,AVAL,CNSR\n1,OS,DAYS,70,0", "USUBJID,PARAMCD,AVALU,AVAL,CNSR\n1,OS,DAYS,7,0"
    found = recognize([raw("adsl.csv", "USUBJID,TRT01P\n1,A\n2,B"), raw("adtte.csv", one), raw("adtte2.csv", two)])
    assert [parameter.id for parameter in event_parameters_of(found, PATIENTS)] == ["OS (adtte.csv)", "OS (adtte2.csv)"]
    choice = AdamEventChoice(parameter="OS (adtte2.csv)", category="death")
    read = events_of(found, AdamChoices(reference="A", treatment="B", events=(choice,)), PATIENTS)
    assert [row[1] for row in rows(read)] == ["1"]
    assert read.problems == ()


def test_records_without_a_code_are_counted():
    read = built("USUBJID,PARAMCD,AVALU,AVAL,CNSR\n1,OS,DAYS,70,0\n2,,DAYS,7,0")
    assert [row[0] for row in rows(read)] == ["1"]
    assert read.notes == ("ADTTE: 1 record left out: without PARAMCD.",)


def test_the_flag_of_treatment_emergence_where_it_is_never_set():
    text = "USUBJID,AETERM,ASTDY,TRTEMFL\n1,a,0,\n1,b,8,"
    assert [row[1] for row in rows(built("", text, events=()))] == ["0", "1"]
    assert rows(built("", text.replace("8,", "8,N"), events=())) == []


def test_a_fatal_adverse_event_is_no_second_death():
    read = built(
        "USUBJID,PARAMCD,AVALU,AVAL,CNSR\n1,OS,DAYS,70,0",
        "USUBJID,AETERM,ASTDY,ASEV\n1,Sepsis,60,Life-threatening\n1,Death,71,FATAL",
    )
    assert [(category, grade) for _, _, category, _, grade in rows(read)] == [
        ("death", ""),
        ("adverse", "4"),
        ("adverse", "5"),
    ]


def test_the_start_by_the_collected_day():
    read = built("", "USUBJID,AETERM,AESTDY\n3,a,15", events=())
    assert ([row[1] for row in rows(read)], read.last_contact) == (["2"], {"3": "2"})
