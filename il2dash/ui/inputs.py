"""What the pages ask, as frozen specifications; the answers live in its address, so a link brings the view back."""

from __future__ import annotations

from dataclasses import replace

from il2dash.analysis.baseline import BaselineTable, BaselineVariable
from il2dash.analysis.event_rates import recorded_categories
from il2dash.analysis.multiple_imputation import IMPUTATIONS, SEED
from il2dash.analysis.outcome import EndpointSpec, threshold_unit
from il2dash.analysis.population import Population
from il2dash.analysis.repeated_measures_design import RepeatedMeasuresSpec
from il2dash.analysis.stratified_endpoint import stratifying_covariates
from il2dash.display.event_curve_figure import QUANTITY_WORDS, Quantity
from il2dash.display.event_words import event_words
from il2dash.display.missing_rules_view import MISSING_LABELS
from il2dash.display.numbers import compact, week_options
from il2dash.display.repeated_measures_words import DF_WORDS
from il2dash.display.trajectory_figure import STATISTIC_WORDS, Statistic
from il2dash.study.definition import Endpoint, MissingRule
from il2dash.study.definition_tables import EventCategory
from il2dash.study.trial import Trial
from il2dash.ui import compute
from il2dash.ui.widgets import choice, controls, one_number, selection, several, step, switch, whole_number


def numbers_as_means() -> bool:
    """Ask how a table writes numbers; True is mean (SD), False median [Q1, Q3]."""
    words = {"median": "Median [Q1, Q3]", "mean": "Mean (SD)"}
    return choice("Numbers as", words, key="numbers", default="median") == "mean"


def characteristic(table: BaselineTable) -> BaselineVariable:
    """Ask for one characteristic of the baseline table."""
    labels = {variable.name: variable.label for variable in table.variables}
    name = selection("Characteristic", labels, key="characteristic")
    return next(variable for variable in table.variables if variable.name == name)


def endpoint(trial: Trial, *, key: str) -> Endpoint:
    """Ask for an endpoint. Each page has a key of its own: Streamlit keeps a setting of an address for one page."""
    labels = {endpoint.id: endpoint_words(endpoint) for endpoint in trial.definition.endpoints}
    return trial.definition.endpoint(selection("Endpoint", labels, key=key))


def endpoint_words(chosen: Endpoint) -> str:
    """Return how the choice of an endpoint names it, on the page and in its address."""
    return f"{chosen.label} ({chosen.role})"


def endpoint_spec(patients: Population) -> EndpointSpec:
    """Ask for an endpoint, its threshold, week and the rule for missing outcomes."""
    trial = patients.trial
    cut = week = None
    with controls():
        chosen = endpoint(trial, key="endpoint")
        if chosen.rule != "recorded":
            cut = threshold(patients, chosen)
            week = follow_up_week(trial, chosen)
        rule = missing_rule(trial, chosen)
    return EndpointSpec(endpoint=chosen.id, threshold=cut, week=week, missing_rule=rule)


def next_endpoint_specs(patients: Population, spec: EndpointSpec) -> tuple[EndpointSpec, ...]:
    """Return what one click more would ask for: another rule for missing outcomes, the next threshold up or down."""
    chosen = patients.trial.definition.endpoint(spec.endpoint)
    rules = [replace(spec, missing_rule=rule) for rule in missing_rules(chosen) if rule != spec.missing_rule]
    if spec.threshold is None:
        return tuple(rules)
    grid = compute.thresholds(patients.everybody, chosen.id)
    at = grid.index(spec.threshold) if spec.threshold in grid else len(grid)
    return (*rules, *(replace(spec, threshold=cut) for cut in (*grid[at + 1 : at + 2], *grid[max(at - 1, 0) : at])))


def missing_rules(chosen: Endpoint) -> list[MissingRule]:
    """Return the rules that apply: a recorded outcome has no earlier observation to carry forward."""
    return [rule for rule in MISSING_LABELS if rule != "last_observation" or chosen.rule != "recorded"]


def missing_rule(trial: Trial, chosen: Endpoint) -> MissingRule:
    """Ask for the rule for missing outcomes."""
    rules = missing_rules(chosen)
    own = trial.definition.missing.rule
    labels = {rule: MISSING_LABELS[rule] + (" (trial's rule)" if rule == own else "") for rule in rules}
    key = f"missing_{chosen.id}" if chosen.rule == "recorded" else "missing"
    return choice("Patients without a known outcome", labels, key=key, default=own if own in rules else rules[0])


def beyond_endpoint(chosen: Endpoint) -> str:
    """Ask what is shown under an endpoint's own result: thresholds, strata or missing."""
    words = {
        "thresholds": "Over all thresholds",
        "strata": "Stratified",
        "missing": "Missing outcomes",
    }
    if chosen.rule == "recorded":
        del words["thresholds"]
    first = next(iter(words))
    key = "beyond_recorded" if chosen.rule == "recorded" else "beyond"
    return choice("Look further", words, key=key, default=first)


def stratum(trial: Trial, chosen: Endpoint) -> str | None:
    """Ask for the covariate whose levels are the strata; None in a study without one."""
    labels = {covariate.name: covariate.label for covariate in stratifying_covariates(trial.definition, chosen.id)}
    return selection("Strata", labels, key=f"strata_{chosen.id}") if labels else None


def imputation() -> tuple[int, int] | None:
    """Ask whether missing outcomes are imputed, how often, and from which seed; None where they aren't."""
    if not switch("With multiple imputation", key="imputed"):
        return None
    often = one_number("Imputations", (IMPUTATIONS, 200, 1000), key="imputations", default=IMPUTATIONS)
    return often, whole_number("Seed", key="seed", default=SEED)


def threshold(patients: Population, chosen: Endpoint) -> float:
    """Ask for a threshold, within what the data can tell apart."""
    unit = threshold_unit(patients.trial, chosen)
    assert chosen.threshold is not None
    return step(
        f"Threshold, {unit}" if unit else "Threshold",
        {value: compact(value) for value in map(float, compute.thresholds(patients, chosen.id))},
        key=f"threshold_{chosen.id}",
        default=chosen.threshold,
    )


def follow_up_week(trial: Trial, chosen: Endpoint) -> float:
    """Ask for a planned week after the baseline."""
    weeks = [float(week) for week in trial.definition.visits.schedule[1:]]
    if len(weeks) == 1:
        return weeks[0]
    assert chosen.week is not None
    return step("Week", week_options(weeks), key=f"week_{chosen.id}", default=chosen.week)


def marker(trial: Trial) -> str:
    """Ask for a marker."""
    labels = {name: definition.label for name, definition in trial.definition.markers.items()}
    return choice("Marker", labels, key="marker", default=next(iter(labels)))


def scale_of_course() -> bool:
    """Ask for values or change from baseline; True is change."""
    words = {"values": "Values", "change": "Change from baseline"}
    return choice("Shown as", words, key="course", default="values") == "change"


def comparison_week(trial: Trial, default: float) -> float:
    """Ask for the planned week, after the baseline, at which the arms are compared."""
    weeks = [float(week) for week in trial.definition.visits.schedule[1:]]
    if len(weeks) == 1:
        return weeks[0]
    return step("Week of the comparison", week_options(weeks), key="comparison_week", default=default)


def statistic() -> Statistic:
    """Ask for what is drawn at each visit."""
    words: dict[str, str] = {code: words.capitalize() for code, words in STATISTIC_WORDS.items()}
    chosen = choice("Summary", words, key="summary", default="median")
    return "mean" if chosen == "mean" else "median"


def modeled() -> bool:
    """Ask for what was observed or for what a model makes of it; True is the model."""
    words = {"observed": "Observed", "model": "Model (MMRM)"}
    return choice("Course", words, key="kind", default="observed") == "model"


def repeated_measures_spec(trial: Trial, marker: str) -> RepeatedMeasuresSpec:
    """Ask for the degrees of freedom of a marker's model and for what it adjusts for."""
    chosen = choice("Degrees of freedom", DF_WORDS, key="df", default="kenward-roger")
    offered = {
        covariate.name: covariate.label for covariate in trial.definition.covariates if covariate.timing == "baseline"
    }
    return RepeatedMeasuresSpec(
        marker=marker,
        adjusted_for_baseline=switch("Adjusted for the baseline value", key="mmrm_baseline", default=True),
        covariates=several("Covariates beside the baseline value, on or off", offered, key="mmrm_covariates"),
        df_method="satterthwaite" if chosen == "satterthwaite" else "kenward-roger",
    )


def event_category(trial: Trial) -> EventCategory:
    """Ask for a category of events, of those that the study records."""
    recorded = recorded_categories(trial)
    labels: dict[str, str] = {category: event_words(trial.definition, category).title for category in recorded}
    chosen = choice("Events", labels, key="events", default=next(iter(labels)))
    return next(category for category in recorded if category == chosen)


def event_curve(category: EventCategory) -> Quantity:
    """Ask for what is drawn over time; with deaths nothing competes, and nobody has two."""
    if category == "death":
        return "survival"
    words: dict[str, str] = {quantity: words for quantity, words in QUANTITY_WORDS.items()}
    chosen = choice("Over time", words, key="curve", default="survival")
    return next(quantity for quantity in QUANTITY_WORDS if quantity == chosen)
