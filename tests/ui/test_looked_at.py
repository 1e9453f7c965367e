"""The quiet counter of analyses: each once, told in the block, listed on the Overview."""

from __future__ import annotations

import re

import pytest

from il2dash.ui.looked_at import ordinal
from il2dash.ui.snapshots import Snapshot
from il2dash.ui.study_places import OWN
from tests.ui.conftest import go, html_of, sentences


def numbers(test) -> list[str]:
    return re.findall(r"your (\d+\w\w) analysis in this session", html_of(test))


def listed(test) -> list[tuple[str, ...]]:
    found = re.search(
        r'<table[^>]*id="looked-at".*?</table>|<table(?:(?!</table>).)*Why exploratory.*?</table>',
        html_of(test),
        re.DOTALL,
    )
    if found is None:
        return []
    rows = re.findall(r"<tr.*?</tr>", found.group(), re.DOTALL)
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows]
    return [tuple(row) for row in cells[1:]]


def test_a_new_session_has_looked_at_nothing_else(visit):
    test = visit("Overview")
    assert numbers(test) == []
    assert "Looked at in this session" not in html_of(test)


def test_the_trials_own_analyses_are_not_numbered(visit):
    test = visit("Model")
    assert '<span class="standing standing-prespecified">' in html_of(test)
    assert numbers(test) == []


def test_each_analysis_is_counted_once(visit):
    test = visit("Endpoints")
    first = numbers(test)
    assert first == ["2nd"]  # over all thresholds; the endpoint itself is the first, and the trial's own
    test.select_slider(key="threshold_cd4_200").set_value(150.0).run()
    assert numbers(test) == ["3rd", "4th"]
    test.select_slider(key="threshold_cd4_200").set_value(200.0).run()
    assert numbers(test) == first
    test.select_slider(key="threshold_cd4_200").set_value(150.0).run()
    assert numbers(test) == ["3rd", "4th"]
    test.run()
    assert numbers(test) == ["3rd", "4th"]


def test_the_overview_lists_them_in_order(visit):
    test = visit("Endpoints", ("threshold_cd4_200", "150"))
    go(test, "Overview")
    rows = listed(test)
    assert "You have looked at 5 analyses in this session, 2 of them exploratory." in sentences(test)[-1]
    assert [row[0] for row in rows] == ["1", "2", "3", "4", "5"]
    assert [row[1] for row in rows] == ["Endpoints", "Endpoints", "Overview", "Overview", "Overview"]
    assert [row[3] for row in rows] == [
        "threshold 150, protocol 200",
        "threshold 150, protocol 200; thresholds other than the protocol's",
        "prespecified",
        "prespecified",
        "prespecified",
    ]


def test_a_view_beside_another_is_the_analysis_that_it_was(visit):
    test = visit("Endpoints", ("threshold_cd4_200", "150"))
    before = numbers(test)
    kept = Snapshot(name="At 150", page="Endpoints", settings=(("threshold_cd4_200", "150"),))
    test.session_state["snapshots"] = {OWN: (kept, Snapshot(name="Again", page=kept.page, settings=kept.settings))}
    go(test, "Snapshots")
    assert numbers(test) == before * 2


def test_two_sessions_count_apart(visit):
    one, other = visit("Endpoints", ("threshold_cd4_200", "150")), visit("Endpoints", ("threshold_cd4_200", "100"))
    assert numbers(one) == numbers(other) == ["1st", "2nd"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (111, "111th"),
        (122, "122nd"),
    ],
)
def test_ordinals(number, said):
    assert ordinal(number) == said
