"""A view to share and to keep: its link, the link as a QR code, and a snapshot of it."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import streamlit as st

from il2dash.analysis.population import Population, condition_in_words
from il2dash.errors import SpecificationError
from il2dash.ui import address, snapshots
from il2dash.ui.loaded_notice import SHARED_WORDS, loaded_is_shown
from il2dash.ui.site import PAGES
from il2dash.ui.snapshots import LONGEST_NAME, OWN_PAGE, Snapshot
from il2dash.ui.stylesheet import plain, text

_ANYWHERE = "This link opens the same view on another machine that can reach this address."


@st.fragment
def share(title: str, patients: Population) -> None:
    """Draw the button under which a view is shared; what is under it is drawn once it is open.

    Parameters
    ----------
    title : str
        The page that is shown.
    patients : Population
        Whom the view counts.
    """
    with st.popover("Share", icon=":material/share:", key="share", type="tertiary", on_change="rerun") as opened:
        if not opened.open:
            return
        link = address.link()
        loaded = loaded_is_shown()
        words = SHARED_WORDS if loaded else _ANYWHERE
        st.html(f'<p class="share-link"><button type="button" data-copy-link>Copy link</button> {words}</p>')
        st.code(link, language=None, wrap_lines=True)
        if not loaded:
            _picture(link)
        if title != OWN_PAGE:
            _keep(title, patients)


def qr_code(link: str) -> str:
    """Return the QR code of a link as the address of an SVG image, with the quiet zone that readers need.

    Empty where the link is longer than a QR code can be.
    """
    import segno

    try:
        code = segno.make_qr(link, error="m")
    except segno.DataOverflowError:
        return ""
    written = BytesIO()
    code.save(written, kind="svg", scale=4, border=4, light="#ffffff", xmldecl=False)
    return f"data:image/svg+xml;base64,{b64encode(written.getvalue()).decode()}"


def _picture(link: str) -> None:
    """Draw the QR code of a link that another machine can open."""
    if code := qr_code(link):
        st.html(f'<img class="qr" alt="QR code of the link" src="{code}">')
    else:
        st.html("<p>The link is too long for a QR code.</p>")


def _keep(title: str, patients: Population) -> None:
    with st.form("keep", border=False, enter_to_submit=True):
        name = st.text_input("Keep this view as", value=_suggested_name(title, patients), max_chars=LONGEST_NAME)
        asked = st.form_submit_button("Keep", icon=":material/bookmark_add:")
    if asked:
        try:
            own = address.without_study(address.view())
            snapshots.keep(Snapshot(name=name.strip() or title, page=title, settings=own))
        except SpecificationError as error:
            st.error(plain(str(error)))
            return
    if held := snapshots.kept():
        words = f"Kept as “{text(name)}”. " if asked else ""
        st.html(f'<p role="status">{words}Snapshots in this session: {len(held)}.</p>')
        path, icon = PAGES[OWN_PAGE]
        st.page_link(
            path,
            label=OWN_PAGE,
            icon=icon,
            query_params=address.link_settings(OWN_PAGE),
        )


def _suggested_name(title: str, patients: Population) -> str:
    conditions = ", ".join(condition_in_words(patients.trial, condition) for condition in patients.filters)
    return (f"{title}: {conditions}" if conditions else title)[:LONGEST_NAME]
