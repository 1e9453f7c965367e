import re

import pytest

from il2dash.study.definition_file import parse_definition, read_definition

MINIMAL = """
[study]
id = "s"
title = "S"
synthetic = true

[arms]
reference = "a"
levels = [{ code = "a", label = "A", value = 0 }, { code = "b", label = "B" }]
"""


def only(text):
    definition, problems = parse_definition(text.encode())
    assert definition is None
    assert len(problems) == 1, "\n".join(map(str, problems))
    assert (problems[0].severity, problems[0].file) == ("error", "study.toml")
    return problems[0]


def test_a_minimal_definition():
    definition, problems = parse_definition(MINIMAL.encode())
    assert problems == ()
    assert definition.arms.codes == ("a", "b")
    assert [level.file_value for level in definition.arms.levels] == ["0", "b"]


def test_a_byte_order_mark_and_windows_line_ends_are_fine():
    definition, problems = parse_definition(b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode())
    assert (definition is not None, problems) == (True, ())


@pytest.mark.parametrize(
    ("text", "row"), [("[study]\nid = s\n", 2), ("[study\n", 1), ('[study]\nid = "s"\nid = "t"\n', 3), ("a = [1,\n", 2)]
)
def test_broken_toml_has_its_line(text, row):
    problem = only(text)
    assert problem.row == row
    assert "reading stopped here" in problem.rule


def test_not_utf_8():
    _, problems = parse_definition(b'[study]\ntitle = "\xe9toile"\n')
    assert (problems[0].row, problems[0].rule) == (2, "The file is in UTF-8.")


def test_an_absent_file(tmp_path):
    definition, problems = read_definition(tmp_path / "study.toml")
    assert definition is None
    assert "can't be read" in problems[0].rule


@pytest.mark.parametrize(
    ("old", "new", "place", "value", "rule", "remedy"),
    [
        ('title = "S"', 'titel = "S"\ntitle = "S"', "study.titel", "S", "no such key", "Did you mean 'title'?"),
        ('title = "S"\n', "", "study.title", None, "required", "Add it"),
        ('title = "S"', "title = 5", "study.title", "5", "a text", "quotes"),
        ('title = "S"', 'title = "S"\nprimary_week = "52"', "study.primary_week", "52", "a number", "without quotes"),
        ('title = "S"', 'title = "S"\nprimary_week = nan', "study.primary_week", "nan", "a finite number", "leave"),
        ('title = "S"', 'title = "S"\nplanned = 9.5', "study.planned", "9.5", "a whole number", "and decimals"),
        ('title = "S"', 'title = "S"\nplanned = 0', "study.planned", "0", "above 0", "Correct"),
        ("synthetic = true", 'synthetic = "yes"', "study.synthetic", "yes", "true or false", "without quotes"),
        ('id = "s"', 'id = "a study"', "study.id", "a study", "starts with a letter", "label may be any"),
        ('label = "B"', 'lable = "B", label = "B"', "arms.levels[b].lable", "B", "no such key", "'label'"),
        (', { code = "b", label = "B" }', "", "arms.levels", None, "at least 2", "Add"),
        ('label = "B" }', 'label = "B" }, { code = "c", label = "C" }', "arms.levels", None, "at most 2", "two arms"),
        (
            'reference = "a"',
            'reference = "a"\nothers = "drop"',
            "arms.others",
            "drop",
            "'error' or 'exclude'",
            "quotes",
        ),
        ("[study]", "[studdy]\n[study]", "studdy", None, "no such key", "Did you mean 'study'?"),
        ("[study]", "markers = 5\n[study]", "markers", "5", "a section", "[markers]"),
        ("[study]", "covariates = 5\n[study]", "covariates", "5", "a list", "brackets"),
        ("[study]", "covariates = [5]\n[study]", "covariates[1]", "5", "a section", "[[covariates]]"),
        ("[study]", "[visits]\nschedule = 52\n[study]", "visits.schedule", "52", "a list", "[0, 6, 12]"),
        ("[study]", '[tables.visits]\nfil = "x"\n[study]', "tables.visits.fil", "x", "no such key", "'file'"),
        (
            "[study]",
            '[tables.visits]\nwide = [{marker="m", week=0, colum="c"}]\n[study]',
            "tables.visits.wide[1].colum",
            "c",
            "no such key",
            "'column'",
        ),
        (
            "[study]",
            '[markers."CD 4"]\nlabel = "CD4"\n[study]',
            "markers.CD 4",
            "CD 4",
            "starts with a letter",
            "label",
        ),
        (
            "[study]",
            '[markers.cd4]\nlabel = "CD4"\nscale = "log"\n[study]',
            "markers.cd4.scale",
            "log",
            "'log10'",
            "quotes",
        ),
        (
            "[study]",
            '[tables.events]\nevent_name = " "\n[study]',
            "tables.events.event_name",
            " ",
            "isn't empty",
            "Write",
        ),
        ("[study]", "[tables.events]\nevent_name = 5\n[study]", "tables.events.event_name", "5", "a text", "quotes"),
    ],
)
def test_what_is_wrong_and_where(old, new, place, value, rule, remedy):
    definition, problems = parse_definition(MINIMAL.replace(old, new, 1).encode())
    assert definition is None
    found = {problem.column: problem for problem in problems}
    assert place in found, list(found)
    assert found[place].value == value
    assert rule in found[place].rule
    assert remedy in found[place].remedy


def test_every_fault_is_found_at_once():
    text = MINIMAL.replace('title = "S"', "title = 5\nfoo = 1").replace("synthetic = true", 'synthetic = "true"')
    _, problems = parse_definition(text.encode())
    assert {problem.column for problem in problems} == {"study.title", "study.foo", "study.synthetic"}


def test_no_word_of_the_parser_s_own():
    """Readers see sentences, not pydantic's names of types."""
    text = MINIMAL.replace('title = "S"', "title = 5\nfoo = 1").replace('"a"', "3")
    _, problems = parse_definition(text.encode())
    assert not [
        str(problem) for problem in problems if re.search(r"Input should|dataclass|keyword|valid ", str(problem))
    ]
