"""Sign-in by OpenID Connect, where Streamlit's secrets have [auth]: whether a session's person may see a study.

``python -m il2dash serve`` puts a gate (`il2dash.ui.gate`) before everything; here is the pages' own check behind it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import streamlit as st
from streamlit import config
from streamlit.auth_util import get_redirect_uri
from streamlit.errors import StreamlitSecretNotFoundError
from streamlit.runtime.secrets import AttrDict

from il2dash.ui.access import LISTS, SECTION, Access, AccessError, may_see, read_access, verified_email
from il2dash.ui.stylesheet import plain, text

GATED = Event()
"""Set where every request of this process passes the gate."""

NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
SHORTEST_SECRET = 32
CALLBACK = "/oauth2callback"

NOT_LISTED = "You aren't on the list of people who may see this study. Whoever runs this server can add you."
UNVERIFIED = "Your account comes without a verified e-mail address, by which the list of people goes."
UNGATED = (
    "The secrets ask for sign-in, which holds for everything that the server sends only where it is started by: "
    "python -m il2dash serve STUDY"
)

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How the server is closed.

    Parameters
    ----------
    access : Access
        Who may see which study.
    origin : str
        Where the dashboard is for browsers, such as ``https://trial.example.org``.
    problem : str
        What keeps it closed for everybody; empty where people can sign in.
    """

    access: Access = field(default_factory=lambda: Access({}))
    origin: str = ""
    problem: str = ""

    @property
    def secure(self) -> bool:
        """Whether browsers come by TLS."""
        return self.origin.startswith("https:")


def door() -> Door | None:
    """Return how the secrets close this server; None where they ask for no sign-in.

    Whatever is wrong in them is logged, and closes it for everybody.
    """
    try:
        secrets = _secrets()
        section = secrets.get(SECTION)
        asked = isinstance(section, Mapping) and set(section) <= {"sources"}
        if "auth" not in secrets and (section is None or asked):
            return None
        return Door(origin=_origin(secrets.get("auth")), access=read_access(section))
    except AccessError as error:
        _log_once(str(error))
        return Door(problem=str(error))


def require() -> None:
    """End the page's run with words where its session may not go on."""
    closed = door()
    if closed is None:
        return
    if closed.problem or not GATED.is_set():
        _close(closed.problem or UNGATED)
    if not claims():
        # The gate let the browser in, and Streamlit doesn't know it: its page came from another address.
        st.button("Sign in", on_click=st.login, type="primary")
        _close("Sign in to see this page.")


def visible(studies: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names of the studies that this session's person may see; all where no sign-in is asked for.

    Parameters
    ----------
    studies : mapping of str to tuple of str
        For each study what a list may call it: its folder's name and its id.
    """
    closed = door()
    if closed is None:
        return tuple(studies)
    if closed.problem:
        return ()
    _log_unknown(closed.access, studies)
    person = claims()
    return tuple(name for name, called in studies.items() if may_see(person, closed.access, *called))


def claims() -> Mapping[str, object]:
    """Return what the provider says of this session's person; nothing of somebody who isn't signed in."""
    said = st.user.to_dict()
    return said if said.get("is_logged_in") is True else {}


def person(said: Mapping[str, object]) -> str:
    """Return what to call somebody: the address, or else the name that the provider gives."""
    known = (verified_email(said, trust=True), said.get("name"), said.get("preferred_username"))
    return next((name for name in known if isinstance(name, str) and name), "somebody without a name")


def who() -> None:
    """Draw who is signed in and the way out; nothing where no sign-in is asked for."""
    if door() is None:
        return
    with st.container(key="signed-in", horizontal=True, vertical_alignment="center", gap="small", width="content"):
        st.html(f'<p class="signed-in">{text(person(claims()))}</p>', width="content")
        st.button("Sign out", on_click=st.logout, type="tertiary", key="sign_out")


def refuse() -> None:
    """End the page's run for somebody who may not see its study."""
    who()
    closed = door()
    verified = closed is not None and verified_email(claims(), trust=closed.access.trust_emails)
    _close(NOT_LISTED if verified else f"{NOT_LISTED} {UNVERIFIED}")


def _close(words: str) -> None:
    st.info(plain(words), icon=":material/lock:")
    st.stop()


def _secrets() -> Mapping[str, object]:
    """Return the secrets; none where there is no file of them."""
    try:
        return st.secrets.to_dict()
    except (StreamlitSecretNotFoundError, OSError, ValueError) as error:
        # Streamlit takes a file that it can't read for one that isn't there; who wrote one may have asked for sign-in.
        if any(Path(file).exists() for file in config.get_option("secrets.files")):
            raise AccessError("The file of the secrets can't be read: it has to be TOML in UTF-8.") from error
        return {}


def _origin(auth: object) -> str:
    """Return where the dashboard is for browsers; whatever is wrong in [auth] is an `AccessError`."""
    if not isinstance(auth, Mapping):
        raise AccessError(f"The secrets have no section [auth], which [{SECTION}.{LISTS}] needs.")
    for key in NEEDED:
        if not isinstance(auth.get(key), str) or not auth[key]:
            raise AccessError(f"[auth] of the secrets needs {key} as a text that isn't empty.")
    if len(auth["cookie_secret"]) < SHORTEST_SECRET:
        raise AccessError(f"cookie_secret in [auth] of the secrets has to have {SHORTEST_SECRET} random signs or more.")
    address = urlsplit(get_redirect_uri(AttrDict(auth)) or "")
    local = address.hostname in ("localhost", "127.0.0.1")
    if (
        address.path != CALLBACK
        or not address.netloc
        or address.scheme not in (("https", "http") if local else ("https",))
    ):
        raise AccessError(
            f"redirect_uri in [auth] of the secrets has to be https://NAME{CALLBACK} with the server's name."
        )
    return f"{address.scheme}://{address.netloc}"


def _log_unknown(access: Access, studies: Mapping[str, tuple[str, ...]]) -> None:
    known = dict.fromkeys(name for called in studies.values() for name in called if name)
    for listed in access.lists.keys() - known:
        _log_once(f"[{SECTION}.{LISTS}] of the secrets names {listed!r}: the studies here are {', '.join(known)}.")


@lru_cache(maxsize=100)
def _log_once(words: str) -> None:
    _LOG.error("%s", words)
