"""What a user is asked about ADaM datasets, drawn on the page, and the study that the answers give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from il2dash.display.event_words import EVENT_NAME
from il2dash.display.numbers import count, listed
from il2dash.intake.adam import AdamBuilt, adam_content, adam_questions, endpoint_offers
from il2dash.intake.adam_datasets import AdamDatasets
from il2dash.intake.adam_questions import (
    AdamChoices,
    AdamEventChoice,
    AdamEventParameter,
    AdamParameter,
    AdamQuestions,
    AdamTimeUnit,
)
from il2dash.study.definition_tables import EventCategory
from il2dash.ui.adam_answers import begin, number, one_of
from il2dash.ui.adam_endpoint import endpoint_input
from il2dash.ui.load_event_kinds import NAME_ASKED, NAME_HELP, PLURAL_ASKED
from il2dash.ui.stylesheet import label, plain

MOST_CHOSEN_AT_ONCE = 6
"""With more parameters than these none is chosen at first: a laboratory dataset may hold fifty."""

_ASKED = "_adam_asked"
_BUILT = "_adam_built"
_UNITS: tuple[AdamTimeUnit, ...] = ("days", "weeks", "months", "years")


def adam_wizard(datasets: AdamDatasets) -> AdamBuilt | None:
    """Ask what ADaM datasets leave open, and return the study that the answers give; None while one is missing.

    Parameters
    ----------
    datasets : AdamDatasets
        The same object as long as the files are the same: what was found and built is remembered by it, in the session,
        and other files are asked about anew.
    """
    missing: list[str] = []
    reference, treatment = _arms(_questions(datasets), missing)
    arms = (reference, treatment) if reference and treatment else ()
    questions = _questions(datasets, arms=arms)
    chosen = _parameters(questions.parameters, missing, compared=bool(arms))
    include_derived, analysis_flag = _include_derived(chosen), _analysis_flag(chosen)
    # Which records count decides at which visits there is anything to ask about and to choose from.
    questions = _questions(datasets, arms=arms, include_derived=include_derived, analysis_flag=analysis_flag)
    ids = tuple(parameter.id for parameter in chosen)
    parameters = [parameter for parameter in questions.parameters if parameter.id in ids]
    visit_weeks = _visit_weeks(parameters, missing)
    offers = endpoint_offers(parameters, visit_weeks=visit_weeks)
    endpoints = endpoint_input(offers, questions.outcomes, missing)
    events = _events(questions.event_parameters, missing)
    event_name, event_name_plural = _event_names(events)
    choices = AdamChoices(
        reference=reference,
        treatment=treatment,
        parameters=ids,
        visit_weeks=tuple(visit_weeks.items()),
        include_derived=include_derived,
        analysis_flag=analysis_flag,
        endpoints=endpoints,
        events=events,
        event_name=event_name,
        event_name_plural=event_name_plural,
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


def forget() -> None:
    """Forget the questions, the answers and the study: the files were taken away, or others came."""
    for key in [str(key) for key in st.session_state]:
        if key.startswith(("adam_", "_adam_")):
            del st.session_state[key]


def _questions(
    datasets: AdamDatasets, *, arms: tuple[str, ...] = (), include_derived: bool = False, analysis_flag: bool = True
) -> AdamQuestions:
    remembered: tuple[AdamDatasets, dict[object, AdamQuestions]] | None = st.session_state.get(_ASKED)
    if remembered is None or remembered[0] is not datasets:
        forget()
        remembered = st.session_state[_ASKED] = (datasets, {})
    asked = (arms, include_derived, analysis_flag)
    if asked not in remembered[1]:
        remembered[1][asked] = adam_questions(
            datasets, arms=arms, include_derived=include_derived, analysis_flag=analysis_flag
        )
    return remembered[1][asked]


def _arms(questions: AdamQuestions, missing: list[str]) -> tuple[str, str]:
    names = {arm.value: f"{arm.value} ({count(arm.patients, 'patient')})" for arm in questions.arms}
    left, right = st.columns(2)
    with left:
        reference = one_of("Reference arm", names, key="adam_reference", default=questions.reference)
    others = {value: words for value, words in names.items() if value != reference}
    with right:
        # Only of two arms is it clear which one is compared with the reference.
        only = next(iter(others)) if reference and len(others) == 1 else ""
        treatment = one_of("Treatment arm", others, key="adam_treatment", default=only)
    missing += [
        words for words, value in (("the reference arm", reference), ("the treatment arm", treatment)) if not value
    ]
    st.caption(
        f"Arms as they were planned ({plain(questions.arm_column)}). Differences are treatment minus reference; "
        "patients of other arms are left out and counted."
    )
    return reference, treatment


def _parameters(there: Sequence[AdamParameter], missing: list[str], *, compared: bool) -> tuple[AdamParameter, ...]:
    if not there:
        return ()
    ids = [parameter.id for parameter in there]
    titles = Counter(_title(parameter) for parameter in there)
    names = {
        parameter.id: label(title if titles[title] == 1 else f"{title}, {parameter.file}")
        for parameter in there
        if (title := _title(parameter))
    }
    key = "adam_parameters"
    held = st.session_state.get(key, ids if len(ids) <= MOST_CHOSEN_AT_ONCE else [])
    st.session_state[key] = [name for name in held if name in ids]
    chosen = st.multiselect(
        "Parameters",
        ids,
        format_func=names.__getitem__,
        key=key,
        placeholder="Choose the parameters that are compared",
    )
    with st.expander("What was found of each parameter"):
        st.dataframe(_found(there), hide_index=True)
        st.caption("Counted in the two arms." if compared else "Counted in all arms until two are chosen.")
    if not chosen:
        missing.append("the parameters")
    return tuple(parameter for parameter in there if parameter.id in chosen)


def _title(parameter: AdamParameter) -> str:
    return f"{parameter.label} ({parameter.unit})" if parameter.unit else parameter.label


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


def _visit_weeks(parameters: Sequence[AdamParameter], missing: list[str]) -> dict[str, float]:
    """Ask at which week each visit is whose name and study days say none."""
    names = {visit.name.casefold(): visit.name for p in parameters for visit in p.visits if visit.week is None}
    weeks: dict[str, float] = {}
    for folded, name in names.items():
        week = number(f"Week of the visit {name}", key=f"adam_visit_{folded}")
        if week is None:
            missing.append(f"the week of the visit {name}")
        else:
            weeks |= {v.name: week for p in parameters for v in p.visits if v.name.casefold() == folded}
    return weeks


def _include_derived(parameters: Sequence[AdamParameter]) -> bool:
    derived = sum(parameter.derived for parameter in parameters)
    if not derived:
        return False
    begin("adam_derived", False)
    words = f"Count {count(derived, 'record')} that the sponsor derived (DTYPE), such as carried forward"
    return st.toggle(words, key="adam_derived", wrap=True)


def _analysis_flag(parameters: Sequence[AdamParameter]) -> bool:
    extremes = [parameter.code for parameter in parameters if parameter.flag_selects_one]
    if not extremes:
        return True
    begin("adam_flag", False)
    st.caption(f"In {plain(listed(extremes))} ANL01FL marks one visit a patient, as for an extreme value.")
    return st.toggle("Read only records flagged for analysis (ANL01FL)", key="adam_flag", wrap=True)


def _events(parameters: Sequence[AdamEventParameter], missing: list[str]) -> tuple[AdamEventChoice, ...]:
    """Ask what each time to an event is; one that is left out tells only how long a patient was followed."""
    chosen: list[AdamEventChoice] = []
    categories: dict[EventCategory, str] = {"aids": "Clinical event", "death": "Death", "adverse": "Adverse event"}
    options: dict[str, str] = {"": "Not read as an event", **{str(code): words for code, words in categories.items()}}
    labels = Counter(parameter.label for parameter in parameters)
    for parameter in parameters:
        title = parameter.label if labels[parameter.label] == 1 else f"{parameter.label}, {parameter.file}"
        key = f"adam_event_{parameter.file}_{parameter.code}"
        begin(key, parameter.category, options)
        answer = st.selectbox(
            label(f"{title}: {count(parameter.events, 'event')} in {count(parameter.patients, 'patient')}"),
            list(options),
            index=0 if parameter.category else None,
            format_func=options.__getitem__,
            key=key,
            placeholder="Say what kind of event this is",
        )
        if answer is None:
            missing.append(f"what {parameter.id} is")
        category = next((code for code in categories if code == answer), None)
        if category is None:
            continue
        unit = parameter.time_unit
        if unit is None:
            key = f"adam_unit_{parameter.file}_{parameter.code}"
            begin(key, None, _UNITS)
            unit = st.segmented_control(label(f"Times of {parameter.id} are in"), _UNITS, key=key)
            if unit is None:
                missing.append(f"the unit of {parameter.id}")
        chosen.append(AdamEventChoice(parameter=parameter.id, category=category, time_unit=unit))
    return tuple(chosen)


def _event_names(events: Sequence[AdamEventChoice]) -> tuple[str | None, str | None]:
    """Ask what a clinical event is called, and several, where there are any."""
    if not any(choice.category == "aids" for choice in events):
        return None, None
    left, right = st.columns(2)
    with left:
        one = st.text_input(NAME_ASKED, key="adam_event_name", placeholder=EVENT_NAME, help=NAME_HELP).strip()
    if not one:
        return None, None
    with right:
        many = st.text_input(PLURAL_ASKED, key="adam_event_name_plural", placeholder=f"{one}s").strip()
    return one, many or None


def _is_synthetic(missing: list[str]) -> bool:
    answers = {"real": "Real patients", "synthetic": "Synthetic"}
    begin("adam_synthetic", None, answers)
    said = st.segmented_control("The data are of", list(answers), format_func=answers.__getitem__, key="adam_synthetic")
    if said is None:
        missing.append("whether the patients are real")
    return said == "synthetic"
