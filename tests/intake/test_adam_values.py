import pytest

from il2dash.intake.adam_values import finding_values, label_and_unit
from tests.intake.adam_tables import raw


def read(rows, *, param="HIV-1 RNA (copies/mL)", header="AVAL,AVALC"):
    text = "\n".join([f"USUBJID,PARAMCD,PARAM,{header}", *(f"1,P,{param},{row}" for row in rows)])
    value, stand_in, problems = finding_values(raw("adlb.csv", text))
    return list(value), list(stand_in), [(p.severity, p.row, p.value) for p in problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [("<50", "<50"), ("< 50", "< 50"), ("<=50", "<50"), ("<50 copies/mL", "<50"), (">750000", ">750000")],
)
def test_a_limit(text, value):
    values, stand_in, problems = read([f"25,{text}"])
    assert (values[0].replace(" ", ""), stand_in, problems) == (value.replace(" ", ""), [True], [])


def test_below_the_limit_that_the_other_records_name():
    assert read(["25,BLQ", ",Not detected", "25,<50", "300,300"]) == (
        ["<50", "<50", "<50", "300"],
        [True, False, True, False],
        [],
    )


def test_below_a_limit_that_nothing_names():
    values, stand_in, problems = read(["25,BLQ", ",BLQ", "300,300"])
    assert (values, stand_in) == (["25", "", "300"], [False] * 3)
    assert problems == [("warning", 3, "BLQ"), ("warning", 2, "BLQ")]


def test_a_limit_of_the_unlogged_value():
    assert read(["1.69897,<50", "4.2,4.2", "1.3,<1.7"], param="HIV-1 RNA (log10 copies/mL)")[0] == [
        "<1.69897",
        "4.2",
        "<1.7",
    ]


def test_a_parameter_whose_numbers_are_texts():
    assert read(["250", "<50"], header="AVALC") == (["250", "<50"], [False, False], [])


def test_a_text_without_a_number_is_told_once():
    values, _, problems = read([",NOT DONE", ",NOT DONE", "7,7"])
    assert (values, problems) == (["", "", "7"], [("warning", 2, "NOT DONE")])


@pytest.mark.parametrize(
    ("param", "unit", "expected"),
    [
        ("CD4+ Cells (cells/uL)", "", ("CD4+ Cells", "cells/uL")),
        ("CD4+ Cells (cells/uL)", "cells/uL", ("CD4+ Cells", "cells/uL")),
        ("Pressure (mmHg (sitting))", "", ("Pressure", "mmHg (sitting)")),
        ("Weight", "kg", ("Weight", "kg")),
        ("Pressure (sitting)", "mmHg", ("Pressure (sitting)", "mmHg")),
    ],
)
def test_the_name_and_the_unit(param, unit, expected):
    assert label_and_unit(raw("a.csv", f"USUBJID,PARAMCD,PARAM,AVALU\n1,P,{param},{unit}")) == expected
