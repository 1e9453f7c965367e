"""Names of columns that say a week."""

from __future__ import annotations

import pytest

from il2dash.intake.build import build, read_built
from il2dash.intake.guess import guess_recipe
from il2dash.intake.week_columns import later_week, series_columns, week_columns, whole_weeks
from tests.intake.raw import raw, rows_of

MONTH = 365.25 / 84


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        (["bdi.pre", "bdi.2m", "bdi.4m"], {"bdi": {"bdi.pre": 0, "bdi.2m": 2 * MONTH, "bdi.4m": 4 * MONTH}}),
        (["number3m", "number12m"], {"number": {"number3m": 3 * MONTH, "number12m": 12 * MONTH}}),
        (["BL.GE", "V3.GE", "V5.GE"], {"ge": {"BL.GE": 0, "V3.GE": 3, "V5.GE": 5}}),
        (["CD4 Baseline", "CD4 Woche 12"], {"cd4": {"CD4 Baseline": 0, "CD4 Woche 12": 12}}),
        (["CD4 J0", "CD4 J14"], {"cd4": {"CD4 J0": 0, "CD4 J14": 2}}),
        (["w0_qol", "w12_qol"], {"qol": {"w0_qol": 0, "w12_qol": 12}}),
        (["sbp_v0", "sbp_v1"], {"sbp": {"sbp_v0": 0, "sbp_v1": 1}}),
        (["prewt", "postwt"], {}),
    ],
)
def test_weeks_in_names(names, groups):
    assert week_columns(names) == groups


def test_what_was_recorded_later_is_no_baseline():
    assert [later_week(name) for name in ("radiologic_6m", "V3.GE", "bdi.pre", "age", "cd40")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    recipe = guess_recipe(
        [raw("id,arm,stage_6m\n" + "\n".join(f"{n},{n % 2},{'abc'[n % 3]}" for n in range(9)))]
    ).recipe
    assert recipe.covariates[0].timing == "post-baseline"


def test_months_are_spoken_of_as_whole_weeks_where_that_keeps_them_apart():
    assert whole_weeks([0, 3 * MONTH, 12 * MONTH]) == [0, 13, 52]
    assert whole_weeks([3 / 7, 1, 10 / 7]) == [3 / 7, 1, 10 / 7]


def test_a_lone_baseline_is_the_only_marker_s_and_asked():
    table = raw(
        "id,arm,baseline,number3m,number12m\n" + "\n".join(f"{n},{n % 2},{n},{n + 1},{n + 2}" for n in range(8))
    )
    proposal = guess_recipe([table])
    assert [(place.week, place.column) for place in proposal.recipe.visits[0].columns] == [
        (0, "baseline"), (13, "number3m"), (52, "number12m"),
    ]  # fmt: skip
    assert "Is baseline the baseline of number, in the same unit?" in proposal.questions
    assert len(read_built(build([table], proposal.recipe)).trial.measurements) == 24


def test_numbered_columns_are_asked_about_and_no_covariates():
    assert series_columns(["y1", "y2", "y3", "z1", "z2", "age"]) == {"y": {"y1": 1, "y2": 2, "y3": 3}}
    table = rows_of("id,arm,y1,y2,y3", (f"{n},{n % 2},{n},{n + 1},{n + 2}" for n in range(8)))
    proposal = guess_recipe([table])
    assert proposal.recipe.covariates == ()
    assert "Are y1, y2, y3 one measurement at several visits?" in " ".join(proposal.questions)


def test_rows_of_visits_without_a_column_of_times_are_asked_about():
    table = rows_of("id,arm,score", (f"{n // 2},{n // 2 % 2},{n}" for n in range(16)))
    assert "has several rows a patient" in " ".join(guess_recipe([table]).questions)


def test_a_unit_behind_a_name_is_its_unit():
    table = raw(
        "id,arm,week,Hb (g/dl),Age [years]\n"
        + "\n".join(f"{n // 2},{n // 2 % 2},{n % 2 * 4},{9 + n},{30 + n // 2}" for n in range(16))
    )
    recipe = guess_recipe([table]).recipe
    assert (recipe.markers[0].marker.label, recipe.markers[0].marker.unit) == ("Hb", "g/dl")
    assert (recipe.covariates[0].label, recipe.covariates[0].unit) == ("Age", "years")


def test_row_numbers_centres_and_dates_are_no_numbers_of_the_patient():
    rows = "\n".join(f"{n + 5},{n},{n % 2},{n % 3},2020-01-{n:02},{n % 4}" for n in range(1, 13))
    recipe = guess_recipe([raw(f"rownames,id,arm,center,date of visit,stage\n{rows}")]).recipe
    assert {covariate.column: covariate.kind for covariate in recipe.covariates} == {
        "center": "categorical", "stage": "categorical",
    }  # fmt: skip


def test_a_status_in_words_describes_patients_and_one_in_codes_is_an_event():
    rows = [f"{n},{n % 2},{('in', 'out')[n % 3 % 2]},{n % 2}" for n in range(12)]
    recipe = guess_recipe([rows_of("id,arm,status,event", rows)]).recipe
    assert [covariate.column for covariate in recipe.covariates] == ["status"]
