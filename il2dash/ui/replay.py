"""Any view drawn again from what its address says: beside another, or block by block as slides."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from il2dash.analysis.population import Population, select_population
from il2dash.analysis.time_limit import TimeLimitError
from il2dash.study.trial import Trial
from il2dash.ui import address, blocks, looked_at, show, widgets
from il2dash.ui.address import Settings
from il2dash.ui.site import FILES

Body = Callable[[Population], None]

_REPOSITORY = Path(__file__).resolve().parents[2]


def population_of(trial: Trial, view: Settings) -> Population:
    """Return whom a view counts."""
    return select_population(
        trial, address.read_filters(trial, [value for key, value in view if key == address.FILTER])
    )


def draw(page: str, view: Settings, trial: Trial, *, key: str) -> None:
    """Draw a page's body as a view has it, without its widgets.

    Parameters
    ----------
    page : str
        The page's title.
    view : Settings
        What its address says.
    trial : Trial
        The study.
    key : str
        With what the keys of its figures begin.
    """
    looked_at.on_page(page)
    with widgets.replayed(view), blocks.keys_begin_with(key):
        drawn(body_of(FILES[page]), population_of(trial, view))


def drawn(body: Body, patients: Population) -> None:
    """Draw a page's body; where the filters leave nobody, or an analysis takes too long, say so."""
    show.of_study(patients.trial.definition)
    if not patients.size:
        address.leave_waiting()
        show.kindly("No patient passes all filters: undo one of them.")
        return
    try:
        body(patients)
    except TimeLimitError as error:
        show.trouble(error)


@lru_cache(maxsize=32)
def body_of(path: str) -> Body:
    """Return the function that draws a page's body: what `frame.page` was put around in the page's file."""
    spec = importlib.util.spec_from_file_location(f"il2dash_{Path(path).stem}", _REPOSITORY / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    body: Body = module.page.__wrapped__
    return body
