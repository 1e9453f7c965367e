import numpy as np
import pandas as pd
import pytest

from il2dash.study.values import Fault, is_missing, parse_numbers, whole_number_text


def parsed(text):
    numbers = parse_numbers(pd.Series([text], dtype="str"))
    return numbers.value[0], numbers.censoring[0], Fault(numbers.fault[0])


@pytest.mark.parametrize(
    ("text", "value", "censoring"),
    [
        ("52", 52, 0),
        ("4.9", 4.9, 0),
        ("-1", -1, 0),
        ("+3", 3, 0),
        (".5", 0.5, 0),
        ("5.", 5, 0),
        ("1e5", 1e5, 0),
        ("<50", 50, -1),
        ("< 50", 50, -1),
        (">750000", 750000, 1),
        (">  7.5E5", 750000, 1),
    ],
)
def test_numbers(text, value, censoring):
    assert parsed(text) == (value, censoring, Fault.NONE)


@pytest.mark.parametrize("text", ["", "NA", "na", ".", "nan", "NaN"])
def test_missing(text):
    value, censoring, fault = parsed(text)
    assert np.isnan(value)
    assert (censoring, fault) == (0, Fault.NONE)
    assert is_missing(pd.Series([text], dtype="str")).tolist() == [True]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("4,9", Fault.DECIMAL_COMMA),
        (",5", Fault.DECIMAL_COMMA),
        ("1,234", Fault.THOUSANDS),
        ("1,234,567.8", Fault.THOUSANDS),
        ("750 000", Fault.THOUSANDS),
        ("2008-03-01", Fault.DATE),
        ("2008-03-01 12:30:00", Fault.DATE),
        ("01/03/2008", Fault.DATE),
        ("1.3.08", Fault.DATE),
        ("01MAR2008", Fault.DATE),
        ("1-Mar-2008", Fault.DATE),
        ("inf", Fault.TEXT),
        ("1e999", Fault.TEXT),
        ("1_000", Fault.TEXT),
        ("0x1F", Fault.TEXT),
        ("<=50", Fault.TEXT),
        ("<<50", Fault.TEXT),
        ("50 copies", Fault.TEXT),
        ("٤", Fault.TEXT),
        ("-", Fault.TEXT),
    ],
)
def test_faults(text, fault):
    value, _, found = parsed(text)
    assert np.isnan(value)
    assert found == fault


def test_rows_keep_their_places():
    numbers = parse_numbers(pd.Series(["1", "", "x", "<50", "1"], dtype="str"))
    np.testing.assert_array_equal(numbers.value, [1, np.nan, np.nan, 50, 1])
    np.testing.assert_array_equal(numbers.known, [True, False, False, True, True])
    np.testing.assert_array_equal(numbers.fault == Fault.TEXT, [False, False, True, False, False])


def test_an_empty_column():
    assert parse_numbers(pd.Series([], dtype="str")).value.shape == (0,)


@pytest.mark.parametrize(
    ("text", "code"), [("1.0", "1"), ("1", "1"), ("1.5", "1.5"), ("01", "01"), ("A.0", "A.0"), ("-2.00", "-2")]
)
def test_whole_number_text(text, code):
    assert whole_number_text(text) == code
