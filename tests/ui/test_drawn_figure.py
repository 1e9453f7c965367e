"""A figure on the page: the look that it is given, and that it is drawn once."""

import plotly.graph_objects as go

from il2dash.ui.drawn_figure import FONT, DrawnFigure


def test_what_the_figure_says_stands_and_the_look_completes_it() -> None:
    given = {"margin": {"l": 8}, "xaxis": {"showgrid": True, "title": {"text": "Week"}}, "yaxis2": {"zeroline": False}}
    drawn = DrawnFigure({"data": [], "layout": given}).to_dict()["layout"]
    assert drawn["margin"] == {"l": 8, "pad": 8}
    assert drawn["xaxis"]["showgrid"] is True
    assert drawn["xaxis"]["title"] == {"text": "Week", "font": {"size": 14}, "standoff": 20}
    assert drawn["yaxis2"]["zeroline"] is False
    assert drawn["yaxis2"]["gridcolor"] == drawn["yaxis"]["gridcolor"]
    assert drawn["font"]["family"] == FONT
    assert given == {
        "margin": {"l": 8},
        "xaxis": {"showgrid": True, "title": {"text": "Week"}},
        "yaxis2": {"zeroline": False},
    }


def test_plotly_knows_every_property_of_the_look() -> None:
    go.Figure(DrawnFigure({"data": [], "layout": {"yaxis2": {}}}).to_dict())


def test_there_is_no_template_which_plotly_would_take_for_another_figure() -> None:
    drawn = DrawnFigure({"data": [], "layout": {}}).to_dict()["layout"]
    assert "template" not in drawn
    assert drawn["datarevision"] == 1
