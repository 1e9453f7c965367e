import pytest

from il2dash.intake.adam_datasets import identifier, recognize
from il2dash.intake.adam_questions import AdamArm
from il2dash.intake.adam_subjects import likely_reference, randomized
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
    assert identifier(text) == name
    assert identifier(text, [name]) == f"{name}_2"
