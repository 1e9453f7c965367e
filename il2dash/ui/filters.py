"""The filters: what patients are filtered by, who is left, and how each condition is undone."""

from __future__ import annotations

import streamlit as st

from il2dash.analysis.filter_variables import FilterVariable, filter_variable, filter_variables
from il2dash.analysis.population import Filter, Population, condition_in_words
from il2dash.display.numbers import compact
from il2dash.study.trial import Trial
from il2dash.ui import address, show
from il2dash.ui.stylesheet import label as plain_label
from il2dash.ui.stylesheet import plain, text

_OPEN, _ADDED, _HELD_BACK = "filters_open", "filter_added", "filter_held_back"
NOT_RANDOMIZED = (
    "It was recorded after randomization: patients chosen by it are no longer randomized groups, and a difference "
    "between the arms may come from the choice."
)


def panel(patients: Population) -> None:
    """Draw, in the sidebar, who is left and a widget for each variable that is filtered by."""
    trial = patients.trial
    active = {condition.variable: condition for condition in patients.filters}
    chosen = _opened()
    chosen.extend(name for name in active if name not in chosen)
    st.html(f'<h2 class="panel-title">Patients</h2><p class="panel-count">{text(count_words(patients))}</p>')
    for name in chosen:
        _condition(trial, filter_variable(trial, name), active.get(name))
    _add(trial, chosen)


def chips(patients: Population) -> None:
    """Draw, above the page, who is left and one chip a filter, each with its own undo."""
    if not patients.filters:
        return
    with st.container(key="filter-chips", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<p class="chips-count">{text(count_words(patients))}</p>', width="content")
        for condition in patients.filters:
            st.button(
                plain(condition_in_words(patients.trial, condition)),
                key=f"undo_{condition}",
                icon=":material/close:",
                icon_position="right",
                help="Undo this filter",
                on_click=_undo,
                args=(patients.trial, condition),
            )
        st.button("Reset all", key="undo_all", type="tertiary", on_click=_undo_all)


def not_applied(patients: Population, *, to: str) -> None:
    """Say, where patients are filtered, that what a page shows is of everybody all the same."""
    if patients.filters:
        show.kindly(f"The filters don't apply here: {to} of all {len(patients.trial.subjects):,} patients.")


def count_words(patients: Population) -> str:
    """Return who is left: ``31 of 56 patients (IL-2 15, control 16)``."""
    arms = patients.trial.definition.arms
    left = patients.n
    by_arm = ", ".join(f"{arms.label(code)} {left[code]:,}" for code in reversed(arms.codes))
    return f"{sum(left.values()):,} of {len(patients.trial.subjects):,} patients ({by_arm})"


def _opened() -> list[str]:
    """Return the variables that have a widget in the panel."""
    return address.of_study(_OPEN, list[str])


def _condition(trial: Trial, variable: FilterVariable, condition: Filter | None) -> None:
    key = f"filter_on_{variable.name}"
    label = plain_label(f"{variable.label}, {variable.unit}" if variable.unit else variable.label)
    if variable.kind == "levels":
        labels = dict(variable.levels)
        st.session_state[key] = list(condition.values) if condition else []
        st.pills(
            label,
            list(labels),
            selection_mode="multi",
            format_func=lambda value: plain_label(labels[value]),
            key=key,
            on_change=_choose_levels,
            args=(trial, variable.name, key),
        )
    elif len(steps := _steps(variable, condition)) > 1:
        st.session_state[key] = _ends(steps, condition)
        st.select_slider(
            label,
            steps,
            value=(steps[0], steps[-1]),  # it says that there are two ends; where they are, the address says
            format_func=compact,
            key=key,
            on_change=_choose_range,
            args=(trial, variable, key),
        )
    else:
        st.caption(f"{label}: all known values are equal.")
    if variable.timing == "post-baseline":
        st.html(f'<p class="caution" role="note">⚠ {text(NOT_RANDOMIZED)}</p>')


def _steps(variable: FilterVariable, condition: Filter | None) -> list[float]:
    """Return the slider's places, the bounds of a condition that came by a link among them."""
    bounds = [condition.lower, condition.upper] if condition else []
    inside = [bound for bound in bounds if variable.lowest <= bound <= variable.highest]
    return sorted({*variable.steps, *inside})


def _ends(steps: list[float], condition: Filter | None) -> tuple[float, float]:
    if condition is None:
        return steps[0], steps[-1]
    if condition.values:
        numbers = [float(value) for value in condition.values]
        return max(min(numbers), steps[0]), min(max(numbers), steps[-1])
    return max(condition.lower, steps[0]), min(condition.upper, steps[-1])


def _add(trial: Trial, chosen: list[str]) -> None:
    offered = {variable.name: variable for variable in filter_variables(trial) if variable.name not in chosen}

    def words(name: str) -> str:
        late = " (after randomization)" if offered[name].timing == "post-baseline" else ""
        return f"{offered[name].label}{late}"

    st.selectbox(
        "Filter patients by",
        list(offered),
        index=None,
        format_func=words,
        placeholder="Choose a variable",
        key=_ADDED,
        on_change=_open,
        args=(trial,),
    )
    held_back = address.of_study(_HELD_BACK, str)
    if held_back in offered:
        st.html(f'<p class="caution" role="note">⚠ {text(offered[held_back].label)}: {text(NOT_RANDOMIZED)}</p>')
        st.button("Filter by it all the same", on_click=_open_held_back, key="filter_all_the_same")


def _open(trial: Trial) -> None:
    name = st.session_state[_ADDED]
    address.keep_of_study(_HELD_BACK, "")
    if name is not None and filter_variable(trial, name).timing == "post-baseline":
        address.keep_of_study(_HELD_BACK, name)
        return
    if name is not None:
        _opened().append(name)
    st.session_state[_ADDED] = None


def _open_held_back() -> None:
    _opened().append(address.of_study(_HELD_BACK, str))
    address.keep_of_study(_HELD_BACK, "")
    st.session_state[_ADDED] = None


def _choose_levels(trial: Trial, name: str, key: str) -> None:
    values = tuple(value for value, _ in filter_variable(trial, name).levels if value in st.session_state[key])
    _replace(trial, name, Filter(variable=name, values=values) if values else None)


def _choose_range(trial: Trial, variable: FilterVariable, key: str) -> None:
    lower, upper = st.session_state[key]
    everybody = lower <= variable.lowest and upper >= variable.highest
    _replace(trial, variable.name, None if everybody else Filter(variable=variable.name, lower=lower, upper=upper))


def _replace(trial: Trial, name: str, condition: Filter | None) -> None:
    present = address.filters(trial)
    if condition is None:
        address.write_filters(other for other in present if other.variable != name)
    elif any(other.variable == name for other in present):
        # Two conditions on one variable, as a link may bring them, become the one that the widget shows.
        changed = (condition if other.variable == name else other for other in present)
        address.write_filters(dict.fromkeys(changed))
    else:
        address.write_filters((*present, condition))


def _undo(trial: Trial, condition: Filter) -> None:
    left = [other for other in address.filters(trial) if other != condition]
    if all(other.variable != condition.variable for other in left):
        _opened().remove(condition.variable)
    address.write_filters(left)


def _undo_all() -> None:
    _opened().clear()
    address.write_filters(())
