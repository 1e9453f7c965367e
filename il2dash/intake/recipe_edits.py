"""Changes of a recipe: an earlier choice that changes keeps the later ones that still make sense, and says the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar, cast

from il2dash.intake.column_facts import TableFacts, identifier
from il2dash.intake.guess import Proposal, guess_recipe
from il2dash.intake.guess_arms import Chosen, guess_arms
from il2dash.intake.recipe import MarkerChoice, Recipe, RecordedOutcome
from il2dash.intake.recipe_layouts import (
    EventIndicator,
    EventsChoice,
    MarkerColumns,
    TimeColumn,
    VisitsChoice,
    WeekColumns,
)
from il2dash.study.definition import Covariate, CovariateKind, CovariateLevel, Endpoint, Marker, Model, Visits
from il2dash.study.definition_rules import RESERVED_NAMES
from il2dash.study.raw_tables import RawTable
from il2dash.study.values import MISSING_TEXTS

Source = TypeVar("Source", bound=VisitsChoice | EventsChoice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A changed recipe, and what it lost by the change, as sentences."""

    recipe: Recipe
    dropped: tuple[str, ...] = ()


def rechosen(tables: Sequence[RawTable], previous: Recipe | None, chosen: Chosen) -> tuple[Proposal, Edited | None]:
    """Choose the patients' table, or its column of the patient or the arm, anew.

    In another table covariates, visits, events and endpoints are proposed anew; within the same they stay, but for
    covariates and outcomes whose column now is the patient or the arm.
    """
    proposal = guess_recipe(tables, chosen=chosen)
    new = proposal.recipe
    if new is None or previous is None:
        return proposal, None if new is None else Edited(recipe=new)
    if new.subjects.table != previous.subjects.table:
        words = f"Everything but the study's name was proposed anew for {new.subjects.table}."
        return proposal, Edited(recipe=replace(new, study=previous.study), dropped=(words,))
    taken = {new.subjects.patient, new.subjects.arm}
    subjects = replace(
        previous.subjects, patient=new.subjects.patient, arm=new.subjects.arm, repeated=new.subjects.repeated
    )
    if new.subjects.arm != previous.subjects.arm:
        subjects = replace(
            subjects,
            reference=new.subjects.reference,
            treatment=new.subjects.treatment,
            excluded_arms=new.subjects.excluded_arms,
        )
    kept = replace(
        previous,
        subjects=subjects,
        visits=tuple(_of_patient(one, new) for one in previous.visits),
        events=tuple(_of_patient(one, new) for one in previous.events),
    )
    days = [
        replace(one, patient=new.subjects.patient) if one.table == new.subjects.table else one for one in previous.days
    ]
    made = {one.name for one in previous.ids}
    kept = replace(kept, days=tuple(days), ids=new.ids or (previous.ids if new.subjects.patient in made else ()))
    left = [covariate for covariate in previous.covariates if covariate.file_column not in taken]
    edited = with_covariates(kept, left)
    outcomes = [
        endpoint.id for endpoint in previous.endpoints if endpoint.rule == "recorded" and endpoint.column in taken
    ]
    return proposal, _without_endpoints(edited, outcomes, "its column is the patient or the arm now")


def with_arms(recipe: Recipe, facts: TableFacts, *, reference: str, treatment: str) -> Recipe:
    """Choose the two arms of the arm's column; the others are left out."""
    chosen = Chosen(reference=reference, treatment=treatment)
    first, second, excluded, _ = guess_arms(facts.columns[recipe.subjects.arm], chosen=chosen)
    named = {arm.value: arm for arm in (recipe.subjects.reference, recipe.subjects.treatment)}
    first, second = named.get(first.value, first), named.get(second.value, second)
    if first.code == second.code:
        second = replace(second, code=identifier(second.value, otherwise="arm", taken=(first.code,)))
    subjects = replace(recipe.subjects, reference=first, treatment=second, excluded_arms=excluded)
    return replace(recipe, subjects=subjects)


def with_last_contact(recipe: Recipe, contact: TimeColumn | None) -> Recipe:
    """Choose when patients were last seen; events at the time of the same column are in the same unit."""
    known, file = recipe.subjects.last_contact, recipe.subjects.table
    events = recipe.events
    if contact is not None and known is not None and contact.column == known.column:
        events = tuple(
            replace(source, time=contact) if (source.table, source.time) == (file, known) else source
            for source in events
        )
    return replace(recipe, subjects=replace(recipe.subjects, last_contact=contact), events=events)


def with_covariates(recipe: Recipe, covariates: Iterable[Covariate]) -> Edited:
    """Choose the covariates; a model loses the terms of those that aren't there any more."""
    kept = tuple(covariates)
    names = {"arm", *(covariate.name for covariate in kept)}
    labels = {endpoint.id: endpoint.label for endpoint in recipe.endpoints}
    models, dropped = [], []
    for model in recipe.models:
        lost = [term for term in model.terms if term not in names]
        terms = tuple(term for term in model.terms if term in names)
        if lost:
            dropped.append(f"The model of {labels.get(model.endpoint, model.endpoint)} lost {', '.join(lost)}.")
        if terms:
            models.append(replace(model, terms=terms))
    return Edited(recipe=replace(recipe, covariates=kept, models=tuple(models)), dropped=tuple(dropped))


def with_visits(recipe: Recipe, table: str, sources: Iterable[VisitsChoice]) -> Edited:
    """Choose how a table holds visits; markers without values go, and endpoints of theirs, and new ones come."""
    others = tuple(source for source in recipe.visits if source.table != table)
    visits = (*others, *sources)
    given = list(dict.fromkeys(name for source in visits for name in markers_of(source)))
    known = {choice.name: choice for choice in recipe.markers}
    markers = tuple(known.get(name) or MarkerChoice(name=name, marker=Marker(label=name)) for name in given)
    changed = replace(recipe, visits=visits, markers=markers)
    lost = [endpoint.id for endpoint in recipe.endpoints if endpoint.marker and endpoint.marker not in given]
    return _without_endpoints(Edited(recipe=changed), lost, "its marker has no values any more")


def with_plan(recipe: Recipe, plan: Visits) -> Edited:
    """Choose the planned weeks; the primary week is one of them, or none."""
    changed = replace(recipe, plan=plan)
    week = recipe.study.primary_week
    if week is None or week in plan.schedule:
        return Edited(recipe=changed)
    changed = replace(changed, study=replace(recipe.study, primary_week=None))
    return Edited(
        recipe=changed,
        dropped=(f"The primary week, {round(week, 1):g}, isn't a planned one any more: it was removed.",),
    )


def with_endpoints(recipe: Recipe, endpoints: Iterable[Endpoint]) -> Recipe:
    """Choose the endpoints; the meaning of yes and no, and models, of others go."""
    kept = tuple(endpoints)
    known = {endpoint.id for endpoint in kept}
    recorded = {endpoint.id for endpoint in kept if endpoint.rule == "recorded"}
    return replace(
        recipe,
        endpoints=kept,
        recorded=tuple(outcome for outcome in recipe.recorded if outcome.endpoint in recorded),
        models=tuple(model for model in recipe.models if model.endpoint in known),
    )


def with_meaning(recipe: Recipe, endpoint: str, *, yes: Sequence[str], no: Sequence[str]) -> Recipe:
    """Say which texts of a recorded endpoint's column mean yes and no; without any, it holds yes and no itself."""
    others = tuple(outcome for outcome in recipe.recorded if outcome.endpoint != endpoint)
    own = (RecordedOutcome(endpoint=endpoint, yes=tuple(yes), no=tuple(no)),) if yes or no else ()
    return replace(recipe, recorded=(*others, *own))


def with_model(recipe: Recipe, endpoint: str, terms: Sequence[str]) -> Recipe:
    """Say which covariates the endpoint's logistic model has beside the arm; none, no model."""
    others = tuple(model for model in recipe.models if model.endpoint != endpoint)
    own = (Model(id=f"model_{endpoint}", endpoint=endpoint, terms=("arm", *terms)),) if terms else ()
    return replace(recipe, models=(*others, *own))


def model_terms(recipe: Recipe, endpoint: str) -> tuple[str, ...]:
    """Return the covariates of an endpoint's first model."""
    terms = next((model.terms for model in recipe.models if model.endpoint == endpoint), ())
    return tuple(term for term in terms if term != "arm")


def new_endpoint(recipe: Recipe) -> Endpoint:
    """Return an endpoint to start from: a marker at least a threshold at the last planned week, or a recorded outcome.

    The threshold isn't guessed.
    """
    taken = tuple(endpoint.id for endpoint in recipe.endpoints)
    identity = identifier(f"endpoint {len(taken) + 1}", otherwise="endpoint", taken=taken)
    first_primary = not any(endpoint.role == "primary" for endpoint in recipe.endpoints)
    role: Literal["primary", "secondary"] = "primary" if first_primary else "secondary"
    if not recipe.markers:
        return Endpoint(id=identity, label=f"Endpoint {len(taken) + 1}", rule="recorded", role=role)
    week = recipe.study.primary_week
    if week is None:
        week = recipe.plan.schedule[-1] if recipe.plan.schedule else None
    first = recipe.markers[0]
    return Endpoint(id=identity, label=first.marker.label, rule="at_least", marker=first.name, week=week, role=role)


def finished(recipe: Recipe) -> Recipe:
    """Return the recipe without the sources of visits of which no column was chosen yet."""
    return replace(recipe, visits=tuple(source for source in recipe.visits if markers_of(source)))


def after_fixes(recipe: Recipe, after: Mapping[tuple[str, str], Mapping[str, str]]) -> Recipe:
    """Return the recipe for tables whose cells were repaired: what it says of a text holds of the text's new spelling.

    Parameters
    ----------
    after : mapping of (file, column) to mapping of str to str
        The texts that changed, and what they are now.
    """
    subjects = recipe.subjects
    arms = after.get((subjects.table, subjects.arm), {})
    reference = replace(subjects.reference, value=arms.get(subjects.reference.value, subjects.reference.value))
    treatment = replace(subjects.treatment, value=arms.get(subjects.treatment.value, subjects.treatment.value))
    excluded = dict.fromkeys(arms.get(value, value) for value in subjects.excluded_arms)
    compared = (reference.value, treatment.value)
    return replace(
        recipe,
        subjects=replace(
            subjects,
            reference=reference,
            treatment=treatment,
            excluded_arms=tuple(value for value in excluded if value not in compared),
        ),
        covariates=tuple(
            _respelled(covariate, after.get((subjects.table, covariate.file_column), {}))
            for covariate in recipe.covariates
        ),
    )


def markers_of(source: VisitsChoice) -> tuple[str, ...]:
    """Return the markers of which a source holds values, each once."""
    if isinstance(source, WeekColumns):
        return tuple(dict.fromkeys(place.marker for place in source.columns))
    return tuple(source.columns if isinstance(source, MarkerColumns) else source.parameters)


def marker_name(label: str, taken: Collection[str]) -> str:
    """Return a marker's name for what somebody calls it."""
    return identifier(label, otherwise="marker", taken=(*taken, *RESERVED_NAMES))


def _respelled(covariate: Covariate, after: Mapping[str, str]) -> Covariate:
    levels: dict[str, CovariateLevel] = {}
    for level in covariate.levels:
        value = after.get(level.value, level.value)
        if value.lower() in MISSING_TEXTS:
            continue
        if value not in levels or level.value == value:
            levels[value] = replace(level, value=value)
    kind: CovariateKind = "binary" if len(levels) == 2 else covariate.kind
    return replace(covariate, kind=kind, levels=tuple(levels.values()) if len(levels) > 1 else ())


def _without_endpoints(edited: Edited, lost: Collection[str], reason: str) -> Edited:
    recipe = edited.recipe
    kept = [endpoint for endpoint in recipe.endpoints if endpoint.id not in lost]
    dropped = [
        f"The endpoint {endpoint.label} was removed: {reason}." for endpoint in recipe.endpoints if endpoint.id in lost
    ]
    return Edited(recipe=with_endpoints(recipe, kept), dropped=(*edited.dropped, *dropped))


def _of_patient(source: Source, new: Recipe) -> Source:
    """Return a source of the patients' own table with its column of the patient."""
    if source.table != new.subjects.table:
        return source
    changed: VisitsChoice | EventsChoice = replace(source, patient=new.subjects.patient)
    if isinstance(changed, WeekColumns | EventIndicator):
        changed = replace(changed, repeated=new.subjects.repeated)
    return cast(Source, changed)
