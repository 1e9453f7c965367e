"""The CONSORT diagram: counts, grammatical numbers, and words that stay words."""

from __future__ import annotations

import re
from dataclasses import replace

from il2dash.analysis.participant_flow import participant_flow
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.display.flow_diagram import flow_diagram, flow_method, flow_sentence


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


def test_the_patients_left_by_a_filter_are_not_said_to_be_all_who_were_randomized(trial):
    whole = participant_flow(whole_population(trial))
    assert flow_sentence(trial.definition, whole) == (
        "8 patients were randomized: 4 to IL-2 and 4 to Control. The primary outcome is known of 6."
    )
    one_arm = participant_flow(select_population(trial, (Filter(variable="arm", values=("il2",)),)))
    assert flow_sentence(trial.definition, one_arm) == (
        "4 of 8 randomized patients are counted: 4 with IL-2 and 0 with Control. The primary outcome is known of 3."
    )
    assert [box for box in boxes(flow_diagram(trial.definition, one_arm)) if "Randomized" in box] == ["Randomized  8"]
    nobody = participant_flow(select_population(trial, (Filter(variable="age", lower=200),)))
    assert flow_sentence(trial.definition, nobody) == (
        "0 of 8 randomized patients are counted: 0 with IL-2 and 0 with Control. The primary outcome is known of "
        "nobody."
    )


def test_who_is_lost_is_explained_where_somebody_could_be(trial):
    flow = participant_flow(whole_population(trial))
    assert flow_method(flow) == "Counted from the data; lost to follow-up: neither completed nor died."
    silent = {code: replace(arm, lost=None) for code, arm in flow.arms.items()}
    assert flow_method(replace(flow, arms=silent)) == "Counted from the data."


def test_words_of_a_study_are_never_markup(hostile_trial):
    html = flow_diagram(hostile_trial.definition, participant_flow(whole_population(hostile_trial)))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    tags = set(re.findall(r"<(\w+)", html))
    assert tags == {"section", "div", "p", "b", "small", "ul", "li", "h3"}
