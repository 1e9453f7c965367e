import json
import subprocess
import sys

import pytest

from il2dash.cli import main


def test_check_of_a_sound_study(mini_study, capsys):
    assert main(["check", str(mini_study.path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "No problems."


def test_check_with_a_warning_alone(mini_study, capsys):
    mini_study.replace("visits.csv", "P01,6,160,410", "P01,6,160,40")
    assert main(["check", str(mini_study.path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 warning."


def test_check_with_an_error(mini_study, capsys):
    mini_study.replace("visits.csv", "P01,6,160,410", "P01,6,-160,410")
    assert main(["check", str(mini_study.path)]) == 1
    out = capsys.readouterr().out
    assert "error: visits.csv, row 3, cd4: CD4 count isn't negative. Found '-160'." in out
    assert out.splitlines()[-1] == "1 error."


def test_check_of_nothing(tmp_path, capsys):
    assert main(["check", str(tmp_path / "nowhere")]) == 1
    assert "There is no such file or folder" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["chek"], ["check"]])
def test_a_wrong_usage(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_as_a_module(mini_study, repository):
    done = subprocess.run(
        [sys.executable, "-m", "il2dash", "check", str(mini_study.path)],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Patients: 8" in done.stdout


def test_results_as_json_and_as_text(mini_study, capsys):
    assert (
        main(["results", str(mini_study.path), "--json", "--filter", "enfuvirtide=1", "--missing", "best_worst"]) == 0
    )
    document = json.loads(capsys.readouterr().out)
    assert document["population"]["filters"] == ["enfuvirtide=1"]
    assert document["population"]["standing"] == "exploratory"
    assert document["endpoints"][0]["missing_rule"] == "best_worst"
    assert main(["results", str(mini_study.path)]) == 0
    out = capsys.readouterr().out
    assert "Synthetic data: no row is a patient." in out
    assert "2 of 4 (50%) with IL-2 and 1 of 4 (25%) with Control" in out


def test_results_of_an_unknown_filter_is_a_sentence(mini_study, capsys):
    assert main(["results", str(mini_study.path), "--filter", "height=180"]) == 1
    assert "the study has no such variable" in capsys.readouterr().err


def test_results_of_a_study_with_an_error(mini_study, capsys):
    mini_study.replace("visits.csv", "P01,6,160,410", "P01,6,-160,410")
    assert main(["results", str(mini_study.path), "--json"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "visits.csv, row 3, cd4" in captured.err


def test_synthesize_says_what_it_wrote(tmp_path, capsys):
    assert main(["synthesize", "--out", str(tmp_path / "made")]) == 0
    assert "all 28 published figures met" in capsys.readouterr().out
