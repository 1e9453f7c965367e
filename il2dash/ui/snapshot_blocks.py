"""The blocks of the Snapshots page: the list, two views side by side, presenting, and the file."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from il2dash.display.files import file_name
from il2dash.display.literal_text import without_controls
from il2dash.display.numbers import count
from il2dash.errors import SpecificationError
from il2dash.study.trial import Trial
from il2dash.ui import address, replay, show, snapshots
from il2dash.ui.address import FILTER
from il2dash.ui.present import ASK_KEY
from il2dash.ui.site import FILES, PAGES
from il2dash.ui.snapshots import Snapshot
from il2dash.ui.stylesheet import plain, text

LARGEST_FILE = 1
"""In megabytes."""

_SAID = "snapshots_said"


def list_of(kept: tuple[Snapshot, ...]) -> None:
    """List what was kept, each to open, to move in the order and to forget."""
    if others := snapshots.kept_of_others():
        show.kindly(f"{count(others, 'view')} of other studies kept in this session: see them with their study.")
    if not kept:
        show.kindly(
            "Nothing is kept yet. On any page, open Share and choose Keep: the view, with its filters and settings, is "
            "then listed here, to come back to, to compare and to present."
        )
        return
    show.opening(f"{count(len(kept), 'view')} kept in this session, in the order in which they are presented.")
    last = len(kept) - 1
    for place, snapshot in enumerate(kept):
        path, icon = PAGES[snapshot.page]
        with st.container(key=f"snapshot_{place}", horizontal=True, vertical_alignment="center", gap="small"):
            st.page_link(path, label=plain(snapshot.name), icon=icon, query_params=address.link_to(snapshot.settings))
            st.html(f'<p class="snapshot-view">{text(_settings_words(snapshot))}</p>')
            _button("Move up", "arrow_upward", place, snapshot, snapshots.move, disabled=place == 0, places=-1)
            _button("Move down", "arrow_downward", place, snapshot, snapshots.move, disabled=place == last, places=1)
            _button("Remove", "delete", place, snapshot, snapshots.remove)


def side_by_side(kept: tuple[Snapshot, ...], trial: Trial) -> None:
    """Show two views beside each other."""
    show.heading("Side by side")
    by_name = {snapshot.name: snapshot for snapshot in kept}
    names = list(by_name)
    for side, place, column in zip(("left", "right"), (0, 1), st.columns(2, gap="large"), strict=True):
        with column:
            chosen = st.selectbox(
                side.capitalize(), names, index=place, format_func=without_controls, key=f"compare_{side}"
            )
            if chosen in by_name:
                snapshot = by_name[chosen]
                st.html(f'<p class="snapshot-view">{text(_settings_words(snapshot))}</p>')
                replay.draw(snapshot.page, snapshot.settings, trial, key=f"{side}_")


def presenting(kept: tuple[Snapshot, ...]) -> None:
    """Say how what was kept is presented."""
    show.heading("Present")
    st.toggle("Ask “What do you expect?” before each result", key=ASK_KEY, persist_state="session")
    show.details(
        method=f"Present, above, shows {count(len(kept), 'view')} in this order, one block a screen. Arrow keys or "
        "buttons go on and back, Esc leaves. On any other page it shows that page."
    )


def file_of(kept: tuple[Snapshot, ...], trial: Trial) -> None:
    """Offer what was kept as one file, and read such a file."""
    show.heading("As a file")
    if kept:
        name = file_name(trial.definition, "snapshots.json")
        show.download("Download the snapshots", lambda: snapshots.write_file(kept, trial), name, "application/json")
    given = st.file_uploader("Restore from a file", type="json", key="snapshot_file", max_upload_size=LARGEST_FILE)
    if given is not None:
        restored = (given.getvalue(), trial)
        st.button("Restore", icon=":material/restore:", key="restore", on_click=_restore, args=restored)
    said, trouble = st.session_state.pop(_SAID, ("", ""))
    if said:
        st.success(plain(said), icon=":material/check_circle:")
    if trouble:
        st.warning(plain(trouble), icon=":material/warning:")


def _restore(content: bytes, trial: Trial) -> None:
    try:
        found, caution = snapshots.read_file(content, trial, pages=FILES)
        snapshots.restore(found)
    except SpecificationError as error:
        st.session_state[_SAID] = ("", str(error))
        return
    st.session_state[_SAID] = (f"Restored {count(len(found), 'view')}.", caution)


def _button(
    label: str,
    icon: str,
    place: int,
    snapshot: Snapshot,
    does: Callable[..., None],
    *,
    disabled: bool = False,
    **named: int,
) -> None:
    st.button(
        label,
        key=f"{label.lower().replace(' ', '_')}_{place}",
        icon=f":material/{icon}:",
        type="tertiary",
        disabled=disabled,
        on_click=does,
        args=(snapshot.name,),
        kwargs=named,
    )


def _settings_words(snapshot: Snapshot) -> str:
    """Return ``Endpoints · filter gss=0 · threshold_cd4_200=150``."""
    said = [f"filter {value}" if key == FILTER else f"{key}={value}" for key, value in snapshot.settings]
    return " · ".join([snapshot.page, *(said or ["as it opens"])])
