"""The CONSORT diagram: counts, grammatical numbers, and words that stay words."""

from __future__ import annotations

import re
from dataclasses import replace

from il2dash.analysis.participant_flow import participant_flow
from il2dash.analysis.population import whole_population
from il2dash.display.flow_diagram import flow_diagram


def boxes(html: str) -> list[str]:
    return [re.sub(r"<[^>]+>", " ", line).strip() for line in re.findall(r"<p>.*?</p>", html)]


def test_the_flow_of_the_mini_study(trial):
    found = [
        " ".join(box.split())
        for box in boxes(flow_diagram(trial.definition, participant_flow(whole_population(trial))))
    ]
    assert found == [
        "Randomized 8",
        "Randomized 4",
        "received at least one cycle 3",
        "died 0",
        "lost to follow-up 0",
        "Outcome known at week 12 3",
        "Analysed 4",
        "Randomized 4",
        "died 1",
        "lost to follow-up 0",
        "Outcome known at week 12 3",
        "Analysed 4",
    ]


def test_who_is_not_compared_or_filtered_out_is_told(trial):
    flow = participant_flow(whole_population(trial))
    one = flow_diagram(trial.definition, replace(flow, other_arms=1, filtered_out=1, planned=98))
    assert "1 more patient was in arms that aren&#x27;t compared here; 1 of these 8 left out by the filters" in one
    assert "2 more patients were in arms" in flow_diagram(trial.definition, replace(flow, other_arms=2))
    assert "Planned <b>98</b>" in one


def test_words_of_a_study_are_never_markup(hostile_trial):
    html = flow_diagram(hostile_trial.definition, participant_flow(whole_population(hostile_trial)))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    tags = set(re.findall(r"<(\w+)", html))
    assert tags == {"section", "div", "p", "b", "small", "ul", "li", "h3"}
