import numpy as np
import pytest

from il2dash.study.reading import load_study, read_study


def at(problem):
    return problem.severity, problem.file, problem.row, problem.column, problem.value


def test_censored_values_stand_at_their_limit(mini_study):
    trial = load_study(mini_study.path)
    rna = trial.measurements[trial.measurements["marker"] == "rna"]
    censored = rna[rna["censoring"] != "none"]
    assert list(zip(censored["subject_id"], censored["value"], censored["censoring"], strict=True)) == [
        ("P01", 50.0, "left"),
        ("P02", 750000.0, "right"),
        ("P04", 50.0, "left"),
        ("P05", 50.0, "left"),
        ("P06", 50.0, "left"),
    ]


def test_a_missing_value_is_no_measurement(mini_study):
    cd4 = load_study(mini_study.path).measurements.query("marker == 'cd4' and subject_id == 'P05'")
    assert cd4["week"].tolist() == [0.0, 6.0]


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "value", "rule", "remedy"),
    [
        ("P01,6,160,410", "P01,6,-160,410", 3, "cd4", "-160", "isn't negative", "Correct"),
        ("P01,6,160,410", "P01,6,160,0", 3, "rna", "0", "log10 scale", "<50"),
        ("P01,6,160,410", 'P01,6,160,"4,9"', 3, "rna", "4,9", "not a comma", "4.9"),
        ("P01,6,160,410", 'P01,6,160,"<4,9"', 3, "rna", "<4,9", "not a comma", "<4.9"),
        ("P01,6,160,410", 'P01,6,160,"410,000"', 3, "rna", "410,000", "thousands", "410000, or 410.000"),
        ("P01,6,160,410", "P01,6,160,410 000", 3, "rna", "410 000", "thousands", "410000"),
        ("P01,6,160,410", "P01,6,high,410", 3, "cd4", "high", "CD4 count is a number", "leave the cell empty"),
        ("P01,6,160,410", "P01,6,160,<", 3, "rna", "<", "is a number", "leave the cell empty"),
        (
            "P01,6,160,410",
            "P01,2008-04-12,160,410",
            3,
            "week",
            "2008-04-12",
            "not a date",
            "(date - date of randomization) / 7",
        ),
        ("P01,6,160,410", "P01,12/04/2008,160,410", 3, "week", "12/04/2008", "not a date", "randomization) / 7"),
        ("P01,6,160,410", "P01,,160,410", 3, "week", "", "always given", "remove the row"),
        ("P01,6,160,410", 'P01,"6,5",160,410', 3, "week", "6,5", "not a comma", "6.5"),
        ("P01,6,160,410", "P01,<6,160,410", 3, "week", "<6", "only a marker's value", "number itself"),
        ("P01,6,160,410", "P99,6,160,410", 3, "subject_id", "P99", "is in subjects.csv", "add the patient"),
        ("P01,6,160,410", ",6,160,410", 3, "subject_id", "", "which patient", "Fill in"),
        ("P01,6,160,410", "P01,12,160,410", 4, "week", "12", "duplicate", "rows 3 and 4 of patient P01"),
        ("P01,6,160,410", "P01,0,160,410", 3, "week", "0", "two baselines", "rows 2 and 3 of patient P01"),
    ],
)
def test_a_faulty_row_is_an_error(mini_study, one_problem, old, new, row, column, value, rule, remedy):
    problem = one_problem(mini_study.replace("visits.csv", old, new))
    assert at(problem) == ("error", "visits.csv", row, column, value)
    assert rule in problem.rule
    assert remedy in problem.remedy


@pytest.mark.parametrize(
    ("text", "value", "censoring", "sign"),
    [("40", 50.0, "left", "<50"), ("<20", 50.0, "left", "<50"), ("800000", 750000.0, "right", ">750000")],
)
def test_a_value_beyond_the_assay_is_censored_with_a_warning(mini_study, one_problem, text, value, censoring, sign):
    problem = one_problem(mini_study.replace("visits.csv", "P01,6,160,410", f"P01,6,160,{text}"))
    assert at(problem) == ("warning", "visits.csv", 3, "rna", text)
    assert sign in problem.remedy
    row = load_study(mini_study.path).measurements.query("subject_id == 'P01' and week == 6 and marker == 'rna'")
    assert row[["value", "censoring"]].to_numpy().tolist() == [[value, censoring]]


def test_a_value_at_the_limit_or_censored_above_it_stays(mini_study):
    mini_study.replace("visits.csv", "P01,6,160,410", "P01,6,160,<400").replace(
        "visits.csv", "P06,6,190,75", "P06,6,190,50"
    )
    rna = load_study(mini_study.path).measurements.query("marker == 'rna' and week == 6").set_index("subject_id")
    assert rna.loc["P01", ["value", "censoring"]].tolist() == [400.0, "left"]
    assert rna.loc["P06", ["value", "censoring"]].tolist() == [50.0, "none"]


def test_a_patient_without_a_value_is_a_warning(mini_study, one_problem):
    mini_study.replace("visits.csv", "P04,0,150,22000\nP04,6,180,<50\n", "P04,0,NA,\n")
    assert at(one_problem(mini_study)) == ("warning", "subjects.csv", 5, "subject_id", "P04")


def test_a_missing_marker_column(mini_study, one_problem):
    assert at(one_problem(mini_study.replace("visits.csv", "cd4,rna", "cd4,vl"))) == (
        "error",
        "visits.csv",
        1,
        "rna",
        None,
    )


def test_times_in_days_and_months(mini_study):
    lines = (mini_study.path / "visits.csv").read_text().splitlines()
    rows = [line.split(",") for line in lines[1:]]
    for unit, factor in (("days", 7), ("months", 7 * 12 / 365.25)):
        text = "\n".join([lines[0], *(",".join([r[0], repr(float(r[1]) * factor), *r[2:]]) for r in rows)])
        mini_study.write("visits.csv", text)
        definition = (mini_study.path / "study.toml").read_text().split("\n[tables.visits]")[0]
        mini_study.write("study.toml", f'{definition}\n[tables.visits]\ntime_unit = "{unit}"\n')
        week = load_study(mini_study.path).measurements.query("marker == 'rna'")["week"]
        np.testing.assert_allclose(week, [float(row[1]) for row in rows], rtol=0, atol=1e-12)


WIDE = """
[[tables.visits.wide]]
marker = "cd4"
week = 0
column = "cd4_0"

[[tables.visits.wide]]
marker = "cd4"
week = 12
column = "cd4_12"

[[tables.visits.wide]]
marker = "rna"
week = 0
column = "rna_0"
"""

WIDE_TABLE = """id,cd4_0,cd4_12,rna_0
P01,100,200,<50
P02,90,,1000
P03,80,75,1000
P04,80,75,1000
P05,80,75,1000
P06,80,75,1000
P07,80,75,1000
P08,80,"7,5",1000
"""


def test_wide_columns_of_their_own_file(mini_study, one_problem):
    mini_study.append("study.toml", '\n[tables.visits]\nfile = "wide.csv"\ncolumns = { subject_id = "id" }\n' + WIDE)
    mini_study.write("wide.csv", WIDE_TABLE)
    assert at(one_problem(mini_study)) == ("error", "wide.csv", 9, "cd4_12", "7,5")
    mini_study.replace("wide.csv", '"7,5"', "7.5")
    measurements = load_study(mini_study.path).measurements
    assert len(measurements) == 8 + 7 + 8
    first = measurements[measurements["subject_id"] == "P01"]
    assert first[["marker", "week", "visit_week", "value", "censoring"]].to_numpy().tolist() == [
        ["cd4", 0.0, 0.0, 100.0, "none"],
        ["cd4", 12.0, 12.0, 200.0, "none"],
        ["rna", 0.0, 0.0, 50.0, "left"],
    ]


def test_a_wide_column_that_is_absent(mini_study, one_problem):
    mini_study.append("study.toml", '\n[tables.visits]\nfile = "wide.csv"\ncolumns = { subject_id = "id" }\n' + WIDE)
    mini_study.write("wide.csv", WIDE_TABLE.replace("cd4_12", "cd412").replace('"7,5"', "7"))
    problem = one_problem(mini_study)
    assert at(problem) == ("error", "wide.csv", 1, "cd4_12", None)
    assert "Did you mean 'cd412'?" in problem.remedy


def test_many_problems_are_listed_to_fifty_and_counted(mini_study):
    rows = "".join(f"X{number},0,1,100\n" for number in range(80))
    reading = read_study(mini_study.append("visits.csv", rows).path)
    assert len(reading.problems) == 80
