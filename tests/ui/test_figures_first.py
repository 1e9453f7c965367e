"""What stands under the figures is drawn after all else, in its own place, and knows what it was told."""

from streamlit.testing.v1 import AppTest


def _page() -> None:
    from contextvars import ContextVar

    import streamlit as st

    from il2dash.ui.figures_first import afterwards, figures_first

    standing = ContextVar("standing", default="")
    drawn = st.session_state.setdefault("drawn", [])

    def draw(words: str) -> None:
        drawn.append(words)
        st.markdown(words)

    with figures_first():
        draw("first figure")
        standing.set("own")
        afterwards(lambda: afterwards(lambda: draw(f"first table, {standing.get()}")))
        standing.set("exploratory")
        draw("second figure")
        afterwards(lambda: draw(f"second table, {standing.get()}"))
    afterwards(lambda: draw("at once"))
    draw("last")


def test_figures_are_drawn_first_and_each_table_stands_under_its_own():
    test = AppTest.from_function(_page).run()
    assert not test.exception
    tables = ["first table, own", "second table, exploratory"]
    assert test.session_state.drawn == ["first figure", "second figure", *tables, "at once", "last"]
    shown = [element.value for element in test.markdown]
    assert shown == ["first figure", tables[0], "second figure", tables[1], "at once", "last"]


def _failing_page() -> None:
    from contextlib import contextmanager

    import streamlit as st

    from il2dash.ui.figures_first import afterwards, figures_first

    @contextmanager
    def told():
        try:
            yield
        except ValueError as error:
            st.markdown(str(error))

    def fail() -> None:
        raise ValueError("no table")

    with figures_first(told), told():
        afterwards(fail)
        st.markdown("figure")
        afterwards(lambda: st.markdown("table"))
        raise ValueError("no second figure")


def test_what_cannot_be_shown_is_told_in_its_place_and_hides_nothing_else():
    test = AppTest.from_function(_failing_page).run()
    assert not test.exception
    assert [element.value for element in test.markdown] == ["no table", "figure", "table", "no second figure"]
