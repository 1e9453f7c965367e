import pytest

from il2dash.intake.adam_datasets import recognize
from il2dash.intake.adam_questions import AdamArm, AdamOutcome
from il2dash.intake.adam_subjects import likely_reference, outcomes_of, randomized
from il2dash.intake.column_facts import identifier
from tests.intake.adam_tables import ADAE, ADLB, raw


def subjects(text):
    return randomized(recognize([raw("adsl.csv", text), raw("adlb.csv", ADLB)]).subjects)


def test_screening_failures_by_their_code():
    read = subjects("USUBJID,ARM,ARMCD\n1,A,A\n2,Screen failure,SCRNFAIL\n3,Failed,Scrnfail\n4,,NOTASSGN\n5,B,B")
    assert list(read.table.data["USUBJID"]) == ["1", "5"]
    assert read.left_out == {"a screening failure, or not assigned to an arm": 3}
    assert read.arm_column == "ARM"


def test_not_randomized():
    read = subjects("USUBJID,TRT01P,RANDFL,ITTFL\n1,A,Y,N\n2,A,N,Y\n3,B,,Y\n4,B,Y,Y")
    assert list(read.table.data["USUBJID"]) == ["1", "4"]
    assert read.left_out == {"not randomized (RANDFL)": 2}


def test_without_a_flag_of_randomization_the_intent_to_treat_population():
    read = subjects("USUBJID,TRT01P,ITTFL\n1,A,Y\n2,A,N\n3,B,")
    assert list(read.table.data["USUBJID"]) == ["1", "3"]


def test_the_planned_arm_in_the_order_of_its_number():
    read = subjects("USUBJID,TRT01P,TRT01A,TRT01PN\n1,B,A,1\n2,A,A,2\n3,B,B,1")
    assert read.arms == (AdamArm(value="B", patients=2), AdamArm(value="A", patients=1))


@pytest.mark.parametrize(
    ("names", "reference"),
    [
        (("Drug", "Placebo"), "Placebo"),
        (("Drug + placebo", "Placebo"), ""),
        (("A", "B"), ""),
        (("Standard of care", "IL-2"), "Standard of care"),
    ],
)
def test_the_likely_reference(names, reference):
    assert likely_reference([AdamArm(value=name, patients=1) for name in names]) == reference


def test_of_two_subject_tables_the_one_with_the_planned_treatment():
    dm = raw("adsl_dm.csv", "USUBJID,ARM,ARMCD\n1,A,A\n2,B,B")
    adsl = raw("subjects.csv", "USUBJID,TRT01P\n1,A\n2,B")
    found = recognize([dm, adsl, raw("adae.csv", ADAE)])
    assert found.subjects.file == "subjects.csv"
    assert found.ignored == ("adsl_dm.csv",)


def test_columns_that_differ_by_case_alone_are_not_read():
    assert recognize([raw("adsl.csv", "USUBJID,usubjid,TRT01P\n1,2,A")]) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Placebo", "placebo"),
        ("Drug 2x (BID)", "drug_2x_bid"),
        ("54 mg", "p_54_mg"),
        ("", "p"),
        ("日", "p"),
    ],
)
def test_identifiers(text, name):
    assert identifier(text, otherwise="p") == name
    assert identifier(text, otherwise="p", taken=[name]) == f"{name}_2"


def test_a_planned_treatment_that_is_empty_throughout_is_not_the_arm():
    read = subjects("USUBJID,TRT01P,ARM\n1,,A\n2,,B")
    assert (read.arm_column, len(read.table.data)) == ("ARM", 2)


def test_a_randomized_patient_without_an_arm_is_told():
    read = subjects("USUBJID,TRT01P,RANDFL\n1,A,Y\n2,,Y\n3,B,Y\n4,,N")
    assert [(p.severity, p.row, p.column) for p in read.problems] == [("warning", 3, "TRT01P")]
    assert read.left_out == {"a screening failure, or not assigned to an arm": 2}


def test_populations_by_what_came_after_choose_nobody():
    read = subjects("USUBJID,TRT01P,SAFFL,FASFL,PPROTFL\n1,A,N,N,N\n2,B,Y,Y,Y")
    assert len(read.table.data) == 2


def test_a_dataset_of_medications_with_the_arm_is_no_adsl():
    adcm = raw("adcm.csv", "USUBJID,TRT01P,CMTRT\n1,A,x\n1,A,y")
    found = recognize([adcm, raw("patients.csv", "USUBJID,TRT01P\n1,A\n2,B")])
    assert (found.subjects.file, found.ignored) == ("patients.csv", ("adcm.csv",))


def test_what_can_be_a_recorded_outcome():
    table = raw("adsl.csv", "USUBJID,TRT01P,SAFFL,RESPFL,DTHFL,SEX\n1,A,Y,Y,Y,F\n2,B,N,N,,M\n3,B,N,,,M")
    assert outcomes_of(table, {"1", "2", "3"}) == (AdamOutcome(column="RESPFL", yes=1, no=1),)
    assert outcomes_of(table, {"1"}) == ()
