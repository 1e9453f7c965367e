"""A trial of relapses says relapse on every page; the wizard asks, and the files that it gives keep the answer."""

from __future__ import annotations

import shutil

import pytest

from il2dash.intake.recipe import recipe_json
from tests.intake.test_event_layouts import KINDS
from tests.ui.conftest import everything, html_of
from tests.ui.test_loading import click, draft, drop, step, used


@pytest.fixture(scope="module")
def relapses(repository, tmp_path_factory):
    """Write the mini study as a trial of relapses."""
    folder = tmp_path_factory.mktemp("relapses") / "mini"
    shutil.copytree(repository / "tests" / "studies" / "mini", folder)
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write('\n[tables.events]\nevent_name = "relapse"\n')
    return folder


@pytest.mark.parametrize(
    ("title", "settings", "said"),
    [
        ("Events", (), "had a relapse"),
        ("Events", (("events", "Relapses"), ("curve", "Mean number of events")), "Mean number of relapses per patient"),
        ("Events", (("events", "Relapses"), ("filter", "sex=M")), "relapse and"),
        ("Events", (("events", "Adverse events"),), "1 relapse"),
        ("Patients", (("patient", "P03"),), "a relapse at week 9"),
        ("Overview", (), "Mini trial"),
        ("Data", (), "Mini trial"),
    ],
)
def test_no_page_of_it_says_aids(visit, relapses, title, settings, said):
    test = visit(title, *settings, study=relapses)
    assert not test.warning
    headers = [str(list(table.value.columns)) for table in test.dataframe]
    options = [str(group.options) for group in test.button_group]
    together = "\n".join([everything(test), *headers, *options])
    assert said in together
    assert "AIDS" not in together


def test_the_wizard_asks_and_what_it_writes_keeps_the_answer(visit):
    test = drop(visit("Data", ("show", "Load your own data")), ("trial.csv", KINDS))
    step(test, "events").text_input(key="load_event_name").set_value("metastasis").run()
    test.text_input(key="load_event_name_plural").set_value("metastases").run()
    assert (draft(test).event_name, draft(test).event_name_plural) == ("metastasis", "metastases")
    test.text_input(key="load_event_name").set_value(" ").run()
    assert (draft(test).event_name, draft(test).event_name_plural) == (None, None)
    test.text_input(key="load_event_name").set_value("metastasis").run()
    test.text_input(key="load_event_name_plural").set_value("metastases").run()
    used(test)
    choices, loaded = recipe_json(draft(test)), test.session_state["loaded_study"]
    test.switch_page("pages/5_Events.py")
    assert "had a metastasis" in html_of(test.run())
    again = visit("Data", ("show", "Load your own data"))
    drop(again, ("trial.csv", KINDS), ("choices.json", choices))
    click(step(again, "use"), "load_use")
    other = again.session_state["loaded_study"].trial
    assert other.fingerprint == loaded.trial.fingerprint
    assert other.definition == loaded.trial.definition
