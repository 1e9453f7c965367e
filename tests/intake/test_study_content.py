import io
import zipfile
from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from il2dash.intake.study_content import StudyContent, definition_toml, read_content, study_zip
from il2dash.study.definition import (
    ArmLevel,
    Arms,
    Covariate,
    CovariateLevel,
    Endpoint,
    Marker,
    StudyDefinition,
    StudyInformation,
    Visits,
)
from il2dash.study.definition_file import parse_definition, read_definition
from il2dash.study.definition_tables import EventsSource, Tables
from il2dash.study.reading import read_study

STUDIES = ("sample_data/etoile", "tests/studies/actg175", "tests/studies/mini")
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def content_of(definition, folder) -> StudyContent:
    names = ("subjects", "visits", "events", "doses")
    tables = {name: pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False) for name in names}
    return StudyContent(definition=definition, tables=tables)


def small_definition(**changes) -> StudyDefinition:
    start = StudyDefinition(
        study=StudyInformation(id="small", title="Small", synthetic=True),
        arms=Arms(reference="a", levels=(ArmLevel(code="a", label="A"), ArmLevel(code="b", label="B"))),
    )
    return replace(start, **changes)


@pytest.mark.parametrize("study", STUDIES)
def test_a_written_definition_is_read_as_it_was(repository, study):
    definition, problems = read_definition(repository / study / "study.toml")
    assert not problems
    again, problems = parse_definition(definition_toml(definition).encode())
    assert problems == ()
    assert again == definition
    assert repr(again) == repr(definition)


def test_defaults_are_not_written():
    text = definition_toml(small_definition())
    assert text == (
        '[study]\nid = "small"\ntitle = "Small"\nsynthetic = true\n\n[arms]\nreference = "a"\n\n'
        '[[arms.levels]]\ncode = "a"\nlabel = "A"\n\n[[arms.levels]]\ncode = "b"\nlabel = "B"\n'
    )


@given(
    label=ANY_TEXT,
    unit=ANY_TEXT,
    weeks=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=4),
    level=ANY_TEXT,
    step=st.floats(1e-9, 1e12),
)
@settings(max_examples=60)
def test_any_text_and_number_is_read_as_it_was(label, unit, weeks, level, step):
    definition = small_definition(
        visits=Visits(schedule=tuple(weeks)),
        markers={"cd4": Marker(label=label, unit=unit, lower_limit=weeks[0])},
        covariates=(
            Covariate(name="x", label=label, kind="continuous", column=unit, step=step),
            Covariate(name="y", label=label, kind="binary", levels=(CovariateLevel(value=level, label=label),) * 2),
        ),
        endpoints=(Endpoint(id="e", label=label, rule="at_least", threshold=weeks[-1]),),
    )
    again, _ = parse_definition(definition_toml(definition).encode())
    assert repr(again) == repr(definition)


@pytest.mark.parametrize("study", ["sample_data/etoile", "tests/studies/mini"])
def test_a_zipped_study_has_the_fingerprint_of_its_folder(repository, study):
    reading = read_study(repository / study)
    content = content_of(reading.definition, repository / study)
    zipped = study_zip(content)
    assert zipped == study_zip(content)
    again = read_study(io.BytesIO(zipped))
    assert again.problems == reading.problems
    assert again.trial.fingerprint == reading.trial.fingerprint == read_content(content).trial.fingerprint


def test_the_zip_says_what_events_are_called(repository):
    folder = repository / "tests" / "studies" / "mini"
    definition, _ = read_definition(folder / "study.toml")
    called = EventsSource(event_name="metastasis", event_name_plural="metastases")
    named = replace(definition, tables=Tables(events=replace(called, time_unit="days", file="elsewhere.csv")))
    content = content_of(named, folder)
    trial = read_content(content).trial
    assert trial.definition.tables == Tables(events=called)
    assert trial.fingerprint == read_study(folder).trial.fingerprint
    without = StudyContent(
        definition=named, tables={name: table for name, table in content.tables.items() if name != "events"}
    )
    assert read_content(without).trial.definition.tables == Tables()


def test_formulas_are_texts_in_the_zip_and_the_study_still_reads():
    covariate = Covariate(
        name="site",
        label="=1+1",
        column="@site",
        kind="categorical",
        levels=(CovariateLevel(value='=HYPERLINK("x")', label="A"), CovariateLevel(value="-2", label="B")),
    )
    subjects = pd.DataFrame(
        {
            "subject_id": ["-1", "+2x", "=3", "4\r5\n,"],
            "arm": ["=a", "b", "=a", "b"],
            "@site": ['=HYPERLINK("x")', "-2", "-2", ""],
        }
    )
    levels = (ArmLevel(code="a", label="A", value="=a"), ArmLevel(code="b", label="B"))
    definition = small_definition(arms=Arms(reference="a", levels=levels), covariates=(covariate,))
    content = StudyContent(definition=definition, tables={"subjects": subjects})
    trial = read_content(content).trial
    assert trial.subjects["subject_id"].tolist() == ["-1", "+2x", "=3", "4\r5\n,"]
    assert trial.subjects["arm"].tolist() == ["a", "b", "a", "b"]
    assert trial.subjects["site"].tolist()[:3] == ['=HYPERLINK("x")', "-2", "-2"]
    with zipfile.ZipFile(io.BytesIO(study_zip(content))) as archive:
        text = archive.read("subjects.csv").decode()
    assert "\n=" not in text
    assert ",=" not in text
