"""Proposals for events: indicator columns with their time, tables of events, and when each patient was last seen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from il2dash.intake.column_facts import Guess, TableFacts, spoken
from il2dash.intake.guess_event_history import guess_history
from il2dash.intake.guess_times import TimeNames, time_column
from il2dash.intake.recipe_layouts import EventIndicator, EventRows, EventsChoice, TimeColumn, kinds_of
from il2dash.study.definition_tables import EventCategory

_FOLLOW_UP: TimeNames = (
    (r"last_contact_week|((follow_?up|fu|last_?contact|surv(ival)?|os|pfs)_)?(weeks?|wks?)", "weeks"),
    (r"((follow_?up|fu|last_?contact|surv(ival)?|os|pfs)_?)?days?", "days"),
    (r"((follow_?up|fu|last_?contact|surv(ival)?|os|pfs)_?)?(months?|mo)", "months"),
    (
        r"time|(fu|os|pfs|dfs|efs|rfs|surv(ival)?|event|follow_?up)_?time|futime|follow_?up|tt[a-z]{1,3}|time_?to_?.*",
        None,
    ),
)
_DEATH = r"(.*_)?(death|dead|died|deceased)(_.*)?"
_VITAL = r"(fu|os|surv(ival)?|vital)?_?stat(us)?|delta"
_EVENT = (
    r"cens(or(ed)?)?|event|progress(ed|ion)?|aids|fail(ed|ure)?|relapsed?|recur(rence|red)?|"
    rf"(pfs|dfs|efs|rfs)_?stat(us)?|{_VITAL}"
)
_TERM = r"ae(term|decod)|term|event|event_?name|description|diagnosis"
_MOST_ANSWERS = 6
_OF_HIV = r"(.*_)?(aids|hiv|cd4).*"
OTHER_NAME = "clinical event"
"""What clinical events are called where no column speaks of HIV."""
_GRADE = r"(ae)?tox_?gr(ade)?|grade|ae_?grade"
_EVENT_TIMES: TimeNames = (
    (r"(event_|onset_|ae_?)?(week|wk)s?", "weeks"),
    (r"(event_|onset_|ae_?)?days?|astdy|aestdy", "days"),
    (r"(event_|onset_|ae_?)?(month|mo)s?", "months"),
    (r"(event_?|onset_?|ae_?)?time|onset", None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsGuess:
    """Proposed events and last contact; `columns` of the subjects' table are taken by them."""

    events: tuple[EventsChoice, ...]
    last_contact: TimeColumn | None
    columns: tuple[str, ...]
    guesses: tuple[Guess, ...]
    questions: tuple[str, ...]


def guess_events(tables: Iterable[TableFacts], subjects: TableFacts) -> EventsGuess:
    """Propose the last contact and indicator columns of the subjects' table, and the tables of events beside it."""
    last_contact = time_column((one for one in subjects.columns.values() if one.of_patient), _FOLLOW_UP)
    events: list[EventsChoice] = []
    guesses, questions, columns = [], [], []
    if last_contact is not None:
        columns.append(last_contact.column)
        guesses.append(
            Guess(
                about="subjects.last_contact",
                value=last_contact.column,
                reason="one number a patient, called as times of follow-up are",
                alternatives=tuple(name for name, column in subjects.columns.items() if column.numeric),
            )
        )
        questions.append(f"{last_contact.column} is taken to be in {last_contact.unit}. Is it?")
        for name in _indicators(subjects):
            category: EventCategory = "death" if re.fullmatch(f"{_DEATH}|{_VITAL}", spoken(name)) else "aids"
            columns.append(name)
            events.append(
                EventIndicator(
                    table=subjects.file,
                    patient=subjects.patient,
                    column=name,
                    time=last_contact,
                    category=category,
                    term="Death" if category == "death" else name,
                    repeated=subjects.repeated,
                )
            )
            guesses.append(
                Guess(
                    about="events",
                    value=name,
                    reason="yes or no, called as events are; 1 is taken to mean that it happened",
                    alternatives=("aids", "death", "adverse"),
                )
            )
            questions.append(f"Does {name} = 1 mean that the event happened, at {last_contact.column}? Of which kind?")
        questions += _several_answers(subjects)
    else:
        history, last_contact, asked = guess_history(subjects)
        events += history
        questions += asked
        if history:
            guesses.append(
                Guess(about="events", value=subjects.file, reason="its rows say a time, and whether something happened")
            )
    for facts in tables:
        found = None if facts.file == subjects.file else _event_rows(facts)
        if found is not None:
            events.append(found)
            guesses.append(
                Guess(about="events", value=facts.file, reason=f"{found.term} names events, {found.time.column} a time")
            )
            questions.append(f"Are the rows of {facts.file} adverse events? Is {found.time.column} in weeks?")
    return EventsGuess(
        events=tuple(events),
        last_contact=last_contact,
        columns=tuple(columns),
        guesses=tuple(guesses),
        questions=tuple(questions),
    )


def guess_event_name(events: Iterable[EventsChoice], tables: Iterable[TableFacts]) -> str | None:
    """Propose what clinical events are called; None where they are AIDS events, or there are none."""
    if not any("aids" in kinds_of(source) for source in events):
        return None
    names = (spoken(name) for facts in tables for name in facts.columns)
    return None if any(re.fullmatch(_OF_HIV, name) for name in names) else OTHER_NAME


def _indicators(facts: TableFacts) -> list[str]:
    """Return the columns of deaths, or else those called as other events are."""
    for pattern in (_DEATH, _EVENT):
        names = [
            name
            for name, column in facts.columns.items()
            if column.yes_no and column.of_patient and re.fullmatch(pattern, spoken(name))
        ]
        if names:
            return names
    return []


def _several_answers(facts: TableFacts) -> list[str]:
    """Ask about columns that are called as events are and hold more than yes and no."""
    return [
        f"{name} holds {', '.join(column.levels)}: which of them mean an event? Say it in the step Events."
        for name, column in facts.columns.items()
        if re.fullmatch(f"{_EVENT}|{_DEATH}", spoken(name))
        and column.of_patient
        and 2 < column.distinct <= _MOST_ANSWERS
    ]


def _event_rows(facts: TableFacts) -> EventRows | None:
    term = next(
        (name for name, column in facts.columns.items() if re.fullmatch(_TERM, spoken(name)) and not column.numeric), ""
    )
    time = time_column(facts.columns.values(), _EVENT_TIMES)
    if not term or time is None:
        return None
    grade = next(
        (name for name, column in facts.columns.items() if re.fullmatch(_GRADE, spoken(name)) and column.whole), ""
    )
    return EventRows(table=facts.file, patient=facts.patient, time=time, category="adverse", term=term, grade=grade)
