import csv
import dataclasses
import random

import numpy as np
import openpyxl
import pytest

from il2dash.errors import StudyError
from il2dash.study.problems import listing
from il2dash.study.reading import load_study, read_study

TABLES = ("subjects", "visits", "events", "doses")


def rows_of(study, table):
    with (study.path / f"{table}.csv").open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def as_workbook(study, name="trial.xlsx"):
    """Move a study's tables into a workbook, numbers as numbers."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for table in TABLES:
        sheet = workbook.create_sheet(table)
        for row in rows_of(study, table):
            sheet.append(
                [float(cell) if cell.replace(".", "", 1).lstrip("-").isdigit() else cell or None for cell in row]
            )
        (study.path / f"{table}.csv").unlink()
    workbook.save(study.path / name)
    workbook.close()
    return study


def test_the_mini_study(mini_study):
    reading = read_study(mini_study.path)
    assert reading.problems == ()
    assert [(table.name, table.file, table.rows) for table in reading.tables] == [
        ("subjects", "subjects.csv", 8),
        ("visits", "visits.csv", 25),
        ("events", "events.csv", 3),
        ("doses", "doses.csv", 4),
    ]
    assert all(table.columns_ignored == () for table in reading.tables)
    trial = reading.trial
    assert list(trial.measurements.columns) == ["subject_id", "week", "visit_week", "marker", "value", "censoring"]
    assert list(trial.events.columns) == ["subject_id", "week", "category", "term", "grade"]
    assert list(trial.doses.columns) == ["subject_id", "cycle", "week", "dose_miu"]


def test_visit_weeks_of_the_mini_study(mini_study):
    cd4 = (
        load_study(mini_study.path)
        .measurements.query("marker == 'cd4'")
        .set_index(["subject_id", "week"])["visit_week"]
    )
    np.testing.assert_array_equal(cd4.loc["P02"], [np.nan, 0, 6, 12])  # -1 gives way to 0; 12.5 stands for 12
    np.testing.assert_array_equal(cd4.loc["P03"], [0, 6, np.nan, 12])  # 5 and 7 are equally close to 6: the earlier
    np.testing.assert_array_equal(cd4.loc["P07"], [0, np.nan, 6, 12])  # 2 is nearer to the baseline than to 6


def test_an_exact_window(mini_study):
    mini_study.replace("study.toml", "schedule = [0, 6, 12]", 'schedule = [0, 6, 12]\nwindow = "exact"')
    cd4 = (
        load_study(mini_study.path)
        .measurements.query("marker == 'cd4'")
        .set_index(["subject_id", "week"])["visit_week"]
    )
    np.testing.assert_array_equal(cd4.loc["P02"], [np.nan, 0, 6, np.nan])


def test_ignored_columns_are_named(mini_study):
    mini_study.replace("doses.csv", "dose_miu", "dose_miu,site").replace("doses.csv", "2,45", "2,45,x")
    text = (
        (mini_study.path / "doses.csv")
        .read_text()
        .replace("6,45", "6,45,")
        .replace("2,36", "2,36,")
        .replace("P08,1,2,", "P08,1,2,,")
    )
    reading = read_study(mini_study.write("doses.csv", text).path)
    assert reading.problems == ()
    assert reading.tables[3].columns_ignored == ("site",)


def test_only_subjects_are_needed(mini_study):
    text = (mini_study.path / "study.toml").read_text()
    head, rest = text.split("[visits]")
    covariates = rest[rest.index("[[covariates]]") : rest.index("[[endpoints]]")]
    recorded = '[[endpoints]]\nid = "well"\nlabel = "Well"\nrule = "recorded"\ncolumn = "well"\n'
    mini_study.write("study.toml", head.replace("primary_week = 12\n", "") + covariates + recorded)
    mini_study.remove("visits.csv", "events.csv", "doses.csv")
    trial = load_study(mini_study.path)
    assert trial.measurements.empty
    assert (trial.events, trial.doses) == (None, None)


def test_visits_without_a_described_marker_are_a_warning(mini_study):
    text = (mini_study.path / "study.toml").read_text()
    start, end = text.index("[markers.cd4]"), text.index("[[covariates]]")
    text = text[:start] + text[end:]
    text = text[: text.index("[[endpoints]]")]
    problems = read_study(mini_study.write("study.toml", text).path).problems
    assert [(problem.severity, problem.file) for problem in problems] == [("warning", "visits.csv")]


def test_markers_without_visits(mini_study, one_problem):
    problem = one_problem(mini_study.remove("visits.csv"))
    assert (problem.severity, problem.file, problem.column) == ("error", "study.toml", "markers")


def test_a_described_table_that_is_absent_names_the_files_there(mini_study, one_problem):
    mini_study.append("study.toml", '\n[tables.events]\nfile = "event.csv"\n')
    problem = one_problem(mini_study)
    assert (problem.severity, problem.file) == ("error", "event.csv")
    assert "doses.csv, events.csv" in problem.remedy


def test_problems_of_every_file_come_at_once_and_errors_first(mini_study):
    mini_study.replace("study.toml", 'endpoint = "cd4_200"', 'endpoint = "nothing"')
    mini_study.replace("subjects.csv", "P01,control", "P01,contrl")
    mini_study.replace("visits.csv", "P01,6,160,410", "P01,6,-160,40")
    mini_study.replace("events.csv", "aids", "hiv").replace("doses.csv", "P05,2,6", "P05,1,6")
    problems = read_study(mini_study.path).problems
    assert [(problem.severity, problem.file) for problem in problems] == [
        ("error", "study.toml"),
        ("error", "subjects.csv"),
        ("error", "visits.csv"),
        ("error", "events.csv"),
        ("error", "doses.csv"),
        ("warning", "visits.csv"),
    ]


def test_load_study_raises_with_every_problem(mini_study):
    mini_study.replace("subjects.csv", "P01,control", "P01,contrl").replace("events.csv", "aids", "hiv")
    with pytest.raises(StudyError, match="can't be read") as raised:
        load_study(mini_study.path)
    assert "subjects.csv, row 2, arm" in str(raised.value)
    assert "events.csv, row 2, category" in str(raised.value)


def test_fifty_are_listed_and_the_rest_counted(mini_study):
    mini_study.append("visits.csv", "".join(f"X{number},0,1,100\n" for number in range(80)))
    lines = listing(read_study(mini_study.path).problems).splitlines()
    assert len(lines) == 51
    assert lines[-1] == "... and 30 more of 80 problems."


def test_the_fingerprint_is_the_content_s(mini_study):
    expected = load_study(mini_study.path).fingerprint
    assert expected.startswith("sha256:")
    assert len(expected) == 7 + 64
    shuffle = random.Random(1)
    for table in TABLES:
        header, *rows = rows_of(mini_study, table)
        order = shuffle.sample(range(len(header)), len(header))
        shuffle.shuffle(rows)
        text = "\r\n".join(",".join(f'"{row[position]}"' for position in order) for row in [header, *rows])
        mini_study.write(f"{table}.csv", b"\xef\xbb\xbf" + text.encode())
    assert load_study(mini_study.path).fingerprint == expected
    assert load_study(as_workbook(mini_study).path).fingerprint == expected


def test_the_fingerprint_does_not_depend_on_the_place_of_the_tables(mini_study):
    expected = load_study(mini_study.path).fingerprint
    as_workbook(mini_study, "a.xlsx")
    (mini_study.path / "b.xlsx").write_bytes((mini_study.path / "a.xlsx").read_bytes())
    sheets = "".join(f'[tables.{table}]\nfile = "b.xlsx"\nsheet = "{table}"\n' for table in TABLES)
    mini_study.append("study.toml", "\n" + sheets)
    assert load_study(mini_study.path).fingerprint == expected


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("visits.csv", "P01,6,160,410", "P01,6,161,410"),
        ("visits.csv", "P01,12,210,<50", "P01,12,210,50"),
        ("visits.csv", "P01,6,160,410", "P01,6.5,160,410"),
        ("subjects.csv", "P01,control,41", "P01,control,42"),
        ("subjects.csv", "P05,il2", "P05,control"),
        ("events.csv", "Fever", "Rash"),
        ("doses.csv", "P06,1,2,36", "P06,1,2,"),
        ("study.toml", "threshold = 200", "threshold = 150"),
    ],
)
def test_another_content_has_another_fingerprint(mini_study, file, old, new):
    before = load_study(mini_study.path).fingerprint
    assert load_study(mini_study.replace(file, old, new).path).fingerprint != before


def test_a_trial_is_frozen(mini_study):
    trial = load_study(mini_study.path)
    with pytest.raises(dataclasses.FrozenInstanceError):
        trial.excluded = 3


def test_no_damage_raises(mini_study):
    """Scramble cells, and empty or repeat lines, of every file: the answer is a reading, with or without a trial."""
    generator = random.Random(20090717)
    originals = {path.name: path.read_text() for path in mini_study.path.iterdir()}
    scraps = ["", "NA", "-1", "<", ">x", "1e999", "2008-03-01", '"', ",", "P01", "aids", "[", "=", "\n", "\0", "é", "0"]
    read = 0
    for _ in range(250):
        name = generator.choice(sorted(originals))
        lines = originals[name].split("\n")
        for _ in range(generator.randint(1, 3)):
            number = generator.randrange(len(lines))
            cells = lines[number].split(",")
            cells[generator.randrange(len(cells))] = generator.choice(scraps)
            lines[number] = generator.choice([",".join(cells), "", lines[number] * 2, lines[number - 1]])
        mini_study.write(name, "\n".join(lines))
        reading = read_study(mini_study.path)
        assert (reading.trial is None) == any(problem.severity == "error" for problem in reading.problems)
        read += reading.trial is not None
        mini_study.write(name, originals[name])
    assert 0 < read < 250
