"""How columns of patients and arms, and reference arms, are called, in the languages that files come in.

All are patterns of what `spoken` makes of a name: lower case, no accents, single underscores.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from il2dash.intake.column_facts import spoken

_WHO = r"subject|subj|patient(en|s)?|participant|person|proband(en)?|pat|sujet|paciente|paziente"
_NUMBER = r"id|no|nr|num|number|nummer|code|kennung|identifier"
PATIENT = (
    rf"usubjid|subjid|(subject|patient|participant|person|proband|sujet|paciente|paziente)|({_WHO})_?({_NUMBER})|"
    rf"({_NUMBER}|n|numero)_?(du_|de_)?({_WHO})|pid(_?num)?|ptid|ptno|record_?id|id|(case|fall)_?({_NUMBER})|"
    rf"study_?id|rand(omi[sz]ation)?s?_?({_NUMBER})|screening_?({_NUMBER})"
)

SHEET = "sheet"
"""The column that says from which of several sheets of the same columns a row is."""

ARMS = (
    r"arms?|arm_?cd|act_?arm(cd)?|trt01pn?|(rand|treatment|study|trial)_?arm|(behandlungs|studien|pruf|therapie)arm|"
    r"bras(_de_traitement)?|brazo|braccio",
    r"treat(ment)?s?(_?(arm|group|grp|name|cd|code|as(signment|signed)))?|trt0?1?[pa]?n?|tx|rx|alloc(ation|ated)?(_to)?|"
    r"(random(i[sz]ed|i[sz]ation)?|rand|rando)(_?(to|arm|group|grp))?|intervention|behandlung(sgruppe)?|"
    r"therapie(gruppe)?|traitement|tratamiento|trattamento",
    r"(study_?)?(group|grp)|gruppe|groupe|grupo|gruppo|drug",
    r"(.*_)?(arm|treat|treatment|trt|alloc|allocation|random|randomi[sz]ed|randomi[sz]ation|behandlung)(_.*)?",
    SHEET,
)
"""The surest first."""

_REFERENCE = (
    r"pla[cz]ebo|pbo|plac|control.*|ctrl|ctl|cont|contr|kontroll.*|controle|temoin|standard.*|soc|usual.*|tau|"
    r"treatment_as_usual|reference|ref|comparator|sham|untreated|no_treatment|none|obs|observation|vehicle|bsc|"
    r"best_supportive_care|wait.*list.*"
)
_REFERENCE_WORD = r"(.*_)?(pla[cz]ebo|pbo|control|kontrolle|controle|temoin|sham|standard|usual)(_.*)?"


def reference_levels(levels: Iterable[str]) -> list[str]:
    """Return the arms that are called as reference arms are: Placebo, 0_control, Standard of care, P beside A."""
    known = list(levels)
    bare = {level: re.sub(r"^[0-9]+_", "", spoken(level)) for level in known}
    if sorted(bare.values()) == ["a", "p"]:
        return [level for level in known if bare[level] == "p"]
    for pattern in (_REFERENCE, _REFERENCE_WORD):
        called = [level for level in known if re.fullmatch(pattern, bare[level])]
        if 0 < len(called) < len(known):
            return called
    return []
