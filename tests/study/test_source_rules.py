import pytest
from hypothesis import given
from hypothesis import strategies as st

from il2dash.study.definition_file import parse_definition
from il2dash.study.reading import read_study
from il2dash.study.source_rules import is_single_select, table_parts, without_login

PASSWORD = "hunter2hunter2"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM visits",
        "select a from b;",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "SELECT ';' AS a -- ; here too",
        "SELECT $$;$$, $tag$ ; $tag$ /* ; */",
        'SELECT "a;b" FROM c',
        "-- why\nSELECT 1",
    ],
)
def test_one_select(query):
    assert is_single_select(query)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "DELETE FROM visits",
        "SELECT 1; DROP TABLE visits",
        "SELECT 1;;",
        "SELECT 'it''s'; COMMIT",
        "SELECTED",
        "/* SELECT */ UPDATE a SET b = 1",
        "EXPLAIN ANALYZE SELECT 1",
        "SELECT $$a$$; SELECT $$b$$",
    ],
)
def test_anything_else_is_no_select(query):
    assert not is_single_select(query)


@given(st.text(alphabet="ab';$-/* \n\"", max_size=30))
def test_what_a_text_holds_neither_ends_a_statement_nor_hides_another(inner):
    select = "SELECT '" + inner.replace("'", "''") + "'"
    assert is_single_select(select)
    assert not is_single_select(f"{select}; DROP TABLE visits")


@pytest.mark.parametrize(
    ("name", "parts"),
    [("visits", ("visits",)), ("trial.visits", ("trial", "visits")), ("a.b.c", None), (".b", None), ("a.", None)],
)
def test_the_parts_of_a_tables_name(name, parts):
    assert table_parts(name) == parts


def test_an_address_loses_its_login():
    assert without_login("postgresql://me:a@b/c@host/db") == "postgresql://...@host/db"


@pytest.mark.parametrize(
    "section",
    [
        f'[source]\nkind = "sql"\nsecret = "postgresql://me:{PASSWORD}@host/db"',
        f'[source]\nkind = "sql"\nsecret = "S"\nurl = "postgresql://me:{PASSWORD}@host/db"',
        f'[source]\nkind = "sql"\nsecret = "S"\npassword = "{PASSWORD}"',
        f'[source]\nkind = "sql"\nsecret = "S"\ntables.subjects = "postgresql://me:{PASSWORD}@host/db"',
        f'[source]\nkind = "postgresql://me:{PASSWORD}@host/db"\nsecret = "S"',
    ],
)
def test_a_login_in_the_file_is_refused_and_not_repeated(mini_study, section):
    problems = read_study(mini_study.append("study.toml", f"\n{section}\n").path).problems
    found = [problem for problem in problems if "How to log in" in problem.rule]
    assert len(found) == 1
    assert "secrets" in found[0].remedy
    assert PASSWORD not in "".join(str(problem) for problem in problems)


def test_a_login_elsewhere_in_the_file_is_not_repeated_either():
    text = f'source = "postgresql://me:{PASSWORD}@host/db"\n[study]\nid = "postgresql://me:{PASSWORD}@host/db"\n'
    _, problems = parse_definition(text.encode())
    assert problems
    assert PASSWORD not in "".join(str(problem) for problem in problems)


@pytest.mark.parametrize(
    ("section", "place", "rule"),
    [
        ('tables.subjects = "a.b.c"', "source.tables.subjects", '"schema.table"'),
        ('queries.subjects = "DELETE FROM a"', "source.queries.subjects", "one SELECT"),
        ('tables.subjects = "a"\nqueries.subjects = "SELECT 1"', "source.queries.subjects", "not by both"),
        ('tables.visits = "a"', "source.tables.subjects", "is named"),
        ('tables.subject = "a"', "source.tables.subject", "no such key"),
    ],
)
def test_rules_of_a_source(mini_study, section, place, rule):
    mini_study.append("study.toml", f'\n[source]\nkind = "sql"\nsecret = "S"\n{section}\n')
    found = [(problem.column, problem.rule) for problem in read_study(mini_study.path).problems]
    assert any(column == place and rule in text for column, text in found), found


def test_files_and_a_database_exclude_each_other(mini_study):
    source = '\n[source]\nkind = "sql"\nsecret = "S"\ntables.subjects = "a"\n\n[tables.events]\nfile = "e.csv"\n'
    problems = read_study(mini_study.append("study.toml", source).path, data_dir=mini_study.path).problems
    assert {problem.column for problem in problems} == {"tables.events.file", "source.tables.events", "source"}
