"""What is remembered of answers, and of what they are answers to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import sleep

import pytest

from il2dash.analysis.model_comparison import model_comparison
from il2dash.analysis.model_data import ModelSpec
from il2dash.analysis.outcome import EndpointSpec
from il2dash.analysis.population import parse_filter, select_population, whole_population
from il2dash.study.reading import read_study
from il2dash.ui import compute, studies
from il2dash.ui.memory import Memory
from il2dash.ui.served_study import ServedStudy
from tests.processes import PATIENCE


def test_the_longest_unused_is_forgotten_first():
    memory = Memory(2)
    asked = []

    def answer(question):
        return memory.recall(question, lambda: asked.append(question) or question.upper())

    assert [answer(question) for question in "abab"] == ["A", "B", "A", "B"]
    assert asked == ["a", "b"]
    answer("a")
    answer("c")  # b is the longest unused
    answer("a")
    assert asked == ["a", "b", "c"]
    answer("b")
    assert asked == ["a", "b", "c", "b"]


def test_none_is_an_answer():
    memory, asked = Memory(2), []
    for _ in range(2):
        assert memory.recall("question", lambda: asked.append(1)) is None
    assert asked == [1]


def test_an_exception_is_not_kept():
    memory = Memory(2)

    def fail():
        raise ValueError("not now")

    with pytest.raises(ValueError, match="not now"):
        memory.recall("question", fail)
    assert memory.recall("question", lambda: "later") == "later"
    assert memory.recall("question", fail) == "later"


def test_who_asks_meanwhile_waits_for_the_answer():
    memory, begun, go_on, asked = Memory(10), Event(), Event(), []

    def work():
        asked.append(1)
        begun.set()
        assert go_on.wait(PATIENCE)
        return object()

    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(memory.recall, "question", work)
        assert begun.wait(PATIENCE)
        others = [threads.submit(memory.recall, "question", work) for _ in range(2)]
        assert memory.recall("another question", lambda: "at once") == "at once"
        go_on.set()
        assert {first.result(), *(other.result() for other in others)} == {first.result()}
    assert asked == [1]


def test_who_waited_for_nothing_finds_it_out():
    memory, begun, go_on = Memory(10), Event(), Event()

    def fail():
        begun.set()
        assert go_on.wait(PATIENCE)
        raise ValueError("not now")

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(memory.recall, "question", fail)
        assert begun.wait(PATIENCE)
        second = threads.submit(memory.recall, "question", lambda: "later")
        go_on.set()
        assert second.result() == "later"
        with pytest.raises(ValueError, match="not now"):
            first.result()


def test_two_threads_alone_never_wait_for_each_other_and_end_with_one_answer():
    """Each is inside its own work when the other begins: neither holds the lock meanwhile."""
    memory, both_inside = Memory(10), Barrier(2, timeout=PATIENCE)

    def work():
        both_inside.wait()
        return object()

    with ThreadPoolExecutor(2) as threads:
        found = [
            future.result()
            for future in [threads.submit(memory.recall, "question", work, alone=True) for _ in range(2)]
        ]
    assert memory.recall("question", lambda: pytest.fail("it is known")) in found


def test_many_threads_forget_and_find_without_a_wrong_answer():
    memory = Memory(3)

    def ask(number):
        return [
            memory.recall((number + step) % 7, lambda value=(number + step) % 7: value * value) for step in range(50)
        ]

    with ThreadPoolExecutor(8) as threads:
        for number, answers in enumerate(threads.map(ask, range(16))):
            assert answers == [((number + step) % 7) ** 2 for step in range(50)]


@pytest.fixture
def etoile(repository):
    return read_study(repository / "sample_data" / "etoile").trial


@pytest.fixture
def counted(etoile):
    """Give an analysis that is remembered, and the calls that reached it."""
    calls = []
    served = ServedStudy(trial=etoile, problems=())

    def analysis(patients, marker, *, week=0, progress=None):
        calls.append((patients.trial.fingerprint, tuple(map(str, patients.filters)), marker, week))
        if progress is not None:
            progress(1.0)
        return object()

    with studies.looking_at(served):
        yield compute.remembered(analysis), calls


def test_who_is_told_the_progress_does_not_matter(etoile, counted):
    recalled, calls = counted
    patients, told = whole_population(etoile), []
    first = recalled(patients, "cd4", progress=told.append)
    assert recalled(patients, "cd4", progress=lambda _: pytest.fail("nothing is worked on")) is first
    assert recalled(patients, "cd4") is first
    assert (len(calls), told) == (1, [1.0])


def test_another_question_has_another_answer(etoile, counted):
    recalled, calls = counted
    everybody = whole_population(etoile)
    some = select_population(etoile, (parse_filter(etoile, "gss=0"),))
    others = select_population(etoile, (parse_filter(etoile, "gss=1"),))
    answers = [
        recalled(everybody, "cd4"),
        recalled(everybody, "rna"),
        recalled(everybody, "cd4", week=52),
        recalled(some, "cd4"),
        recalled(others, "cd4"),
    ]
    assert len(set(map(id, answers))) == len(calls) == 5
    same = select_population(etoile, (parse_filter(etoile, "gss=0"),))
    assert recalled(same, "cd4") is answers[3]


def test_two_trials_never_share(etoile, mini_study, counted):
    recalled, calls = counted
    other = read_study(mini_study.path).trial
    changed = read_study(mini_study.replace("subjects.csv", "P01,control,41", "P01,control,42").path).trial
    answers = [recalled(whole_population(trial), "cd4") for trial in (etoile, other, changed)]
    assert len({fingerprint for fingerprint, *_ in calls}) == 3
    assert len(set(map(id, answers))) == 3


def test_answers_are_found_out_one_at_a_time():
    memory, inside, most = Memory(100), [], []

    def work():
        inside.append(1)
        most.append(len(inside))
        sleep(0.002)
        inside.pop()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda question: memory.recall(question, work), range(40)))
    assert most == [1] * 40


def test_who_waits_too_long_for_a_turn_goes_ahead(monkeypatch):
    monkeypatch.setattr("il2dash.ui.memory.PATIENCE", 0.01)
    memory, begun, go_on = Memory(10), Event(), Event()

    def long():
        begun.set()
        assert go_on.wait(PATIENCE)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(memory.recall, "long", long)
        assert begun.wait(PATIENCE)
        assert memory.recall("short", lambda: "answer") == "answer"
        go_on.set()
        waiting.result(timeout=PATIENCE)


def test_of_several_questions_only_the_new_ones_are_found_out():
    memory, asked = Memory(10), []

    def answers(names):
        asked.append(list(names))
        return {name: name.upper() for name in names}

    assert memory.recall_each({"a": 1, "b": 2}, answers) == {"a": "A", "b": "B"}
    assert memory.recall_each({"b": 2, "c": 3}, answers) == {"b": "B", "c": "C"}
    assert asked == [["a", "b"], ["c"]]


def test_a_term_alone_is_the_same_whatever_else_was_asked_before(fresh_shelf):
    trial = studies.current().trial
    patients = select_population(trial, ())
    endpoint = EndpointSpec(endpoint=trial.definition.models[0].endpoint)
    terms = trial.definition.models[0].terms
    for chosen in (terms[:2], terms, terms[1:], ("age", "cdc_stage", *terms)):
        spec = ModelSpec(endpoint=endpoint, terms=chosen)
        known, fresh = compute.beside_model(patients, spec), model_comparison(patients, spec)
        assert [term.coef for term in known.univariable] == pytest.approx([term.coef for term in fresh.univariable])
        assert [term.p for term in known.univariable] == pytest.approx([term.p for term in fresh.univariable])
        assert known.joint_tests == fresh.joint_tests
