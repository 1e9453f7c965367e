"""An endpoint under every rule, and within strata: what is said and written."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.analysis.endpoint import endpoint_result
from il2dash.analysis.estimate import SignificanceTest
from il2dash.analysis.multiple_imputation import imputed_endpoint
from il2dash.analysis.outcome import MISSING_RULES, EndpointSpec
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.analysis.risk_difference import newcombe
from il2dash.analysis.stratified_endpoint import Stratum, stratified_endpoint
from il2dash.analysis.stratified_tables import cochran_mantel_haenszel, common_odds_ratio, common_risk_difference
from il2dash.analysis.two_by_two import ArmCount, TwoByTwo
from il2dash.display.missing_rules_view import (
    imputation_method,
    imputation_note,
    missing_rules_forest,
    missing_rules_sentence,
    missing_rules_spec,
)
from il2dash.display.stratified_view import stratified_forest, stratified_sentence, stratified_spec

UNWRITABLE = re.compile(r"\bnan\b|\binf\b|\bNone\b|\.\)|\.\.")


def under_rules(population):
    return tuple(
        endpoint_result(population, EndpointSpec(endpoint="cd4_200", missing_rule=rule)) for rule in MISSING_RULES
    )


@pytest.mark.parametrize(
    "filters", [(), (Filter(variable="arm", values=("il2",)),), (Filter(variable="age", lower=200),)]
)
def test_every_rule_is_written_and_drawn(trial, definition, filters):
    population = select_population(trial, filters)
    results = under_rules(population)
    imputed = imputed_endpoint(population, EndpointSpec(endpoint="cd4_200"), imputations=4)
    spec = missing_rules_spec(results, imputed, definition)
    assert [row[0] for row in spec.rows][::5] == ["Missing = failure (the trial's rule)", "Multiple imputation"]
    assert len(missing_rules_spec(results, None, definition).rows) == 5
    for text in (missing_rules_sentence(results, definition.arms), *spec.notes, *(c for row in spec.rows for c in row)):
        assert not UNWRITABLE.search(text), text
    assert "6 estimates" in missing_rules_forest(results, imputed, definition).alt
    assert any(note.startswith("4 imputations with seed 1, for the unknown outcomes") for note in spec.notes)


def test_the_sentence_counts_and_bounds(trial, arms, endpoint_of):
    words = missing_rules_sentence(under_rules(whole_population(trial)), arms)
    assert words.startswith("2 patients without a known outcome: over 5 rules the risk difference lies between")
    assert "bound what is possible" in words
    assert missing_rules_sentence((endpoint_of((3, 9), (2, 9)),), arms).startswith("No outcome is missing")


def test_the_note_tells_what_was_corrected(trial, arms):
    imputed = imputed_endpoint(whole_population(trial), EndpointSpec(endpoint="cd4_200"), imputations=4)
    note = imputation_note(replace(imputed, corrected=3), arms)
    assert "in 3 of them an arm had nobody or everybody responding" in note
    assert re.search(r"Of the information on the risk difference \d+% is missing", note)


def test_the_method_says_which_way_values_were_drawn(trial):
    imputed = imputed_endpoint(whole_population(trial), EndpointSpec(endpoint="cd4_200"), imputations=4)
    assert "by data augmentation. Wald variance" in imputation_method(imputed)
    assert "normal approximation to their posterior" in imputation_method(replace(imputed, approximated=True))


counts = st.integers(0, 5).flatmap(lambda n: st.builds(ArmCount, responders=st.integers(0, n), total=st.just(n)))


@given(st.lists(st.tuples(counts, counts), max_size=3), st.integers(0, 2))
@settings(max_examples=60, deadline=None)
def test_any_strata_are_told_written_and_drawn(trial, definition, arms_of_strata, unknown):
    tables = [TwoByTwo(treatment=treatment, reference=reference) for treatment, reference in arms_of_strata]
    made = replace(
        stratified_endpoint(whole_population(trial), EndpointSpec(endpoint="cd4_200"), "enfuvirtide"),
        strata=tuple(
            Stratum(
                value=str(number),
                label=f"level {number}",
                arms={"il2": table.treatment, "control": table.reference},
                risk_difference=newcombe(table),
            )
            for number, table in enumerate(tables)
        ),
        unknown=unknown,
        test=cochran_mantel_haenszel(tables),
        odds_ratio=common_odds_ratio(tables),
        risk_difference=common_risk_difference(tables),
    )
    spec = stratified_spec(made, definition.arms)
    assert [row[0] for row in spec.rows] == [*(stratum.label for stratum in made.strata), "Combined"]
    for text in (stratified_sentence(made, definition.arms), *spec.notes, *(c for row in spec.rows for c in row)):
        assert not UNWRITABLE.search(text), text
    assert len(stratified_forest(made, definition).spec["layout"]["annotations"]) > len(tables)


def test_the_combined_result_is_told(trial, definition):
    found = stratified_endpoint(whole_population(trial), EndpointSpec(endpoint="cd4_200"), "enfuvirtide")
    test = SignificanceTest(name="cochran-mantel-haenszel", convention="chi-squared", p=0.03)
    words = stratified_sentence(replace(found, test=test), definition.arms)
    assert words.startswith("Compared within 2 strata of Enfuvirtide")
    assert "Cochran-Mantel-Haenszel P\u00a0=\u00a00.030. The data are compatible with up to " in words
    assert words.endswith("responders with IL-2: neither a difference nor equality is shown.")
    equal = replace(found, test=test, risk_difference=replace(found.risk_difference, estimate=0.0))
    assert re.search(
        r"the same proportion in both arms \(95% CI [^)]*\); Cochran", stratified_sentence(equal, definition.arms)
    )
