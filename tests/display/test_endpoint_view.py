"""Tables and figures of endpoints: every table of responders, and what stands where there is no number."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.display.endpoint_view import effects_spec, endpoints_forest, proportions_figure, proportions_spec
from il2dash.display.icon_array import icon_array

counts = st.integers(0, 12).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@settings(max_examples=60, deadline=None)
@given(treatment=counts, reference=counts)
def test_every_table_is_written_and_drawn(endpoint_of, definition, treatment, reference):
    result = endpoint_of(treatment, reference)
    cells = [
        cell
        for spec in (proportions_spec(result, definition), effects_spec(result))
        for row in spec.rows
        for cell in row
    ]
    for cell in cells:
        assert not {"nan", "inf", "None"} & set(cell.replace("(", " ").replace(")", " ").split()), cell
        assert ".)" not in cell, cell
    filled = [
        sum(color.startswith("#") for color in trace.marker.color)
        for trace in icon_array(definition, result).figure.data
    ]
    for marks, (responders, total) in zip(filled, (treatment, reference), strict=True):
        assert abs(marks - (100 * responders / total if total else 0)) <= 0.5 + 1e-9
    assert proportions_figure(result, definition).alt.count("nobody to count") == (not treatment[1]) + (
        not reference[1]
    )
    assert "1 estimate," in endpoints_forest((result,), definition).alt


def test_an_empty_arm_has_no_percentages(endpoint_of, definition):
    result = endpoint_of((3, 5), (0, 0))
    rows = proportions_spec(result, definition).rows
    assert rows[0] == ("IL-2", "3 / 5", "60.0%", "23.1% to 88.2%", "14.7% to 94.7%", "20.9% to 90.6%", "0")
    assert rows[1] == ("Control", "0 / 0", "nobody to count", "\u2013", "\u2013", "\u2013", "0")
    effects = effects_spec(result).rows
    assert effects[0][1:] == ("not estimable", "\u2013", "Newcombe hybrid score; the reference arm has no patients")


def test_infinite_and_undefined_ratios_are_told(endpoint_of):
    rows = {row[0]: row[1:] for row in effects_spec(endpoint_of((3, 10), (0, 10))).rows}
    assert rows["Risk ratio"][0] == "∞"
    assert rows["Risk ratio"][1].endswith(" to ∞")
    rows = {row[0]: row[1:] for row in effects_spec(endpoint_of((0, 10), (0, 10))).rows}
    assert rows["Risk ratio"][:2] == ("not estimable", "0 to ∞")
    assert "nobody responded in either arm" in rows["Risk ratio"][2]


def test_few_of_many_are_not_nobody(endpoint_of, definition):
    chart = icon_array(definition, endpoint_of((1, 300), (299, 300)))
    texts = [annotation.text for annotation in chart.figure.layout.annotations]
    assert "fewer than 1 of 100" in texts[0]
    assert "more than 99 of 100" in texts[1]
    assert "1 of 300, < 1%" in chart.alt
