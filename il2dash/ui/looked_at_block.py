"""What was looked at in this session, as a block of the Overview."""

from __future__ import annotations

from il2dash.display.numbers import count
from il2dash.display.tables import TableSpec
from il2dash.ui import show, widgets
from il2dash.ui.looked_at import looked_at

MOST_LISTED = 100


def show_looked_at() -> None:
    """Show how many analyses were looked at, and which; nothing while all are the trial's own, or in a replay."""
    if widgets.replaying():
        return
    analyses = looked_at()
    exploratory = [analysis for analysis in analyses if analysis.reasons]
    if not exploratory:
        return
    show.opening(
        f"You have looked at {count(len(analyses), 'analysis', 'analyses')} in this session, "
        f"{len(exploratory)} of them exploratory. Whoever looks at many will find something in one of them by chance.",
        title="Looked at in this session",
    )
    listed = [
        (str(number), analysis.page, analysis.title, "; ".join(analysis.reasons) or "prespecified")
        for number, analysis in enumerate(analyses, start=1)
    ]
    left_out = len(listed) - MOST_LISTED
    table = TableSpec(
        identifier="looked-at",
        columns=("Analysis", "Page", "Of what", "Why exploratory"),
        rows=tuple(listed[-MOST_LISTED:]),
        notes=(f"The first {left_out} aren't listed.",) if left_out > 0 else (),
    )
    show.details(table)
