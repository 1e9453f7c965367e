from il2dash.study.check_report import check_report
from il2dash.study.reading import read_study


def report(study):
    return check_report(read_study(study.path)).splitlines()


def test_what_was_read(mini_study):
    lines = report(mini_study)
    assert lines[0] == f"Study: Mini trial ({mini_study.path}, synthetic data)"
    assert lines[1:5] == [
        "subjects: subjects.csv, 8 rows",
        "visits: visits.csv, 25 rows",
        "events: events.csv, 3 rows",
        "doses: doses.csv, 4 rows",
    ]
    assert lines[5:10] == [
        "Patients: 8 (Control 4 (reference); IL-2 4)",
        "CD4 count: 24 values of 8 patients, 3 at no planned visit",
        "HIV-1 RNA: 25 values of 8 patients, 4 below a limit, 1 above a limit, 3 at no planned visit",
        "Events: 3 (aids 1, death 1, adverse 1)",
        "Doses: 4 cycles of 3 patients",
    ]
    assert lines[-1] == "No problems."


def test_problems_and_their_count(mini_study):
    mini_study.replace("subjects.csv", "P01,control", "P01,contrl")
    mini_study.replace("visits.csv", "P01,6,160,410", "P01,6,160,40").replace("events.csv", "aids", "hiv")
    lines = report(mini_study)
    assert lines[-1] == "2 errors, 1 warning."
    assert [line.split(":")[0] for line in lines[-5:-2]] == ["error", "error", "warning"]
    assert "Patients:" not in "\n".join(lines)


def test_a_definition_that_is_not_understood(mini_study):
    lines = report(mini_study.write("study.toml", "[study\n"))
    assert lines[0] == f"Study: {mini_study.path}"
    assert lines[-1] == "1 error."
