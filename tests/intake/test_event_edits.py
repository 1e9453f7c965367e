"""How tables hold events, chosen by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from il2dash.intake.column_facts import table_facts
from il2dash.intake.event_edits import at_column, new_events, of_kinds, said_by
from il2dash.intake.recipe_layouts import EventIndicator, EventRows, EventTimes, TimeColumn
from tests.intake.raw import raw

CONTACT = TimeColumn(column="followed", unit="months")
FACTS = table_facts(
    raw(
        "id,arm,followed,relapse,died (days since entry)\n"
        "1,a,12,yes,\n2,b,11,no,300\n3,a,12,no,\n4,b,9,yes,280\n5,a,10,no,301\n"
    ),
    patient="id",
)


def test_an_indicator_starts_with_yes_and_no_at_the_last_contact():
    event = new_events(FACTS, "indicator", last_contact=CONTACT)
    assert isinstance(event, EventIndicator)
    assert (event.column, event.term, event.time) == ("relapse", "relapse", CONTACT)


def test_times_start_with_days_that_were_counted_called_as_their_date():
    event = new_events(FACTS, "times", last_contact=CONTACT)
    assert isinstance(event, EventTimes)
    assert (event.time.column, event.time.unit, event.term) == ("died (days since entry)", "days", "died")


@pytest.mark.parametrize("contact", [None, TimeColumn(column="in another table", unit="days")])
def test_rows_without_a_last_contact_start_at_the_first_numbers(contact):
    event = new_events(FACTS, "rows", last_contact=contact)
    assert isinstance(event, EventRows)
    assert event.time == TimeColumn(column="followed")


def test_another_column_takes_the_name_along_that_nobody_changed():
    times = new_events(FACTS, "times", last_contact=CONTACT)
    moved = at_column(times, "followed")
    assert (moved.time, moved.term) == (TimeColumn(column="followed", unit="days"), "followed")
    assert at_column(replace(times, term="death"), "followed").term == "death"
    said = replace(new_events(FACTS, "indicator", last_contact=CONTACT), happened=("yes",), not_happened=("no",))
    assert said_by(said, "arm") == replace(said, column="arm", term="arm", happened=(), not_happened=())
    assert said_by(replace(said, term="first relapse"), "arm").term == "first relapse"


def test_rows_are_of_a_column_of_kinds_or_of_one():
    rows = new_events(FACTS, "rows", last_contact=CONTACT)
    kinds = of_kinds(rows, "arm")
    assert (kinds.category_column, kinds.category) == ("arm", None)
    assert of_kinds(replace(kinds, categories={"a": "death"}, ignored=("b",)), "") == rows
