"""The Patients page: who is chosen, by the address and by the buttons, and who isn't there."""

from __future__ import annotations

from contextlib import nullcontext
from html import unescape

import pytest

from il2dash.display.chart import Chart
from il2dash.ui import patients_behind

PAGE = "pages/7_Patients.py"


def words(test) -> str:
    elements = [*test.get("html"), *test.get("error"), *test.get("info"), *test.get("warning")]
    return unescape("\n".join(getattr(element, "value", None) or element.proto.body for element in elements))


def visit(open_page, study=None, **query):
    """Open the page under an address."""
    test = open_page("", study)
    for key, value in query.items():
        test.query_params[key] = value
    test.switch_page(PAGE)
    test.run()
    assert not test.exception
    return test


def test_the_first_patient_at_first(open_page):
    test = visit(open_page)
    assert test.selectbox(key="patient").value == "S001"
    assert "56 patients: 28 with IL-2 and 28 with Control." in words(test)
    assert "S001, IL-2: CD4 from 50 at baseline to 55 cells/uL at week 52.4" in words(test)
    assert test.button(key="go_previous").disabled
    assert len(test.dataframe) == 1


def test_the_address_chooses(open_page):
    test = visit(open_page, patient="S003")
    assert test.selectbox(key="patient").value == "S003"
    assert "S003, IL-2: CD4 from 103" in words(test)


def test_next_and_previous(open_page):
    test = visit(open_page)
    test.button(key="go_next").click().run()
    assert test.selectbox(key="patient").value == "S002"
    assert "S002, Control" in words(test)
    test.button(key="go_previous").click().run()
    assert test.selectbox(key="patient").value == "S001"
    assert "S001, IL-2" in words(test)


def test_who_is_filtered_out_gets_the_reason_and_the_remedy(open_page):
    test = visit(open_page, patient="S003", filter="gss=0")
    said = words(test).replace("\\", "")
    assert "Patient S003 isn't among the patients counted: the filter “Genotypic sensitivity score 0” leaves" in said
    assert "Remove it, or choose a patient of the list. Shown here: S001." in said
    assert test.selectbox(key="patient").value == "S001"


def test_who_does_not_exist(open_page):
    said = words(visit(open_page, patient="S999")).replace("\\", "")
    assert "Patient 'S999': the study has no such patient; choose one of the list." in said


def test_a_study_of_one_table_has_its_patients(open_page, tmp_path):
    (tmp_path / "study.toml").write_text(
        '[study]\nid = "one"\ntitle = "One"\nsynthetic = true\n'
        '[arms]\nreference = "a"\nlevels = [{ code = "a", label = "A" }, { code = "b", label = "B" }]\n'
    )
    (tmp_path / "subjects.csv").write_text("subject_id,arm\n1,a\n2,b\n")
    assert "1, A: last contact not known." in words(visit(open_page, tmp_path))


CHART = Chart(spec={}, alt="", name="x", patients=((("P1",), ()), (tuple(f"Q{number}" for number in range(42)),)))


def chosen(*points: tuple[int, int]) -> dict:
    return {"selection": {"points": [{"curve_number": trace, "point_index": place} for trace, place in points]}}


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (chosen(), ""),
        (chosen((0, 0)), "1 patient behind this point:"),
        (chosen((0, 1)), "No patient is behind this point."),
        (chosen((0, 0), (0, 0)), "1 patient behind these 2 points:"),
        (chosen((1, 0)), "42 patients behind this point, of whom 40 are named:"),
        (chosen((7, 0)), "No patient is behind this point."),
    ],
)
def test_the_line_under_a_figure(monkeypatch, event, said):
    shown, links = [], []
    monkeypatch.setattr(patients_behind.st, "html", lambda html, **_: shown.append(html))
    monkeypatch.setattr(patients_behind.st, "page_link", lambda *_, label, query_params: links.append(query_params))
    monkeypatch.setattr(patients_behind.st, "container", lambda **_: nullcontext())
    monkeypatch.setattr(patients_behind.address, "link_settings", lambda _, own: (("filter", "gss=0"), *own))
    patients_behind.patients_behind(CHART, event)
    assert bool(shown) == bool(said)
    if said:
        assert shown[0].split(">", 1)[1].startswith(said)
        assert all(link[0] == ("filter", "gss=0") and link[1][0] == "patient" for link in links)
        assert ("of whom 40 are named" in shown[0]) == ("42" in said)
        assert len(links) == (0 if "No patient" in said else min(int(said.split()[0]), patients_behind.MOST_NAMED))


def test_of_many_patients_some_are_listed_and_all_can_be_named(open_page, tmp_path):
    (tmp_path / "study.toml").write_text(
        '[study]\nid = "many"\ntitle = "Many"\nsynthetic = true\n'
        '[arms]\nreference = "a"\nlevels = [{ code = "a", label = "A" }, { code = "b", label = "B" }]\n'
    )
    rows = "".join(f"M{number:04d},{'ab'[number % 2]}\n" for number in range(1, 1202))
    (tmp_path / "subjects.csv").write_text(f"subject_id,arm\n{rows}")
    test = visit(open_page, tmp_path, patient="M0700")
    assert len(test.dataframe[0].value) == 500
    assert test.dataframe[0].value["Patient"].tolist()[0] == "M0501"
    assert "Patients 501 to 1,000 of 1,201 are listed" in words(test)
    test.button(key="go_later").click().run()
    assert test.text_input(key="patient").value == "M1001"
    assert len(test.dataframe[0].value) == 201
    assert test.button(key="go_later").disabled
    test.text_input(key="patient").set_value("nobody").run()
    assert "Patient 'nobody': the study has no such patient" in words(test).replace("\\", "")
    assert "M0001, B: last contact not known." in words(test)
