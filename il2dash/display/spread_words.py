"""How the intervals about a model's predictions came about: from resamples, or from each patient's influence."""

from __future__ import annotations

from il2dash.analysis.model_influence import METHOD
from il2dash.analysis.model_spread import MANY_PATIENTS


def spread_note(*, resamples: int, failed: int, seed: int) -> str:
    """Say how many resamples an interval is from, and how many had no model; or why there are none."""
    if not resamples:
        return (
            f"Of more than {MANY_PATIENTS:,} patients no resamples are drawn: how each patient moves the model tells "
            f"how far resamples within the arms would lie apart ({METHOD})."
        )
    lost = f"; {failed:,} without a model left out" if failed else ""
    return f"Bootstrap: {resamples:,} resamples of the patients within their arm, seed {seed}{lost}."


def interval_words(*, resamples: int) -> str:
    """Name the kind of interval: "bootstrap percentile"."""
    return "bootstrap percentile" if resamples else METHOD
