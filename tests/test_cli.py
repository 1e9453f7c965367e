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
