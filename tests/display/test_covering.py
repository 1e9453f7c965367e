"""P values are covered wherever they stand, and nothing else is."""

from __future__ import annotations

import ast
import json
import re
from math import nan

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from il2dash.analysis.arm_interaction import arm_interaction
from il2dash.analysis.logistic_model import logistic_model
from il2dash.analysis.model_comparison import model_comparison
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.patient_influence import patient_influence
from il2dash.analysis.population import whole_population
from il2dash.display.chart import Chart, lines, literal
from il2dash.display.covering import COVERED, COVERED_CELL, cover, cover_chart, cover_table, label_exploratory
from il2dash.display.influence_view import influence_figure, influence_sentence, influence_spec
from il2dash.display.interaction_view import interaction_sentence
from il2dash.display.model_view import model_forest, model_sentence, model_spec
from il2dash.display.numbers import NARROW, p_number, p_value
from il2dash.display.tables import TableSpec, table_html
from il2dash.study.reading import load_study

probabilities = st.floats(0, 1) | st.sampled_from([0.0, 0.05, 0.0499999, 0.0500001, 0.001, 0.0995, 0.99, 1.0])
CONTEXTS = (
    "{}",
    "the ratio is 0.61 (95% CI 0.27 to 1.33), {}.",
    "Fisher exact test: {}; 2 degrees of freedom",
    "({})",
    "P012 ({}) or P013",
    "without P012: 0.82<br>{}",
    "{}: IL-2 4 observed",
)


def spec_of(*rows: tuple[str, ...], columns: tuple[str, ...] = ("Name", "Estimate", "P"), **more: object) -> TableSpec:
    return TableSpec(identifier="table", columns=columns, rows=rows, **more)


def chart_of(text: str) -> Chart:
    data = {
        "type": "scatter",
        "x": [0.03, 1.0],
        "y": [None, 2.0],
        "hovertext": ["", text],
        "customdata": [[1, text, 2]],
    }
    layout = {"annotations": [{"text": text, "x": 0}], "xaxis": {"title": {"text": text}}}
    return Chart(spec={"data": [data], "layout": layout}, alt=f"Forest plot. {text}.", name="model")


@settings(max_examples=300, deadline=None)
@example(p=0.05, context="{}")
@given(p=probabilities, context=st.sampled_from(CONTEXTS))
def test_no_digit_of_p_remains(p, context):
    for written in (p_value(p), literal(p_value(p)), p_value(p).replace(NARROW, " "), " ".join(lines(p_value(p), 44))):
        assert cover(context.format(written)) == context.format(COVERED)
        covered = cover_chart(chart_of(context.format(written)))
        assert covered.alt == f"Forest plot. {context.format(COVERED)}."
        assert covered.spec == chart_of(context.format(COVERED)).spec
    table = spec_of(("Age", context.format(p_value(p)), p_number(p)), notes=(context.format(p_value(p)),))
    covered = cover_table(table)
    assert covered.rows == (("Age", context.format(COVERED), COVERED_CELL),)
    assert covered.notes == (context.format(COVERED),)


@settings(max_examples=200, deadline=None)
@given(p=probabilities, context=st.sampled_from(CONTEXTS))
def test_what_is_shown_is_labeled_once(p, context):
    text = context.format(p_value(p))
    labeled = label_exploratory(text)
    assert labeled == context.format(f"exploratory {p_value(p)}")
    assert label_exploratory(labeled) == labeled
    assert label_exploratory(chart_of(text)).spec == chart_of(labeled).spec
    assert cover(labeled) == context.format(f"exploratory {COVERED}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Week 52",
        "P012 to P056, 0.03 of them",
        "Patients: 4 of 28 (14%) and 5 of 28 (18%)",
        "profile penalized-likelihood intervals and penalized likelihood-ratio P. Alone: 3 patients.",
        "One P a visit, not adjusted for their number.",
        "HIV-1 RNA < 50 copies/mL, CD4 > 200",
        "RIP = 3",
        "A flip is a P that crosses 0.05.",
        f"P {p_number(nan)}",
        "<script>P</script>",
    ],
)
def test_a_text_without_p_stays(text):
    assert cover(text) == text
    assert label_exploratory(text) == text
    chart = chart_of(text)
    assert cover_chart(chart) is chart
    table = spec_of((text, text), columns=("P", "Estimate"))
    assert cover_table(table) == table


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet="Pp0123456789.,=<> \u00a0abCD4%()", max_size=40))
def test_only_what_follows_a_p_and_a_sign_is_covered(text):
    if not re.search(r"\bP[ \u00a0]*[=<>][ \u00a0]*\d", text):
        assert cover(text) == text


def test_columns_of_p_are_covered_and_labeled():
    columns = ("P", "Adjusted P", "Alone P", "P value", "Estimate", "P, responders / total", "P crosses 0.05 without")
    cells = ("Vitamin", "0.03", "\u2013", f"<{NARROW}0.001", "0.30", "4 / 28", "none")
    table = spec_of(cells, columns=columns)
    assert cover_table(table).rows == (("Vitamin", "covered", "\u2013", "covered", "0.30", "4 / 28", "covered"),)
    assert cover_table(table).columns == columns
    assert label_exploratory(table).columns == (
        "P",
        "Adjusted exploratory P",
        "Alone exploratory P",
        "Exploratory P value",
        "Estimate",
        "P, responders / total",
        "Exploratory P crosses 0.05 without",
    )
    assert label_exploratory(label_exploratory(table)) == label_exploratory(table)
    assert label_exploratory(table).rows == table.rows


def test_who_makes_p_cross_is_covered():
    words = "Some words. Patients without whom P crosses 0.05: P012 for Age (P = 0.06)."
    assert cover(words) == "Some words. Patients without whom P crosses 0.05: covered."
    assert label_exploratory(words) == (
        "Some words. Patients without whom exploratory P crosses 0.05: P012 for Age (exploratory P = 0.06)."
    )


def test_a_figure_that_others_share_is_not_changed():
    chart = chart_of(p_value(0.03))
    before = json.dumps(chart.spec)
    covered = cover_chart(chart)
    assert json.dumps(chart.spec) == before
    assert covered.name == chart.name
    assert covered.spec["data"][0]["x"] is chart.spec["data"][0]["x"]


@pytest.fixture(scope="module")
def population(repository):
    return whole_population(load_study(repository / "sample_data" / "etoile"))


@pytest.fixture(scope="module")
def spec(population):
    model = population.trial.definition.models[0]
    return ModelSpec(endpoint=EndpointSpec(endpoint=model.endpoint), terms=model.terms)


def test_the_words_of_a_model_say_nothing_of_p_once_covered(population, spec):
    """The words that stay are the same whatever the P values are."""
    model = logistic_model(population, spec)
    influence = patient_influence(population, spec)
    interaction = arm_interaction(population, spec, "gss")
    from dataclasses import replace

    others = replace(model, terms=tuple(replace(term, p=0.5 if term.p < 0.05 else 0.01) for term in model.terms))
    assert cover(model_sentence(others)) == cover(model_sentence(model))
    definition = population.trial.definition
    assert cover_chart(model_forest(others, definition)).spec == cover_chart(model_forest(model, definition)).spec
    comparison = model_comparison(population, spec)
    assert cover_table(model_spec(others, comparison)) == cover_table(model_spec(model, comparison))
    changed = replace(influence, terms=tuple(replace(term, p=0.3, flips=()) for term in influence.terms))
    assert cover(influence_sentence(changed)) == cover(influence_sentence(influence))
    assert cover_table(influence_spec(changed)).rows == cover_table(influence_spec(influence)).rows
    assert (
        cover_chart(influence_figure(changed, definition)).alt
        == cover_chart(influence_figure(influence, definition)).alt
    )
    for p in (0.001, 0.03, 0.5):
        words = interaction_sentence(replace(interaction, test=replace(interaction.test, p=p)))
        assert cover(words) == cover(interaction_sentence(interaction))
    for shown in (
        cover(influence_sentence(influence)),
        table_html(cover_table(influence_spec(influence))),
        json.dumps(cover_chart(influence_figure(influence, definition)).spec),
    ):
        assert not re.search(r"\bP[ \u00a0]*(=|<|>|&lt;|&gt;)[ \u00a0]*\d", shown)


def display_modules(repository):
    return sorted((repository / "il2dash" / "display").glob("*.py"))


def test_only_two_functions_write_a_p_value(repository):
    """Covering knows what `p_value` and `p_number` write: nothing else of this floor may write one."""
    allowed = {"p_value", "p_number", "isnan", "float", "number_cell", "_with_p"}
    found = []
    for path in display_modules(repository):
        if path.name in ("numbers.py", "covering.py"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            where = f"{path.name}:{getattr(node, 'lineno', 0)}"
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.search(r"\bP\s*(=|<|>|&lt;|&gt;)\s*$|\bP\s*(=|<|>)\s*\d", node.value)
                and not is_docstring(tree, node)
            ):
                found.append(f"{where} writes {node.value!r}")
            if isinstance(node, ast.FormattedValue) and is_p(node.value):
                found.append(f"{where} formats a p")
            if isinstance(node, ast.Call) and any(map(is_p, node.args)):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name not in allowed:
                    found.append(f"{where} gives a p to {name}")
            if isinstance(node, ast.Compare) and any(map(is_p, [node.left, *node.comparators])):
                found.append(f"{where} compares a p: words would depend on it")
    assert found == []


def is_p(node: ast.AST) -> bool:
    if isinstance(node, ast.Subscript):
        return is_p(node.value)
    return isinstance(node, ast.Attribute) and node.attr in ("p", "wald_p")


def is_docstring(tree: ast.Module, node: ast.Constant) -> bool:
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef)
    return any(
        isinstance(each, ast.Expr) and each.value is node
        for holder in ast.walk(tree)
        if isinstance(holder, holders)
        for each in holder.body
    )
