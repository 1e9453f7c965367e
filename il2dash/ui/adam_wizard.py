"""What a user is asked about ADaM datasets, drawn on the page, and the study that the answers give."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from il2dash.display.endpoint_words import RULE_WORDS
from il2dash.display.event_words import ONE_EVENT
from il2dash.display.numbers import capitalized, compact, count, listed
from il2dash.intake.adam import AdamBuilt, adam_content, adam_questions
from il2dash.intake.adam_datasets import AdamDatasets, identifier
from il2dash.intake.adam_questions import (
    AdamChoices,
    AdamEndpointOffer,
    AdamEventChoice,
    AdamEventParameter,
    AdamParameter,
    AdamQuestions,
)
from il2dash.study.definition import Endpoint, EventCategory, TimeUnit
from il2dash.ui.stylesheet import label, plain

MOST_CHOSEN_AT_ONCE = 6
"""With more parameters than these none is chosen at first: a laboratory dataset may hold fifty."""

_ASKED = "_adam_asked"
_BUILT = "_adam_built"
_UNITS: tuple[TimeUnit, ...] = ("days", "weeks", "months")


def adam_wizard(datasets: AdamDatasets) -> AdamBuilt | None:
    """Ask what ADaM datasets leave open, and return the study that the answers give; None while one is missing.

    Parameters
    ----------
    datasets : AdamDatasets
        The same object as long as the files are the same: what was found and built is remembered by it, in the session.
    """
    questions = _questions(datasets)
    missing: list[str] = []
    reference, treatment = _arms(questions, missing)
    parameters = _parameters(questions, missing)
    offers = [offer for offer in questions.endpoints if offer.marker in {parameter.id for parameter in parameters}]
    choices = AdamChoices(
        reference=reference,
        treatment=treatment,
        parameters=tuple(parameter.id for parameter in parameters),
        visit_weeks=_visit_weeks(parameters, missing),
        include_derived=_include_derived(parameters),
        analysis_flag=_analysis_flag(parameters),
    )
    choices = replace(
        choices,
        endpoints=_endpoints(offers, choices, missing),
        events=_events(questions.event_parameters, missing),
        synthetic=_is_synthetic(missing),
    )
    if missing:
        st.info(f"Still to answer: {plain(listed(missing))}.", icon=":material/help:")
        return None
    remembered: tuple[AdamDatasets, AdamChoices, AdamBuilt] | None = st.session_state.get(_BUILT)
    if remembered is not None and remembered[0] is datasets and remembered[1] == choices:
        return remembered[2]
    built = adam_content(datasets, choices)
    st.session_state[_BUILT] = (datasets, choices, built)
    return built


def _questions(datasets: AdamDatasets) -> AdamQuestions:
    remembered: tuple[AdamDatasets, AdamQuestions] | None = st.session_state.get(_ASKED)
    if remembered is not None and remembered[0] is datasets:
        return remembered[1]
    questions = adam_questions(datasets)
    st.session_state[_ASKED] = (datasets, questions)
    return questions


def _arms(questions: AdamQuestions, missing: list[str]) -> tuple[str, str]:
    names = {arm.value: f"{arm.value} ({count(arm.patients, 'patient')})" for arm in questions.arms}
    left, right = st.columns(2)
    with left:
        reference = _one_of("Reference arm", names, key="adam_reference", default=questions.reference)
    others = {value: words for value, words in names.items() if value != reference}
    with right:
        # Only of two arms is it clear which one is compared with the reference.
        only = next(iter(others)) if reference and len(others) == 1 else ""
        treatment = _one_of("Treatment arm", others, key="adam_treatment", default=only)
    missing += [
        words for words, value in (("the reference arm", reference), ("the treatment arm", treatment)) if not value
    ]
    st.caption(
        f"Arms as they were planned ({plain(questions.arm_column)}). Differences are treatment minus reference; "
        "patients of other arms are left out and counted."
    )
    return reference, treatment


def _parameters(questions: AdamQuestions, missing: list[str]) -> tuple[AdamParameter, ...]:
    there = {parameter.id: parameter for parameter in questions.parameters}
    if not there:
        return ()
    names = {name: label(f"{p.label} ({p.unit})" if p.unit else p.label) for name, p in there.items()}
    chosen = st.multiselect(
        "Parameters",
        list(there),
        default=list(there) if len(there) <= MOST_CHOSEN_AT_ONCE else None,
        format_func=names.__getitem__,
        key="adam_parameters",
        placeholder="Choose the parameters that are compared",
    )
    with st.expander("What was found of each parameter"):
        st.dataframe(_found(questions.parameters), hide_index=True)
    if not chosen:
        missing.append("the parameters")
    return tuple(there[name] for name in there if name in chosen)


def _found(parameters: Sequence[AdamParameter]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Parameter": parameter.label,
                "PARAMCD": parameter.code,
                "Unit": parameter.unit,
                "Dataset": parameter.file,
                "Patients": parameter.patients,
                "Records": parameter.records,
                "Derived": parameter.derived,
                "Visits": ", ".join(visit.name for visit in parameter.visits),
            }
            for parameter in parameters
        ]
    )


def _visit_weeks(parameters: Sequence[AdamParameter], missing: list[str]) -> tuple[tuple[str, float], ...]:
    """Ask at which week each visit is whose name and study days say none."""
    names = dict.fromkeys(visit.name for p in parameters for visit in p.visits if visit.week is None)
    weeks = []
    for name in names:
        week = st.number_input(
            label(f"Week of the visit {name}"), value=None, step=1.0, format="%g", key=f"adam_week_{name}"
        )
        if week is None:
            missing.append(f"the week of the visit {name}")
        else:
            weeks.append((name, float(week)))
    return tuple(weeks)


def _include_derived(parameters: Sequence[AdamParameter]) -> bool:
    derived = sum(parameter.derived for parameter in parameters)
    if not derived:
        return False
    words = f"Count {count(derived, 'record')} that the sponsor derived (DTYPE), such as carried forward"
    return st.toggle(words, key="adam_derived", wrap=True)


def _analysis_flag(parameters: Sequence[AdamParameter]) -> bool:
    extremes = [parameter.code for parameter in parameters if parameter.flag_selects_one]
    if not extremes:
        return True
    st.caption(f"In {plain(listed(extremes))} ANL01FL marks one visit a patient, as for an extreme value.")
    return st.toggle("Read only records flagged for analysis (ANL01FL)", key="adam_flag", wrap=True)


def _endpoints(offers: Sequence[AdamEndpointOffer], choices: AdamChoices, missing: list[str]) -> tuple[Endpoint, ...]:
    by_marker = {offer.marker: offer for offer in offers}
    if not by_marker:
        if choices.parameters:
            st.caption("No chosen parameter has a visit after the baseline whose week is known: there is no endpoint.")
        return ()
    names = {name: offer.label for name, offer in by_marker.items()}
    of_marker, of_rule, of_threshold, of_week = st.columns(4)
    with of_marker:
        marker = _one_of("Endpoint", names, key="adam_marker", default=next(iter(names)))
    offer = by_marker[marker]
    with of_rule:
        words: dict[str, str] = {rule: capitalized(RULE_WORDS[rule]) for rule in offer.rules}
        rule = next(
            rule
            for rule in offer.rules
            if rule == _one_of("Responder: a value", words, key="adam_rule", default=offer.rules[0])
        )
    with of_threshold:
        unit = f"Threshold, {offer.unit}" if offer.unit else "Threshold"
        threshold = st.number_input(label(unit), value=None, step=1.0, format="%g", key=f"adam_threshold_{marker}")
    with of_week:
        week = st.selectbox(
            "At week", offer.weeks, index=len(offer.weeks) - 1, format_func=compact, key=f"adam_week_of_{marker}"
        )
    if threshold is None:
        missing.append("the threshold of the endpoint")
        return ()
    title = f"{offer.label} {RULE_WORDS[rule]} {compact(threshold)} {offer.unit}".strip()
    return (
        Endpoint(
            id=identifier(f"{marker} {rule} week {compact(week)}"),
            label=f"{title} at week {compact(week)}",
            marker=marker,
            rule=rule,
            threshold=float(threshold),
            week=float(week),
            role="primary",
        ),
    )


def _events(parameters: Sequence[AdamEventParameter], missing: list[str]) -> tuple[AdamEventChoice, ...]:
    """Ask what each time to an event is; one that is left out tells only how long a patient was followed."""
    chosen: list[AdamEventChoice] = []
    categories: dict[EventCategory, str] = {code: capitalized(words) for code, words in ONE_EVENT.items()}
    options: dict[str, str] = {"": "Not read as an event", **{str(code): words for code, words in categories.items()}}
    for parameter in parameters:
        words = f"{parameter.label}: {count(parameter.events, 'event')} in {count(parameter.patients, 'patient')}"
        answer = st.selectbox(
            label(words),
            list(options),
            index=list(options).index(parameter.category) if parameter.category else None,
            format_func=options.__getitem__,
            key=f"adam_event_{parameter.file}_{parameter.code}",
            placeholder="Say what kind of event this is",
        )
        if answer is None:
            missing.append(f"what {parameter.code} is")
        category = next((code for code in categories if code == answer), None)
        if category is None:
            continue
        unit = parameter.time_unit
        if unit is None:
            unit = st.segmented_control(
                label(f"Times of {parameter.code} are in"), _UNITS, key=f"adam_unit_{parameter.file}_{parameter.code}"
            )
            if unit is None:
                missing.append(f"the unit of {parameter.code}")
        chosen.append(AdamEventChoice(parameter=parameter.code, category=category, time_unit=unit))
    return tuple(chosen)


def _is_synthetic(missing: list[str]) -> bool:
    answers = {"real": "Real patients", "synthetic": "Synthetic"}
    said = st.segmented_control("The data are of", list(answers), format_func=answers.__getitem__, key="adam_synthetic")
    if said is None:
        missing.append("whether the patients are real")
    return said == "synthetic"


def _one_of(title: str, options: Mapping[str, str], *, key: str, default: str) -> str:
    """Ask for one of the options; ``""`` where none is the default and none was chosen yet."""
    values = list(options)
    names: Callable[[str], str] = {value: label(words) for value, words in options.items()}.__getitem__
    index = values.index(default) if default in values else None
    return st.selectbox(title, values, index=index, format_func=names, key=key, placeholder="Choose one") or ""
