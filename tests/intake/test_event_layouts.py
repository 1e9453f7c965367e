"""Events as files have them: a row for each kind or interval, a time that is empty where nothing happened."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from pydantic import ValidationError

from il2dash.intake.build import build, read_built
from il2dash.intake.guess import guess_recipe
from il2dash.intake.recipe import recipe_json, recipe_of_json
from il2dash.intake.recipe_layouts import EventRows, EventTimes, TimeColumn
from tests.intake.raw import raw, rows_of


def trial_of(table, recipe):
    assert recipe_of_json(recipe_json(recipe)) == recipe
    reading = read_built(build([table], recipe))
    assert reading.trial is not None, reading.problems
    return reading.trial


KINDS = "id,rx,age,status,time,etype\n" + "\n".join(
    f"{n},{'Obs' if n % 2 else 'Drug'},{40 + n},{int(kind == 1 if n % 3 else n % 4 == 0)},{100 * n + 700 * kind},{kind}"
    for n in range(1, 13)
    for kind in (1, 2)
)


def test_a_row_for_each_kind_of_event():
    table = raw(KINDS)
    recipe = guess_recipe([table]).recipe
    assert recipe.subjects.last_contact == TimeColumn(column="time", unit="days")
    assert [(event.form, event.only[0].column, event.only[0].values) for event in recipe.events] == [
        ("indicator", "etype", ("1",)), ("indicator", "etype", ("2",)),
    ]  # fmt: skip
    assert [covariate.column for covariate in recipe.covariates] == ["age"]
    trial = trial_of(table, recipe)
    assert trial.subjects["last_contact_week"].tolist() == pytest.approx([(100 * n + 1400) / 7 for n in range(1, 13)])
    expected = sum(kind == 1 if n % 3 else n % 4 == 0 for n in range(1, 13) for kind in (1, 2))
    assert len(trial.events) == expected


def test_what_its_events_are_called_goes_with_a_recipe():
    recipe = replace(guess_recipe([raw(KINDS)]).recipe, event_name=" relapse ", event_name_plural="relapses")
    trial = trial_of(raw(KINDS), recipe)
    called = trial.definition.tables.events
    assert (called.event_name, called.event_name_plural) == ("relapse", "relapses")
    with pytest.raises(ValidationError, match="at least 1 character"):
        replace(recipe, event_name="")
    taken = build([raw(KINDS)], replace(recipe, event_name="death"))
    assert [problem.column for problem in taken.problems] == ["tables.events.event_name"]


@pytest.mark.parametrize(("covariate", "called"), [("age", "clinical event"), ("cd4", None), ("HIVstage", None)])
def test_events_are_aids_events_where_a_column_speaks_of_hiv(covariate, called):
    """None is the definition's own default, AIDS event."""
    of_events = KINDS.replace("etype", "kind").replace("age", covariate).replace("status", "event", 1)
    assert guess_recipe([raw(of_events)]).recipe.event_name == called
    without = "\n".join(line.rsplit(",", 3)[0] for line in of_events.splitlines()[::2])
    assert guess_recipe([raw(without)]).recipe.event_name is None


INTERVALS = "id,treat,tstart,tstop,status\n" + "\n".join(
    f"{n},{'placebo' if n % 2 else 'drug'},{start},{stop},{happened}"
    for n in range(1, 9)
    for start, stop, happened in ((0, 10 + n, 1), (10 + n, 30, n % 2), (30, 50, 0))
)


def test_a_row_for_each_interval_with_the_event_at_its_end():
    table = raw(INTERVALS)
    recipe = guess_recipe([table]).recipe
    (events,) = recipe.events
    assert (events.form, events.time.column, events.only[0].values) == ("rows", "tstop", ("1",))
    trial = trial_of(table, recipe)
    assert len(trial.events) == 8 + 4
    assert set(trial.subjects["last_contact_week"]) == {50.0}


def test_two_words_for_no_are_no_event():
    """Nothing says yes: there is nothing to propose, and nothing to ask of the first yes."""
    never = re.sub(r"(?m),1$", ",no", INTERVALS)
    assert guess_recipe([raw(never)]).recipe.events == ()


def test_a_column_called_weeks_is_in_weeks_however_long():
    long = INTERVALS.replace("tstart,tstop", "start,weeks").replace("30,50", "30,5000")
    assert guess_recipe([raw(long)]).recipe.subjects.last_contact == TimeColumn(column="weeks", unit="weeks")


def test_times_that_are_empty_where_nothing_happened():
    rows = "\n".join(f"{n},{n % 2},{'' if n % 3 else 7 * n},{70 + n}" for n in range(1, 13))
    table = raw(f"id,arm,death_day,days\n{rows}")
    recipe = guess_recipe([table]).recipe
    time = TimeColumn(column="death_day", unit="days")
    recipe = replace(
        recipe, events=(EventTimes(table="trial.csv", patient="id", time=time, category="death", term="Death"),)
    )
    trial = trial_of(table, recipe)
    assert dict(zip(trial.events["subject_id"], trial.events["week"], strict=True)) == {
        "3": 3,
        "6": 6,
        "9": 9,
        "12": 12,
    }


def test_a_time_that_stands_on_each_row_of_a_patient_is_one_event():
    rows = "\n".join(f"{n},{n % 2},{week},{n},{'' if n % 2 else 8}" for n in range(1, 9) for week in (0, 4))
    table = raw(f"id,arm,week,cd4,aids_week\n{rows}")
    recipe = guess_recipe([table]).recipe
    time = TimeColumn(column="aids_week")
    recipe = replace(
        recipe, events=(EventTimes(table="trial.csv", patient="id", time=time, category="aids", term="x"),)
    )
    assert len(trial_of(table, recipe).events) == 4


def test_what_was_before_randomization_is_left_out_and_told():
    table = rows_of("id,arm,seen", (f"{n},{n % 2},{n - 3 if n != 5 else ''}" for n in range(8)))
    recipe = guess_recipe([table]).recipe
    events = EventTimes(table="trial.csv", patient="id", time=TimeColumn(column="seen"), category="aids", term="x")
    reading = read_built(build([table], replace(recipe, events=(events,), covariates=())))
    assert sorted(reading.trial.events["week"]) == [0, 1, 3, 4]
    assert [(problem.severity, problem.row) for problem in reading.problems] == [("warning", row) for row in (2, 3, 4)]
    dead = replace(recipe, events=(replace(events, category="death"),), covariates=())
    assert {problem.severity for problem in build([table], dead).problems} == {"error"}
    listed = EventRows(table="trial.csv", patient="id", time=TimeColumn(column="seen"), category="adverse")
    known = table.keeping((table.data["seen"] != "").to_numpy())
    reading = read_built(build([known], replace(recipe, events=(listed,), covariates=())))
    assert len(reading.trial.events) == 4


@pytest.mark.parametrize(("most", "unit"), [(999, "days"), (60, "weeks")])
def test_the_unit_of_times_is_guessed_from_their_size(most, unit):
    rows = "\n".join(f"{n},{n % 2},{n * most // 12},{n % 3 // 2}" for n in range(1, 13))
    recipe = guess_recipe([raw(f"id,trt,time,status\n{rows}")]).recipe
    assert recipe.subjects.last_contact.unit == unit
    assert (recipe.events[0].category, recipe.events[0].column) == ("death", "status")


def test_more_answers_than_yes_and_no_are_asked_about():
    rows = "\n".join(f"{n},{n % 2},{n},{n % 3}" for n in range(1, 13))
    proposal = guess_recipe([raw(f"id,trt,time,status\n{rows}")])
    assert proposal.recipe.events == ()
    assert "status holds 0, 1, 2: which of them mean an event?" in " ".join(proposal.questions)


@pytest.mark.parametrize("words", [("ja", "nein"), ("oui", "non"), ("1_yes", "0_no"), ("Sí", "No")])
def test_outcomes_in_other_languages(words):
    rows = "\n".join(f"{n},{n % 2},{words[n % 3 % 2]}" for n in range(12))
    table = raw(f"id,arm,outcome\n{rows}")
    recipe = guess_recipe([table]).recipe
    assert (recipe.recorded[0].yes, recipe.recorded[0].no) == (words[:1], words[1:])
    assert trial_of(table, recipe).subjects["recorded:outcome_outcome"].sum() == 8


def test_an_outcome_of_1_and_2_is_asked_about():
    rows = "\n".join(f"{n},{n % 2},{1 + n % 3 % 2}" for n in range(12))
    proposal = guess_recipe([raw(f"id,arm,outcome\n{rows}")])
    assert proposal.recipe.endpoints == ()
    assert "outcome holds 1, 2: which of them is a response?" in " ".join(proposal.questions)
