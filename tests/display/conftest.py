"""What the tests of the display floor show: endpoints of any two counts, and a trial whose words are hostile."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import nan

import numpy as np
import pytest

from il2dash.analysis import odds_ratio, proportion, risk_difference, risk_ratio, two_proportion_tests
from il2dash.analysis.arm_interaction import arm_interaction
from il2dash.analysis.endpoint import ArmOutcome, EndpointResult, threshold_curve
from il2dash.analysis.estimate import SignificanceTest
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.number_needed_to_treat import number_needed_to_treat
from il2dash.analysis.outcome import MISSING_RULES, EndpointSpec
from il2dash.analysis.predicted_probability import predicted_probability
from il2dash.analysis.results import Results
from il2dash.analysis.standing import Standing
from il2dash.analysis.timelines import timelines
from il2dash.analysis.trajectory import courses
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo
from il2dash.display.adjusted_difference_view import adjusted_forest
from il2dash.display.below_limit_view import below_limit_figure
from il2dash.display.calibration_view import calibration_figure
from il2dash.display.chart import Chart
from il2dash.display.comparison_view import comparison_figure, comparison_forest
from il2dash.display.distribution_figure import distribution_figure
from il2dash.display.endpoint_view import endpoints_forest, proportions_figure
from il2dash.display.event_curve_figure import event_curve_figure
from il2dash.display.event_grades_view import grades_figure
from il2dash.display.icon_array import icon_array
from il2dash.display.influence_view import influence_figure
from il2dash.display.interaction_view import interaction_forest
from il2dash.display.missing_rules_view import missing_rules_forest
from il2dash.display.model_view import model_forest
from il2dash.display.probability_figure import probability_figure
from il2dash.display.repeated_measures_figure import repeated_measures_figure
from il2dash.display.stratified_view import stratified_forest
from il2dash.display.threshold_figure import threshold_figure
from il2dash.display.timeline_figure import timeline_figure
from il2dash.display.trajectory_figure import trajectory_figure
from il2dash.display.trajectory_view import threshold_lines
from il2dash.study.definition import Arms, StudyDefinition
from il2dash.study.reading import read_study
from il2dash.study.trial import Trial

HOSTILE = "<b>A</b> & \"q\" 'z' $x_1$ **m** <script>alert(1)</script> {{m^2}}"
"""HTML, an entity's beginning, quotes, LaTeX, Markdown, a script, and Great Tables' units."""


@pytest.fixture(scope="session")
def hostile_words() -> str:
    return HOSTILE


@pytest.fixture(scope="session")
def trial(repository) -> Trial:
    """Return the mini study: 8 patients, synthetic."""
    found = read_study(repository / "tests" / "studies" / "mini").trial
    assert found is not None
    return found


@pytest.fixture(scope="session")
def hostile_trial(repository, tmp_path_factory) -> Trial:
    """Return the mini study with every word that a study chooses replaced by a hostile one, and real data."""
    folder = tmp_path_factory.mktemp("hostile") / "mini"
    shutil.copytree(repository / "tests" / "studies" / "mini", folder)
    text = (folder / "study.toml").read_text(encoding="utf-8")
    quoted = "'''" + HOSTILE + "'''"
    lines = []
    for line in text.splitlines():
        key, equals, value = line.partition(" = ")
        if equals and key in ("label", "unit", "title") and value.startswith('"'):
            line = f"{key} = {quoted}"
        if line.startswith("levels = "):
            line = line.replace('label = "', 'label = "<i>$').replace('" }', '&" }')
        lines.append(line.replace("synthetic = true", "synthetic = false"))
    (folder / "study.toml").write_text("\n".join(lines), encoding="utf-8")
    reading = read_study(folder)
    assert reading.trial is not None, "\n".join(str(problem) for problem in reading.problems)
    return reading.trial


@pytest.fixture(scope="session")
def definition(trial) -> StudyDefinition:
    return trial.definition


@pytest.fixture(scope="session")
def arms(definition) -> Arms:
    return definition.arms


@pytest.fixture(scope="session")
def endpoint_of() -> Callable[..., EndpointResult]:
    """Return a function that makes an endpoint's result from (responders, total) of IL-2 and of control."""

    def make(treatment: tuple[int, int], reference: tuple[int, int], **changes: object) -> EndpointResult:
        counts = {
            "control": ArmCount(responders=reference[0], total=reference[1]),
            "il2": ArmCount(responders=treatment[0], total=treatment[1]),
        }
        table = TwoByTwo(treatment=counts["il2"], reference=counts["control"])
        difference = risk_difference.newcombe(table)
        result = EndpointResult(
            id="cd4_200",
            label="CD4 of at least 200",
            role="primary",
            rule="at_least",
            marker="cd4",
            threshold=200.0,
            unit="cells/uL",
            week=12.0,
            missing_rule="failure",
            missing_assumption=MISSING_RULES["failure"],
            arms={
                code: ArmOutcome(
                    responders=count.responders,
                    total=count.total,
                    missing=0,
                    proportion=count.proportion,
                    interval=proportion.wilson(count),
                    other_intervals=(proportion.clopper_pearson(count), proportion.jeffreys(count)),
                )
                for code, count in counts.items()
            },
            risk_difference=difference,
            risk_difference_score=risk_difference.miettinen_nurminen(table),
            risk_ratio=risk_ratio.risk_ratio(table),
            odds_ratio=odds_ratio.odds_ratio(table),
            conditional_odds_ratio=odds_ratio.conditional_odds_ratio(table),
            number_needed_to_treat=number_needed_to_treat(difference),
            tests=(
                two_proportion_tests.fisher(table),
                two_proportion_tests.midp(table),
                SignificanceTest(name="boschloo", convention="", p=nan, reason="Boschloo's test isn't computed here."),
            ),
            standing=Standing(),
        )
        return replace(result, **changes)

    return make


@pytest.fixture(scope="session")
def charts_of() -> Callable[[Results], Iterator[Chart]]:
    """Return a function that draws every figure of a trial's results."""

    def draw(results: Results) -> Iterator[Chart]:
        population = results.population
        definition = population.trial.definition
        yield endpoints_forest(results.endpoints, definition)
        for endpoint in results.endpoints:
            yield proportions_figure(endpoint, definition)
            yield icon_array(definition, endpoint)
            if endpoint.threshold is not None:
                grid = np.array([50.0, 100.0, 200.0, 300.0])
                curve = threshold_curve(population, EndpointSpec(endpoint=endpoint.id), grid)
                yield threshold_figure(definition, curve, endpoint, protocol=endpoint.threshold)
        for marker in results.trajectories:
            for course in (marker.absolute, marker.change):
                for statistic in ("median", "mean"):
                    yield trajectory_figure(
                        definition,
                        course,
                        statistic=statistic,
                        courses=courses(population, course.marker, change=course.change),
                        thresholds=threshold_lines(definition, course.marker, change=course.change),
                    )
            yield repeated_measures_figure(definition, marker.mmrm)
            for compared_visit in marker.comparisons:
                shown = courses(population, compared_visit.marker, change=compared_visit.change)
                yield comparison_figure(definition, compared_visit, shown)
                yield comparison_forest(definition, compared_visit)
            if marker.below_limit is not None:
                yield below_limit_figure(marker.below_limit, definition)
        for endpoint, addition in zip(results.endpoints, results.additions, strict=True):
            yield missing_rules_forest((endpoint,), addition.imputed, definition)
            if addition.stratified is not None:
                yield stratified_forest(addition.stratified, definition)
        for variable in results.baseline.variables:
            yield distribution_figure(population, variable)
        for compared in results.models:
            yield model_forest(compared.model, definition)
            yield adjusted_forest(compared.adjusted, definition)
            yield influence_figure(compared.influence, definition)
            yield calibration_figure(compared.performance, definition)
            spec = ModelSpec(
                endpoint=EndpointSpec(endpoint=compared.model.endpoint),
                terms=tuple(dict.fromkeys(("arm", "age", *(term.term for term in compared.model.terms)))),
            )
            yield probability_figure(predicted_probability(population, spec, "age", resamples=20), definition)
            yield interaction_forest(arm_interaction(population, spec, "age"), definition)
        for category, events in results.events.items():
            curves = {
                "survival": events.time_to_first,
                "incidence": events.cumulative_incidence,
                "mean": events.mean_cumulative,
            }
            for quantity, curve in curves.items():
                if curve is not None:
                    yield event_curve_figure(definition, curve.arms, category=category, quantity=quantity)
            if events.grades is not None:
                yield grades_figure(definition, events.grades)
        yield timeline_figure(definition, timelines(population))

    return draw
