"""Snapshots: kept, replaced, put in order and removed; and as a file, which is read or refused with a sentence."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2dash.errors import SpecificationError
from il2dash.study.reading import read_study
from il2dash.ui import address, snapshots
from il2dash.ui.frame import FILES
from il2dash.ui.snapshots import LONGEST_NAME, MOST_KEPT, Snapshot, keep, kept, move, read_file, remove, restore
from il2dash.ui.study_places import OWN
from tests.ui.conftest import everything, sentences

FILTERED = Snapshot(name="GSS 0", page="Endpoints", settings=(("filter", "gss=0"), ("threshold_cd4_200", "150")))
MODEL = Snapshot(name="Model", page="Model", settings=())


@pytest.fixture
def session(monkeypatch):
    held = {}
    monkeypatch.setattr(address.st, "session_state", held)
    return held


@pytest.fixture(scope="module")
def etoile(repository):
    return read_study(repository / "sample_data" / "etoile").trial


def named(*names: str) -> tuple[Snapshot, ...]:
    return tuple(Snapshot(name=name, page="Model", settings=()) for name in names)


def names() -> str:
    return "".join(snapshot.name for snapshot in kept())


def test_kept_in_order_and_replaced_by_name(session):
    assert kept() == ()
    keep(FILTERED)
    keep(MODEL)
    assert kept() == (FILTERED, MODEL)
    changed = Snapshot(name="GSS 0", page="Events", settings=())
    keep(changed)
    assert kept() == (MODEL, changed)


def test_moved_within_the_order(session):
    restore(named(*"abcd"))
    move("c", places=-1)
    assert names() == "acbd"
    move("a", places=1)
    assert names() == "cabd"
    move("c", places=-1)
    assert names() == "cabd"
    move("d", places=1)
    assert names() == "cabd"


def test_removed(session):
    restore(named(*"abc"))
    remove("b")
    remove("nobody")
    assert names() == "ac"


def test_no_more_than_may_be(session):
    restore(named(*map(str, range(MOST_KEPT))))
    keep(named("0")[0])
    with pytest.raises(SpecificationError, match=f"At most {MOST_KEPT} snapshots are kept"):
        keep(MODEL)
    assert len(kept()) == MOST_KEPT


def test_of_a_file_that_is_too_much_nothing_is_kept(session):
    restore(named(*map(str, range(MOST_KEPT - 1))))
    with pytest.raises(SpecificationError, match="to which 2 would be added"):
        restore(named("a", "b"))
    assert len(kept()) == MOST_KEPT - 1
    restore(named("a", "0"))
    assert len(kept()) == MOST_KEPT


words = st.text(st.characters(exclude_categories=["Cs"]))


@given(
    st.lists(
        st.builds(
            Snapshot,
            name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=LONGEST_NAME),
            page=st.sampled_from([title for title in FILES if title != snapshots.OWN_PAGE]),
            settings=st.lists(st.tuples(words, words), max_size=4).map(tuple),
        ),
        max_size=5,
    ).map(tuple)
)
def test_a_file_brings_back_what_was_written(etoile, views):
    assert read_file(snapshots.write_file(views, etoile), etoile, pages=FILES) == (views, "")


def test_a_file_of_other_data_has_a_caution(etoile):
    content = snapshots.write_file((FILTERED,), etoile).replace(etoile.fingerprint.encode(), b"sha256:0")
    found, caution = read_file(content, etoile, pages=FILES)
    assert found == (FILTERED,)
    assert caution == "The snapshots were kept on other data of this study: their numbers may differ."


def file_with(trial, **changed) -> bytes:
    """Write a file of one snapshot in which something is another than it should be."""
    held = json.loads(snapshots.write_file((FILTERED,), trial))
    for key, value in changed.items():
        (held["snapshots"][0] if key in held["snapshots"][0] else held)[key] = value
    return json.dumps(held).encode()


CHANGED = [
    ({"format": "something else"}, "its format isn't 'il2dash snapshots', version 1"),
    ({"version": 2}, "its format isn't"),
    ({"study": "another"}, "The file holds snapshots of the study 'another', not of"),
    ({"snapshots": None}, "a list of at most 100 snapshots"),
    ({"snapshots": {"a": 1}}, "a list of at most 100 snapshots"),
    ({"snapshots": [{}] * (MOST_KEPT + 1)}, "a list of at most 100 snapshots"),
    ({"snapshots": ["x"]}, "a snapshot in it isn't an object"),
    ({"snapshots": [{}]}, "a snapshot's name must be a text"),
    ({"name": 7}, "a snapshot's name must be a text"),
    ({"name": ""}, "a snapshot's name must be a text"),
    ({"name": "x" * (LONGEST_NAME + 1)}, "of at most 120 characters"),
    ({"name": "\ud800"}, "a snapshot's name must be a text"),
    ({"page": "Nowhere"}, "is of a page 'Nowhere', which isn't known"),
    ({"page": ["Model"]}, "is of a page"),
    ({"page": "Snapshots"}, "is of a page 'Snapshots'"),
    ({"settings": "filter=gss=0"}, "must be a list"),
    ({"settings": [["filter"]]}, "must be pairs of texts"),
    ({"settings": [["week", 52]]}, "must be pairs of texts"),
    ({"settings": [["week", "\udfff"]]}, "must be pairs of texts"),
    ({"settings": [["Embed", "true"]]}, "has a setting 'Embed', which no view has"),
    ({"settings": [["present", "1"]]}, "has a setting 'present', which no view has"),
]


@pytest.mark.parametrize(("changed", "said"), CHANGED)
def test_a_broken_file_is_a_sentence(etoile, changed, said):
    with pytest.raises(SpecificationError) as caught:
        read_file(file_with(etoile, **changed), etoile, pages=FILES)
    assert said in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "content",
    [b"", b"not JSON", b"\xff\xfe\x00", b"[]", b"null", b'"text"', b"[" * 100_000, b'{"format": 1' * 5, b"PK\x03\x04"],
    ids=["empty", "text", "bytes", "list", "null", "string", "deep", "cut", "zip"],
)
def test_what_is_no_file_of_snapshots_is_a_sentence(etoile, content):
    with pytest.raises(SpecificationError, match="The file can't be read as snapshots: it"):
        read_file(content, etoile, pages=FILES)


def listed(test) -> list[str]:
    return [
        link.proto.label.replace("\\", "") for link in test.get("page_link") if link.proto.label.startswith("View ")
    ]


VIEWS = tuple(
    Snapshot(name=f"View {name}", page="Endpoints", settings=(("filter", name),)) for name in ("gss=0", "gss=1")
)


def test_the_page_lists_moves_and_removes(visit):
    test = visit("Snapshots", snapshots={OWN: (*VIEWS, MODEL)})
    assert listed(test) == ["View gss=0", "View gss=1"]
    test.button(key="move_down_0").click().run()
    assert listed(test) == ["View gss=1", "View gss=0"]
    test.button(key="remove_1").click().run()
    assert listed(test) == ["View gss=1"]
    assert "2 views kept in this session" in sentences(test)[0]


def test_the_page_shows_two_views_beside_each_other(visit):
    alone = [sentences(visit("Endpoints", *view.settings)) for view in VIEWS]
    shown = sentences(visit("Snapshots", snapshots={OWN: VIEWS}))
    assert shown[1:] == [*alone[0], *alone[1]]
    test = visit("Snapshots", snapshots={OWN: VIEWS})
    test.selectbox(key="compare_right").set_value("View gss=0").run()
    assert sentences(test)[1:] == alone[0] * 2


def test_the_same_downloads_stand_beside_each_other(visit):
    downloads = tuple(Snapshot(name=name, page="Data", settings=(("show", "Downloads"),)) for name in "ab")
    assert len(visit("Snapshots", snapshots={OWN: downloads}).get("download_button")) > 4


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"page": "Nowhere"}, "which isn't known"), ({}, "Restored 1 view."), ({"fingerprint": "x"}, "other data")],
)
def test_the_page_restores_a_file_or_says_why_not(visit, etoile, changed, said):
    test = visit("Snapshots")
    test.get("file_uploader")[0].set_value(("views.json", file_with(etoile, **changed), "application/json"))
    test.run()
    test.button(key="restore").click().run()
    assert not test.exception
    assert said in everything(test).replace("\\", "")
    assert len(test.session_state["snapshots"][OWN]) == ("page" not in changed)


def test_a_view_is_kept_under_share(visit):
    test = visit("Endpoints", ("filter", "gss=0"), ("threshold_cd4_200", "150"), share=True)
    assert test.text_input[0].value == "Endpoints: Genotypic sensitivity score 0"
    test.text_input[0].set_value("  Mine  ")
    next(button for button in test.button if button.label == "Keep").click().run()
    assert test.session_state["snapshots"][OWN] == (
        Snapshot(name="Mine", page="Endpoints", settings=FILTERED.settings),
    )


def test_the_page_of_snapshots_is_not_kept_itself(visit):
    test = visit("Snapshots", share=True)
    assert [button.label for button in test.button if button.label == "Keep"] == []


def test_a_link_that_is_too_long_for_a_code_is_said(visit):
    assert 'class="qr"' in everything(visit("Endpoints", share=True))
    shown = everything(visit("Endpoints", ("x", "a" * 3000), share=True))
    assert 'class="qr"' not in shown
    assert "too long for a QR code" in shown
