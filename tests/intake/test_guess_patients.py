"""Who a row is of, and in which arm: as files from elsewhere have it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from il2dash.intake.build import build, read_built
from il2dash.intake.column_facts import table_facts
from il2dash.intake.guess import guess_recipe
from il2dash.intake.guess_arms import Chosen
from il2dash.intake.guess_names import reference_levels
from il2dash.intake.recipe import ROW_NUMBER, recipe_json, recipe_of_json
from il2dash.intake.recipe_edits import rechosen
from tests.intake.raw import raw, rows_of


def subjects_of(text):
    recipe = guess_recipe([raw(text)]).recipe
    return None if recipe is None else recipe.subjects


@pytest.mark.parametrize(
    ("header", "patient", "arm"),
    [
        ("drug,treatment,id", "id", "treatment"),
        ("ageGroup,grp,participant_id", "participant_id", "grp"),
        ("Pat.-Nr.,Behandlung,Pharmacy", "Pat.-Nr.", "Behandlung"),
        ("N° patient,Bras,Sexe", "N° patient", "Bras"),
        ("Patientennummer,Gruppe,Geschlecht", "Patientennummer", "Gruppe"),
        ("subject,rx,status2", "subject", "rx"),
    ],
)
def test_names_of_patients_and_arms(header, patient, arm):
    names = header.split(",")
    cells = {name: [f"{'ab'[n % 2]}" for n in range(8)] for name in names} | {patient: [str(n) for n in range(8)]}
    rows = "\n".join(",".join(cells[name][n] for name in names) for n in range(8))
    found = subjects_of(f"{header}\n{rows}")
    assert (found.patient, found.arm) == (patient, arm)


@pytest.mark.parametrize(
    ("levels", "called"),
    [
        (("CBT", "Cont", "FT"), ["Cont"]),
        (("BtheB", "TAU"), ["TAU"]),
        (("1_indomethacin", "0_placebo"), ["0_placebo"]),
        (("Lev", "Lev+5FU", "Obs"), ["Obs"]),
        (("IL-2 + ART", "Placebo + ART"), ["Placebo + ART"]),
        (("placebo 1", "placebo 2"), []),
        (("A", "P"), ["P"]),
        (("N", "P"), []),
        (("témoin", "traité"), ["témoin"]),
        (("0", "1"), []),
    ],
)
def test_reference_arms(levels, called):
    assert reference_levels(levels) == called


def test_codes_that_programs_write_with_decimals_are_whole():
    found = subjects_of("id,arm\n1,1.0\n2,2.0\n3,1.0\n4,2.0")
    assert (found.reference.value, found.reference.code, found.reference.label) == ("1.0", "arm_1", "arm 1")


TWO_CENTRES = "site,id,treat,week,score\n" + "\n".join(
    f"{site},{patient},{'PA'[(site + patient) % 2]},{week},{10 * site + patient + week}"
    for site in (1, 2, 3)
    for patient in (1, 2, 3, 4)
    for week in (0, 4)
)


def test_ids_that_are_counted_anew_in_each_centre():
    proposal = guess_recipe([raw(TWO_CENTRES)])
    recipe = proposal.recipe
    assert recipe_of_json(recipe_json(recipe)) == recipe
    assert (recipe.subjects.patient, recipe.subjects.reference.value) == ("site + id", "P")
    assert "Patients are told apart by site + id" in proposal.questions[0]
    trial = read_built(build([raw(TWO_CENTRES)], recipe)).trial
    assert sorted(trial.subjects["subject_id"])[:2] == ["1-1", "1-2"]
    assert len(trial.subjects) == 12
    assert len(trial.measurements) == 24
    assert "id" not in {covariate.column for covariate in recipe.covariates}


def test_ids_of_one_patient_stay_when_another_column_is_chosen():
    table = raw(TWO_CENTRES)
    first = guess_recipe([table]).recipe
    _, edited = rechosen([table], first, Chosen(table=table.file, patient="id", within="site", arm="treat"))
    assert edited.recipe.subjects == first.subjects
    _, edited = rechosen([table], first, Chosen(table=table.file, patient="id", arm="treat"))
    assert edited.recipe.ids == ()
    assert "several" in read_built(build([table], edited.recipe)).problems[0].rule


def test_an_id_with_the_mark_between_parts_in_it_stays_one_id():
    table = raw(
        "centre,id,arm\n" + "\n".join(f"{c},{n},{'ab'[(n + len(c)) % 2]}" for c in ("x-1", "x") for n in (1, 2))
    )
    _, edited = rechosen([table], None, Chosen(table=table.file, patient="id", within="centre", arm="arm"))
    trial = read_built(build([table], edited.recipe)).trial
    assert sorted(trial.subjects["subject_id"]) == ["x-1/1", "x-1/2", "x/1", "x/2"]


def test_rows_without_ids_are_patients_when_somebody_says_so():
    table = rows_of("treat,age", (f"{n % 2},{30 + n % 3}" for n in range(9)))
    proposal = guess_recipe([table])
    assert proposal.recipe.subjects.patient == ROW_NUMBER
    assert "is each of its 9 rows another patient?" in proposal.questions[0]
    trial = read_built(build([table], proposal.recipe)).trial
    assert list(trial.subjects["subject_id"]) == [str(row) for row in range(2, 11)]
    assert guess_recipe([raw("id,treat\n,1\n,0\n,1\n,0")]).recipe is None  # it has a column of ids


def test_a_table_without_ids_beside_one_with_them_is_not_that_of_the_patients():
    counts = rows_of("treat,sex,n", (f"{n % 2},{'fm'[n // 2 % 2]},{n}" for n in range(9)))
    patients = raw("patient,treat,age\n1,a,30\n2,b,40\n3,a,50", "patients.csv")
    assert guess_recipe([counts, patients]).recipe.subjects.table == "patients.csv"


def test_patients_in_both_arms_are_told_plainly():
    table = raw(
        "patient,period,treatment,score\n"
        + "\n".join(f"{n},{p},{'AB'[(n + p) % 2]},{n}" for n in range(6) for p in (1, 2))
    )
    proposal = guess_recipe([table])
    assert proposal.recipe is None
    assert "6 of 6 patients have several of its values" in proposal.questions[1]
    assert "crossover" in proposal.questions[1]
    recipe = guess_recipe([table], chosen=Chosen(table=table.file, patient="patient", arm="treatment")).recipe
    (problem,) = build([table], recipe).problems
    assert "6 of 6 patients are in several" in problem.rule
    assert "crossover" in problem.remedy


def test_an_id_that_stands_twice_by_a_slip_is_no_second_visit():
    rows = [f"{n},{'ab'[n % 2]},{30 + n}" for n in range(1, 20)]
    table = raw("\n".join(["id,arm,age", *rows, "7,b,61"]))
    assert (table_facts(table, patient="id").several, table_facts(table, patient="id").repeated) == (1, False)
    recipe = guess_recipe([table]).recipe
    assert [covariate.column for covariate in recipe.covariates] == ["age"]
    (problem,) = build([table], recipe).problems
    assert "A patient has one row" in problem.rule
    meant = replace(recipe, subjects=replace(recipe.subjects, repeated=True), covariates=())
    assert "several" not in " ".join(problem.rule for problem in build([table], meant).problems)


def test_patients_without_an_arm_are_left_out_when_somebody_says_so():
    table = raw(
        "id,trt,age,cd4_w0,cd4_w12\n" + "\n".join(f"{n},{'12'[n % 2] if n < 8 else ''},{n},{n},{n}" for n in range(12))
    )
    recipe = guess_recipe([table]).recipe
    problems = build([table], recipe).problems
    assert len(problems) == 4
    assert "or say in the step Patients" in problems[0].remedy
    left_out = replace(recipe, subjects=replace(recipe.subjects, without_arm="exclude"))
    reading = read_built(build([table], left_out))
    assert not reading.problems
    assert (len(reading.trial.subjects), reading.trial.excluded) == (8, 4)
    assert len(reading.trial.measurements) == 16
