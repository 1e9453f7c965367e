"""Loading one's own data, step by step: files, repairs, and what the columns mean, with the checks after each step."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from il2dash.intake.adam_datasets import AdamDatasets
from il2dash.intake.guess import ORIGIN_QUESTION
from il2dash.study.problems import errors
from il2dash.ui import adam_wizard, load_findings, load_inputs, loading, show, studies, widgets
from il2dash.ui.load_covariates import covariates_step
from il2dash.ui.load_endpoints import endpoints_step
from il2dash.ui.load_events import events_step
from il2dash.ui.load_files import files_step
from il2dash.ui.load_fixes import repairs_step
from il2dash.ui.load_patients import patients_step
from il2dash.ui.load_result import Result, report, show_built, show_result, summary
from il2dash.ui.load_study import study_step
from il2dash.ui.load_visits import visits_step
from il2dash.ui.stylesheet import text

LIVE_CELLS = 400_000
"""Tables with more cells are checked when somebody asks, as it takes seconds."""

_AT = "load_at"


def use_step() -> None:
    """Show what the choices give, and offer to use it."""
    current = loading.current()
    with st.spinner("Checking"):
        checked = load_findings.checked()
    if checked is None:
        show.kindly("Choose the patients first.")
        return
    if questions := load_findings.repairs()[1]:
        columns = ", ".join(dict.fromkeys(question.column for question in questions))
        load_inputs.small(f"Not answered yet in the step Repairs: {columns}.")
    if not current.origin_said:
        show.kindly("One thing isn't said yet: are these data real or synthetic? The step Study asks.")
        report(checked.reading.problems, current.fixes)
        return
    show_result(
        Result(
            reading=checked.reading,
            content=checked.built.content,
            notes=_only_you_know(),
            fixes=current.fixes,
            recipe=current.draft,
        )
    )


STEPS: dict[str, tuple[str, Callable[[], None]]] = {
    "files": ("Files", files_step),
    "repairs": ("Repairs", repairs_step),
    "patients": ("Patients", patients_step),
    "covariates": ("Covariates", covariates_step),
    "visits": ("Visits", visits_step),
    "events": ("Events", events_step),
    "endpoints": ("Endpoints", endpoints_step),
    "study": ("Study", study_step),
    "use": ("Check and use", use_step),
}


def load_page() -> None:
    """Take a visitor's files to a study."""
    if widgets.replaying():
        show.kindly("Data are loaded on the Data page, not in a presentation.")
        return
    current = loading.current()
    if not current.files:
        st.html(
            '<p class="sentence">Files of any two-arm trial become a study here. They stay in this session: nothing is '
            "written to disk, sent anywhere or seen by others, and all is gone when the page is closed.</p>"
        )
    if current.study is not None or not current.tables:
        files_step()
        if current.study is not None:
            _ready()
        _forget()
        return
    if (datasets := load_findings.adam()) is not None:
        st.toggle("ADaM datasets: read them by their variables and flags", value=True, key=load_findings.AS_ADAM)
        if load_findings.is_adam():
            files_step()
            _adam(datasets)
            _forget()
            return
    at = _stepper()
    st.html(f"<h2>{STEPS[at][0]}</h2>")
    STEPS[at][1]()
    if at != "files":  # which says by itself what it left out
        load_inputs.told(loading.current().said)
    _onward(at)
    if at not in ("files", "use"):
        _so_far()
    _forget()


def _ready() -> None:
    """Show a study that needs no description."""
    reading = loading.current().study
    assert reading is not None
    st.html(f"<h2>{text(reading.definition.study.title if reading.definition else 'The study')}</h2>")
    others = [file.name for file in loading.current().files if file.study is not reading]
    notes = (f"A study's zip needs nothing else: {', '.join(others)} plays no part. Remove the zip to use it.",)
    show_result(Result(reading=reading, notes=notes if others else ()))


def _adam(datasets: AdamDatasets) -> None:
    """Ask what ADaM datasets leave open, and show the study that they are."""
    built = adam_wizard.adam_wizard(datasets)
    if built is None:
        return
    current = loading.current()
    found = (*current.problems, *built.problems)
    show_built(None if errors(found) else built.content, found, notes=built.notes, fixes=current.fixes)


def _stepper() -> str:
    """Draw the steps, each of which can be gone to at any time."""
    at: str = st.session_state.setdefault(_AT, "files")
    if st.session_state.get("load_step") != at:
        st.session_state["load_step"] = at
    words = {name: title for name, (title, _) in STEPS.items()}
    fixes, questions = load_findings.repairs()
    waiting = len(fixes) + len(questions)
    if waiting:
        words["repairs"] = f"Repairs ({waiting})"
    st.segmented_control(
        "Step",
        list(STEPS),
        format_func=words.__getitem__,
        required=True,
        key="load_step",
        on_change=lambda: _go(st.session_state["load_step"] or at),
    )
    return at


def _go(step: str) -> None:
    st.session_state[_AT] = step


def _onward(at: str) -> None:
    names = list(STEPS)
    place = names.index(at)
    with st.container(horizontal=True, key="load_onward", gap="small"):
        if place > 0:
            before = names[place - 1]
            st.button("Back", icon=":material/arrow_back:", key="load_back", on_click=_go, args=(before,))
        if place + 1 < len(names):
            after = names[place + 1]
            st.button(
                f"Next: {STEPS[after][0]}",
                icon=":material/arrow_forward:",
                key="load_next",
                type="primary",
                on_click=_go,
                args=(after,),
            )


def _so_far() -> None:
    """Check the choices so far."""
    current = loading.current()
    if current.draft is None:
        return
    st.html("<h3>What the choices give so far</h3>")
    if current.cells > LIVE_CELLS and not load_findings.is_checked():
        words = f"The tables hold {current.cells:,} cells: checking them takes some seconds."
        load_inputs.small(words)
        if not st.button("Check now", key="load_check", icon=":material/fact_check:"):
            return
    with st.spinner("Checking"):
        checked = load_findings.checked()
    if checked is None:
        return
    if not errors(checked.reading.problems):
        summary(checked.reading)
    report(checked.reading.problems)


def _only_you_know() -> tuple[str, ...]:
    """Return what was to be asked of a proposal that nobody changed."""
    current = loading.current()
    if current.proposal is None or current.draft != current.proposal.recipe:
        return ()
    return tuple(question for question in current.proposal.questions if question != ORIGIN_QUESTION)


def _forget() -> None:
    """Offer to begin again, or to forget everything."""
    current = loading.current()
    if not current.files:
        return
    with st.container(horizontal=True, key="load_forget_row"):
        if current.tables and current.study is None and not load_findings.is_adam():
            st.button(
                "Propose everything anew",
                key="load_anew",
                type="tertiary",
                icon=":material/restart_alt:",
                on_click=loading.propose_anew,
            )
        st.button(
            "Forget these files", key="load_forget", type="tertiary", icon=":material/delete:", on_click=_forgotten
        )


def _forgotten() -> None:
    loading.forget()
    adam_wizard.forget()
    _go("files")
    if studies.loaded_study() is not None:
        studies.unload()
