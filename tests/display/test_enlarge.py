"""Figures on slides: larger, but never beyond the screen and never smaller than on the page."""

from __future__ import annotations

import pytest

from il2dash.display.chart import Chart
from il2dash.display.enlarge import ROOM, enlarge


@pytest.mark.parametrize(
    ("height", "enlarged", "type_size"),
    [(300, 435, 14.5), (500, ROOM, 12.2), (ROOM, ROOM, 10), (900, 900, 10)],
)
def test_a_figure_fits_between_a_slides_head_and_its_controls(height, enlarged, type_size):
    small = Chart(spec={"data": [], "layout": {"height": height, "font": {"size": 10}}}, alt="", name="", patients=())
    layout = enlarge(small, 1.45).spec["layout"]
    assert layout["height"] == pytest.approx(enlarged)
    assert layout["font"]["size"] == pytest.approx(type_size)
