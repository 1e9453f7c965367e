"""The same study as CSV files and in two real databases, and all that can go wrong on the way."""

import csv
import sqlite3
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest

from il2dash.cli import main
from il2dash.study import raw_tables, sql_connection, sql_source
from il2dash.study.check_report import check_report
from il2dash.study.reading import load_study, read_study
from il2dash.study.sql_connection import environment_credentials
from tests.study import postgresql

TABLES = ("subjects", "visits", "events", "doses")
SCHEMA = """
CREATE SCHEMA trial;
CREATE TABLE trial.subjects (subject_id text PRIMARY KEY, arm varchar(10), age integer, enfuvirtide boolean,
    sex char(3), cdc_stage text, last_contact_week real, completed smallint, well text);
CREATE TABLE trial.visits (subject_id text, week double precision, cd4 numeric(10, 2), rna text);
CREATE TABLE trial.events (subject_id text, week numeric, category text, term text, grade bigint);
CREATE TABLE trial.doses (subject_id text, cycle integer, week double precision, dose_miu numeric);
CREATE TABLE trial.others (stored bytea);
CREATE ROLE reader LOGIN PASSWORD '{password}';
GRANT USAGE ON SCHEMA trial TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA trial TO reader;
CREATE ROLE writer LOGIN PASSWORD '{password}';
GRANT USAGE ON SCHEMA trial TO writer;
GRANT ALL ON ALL TABLES IN SCHEMA trial TO writer;
CREATE TABLE trial.closed (subject_id text);
"""


def rows_of(folder, table):
    with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return header, [[None if cell in ("", "NA") else cell for cell in row] for row in rows]


@pytest.fixture(scope="module")
def server():
    """Run a PostgreSQL; without one the test is skipped."""
    binaries = postgresql.programs()
    if binaries is None:
        reason = "PostgreSQL is absent: python -m tests.study.postgresql installs Debian's as root."
        pytest.skip(reason)
    with postgresql.running(binaries) as running:
        yield running


@pytest.fixture(scope="module")
def filled(server, repository):
    with psycopg.connect(server.owner) as connection:
        connection.execute(SCHEMA.format(password=postgresql.PASSWORD))
        for table in TABLES:
            header, rows = rows_of(repository / "tests" / "studies" / "mini", table)
            with connection.cursor() as cursor:
                places = ", ".join(["%s"] * len(header))
                cursor.executemany(f"INSERT INTO trial.{table} ({', '.join(header)}) VALUES ({places})", rows)
    return server


@pytest.fixture
def in_database(mini_study):
    """Return a function that has the mini study's tables read from a database."""

    def described(tables=None, queries=None):
        lines = ["", "[source]", 'kind = "sql"', 'secret = "mini"']
        lines += [f'tables.{name} = "{text}"' for name, text in (tables or {}).items()]
        lines += [f"queries.{name} = '''{text}'''" for name, text in (queries or {}).items()]
        mini_study.append("study.toml", "\n".join(lines) + "\n")
        return mini_study.path

    return described


@pytest.fixture
def sqlite(tmp_path, repository):
    """Return a SQLite file with the mini study; what looks like a number is one there."""
    path = tmp_path / "mini.sqlite"
    connection = sqlite3.connect(path)
    for table in TABLES:
        header, rows = rows_of(repository / "tests" / "studies" / "mini", table)
        connection.execute(f"CREATE TABLE {table} ({', '.join(f'{name} NUMERIC' for name in header)})")
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(header))})", rows)
    connection.commit()
    connection.close()
    return path


def knowing(url):
    return lambda secret: url if secret == "mini" else None


def only(reading):
    assert reading.trial is None
    assert len(reading.problems) == 1, "\n".join(map(str, reading.problems))
    return reading.problems[0]


EVERY = {name: name for name in TABLES}
IN_SCHEMA = {name: f"trial.{name}" for name in TABLES}


def test_sqlite_gives_the_same_study_as_its_files(mini_study, in_database, sqlite):
    expected = load_study(mini_study.path)
    before = datetime.now(UTC)
    reading = read_study(in_database(EVERY), credentials=knowing(f"sqlite:///{sqlite}"))
    assert reading.problems == ()
    assert reading.trial.fingerprint == expected.fingerprint
    assert before <= reading.read_at <= datetime.now(UTC)
    assert [(table.file, table.rows) for table in reading.tables][:2] == [("mini[subjects]", 8), ("mini[visits]", 25)]
    assert check_report(reading).splitlines()[1].startswith("Read from the database at 20")


def test_postgresql_gives_the_same_study_as_its_files(mini_study, in_database, filled):
    expected = load_study(mini_study.path)
    reading = read_study(in_database(IN_SCHEMA), credentials=knowing(filled.url("reader")))
    assert reading.problems == ()
    assert reading.trial.fingerprint == expected.fingerprint
    # char(3) pads its texts: they are trimmed as a file's cells are
    assert list(reading.trial.subjects["sex"]) == list(expected.subjects["sex"])


def test_queries_give_the_same_study(mini_study, in_database, filled):
    expected = load_study(mini_study.path)
    queries = {name: f"SELECT t.*, '5%' AS \"a:b\", 5 % 3 AS rest FROM trial.{name} AS t;" for name in TABLES}
    reading = read_study(in_database(queries=queries), credentials=knowing(filled.url("reader")))
    assert reading.problems == ()
    assert reading.trial.fingerprint == expected.fingerprint
    assert reading.tables[0].file == "mini[query of subjects]"


def test_wide_columns_are_the_subjects_tables(mini_study, tmp_path):
    text = (mini_study.path / "study.toml").read_text()
    wide = [("cd4", 0, "c0"), ("cd4", 12, "c12"), ("rna", 0, "r0"), ("rna", 6, "r6"), ("rna", 12, "r12")]
    for marker, week, column in wide:
        text += f'\n[[tables.visits.wide]]\nmarker = "{marker}"\nweek = {week}\ncolumn = "{column}"\n'
    _, subjects = rows_of(mini_study.path, "subjects")
    header = (mini_study.path / "subjects.csv").read_text().splitlines()[0].split(",") + [column for *_, column in wide]
    rows = [[*row, 100, 210.5, "<50", 51, None] for row in subjects]
    mini_study.remove("visits.csv", "events.csv", "doses.csv")
    with (mini_study.path / "subjects.csv").open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    expected = load_study(mini_study.write("study.toml", text).path)
    connection = sqlite3.connect(tmp_path / "wide.sqlite")
    connection.execute(f"CREATE TABLE subjects ({', '.join(header)})")
    connection.executemany(f"INSERT INTO subjects VALUES ({', '.join('?' * len(header))})", rows)
    connection.commit()
    connection.close()
    source = '\n[source]\nkind = "sql"\nsecret = "mini"\ntables.subjects = "subjects"\n'
    trial = load_study(
        mini_study.append("study.toml", source).path, credentials=knowing(f"sqlite:///{tmp_path}/wide.sqlite")
    )
    assert len(trial.measurements) == 8 * 4
    assert trial.fingerprint == expected.fingerprint


def test_a_new_reading_has_what_changed(in_database, sqlite):
    folder, credentials = in_database(EVERY), knowing(f"sqlite:///{sqlite}")
    before = load_study(folder, credentials=credentials)
    connection = sqlite3.connect(sqlite)
    connection.execute("UPDATE subjects SET age = 42 WHERE subject_id = 'P01'")
    connection.commit()
    connection.close()
    after = load_study(folder, credentials=credentials)
    assert before.fingerprint != after.fingerprint
    assert after.subjects["age"][0] == 42


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (52, "52"),
        (52.0, "52"),
        (0.1, "0.1"),
        (1e-7, "1e-07"),
        (float("nan"), "nan"),
        (Decimal("12345678901234567890.123456789"), "12345678901234567890.123456789"),
        (Decimal("1E+3"), "1000"),
        (Decimal("50.00"), "50.00"),
        (date(2008, 3, 1), "2008-03-01"),
        (datetime(2008, 3, 1), "2008-03-01"),
        (datetime(2008, 3, 1, 12, 30), "2008-03-01 12:30:00"),
        (timedelta(days=2), "2 days, 0:00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ("<50", "<50"),
    ],
)
def test_values_become_a_files_texts(value, text):
    assert sql_source._text(value, "mini[visits]", "week") == text


def test_real_types_of_postgresql(in_database, filled):
    query = (
        "SELECT 'X' AS subject_id, 'control' AS arm, 0.1::real AS age, true AS enfuvirtide, "
        "'F' AS sex, 'A' AS cdc_stage, "
        "'NaN'::float8 AS last_contact_week, NULL::int AS completed, 'yes' AS well, '2008-03-01'::date AS seen"
    )
    trial = load_study(
        in_database(
            queries={"subjects": query, "visits": "SELECT 'X' AS subject_id, 0 AS week, 1 AS cd4, '<50' AS rna"}
        ),
        credentials=knowing(filled.url("reader")),
    )
    row = trial.subjects.iloc[0]
    assert (row["age"], row["enfuvirtide"]) == (0.1, 1.0)
    assert row[["last_contact_week", "completed"]].isna().all()


@pytest.mark.parametrize("value", ["infinity", "Infinity"])
def test_a_number_without_an_end_is_a_problem(in_database, filled, value):
    query = f"SELECT subject_id, arm, '{value}'::float8 AS age, enfuvirtide, sex, cdc_stage, well FROM trial.subjects"
    problems = read_study(
        in_database(queries={"subjects": query} | {name: f"SELECT * FROM trial.{name}" for name in TABLES[1:]}),
        credentials=knowing(filled.url("reader")),
    ).problems
    assert len(problems) == 8
    assert all("is a number" in problem.rule for problem in problems)


def test_bytes_are_no_cell(in_database, sqlite):
    queries = {"subjects": "SELECT *, x'00ff' AS scan FROM subjects", "visits": "SELECT * FROM visits"}
    reading = read_study(in_database(queries=queries), credentials=knowing(f"sqlite:///{sqlite}"))
    problem = next(problem for problem in reading.problems if problem.column == "scan")
    assert (problem.file, problem.value) == ("mini[query of subjects]", "bytes")


WRONG_TABLES = [
    ({"subjects": "trial.subjcts"}, {}, "no such table"),
    ({"subjects": "trail.subjects"}, {}, "no such table"),
    ({"subjects": "trial.closed"}, {}, "may not read"),
    ({}, {"subjects": "SELECT subject_idd FROM trial.subjects"}, "a column that isn't there"),
    ({}, {"subjects": "SELECT FROM WHERE"}, "isn't SQL"),
    ({}, {"subjects": "SELECT 1/0 AS subject_id"}, "SQLSTATE 22012"),
    ({}, {"subjects": "SELECT 'infinity'::date AS subject_id"}, "gave up"),
    ({}, {"subjects": "WITH gone AS (DELETE FROM trial.doses RETURNING *) SELECT * FROM gone"}, "gave up"),
    ({}, {"subjects": "SELECT nextval('trial.counter')"}, "changes nothing"),
    # PostgreSQL ends the first text at the second quote, the check of the form doesn't: the cursor takes one SELECT
    ({}, {"subjects": "SELECT E'\\''; COMMIT; DROP TABLE trial.doses; --'"}, "isn't SQL"),
]


@pytest.mark.parametrize(("tables", "queries", "rule"), WRONG_TABLES)
def test_what_postgresql_refuses(in_database, filled, tables, queries, rule):
    with psycopg.connect(filled.owner) as connection:
        connection.execute("CREATE SEQUENCE IF NOT EXISTS trial.counter; GRANT ALL ON trial.counter TO writer")
    reading = read_study(in_database(tables, queries), credentials=knowing(filled.url("writer")))
    problems = [problem for problem in reading.problems if problem.file.startswith("mini[")]
    assert len(problems) == 1
    assert rule in problems[0].rule, problems[0]
    with psycopg.connect(filled.owner) as connection:
        assert connection.execute("SELECT count(*) FROM trial.doses").fetchone() == (4,)


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_a_table_that_fails_leaves_the_others_to_be_read(in_database, request, backend):
    if backend == "sqlite":
        url, schema = f"sqlite:///{request.getfixturevalue('sqlite')}", ""
    else:
        url, schema = request.getfixturevalue("filled").url("reader"), "trial."
    tables = {name: f"{schema}{name}" for name in TABLES} | {"events": f"{schema}event", "doses": f"{schema}dose"}
    reading = read_study(in_database(tables), credentials=knowing(url))
    assert [(problem.file, problem.rule) for problem in reading.problems] == [
        (f"mini[{schema}event]", "The database has no such table."),
        (f"mini[{schema}dose]", "The database has no such table."),
    ]
    assert [table.rows for table in reading.tables] == [8, 25]


def test_a_missing_column_is_named_as_in_a_file(in_database, filled):
    queries = {name: f"SELECT * FROM trial.{name}" for name in TABLES}
    queries["doses"] = "SELECT subject_id, week, dose_miu FROM trial.doses"
    problem = only(read_study(in_database(queries=queries), credentials=knowing(filled.url("reader"))))
    assert (problem.file, problem.column) == ("mini[query of doses]", "cycle")


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_a_slow_query_is_stopped(in_database, request, monkeypatch, backend):
    monkeypatch.setattr(sql_source, "STATEMENT_SECONDS", 0.2)
    if backend == "sqlite":
        url = f"sqlite:///{request.getfixturevalue('sqlite')}"
        query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS subject_id FROM n"
    else:
        url, query = request.getfixturevalue("filled").url("reader"), "SELECT pg_sleep(20)::text AS subject_id"
    problems = read_study(in_database(queries={"subjects": query}), credentials=knowing(url)).problems
    assert any("is read within" in problem.rule for problem in problems)


def test_too_many_rows_are_refused(in_database, filled, monkeypatch):
    monkeypatch.setattr(raw_tables, "MAXIMUM_ROWS", 20_000)
    query = "SELECT i::text AS subject_id FROM generate_series(1, 100000) AS i"
    problems = read_study(in_database(queries={"subjects": query}), credentials=knowing(filled.url("reader"))).problems
    assert any("20,000 rows" in problem.rule for problem in problems)


def connection_cases(server):
    return [
        (server.url("reader", "wrong-Secret"), "refused the user or the password"),
        (server.url("nobody-here"), "refused the user or the password"),
        (server.url("reader", database="nowhere"), "no such database"),
        (server.url("reader").replace(f":{server.port}", ":1"), "doesn't answer"),
        (server.url("reader").replace("127.0.0.1", "nowhere.invalid"), "host isn't known"),
        (server.url("reader") + "?no_such_option=1", "couldn't be opened"),
        (server.url("reader").replace("psycopg", "pg8000"), "isn't installed"),
        (server.url("reader").replace("psycopg", "nonsense"), "isn't installed"),
        (server.url("reader").replace(f":{server.port}", ":port"), "has the form"),
        ("reader:k7-Wv/secret at the server", "has the form"),
        ("mysql://reader:k7-Wv%2Fsecret@127.0.0.1/d", "SQLite and PostgreSQL"),
        ("sqlite://", "names a file"),
        ("sqlite:////nowhere/k7-Wv%2Fsecret/reader.sqlite", "can't be opened"),
    ]


@pytest.mark.parametrize("number", range(13))
def test_what_keeps_a_database_from_opening_and_no_login_in_it(in_database, filled, number, capfd, caplog):
    url, rule = connection_cases(filled)[number]
    problem = only(read_study(in_database(IN_SCHEMA), credentials=knowing(url)))
    assert rule in problem.rule, problem
    output = capfd.readouterr()
    told = f"{problem!r}{problem}{output.out}{output.err}{caplog.text}"
    for secret in ("k7-Wv", "wrong-Secret", "reader", "nobody-here", "127.0.0.1", "nowhere.invalid"):
        assert secret not in told


def test_a_file_that_is_no_database(in_database, tmp_path):
    (tmp_path / "notes.txt").write_text("no database, " * 100)
    problem = only(read_study(in_database(EVERY), credentials=knowing(f"sqlite:///{tmp_path}/notes.txt")))
    assert "isn't one of SQLite" in problem.rule


def test_sqlite_is_opened_for_reading(in_database, sqlite):
    before = sqlite.read_bytes()
    load_study(in_database(EVERY), credentials=knowing(f"sqlite:///{sqlite}"))
    assert sqlite.read_bytes() == before
    with sql_connection._open_sqlite(sqlite) as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM doses")
    connection.close()


def test_an_upload_opens_no_database(in_database):
    problem = only(read_study(in_database(EVERY)))
    assert "only a study of the server's own" in problem.rule


def test_an_unknown_name_says_where_the_address_goes(in_database):
    problem = only(read_study(in_database(EVERY), credentials=environment_credentials({})))
    assert problem.value == "mini"
    assert "IL2DASH_SOURCE_MINI" in problem.remedy


def test_the_command_line_takes_the_address_from_the_environment(in_database, sqlite, monkeypatch, capsys):
    folder = str(in_database(EVERY))
    monkeypatch.delenv("IL2DASH_SOURCE_MINI", raising=False)
    assert main(["check", folder]) == 1
    assert "Set IL2DASH_SOURCE_MINI" in capsys.readouterr().out
    monkeypatch.setenv("IL2DASH_SOURCE_MINI", f"sqlite:///{sqlite}")
    assert main(["check", folder]) == 0
    assert "Read from the database at" in capsys.readouterr().out
