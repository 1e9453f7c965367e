"""A study of hostile words: HTML, scripts, Markdown, LaTeX, formulas, emoji, endless words, other directions."""

from __future__ import annotations

from pathlib import Path

SCRIPT = '<img src=x onerror="window.__hacked=1"><script>window.__hacked=2</script>'
MARKDOWN = "**bold** _it_ `code` [link](javascript:window.__hacked=3) ![p](http://hacked.invalid/p.png) # H"
LATEX = r"$x_1$ $$\frac{1}{2}$$ :red[r] :material/home: :smile: ~~s~~ &lt;i&gt; \* www.hacked.invalid"
FORMULA = "=cmd|' /C calc'!A0"
EMOJI = "\U0001f468\u200d\U0001f469 \u202eRLO\u202c \u200f\u05d0\u05d1 \u00e9"
ENDLESS = "long" * 60
LISTS = "1. one <b>two</b> | {{m^2}} %{x} <br> <a href='http://hacked.invalid'>a</a>"

ARMS = (f"Ctrl {SCRIPT}", f"IL-2 {MARKDOWN}")
SUBJECTS = {
    "P01": "<b>P01</b>",
    "P02": FORMULA,
    "P03": "**P03**",
    "P04": "$P04$",
    "P05": "+P05",
    "P06": "P06\u202e",
    "P07": "&amp;P07",
    "P08": "P08" + "x" * 40,
}
LITERAL = (SCRIPT, MARKDOWN, LATEX, FORMULA, LISTS)
"""Texts that a page shows character by character, blanks aside."""


def _quoted(text: str) -> str:
    """Return a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(letter if ord(letter) >= 32 else f"\\u{ord(letter):04x}" for letter in escaped) + '"'


def hostile_study(folder: Path, mini: Path) -> Path:
    """Write the mini study with hostile words to a folder, which is given back."""
    folder.mkdir(parents=True, exist_ok=True)
    text = (mini / "study.toml").read_text(encoding="utf-8")
    for old, new in (
        (
            'title = "Mini trial"\nsynthetic = true',
            f"title = {_quoted(SCRIPT + MARKDOWN)}\nsynthetic = false\nquestion = {_quoted(LATEX)}\n"
            f"design = {_quoted(LISTS)}\nprovenance = {_quoted(SCRIPT)}\ncitation = {_quoted(MARKDOWN + ENDLESS)}\n"
            f"registration = {_quoted(FORMULA)}",
        ),
        (
            "schedule = [0, 6, 12]",
            f"schedule = [0, 6, 12]\n\n[tables.events]\nevent_name = {_quoted(SCRIPT + LATEX)}\n"
            f"event_name_plural = {_quoted(MARKDOWN + LISTS)}",
        ),
        ('label = "Control"', f"label = {_quoted(ARMS[0])}"),
        ('label = "IL-2"', f"label = {_quoted(ARMS[1])}"),
        ('label = "CD4 count"\nunit = "cells/uL"', f"label = {_quoted(LATEX)}\nunit = {_quoted(SCRIPT)}"),
        ('label = "HIV-1 RNA"\nunit = "copies/mL"', f"label = {_quoted(SCRIPT)}\nunit = {_quoted(LATEX)}"),
        ('label = "Age"\nunit = "years"', f"label = {_quoted(MARKDOWN)}\nunit = {_quoted(FORMULA)}"),
        ('label = "Enfuvirtide"', f"label = {_quoted(LISTS)}"),
        ('label = "Sex"', f"label = {_quoted(FORMULA + ' sex')}"),
        ('label = "Female"', f"label = {_quoted(SCRIPT + ' f')}"),
        ('label = "Male"', f"label = {_quoted(LATEX + ' m')}"),
        ('label = "CDC stage"', f"label = {_quoted(EMOJI)}"),
        ('value = "A", label = "A"', f'value = "A", label = {_quoted(ENDLESS)}'),
        ('value = "B", label = "B"', f'value = "B", label = {_quoted(LISTS)}'),
        ('label = "CD4 of at least 200"\nmarker', f"label = {_quoted(SCRIPT + LATEX)}\nmarker"),
        ('label = "Well at the end, by the investigator"', f"label = {_quoted(MARKDOWN + EMOJI)}"),
        ('label = "CD4 of at least 200, control"', f"label = {_quoted(SCRIPT + FORMULA)}\nsource = {_quoted(LATEX)}"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    text += f"\n[[glossary]]\nterm = {_quoted('<b>two</b>')}\nmeaning = {_quoted(SCRIPT + MARKDOWN)}\n"
    (folder / "study.toml").write_text(text, encoding="utf-8")
    for name in ("subjects", "visits", "events", "doses"):
        rows = (mini / f"{name}.csv").read_text(encoding="utf-8")
        for old, new in SUBJECTS.items():
            rows = rows.replace(f"{old},", _cell(new) + ",")
        for old, new in (("Esophageal candidiasis", FORMULA), ("Lymphoma", SCRIPT), ("Fever", MARKDOWN + EMOJI)):
            rows = rows.replace(f"{old},", _cell(new) + ",")
        (folder / f"{name}.csv").write_text(rows, encoding="utf-8")
    (folder / "README.md").write_text(f"# Data\n\n{SCRIPT}\n\n{MARKDOWN}\n", encoding="utf-8")
    return folder


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
