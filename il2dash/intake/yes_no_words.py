"""Yes and no as files write them: in other languages, and behind a code as in 1_yes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from il2dash.intake.column_facts import spoken

_YES = frozenset({"yes", "y", "true", "ja", "j", "oui", "o", "si", "s", "sim", "present", "vorhanden"})
_NO = frozenset({"no", "n", "false", "nein", "non", "nao", "absent", "fehlt"})


def yes_and_no(levels: Sequence[str]) -> tuple[str, str] | None:
    """Return which of two texts is yes and which no; None where they aren't such words."""
    bare = [re.sub(r"^[0-9]+_", "", spoken(level)) for level in levels]
    if len(bare) != 2:
        return None
    for yes, no in ((0, 1), (1, 0)):
        if bare[yes] in _YES and bare[no] in _NO:
            return levels[yes], levels[no]
    return None
