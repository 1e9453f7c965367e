"""What must hold between the sections of a study.toml, beyond the type of each key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from il2dash.study.columns import nearest
from il2dash.study.definition import Covariate, Endpoint, Published, StudyDefinition
from il2dash.study.definition_tables import EventsSource
from il2dash.study.problems import Problem
from il2dash.study.source_rules import source_faults
from il2dash.study.values import whole_number_text

RESERVED_NAMES = ("subject_id", "arm", "last_contact_week", "completed", "week", "visit_week", "marker")
"""Names with a meaning of their own in a trial's tables, which no covariate or marker may take."""

TABLE_COLUMNS = {
    "subjects": ("subject_id", "arm", "last_contact_week", "completed"),
    "events": ("subject_id", "week", "category", "term", "grade"),
    "doses": ("subject_id", "cycle", "week", "dose_miu"),
}

TAKEN_EVENT_NAMES = ("death", "deaths", "adverse event", "adverse events")


@dataclass(slots=True)
class _Findings:
    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, place: str, rule: str, remedy: str, value: object = None) -> None:
        shown = None if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        self.problems.append(
            Problem(severity="error", file=self.file, column=place, value=shown, rule=rule, remedy=remedy)
        )

    def add_repeated(self, place: str, what: str, values: Iterable[object]) -> None:
        """Find values that stand more than once where each may stand once."""
        for value, count in Counter(values).items():
            if count > 1:
                self.add(place, f"{what} stands once; this one stands {count} times.", "Rename or remove one.", value)

    def add_unknown(self, place: str, what: str, value: str, known: Iterable[str]) -> None:
        """Find a reference to something that isn't defined."""
        names = tuple(known)
        if value not in names:
            there = ", ".join(names) or "none"
            self.add(place, f"{what} is one of the study's: {there}.", f"Correct it.{nearest(value, names)}", value)


def rule_problems(definition: StudyDefinition, *, file: str) -> tuple[Problem, ...]:
    """Return every breach of the rules between the sections of a definition."""
    found = _Findings(file)
    _check_arms(definition, found)
    _check_tables(definition, found)
    for place, rule, remedy in source_faults(definition):
        found.add(place, rule, remedy)
    _check_visits(definition, found)
    _check_markers(definition, found)
    found.add_repeated("covariates", "A covariate's name", (covariate.name for covariate in definition.covariates))
    for covariate in definition.covariates:
        _check_covariate(covariate, found)
    found.add_repeated("endpoints", "An endpoint's id", (endpoint.id for endpoint in definition.endpoints))
    for endpoint in definition.endpoints:
        _check_endpoint(endpoint, definition, found)
    _check_models(definition, found)
    found.add_repeated("published", "A published figure's id", (figure.id for figure in definition.published))
    for figure in definition.published:
        _check_published(figure, found)
    found.add_repeated("glossary", "A word of the glossary", (entry.term for entry in definition.glossary))
    return tuple(found.problems)


def _check_arms(definition: StudyDefinition, found: _Findings) -> None:
    arms = definition.arms
    found.add_repeated("arms.levels", "An arm's code", (level.code for level in arms.levels))
    found.add_repeated("arms.levels", "An arm's value", (whole_number_text(level.file_value) for level in arms.levels))
    found.add_unknown("arms.reference", "The reference arm", arms.reference, [level.code for level in arms.levels])


def _check_tables(definition: StudyDefinition, found: _Findings) -> None:
    tables = definition.tables
    known = {**TABLE_COLUMNS, "visits": ("subject_id", "week", *definition.markers)}
    for name, columns in known.items():
        source = getattr(tables, name)
        for key in source.columns if source is not None else ():
            if key not in columns:
                found.add(
                    f"tables.{name}.columns.{key}",
                    f"The keys are the table's columns: {', '.join(columns)}.",
                    f"Write our name = the file's name; a covariate has its own `column`.{nearest(key, columns)}",
                )
    for name in ("visits", "events"):
        source = getattr(tables, name)
        if source is None or not source.wide:
            continue
        allowed = {"subject_id"} if source.file else set()
        for key in set(source.columns) - allowed:
            found.add(
                f"tables.{name}.columns.{key}",
                "Wide columns name their own columns"
                + ("." if source.file else ", and the id is the subjects' table's."),
                "Remove the key, or the wide columns.",
            )
    if tables.events is not None:
        _check_event_names(tables.events, found)
    if tables.visits is not None and tables.visits.wide:
        wide = tables.visits.wide
        for number, column in enumerate(wide, start=1):
            found.add_unknown(f"tables.visits.wide[{number}].marker", "A marker", column.marker, definition.markers)
        found.add_repeated(
            "tables.visits.wide", "A marker and week", (f"{column.marker} at week {column.week:g}" for column in wide)
        )
        if tables.visits.time_unit != "weeks":
            found.add(
                "tables.visits.time_unit",
                "Wide columns say their week in weeks.",
                "Remove the key and give each `week` in weeks.",
                tables.visits.time_unit,
            )
        for marker in definition.markers:
            if marker not in {column.marker for column in wide}:
                found.add(f"markers.{marker}", "A marker has a column.", "Add a [[tables.visits.wide]] for it.")


def _check_event_names(source: EventsSource, found: _Findings) -> None:
    for key in ("event_name", "event_name_plural"):
        name = getattr(source, key)
        if name is not None and name.casefold() in TAKEN_EVENT_NAMES:
            found.add(
                f"tables.events.{key}",
                "It is a name for events other than deaths and adverse events, which have categories of their own.",
                'Choose another, or correct the `category` of these events to "death" or "adverse".',
                name,
            )
    if source.event_name_plural is not None and source.event_name is None:
        found.add(
            "tables.events.event_name_plural",
            "A plural belongs to a name.",
            "Add event_name, or remove the key.",
            source.event_name_plural,
        )


def _check_visits(definition: StudyDefinition, found: _Findings) -> None:
    schedule, primary = definition.visits.schedule, definition.study.primary_week
    if definition.markers and not schedule:
        found.add(
            "visits.schedule",
            "A study with markers has planned visits.",
            "List their weeks in [visits], the baseline first: schedule = [0, 6, 12].",
        )
    for earlier, later in pairwise(schedule):
        if later <= earlier:
            found.add("visits.schedule", f"The weeks increase; {earlier:g} stands before it.", "Sort them.", later)
    if primary is not None and schedule and primary not in schedule:
        found.add("study.primary_week", "The primary week is a planned visit.", _weeks_remedy(schedule), primary)


def _weeks_remedy(schedule: Iterable[float]) -> str:
    return f"Choose one of {', '.join(f'{week:g}' for week in schedule)}, or add it to visits.schedule."


def _check_markers(definition: StudyDefinition, found: _Findings) -> None:
    for name, marker in definition.markers.items():
        place = f"markers.{name}"
        _check_reserved(place, "marker", name, found)
        lower, upper = marker.lower_limit, marker.upper_limit
        for key, limit in (("lower_limit", lower), ("upper_limit", upper)):
            if limit is not None and (limit < 0 or (limit == 0 and marker.scale == "log10")):
                above = "is above 0 on a log10 scale" if marker.scale == "log10" else "isn't negative"
                found.add(f"{place}.{key}", f"An assay's limit {above}.", "Correct it, or leave it out.", limit)
        if lower is not None and upper is not None and lower >= upper:
            found.add(f"{place}.upper_limit", f"It is above the lower limit, {lower:g}.", "Correct one.", upper)


def _check_reserved(place: str, what: str, name: str, found: _Findings) -> None:
    if name in RESERVED_NAMES:
        found.add(
            place,
            f"A {what} isn't named as a column with its own meaning: {', '.join(RESERVED_NAMES)}.",
            "Choose another name; `column` or `columns` says how the file calls it.",
            name,
        )


def _check_covariate(covariate: Covariate, found: _Findings) -> None:
    place = f"covariates[{covariate.name}]"
    _check_reserved(f"{place}.name", "covariate", covariate.name, found)
    count = len(covariate.levels)
    rules = {
        "binary": (count in (0, 2), "A binary covariate has two levels, or none where the file has 0 and 1."),
        "categorical": (count != 1, "A categorical covariate has two levels or more, or none to take the file's."),
        "continuous": (count == 0, "A continuous covariate has no levels."),
    }
    holds, rule = rules[covariate.kind]
    if not holds:
        found.add(f"{place}.levels", rule, "Correct the levels or the kind.", f"{count} levels")
    found.add_repeated(f"{place}.levels", "A level", (whole_number_text(level.value) for level in covariate.levels))
    if covariate.kind != "continuous" and covariate.step != 1.0:
        found.add(f"{place}.step", "Only a continuous covariate has a step.", "Remove the key.", covariate.step)


def _check_endpoint(endpoint: Endpoint, definition: StudyDefinition, found: _Findings) -> None:
    place = f"endpoints[{endpoint.id}]"
    if endpoint.rule == "recorded":
        if not endpoint.column:
            found.add(f"{place}.column", "A recorded outcome has a column.", "Name the subjects table's yes/no column.")
        for key in ("marker", "threshold"):
            if getattr(endpoint, key) not in ("", None):
                found.add(
                    f"{place}.{key}", "A recorded outcome is read as it is.", "Remove the key.", getattr(endpoint, key)
                )
        return
    if endpoint.column:
        found.add(
            f"{place}.column",
            "Only a recorded outcome has a column.",
            'Remove it, or write rule = "recorded".',
            endpoint.column,
        )
    if not endpoint.marker:
        found.add(f"{place}.marker", "This rule compares a marker.", "Name the marker.")
    else:
        found.add_unknown(f"{place}.marker", "The marker", endpoint.marker, definition.markers)
    if endpoint.threshold is None:
        found.add(f"{place}.threshold", "This rule compares with a threshold.", "Add it, in the marker's unit.")
    schedule = definition.visits.schedule
    if endpoint.week is None:
        found.add(f"{place}.week", "An endpoint is at a planned week.", "Add the week.")
    elif schedule and endpoint.week not in schedule:
        found.add(f"{place}.week", "An endpoint is at a planned week.", _weeks_remedy(schedule), endpoint.week)
    elif schedule and endpoint.rule in ("gain_at_least", "drop_at_least") and endpoint.week == schedule[0]:
        found.add(
            f"{place}.week", "A change from baseline is at a later visit.", _weeks_remedy(schedule[1:]), endpoint.week
        )


def _check_models(definition: StudyDefinition, found: _Findings) -> None:
    found.add_repeated("models", "A model's id", (model.id for model in definition.models))
    terms = ("arm", *(covariate.name for covariate in definition.covariates))
    for model in definition.models:
        place = f"models[{model.id}]"
        found.add_unknown(
            f"{place}.endpoint", "The endpoint", model.endpoint, [endpoint.id for endpoint in definition.endpoints]
        )
        for term in dict.fromkeys(model.terms):
            found.add_unknown(f"{place}.terms", "A term", term, terms)
        found.add_repeated(f"{place}.terms", "A term", model.terms)


def _check_published(figure: Published, found: _Findings) -> None:
    place = f"published[{figure.id}]"
    given = [key for key in ("value", "less_than", "greater_than") if getattr(figure, key) is not None]
    if len(given) != 1:
        found.add(
            place,
            "A published figure has a value with its decimals, or else less_than, or else greater_than.",
            "Keep the one that is printed.",
            " and ".join(given) or None,
        )
    if (figure.value is None) != (figure.decimals is None):
        found.add(f"{place}.decimals", "A value has its printed decimals, and a bound has none.", "Add or remove them.")
