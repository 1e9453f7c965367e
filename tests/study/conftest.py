"""How the tests of the study floor look at problems: by their place, and by their words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from il2dash.study.problems import Problem
from il2dash.study.reading import read_study


@pytest.fixture
def one_problem() -> Callable[..., Problem]:
    """Return a function that reads a study and returns its only problem."""

    def read(study) -> Problem:
        reading = read_study(study.path)
        assert len(reading.problems) == 1, "\n".join(str(problem) for problem in reading.problems)
        problem = reading.problems[0]
        assert (reading.trial is None) == (problem.severity == "error")
        return problem

    return read
