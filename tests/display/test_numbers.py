"""Rounding, signs and words of numbers, at the places where a reader would be misled."""

from __future__ import annotations

import re
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2dash.analysis.estimate import Interval
from il2dash.display.numbers import (
    INFINITY,
    NO_NUMBER,
    NOT_ESTIMABLE,
    amount,
    bounds,
    bounds_cell,
    capitalized,
    compact,
    count,
    decimal,
    level,
    listed,
    number_cell,
    or_none,
    p_number,
    p_value,
    percent,
    places_of,
    points,
    ratio,
    sentence_of,
    signed,
    significant,
    together,
    week_number,
    week_options,
    with_bounds,
    with_known_bounds,
    within,
)

NUMBER = re.compile(r"\u2212?\d+(\.\d+)?\Z")


def interval(lower: float, upper: float, reason: str = "") -> Interval:
    return Interval(lower=lower, upper=upper, level=0.95, method="newcombe", reason=reason)


@pytest.mark.parametrize(
    ("value", "places", "written"),
    [
        (64.5, 0, "65"),
        (65.5, 0, "66"),
        (-64.5, 0, "\u221265"),
        (100 * 0.145, 0, "15"),
        (-0.04, 1, "0.0"),
        (0.0, 2, "0.00"),
        (-3.14159, 2, "\u22123.14"),
        (nan, 1, "not estimable"),
        (inf, 1, "∞"),
        (-inf, 1, "\u2212∞"),
        (1e300, 2, f"{1e300:.0f}"),
    ],
)
def test_decimals_are_rounded_half_up_with_a_true_minus(value, places, written):
    assert decimal(value, places) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (999.96, "1,000.0"),
        (12345.64, "12,345.6"),
        (0.04, "0.0"),
        (float("nan"), NOT_ESTIMABLE),
        (float("inf"), INFINITY),
    ],
)
def test_a_sum_has_its_thousands_apart(value, written):
    assert amount(value) == written


@given(st.floats(min_value=-1e9, max_value=1e9), st.integers(0, 4))
def test_a_decimal_is_a_number_within_half_a_unit(value, places):
    text = decimal(value, places)
    assert NUMBER.match(text)
    assert abs(float(text.replace("\u2212", "-")) - value) <= 0.5 * 10.0**-places * (1 + 1e-6) + 1e-11 * abs(value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.868, "0.868"),
        (0.8194, "0.819"),
        (9.996, "10.0"),
        (0.09996, "0.100"),
        (999.6, "1000"),
        (-0.12345, "\u22120.123"),
    ],
)
def test_three_significant_digits_survive_a_carry(value, written):
    assert significant(value) == written


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ((4.87, 4.52, 5.31), ["4.9", "4.5", "5.3"]),
        ((64.0, 20.4, 118.2), ["64", "20", "118"]),
        ((43.0, 38.25, 48.75), ["43", "38", "49"]),
        ((0.85, 0.7, 1.02), ["0.85", "0.70", "1.02"]),
        ((3.0, 4.0, 8.0), ["3", "4", "8"]),
        ((-2.31, -3.02), ["\u22122.3", "\u22123.0"]),
        ((0.0421, 0.031), ["0.042", "0.031"]),
        ((nan, inf), ["not estimable", "∞"]),
    ],
)
def test_values_of_one_quantity_have_the_same_decimals(values, written):
    assert together(*values) == written


def test_places_need_no_value():
    assert places_of() == 0


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"), (50.0, "50"), (0.5, "0.5"), (-1.5, "\u22121.5"), (123456.5, "123456.5"), (1e6, "1,000,000"),
        (1e-5, "0.00001"), (nan, "not estimable"),
    ],
)  # fmt: skip
def test_compact_writes_a_threshold_as_it_was_written(value, written):
    assert compact(value) == written


@pytest.mark.parametrize(
    ("proportion", "places", "written"),
    [
        (0.0, 0, "0%"), (1.0, 0, "100%"), (0.004, 0, "< 1%"), (0.996, 0, "> 99%"), (0.0004, 1, "< 0.1%"),
        (0.9999, 1, "> 99.9%"), (0.145, 0, "15%"), (0.145, 1, "14.5%"), (nan, 0, "not estimable"),
    ],
)  # fmt: skip
def test_zero_and_hundred_percent_are_said_of_nobody_and_everybody_only(proportion, places, written):
    assert percent(proportion, places) == written


@given(st.integers(1, 2000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_a_percentage_of_patients_is_never_wrong(counted):
    responders, total = counted
    text = percent(responders / total)
    assert (text == "0%") == (responders == 0)
    assert (text == "100%") == (responders == total)


def test_a_difference_that_rounds_to_zero_has_no_sign():
    assert [points(0.0004), points(-0.0004), points(0.125, 0), points(-0.0357)] == ["0.0", "0.0", "+13", "\u22123.6"]
    assert [signed(0.3, 0), signed(0.6, 0), signed(nan)] == ["0", "+1", "not estimable"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.868, "0.868"), (1.0, "1.00"), (0.0, "0"), (inf, "∞"), (1e-5, "< 0.001"), (1e5, "> 9999"), (321.4, "321"),
        (nan, "not estimable"),
    ],
)  # fmt: skip
def test_a_ratio_has_three_digits_or_is_a_bound(value, written):
    assert ratio(value) == written


@pytest.mark.parametrize(
    ("p", "written"),
    [
        (0.0504, "0.0504"), (0.0496, "0.0496"), (0.04999, "0.04999"), (0.05, "0.050"), (0.0512, "0.051"),
        (0.0994, "0.099"), (0.0995, "0.10"), (0.27, "0.27"), (0.0026, "0.003"), (0.001, "0.001"),
        (0.00099, "<\u00a00.001"), (0.994, ">\u00a00.99"), (1.0, ">\u00a00.99"), (nan, "not estimable"),
    ],
)  # fmt: skip
def test_p_is_written_so_that_its_side_of_a_cut_is_seen(p, written):
    assert p_number(p) == written


@given(st.floats(min_value=0.001, max_value=0.99).filter(lambda p: abs(p - 0.05) > 1e-6))
def test_a_written_p_lies_on_its_own_side_of_the_cut(p):
    assert (float(p_number(p)) < 0.05) == (p < 0.05)


def test_p_has_its_letter():
    assert [p_value(p).replace("\u00a0", " ") for p in (1.0, 0.27, 1e-9, nan)] == [
        "P > 0.99",
        "P = 0.27",
        "P < 0.001",
        "P not estimable",
    ]


def test_bounds_tell_what_is_not_there():
    assert bounds(interval(0.0, inf), ratio) == "0 to ∞"
    assert bounds(interval(nan, nan)) == "not estimable"
    assert bounds(interval(nan, nan, "The reference arm has no patients.")) == (
        "not estimable (the reference arm has no patients)"
    )
    assert bounds(interval(nan, 2.0, "no convergence")) == "up to 2.0, lower bound not found (no convergence)"
    assert bounds(interval(2.0, nan)) == "from 2.0, upper bound not found"


def test_an_estimate_stands_beside_its_interval():
    known, missing = interval(0.5, 2.0), interval(nan, nan, "nobody responded")
    assert with_bounds(1.0, known, ratio) == with_known_bounds(1.0, known, ratio) == "1.00 (0.500 to 2.00)"
    assert with_bounds(1.0, missing, ratio) == "1.00 (not estimable (nobody responded))"
    assert with_known_bounds(1.0, missing, ratio) == "1.00"
    assert [with_bounds(nan, missing, ratio), with_bounds(nan, missing, ratio, without="none")] == [
        "not estimable",
        "none",
    ]
    assert [number_cell(1.0, ratio), number_cell(nan, ratio)] == ["1.00", NO_NUMBER]
    assert [bounds_cell(known, ratio), bounds_cell(missing, ratio)] == ["0.500 to 2.00", NO_NUMBER]


def test_a_week_has_one_decimal_unless_another_reads_alike():
    assert [week_number(week) for week in (0.0, 12.0, 8.696428571, 104.25)] == ["0", "12", "8.7", "104.2"]
    weeks = [0.0, 8.696428571428571, 12.0, 24.04, 24.0]
    assert week_options(weeks) == dict(zip(weeks, ["0", "8.7", "12", "24.04", "24"], strict=True))


def test_small_words():
    assert listed(["a", "b", "c"], "or") == "a, b or c"
    assert [capitalized(words) for words in ("", "no patients", "IL-2")] == ["", "No patients", "IL-2"]
    assert level(interval(0, 1)) == "95% CI"
    said = [count(number, "patient") for number in (0, 1, 2, 1900)]
    assert said == ["no patients", "1 patient", "2 patients", "1,900 patients"]
    assert [or_none(0), or_none(0, "nobody"), or_none(7), or_none(1900)] == ["none", "nobody", "7", "1,900"]
    assert [listed(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    ("reason", "inside", "alone"),
    [
        (
            "The reference arm has no patients.",
            "the reference arm has no patients",
            "The reference arm has no patients.",
        ),
        ("no event in either arm", "no event in either arm", "No event in either arm."),
        ("Boschloo's test isn't computed", "Boschloo's test isn't computed", "Boschloo's test isn't computed."),
        ("Thealogy", "Thealogy", "Thealogy."),
        ("", "", ""),
    ],
)
def test_a_reason_fits_into_a_sentence_and_stands_alone(reason, inside, alone):
    assert within(reason) == inside
    assert sentence_of(reason) == alone
