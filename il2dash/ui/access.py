"""Who may see which study: the administrator's lists, and what a sign-in says of a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from il2dash.errors import Il2dashError

ANYBODY = "*"
"""In a list: everybody who signed in."""

SECTION, LISTS, TRUST = "il2dash", "access", "trust_emails"
KEYS = frozenset({LISTS, TRUST, "sources"})
"""What [il2dash] of the secrets may hold; sources are databases'."""

EXAMPLE = '[il2dash.access] with a line such as trial = ["doctor@hospital.example"]'


class AccessError(Il2dashError):
    """What keeps the server closed: its text says what the administrator has to add or correct, and nothing secret."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may see which study.

    Parameters
    ----------
    lists : mapping of str to tuple of str
        For each study, by its id or name: addresses, whole domains such as ``@hospital.example``, or `ANYBODY`.
    trust_emails : bool
        Whether an address counts where the provider doesn't say if it is verified. One that it calls unverified
        never does.
    """

    lists: Mapping[str, tuple[str, ...]]
    trust_emails: bool = False


def read_access(section: object) -> Access:
    """Read [il2dash] of the secrets.

    Parameters
    ----------
    section : object
        The section as TOML gave it; None where there is none.

    Raises
    ------
    AccessError
        Where it isn't as it has to be: nothing of a wrong list is used.
    """
    if section is None:
        raise AccessError(f"The secrets have no list of people: add {EXAMPLE}.")
    if not isinstance(section, Mapping):
        raise AccessError(f"{SECTION} of the secrets has to be a table: write {EXAMPLE}.")
    if unknown := sorted(set(section) - KEYS):
        raise AccessError(f"[{SECTION}] of the secrets has an unknown key {unknown[0]!r}: {_known()} are known.")
    lists, trust = section.get(LISTS), section.get(TRUST, False)
    if not isinstance(trust, bool):
        raise AccessError(f"{TRUST} in [{SECTION}] of the secrets has to be true or false, without quotes.")
    if lists is None:
        raise AccessError(f"The secrets have no list of people: add {EXAMPLE}.")
    if not isinstance(lists, Mapping) or not lists:
        raise AccessError(f"{LISTS} in [{SECTION}] of the secrets has to be a table with a study: write {EXAMPLE}.")
    return Access({study: _people(study, people) for study, people in lists.items()}, trust)


def may_see(claims: Mapping[str, object], access: Access, *names: str) -> bool:
    """Return whether a person may see a study.

    Parameters
    ----------
    claims : mapping
        What the provider says of the person who signed in; empty for nobody.
    access : Access
    *names : str
        What the study is called: its id, and its name on this server.
    """
    if not claims:
        return False
    email = _folded(verified_email(claims, trust=access.trust_emails))
    _, _, domain = email.partition("@")
    accepted = {ANYBODY, *((email, f"@{domain}") if email else ())}
    listed = {_folded(person) for name in names for person in access.lists.get(name, ())}
    return not accepted.isdisjoint(listed)


def verified_email(claims: Mapping[str, object], *, trust: bool = False) -> str:
    """Return a person's address where it counts: one that the provider verified; else an empty text.

    Parameters
    ----------
    trust : bool
        Take one as verified where the provider doesn't say so, nor the contrary.
    """
    email, verified = claims.get("email"), claims.get("email_verified", trust)
    counts = verified is True or verified == "true"  # some providers write the claim as a text
    return email if counts and isinstance(email, str) and _is_address(email) else ""


def _people(study: str, people: object) -> tuple[str, ...]:
    where = f"The list of {study!r} in [{SECTION}.{LISTS}] of the secrets"
    if not isinstance(people, list):
        raise AccessError(f'{where} has to be in brackets: {study} = ["doctor@hospital.example"].')
    for number, person in enumerate(people, start=1):
        if not isinstance(person, str) or not _is_listable(person):
            raise AccessError(
                f'{where}, entry {number}: it has to be an address, a domain such as "@hospital.example", or "*".'
            )
    return tuple(people)


def _is_listable(person: str) -> bool:
    # A whole domain is an address without a name.
    return person == ANYBODY or _is_address(f"anybody{person}" if person.startswith("@") else person)


def _is_address(text: str) -> bool:
    name, _, domain = text.partition("@")
    return bool(name and domain) and not any(sign in "@*" or sign.isspace() for sign in name + domain)


def _folded(email: str) -> str:
    # Beyond ASCII some letters become others in lower case: the Kelvin sign a k, which is another person's address.
    return email.lower() if email.isascii() else email


def _known() -> str:
    return ", ".join(sorted(KEYS))
