import pytest

from il2dash.study.definition_file import parse_definition


@pytest.fixture
def broken(repository):
    """Return a function that breaks the mini study's definition and returns its problems."""
    text = (repository / "tests" / "studies" / "mini" / "study.toml").read_text()

    def read(old, new):
        assert text.count(old) >= 1, old
        definition, problems = parse_definition(text.replace(old, new, 1).encode())
        assert definition is not None
        return problems

    return read


def test_the_mini_study_is_sound(broken):
    assert broken("Mini trial", "Mini trial") == ()


@pytest.mark.parametrize(
    ("old", "new", "place", "value", "rule"),
    [
        ('reference = "control"', 'reference = "contrl"', "arms.reference", "contrl", "control, il2"),
        ('code = "il2"', 'code = "control"', "arms.levels", "control", "An arm's code stands once"),
        ('code = "il2"', 'code = "il2"\nvalue = "control"', "arms.levels", "control", "An arm's value stands once"),
        ("schedule = [0, 6, 12]", "schedule = [0, 12, 6]", "visits.schedule", "6", "increase; 12 stands before"),
        ("schedule = [0, 6, 12]", "schedule = [0, 12, 12]", "visits.schedule", "12", "increase"),
        (
            "[visits]",
            '[tables.events]\nevent_name = "Death"\n[visits]',
            "tables.events.event_name",
            "Death",
            "categories of their own",
        ),
        (
            "[visits]",
            '[tables.events]\nevent_name_plural = "relapses"\n[visits]',
            "tables.events.event_name_plural",
            "relapses",
            "belongs to a name",
        ),
        ("schedule = [0, 6, 12]", "schedule = []", "visits.schedule", None, "planned visits"),
        ("primary_week = 12", "primary_week = 11", "study.primary_week", "11", "planned visit"),
        ("lower_limit = 50", "lower_limit = 0", "markers.rna.lower_limit", "0", "above 0 on a log10 scale"),
        ("lower_limit = 50", "lower_limit = -1", "markers.rna.lower_limit", "-1", "above 0"),
        ("upper_limit = 750000", "upper_limit = 50", "markers.rna.upper_limit", "50", "above the lower limit, 50"),
        ("[markers.rna]", "[markers.week]", "markers.week", "week", "own meaning"),
        ('name = "age"', 'name = "arm"', "covariates[arm].name", "arm", "own meaning"),
        ('name = "age"', 'name = "sex"', "covariates", "sex", "A covariate's name stands once"),
        (
            'levels = [{ value = "F", label = "Female" }, ',
            "levels = [",
            "covariates[sex].levels",
            "1 levels",
            "two levels, or none",
        ),
        ('{ value = "B", label = "B" }', '{ value = "A", label = "B" }', "covariates[cdc_stage].levels", "A", "once"),
        (
            'kind = "continuous"',
            'kind = "continuous"\nlevels = [{ value = 1, label = "1" }]',
            "covariates[age].levels",
            "1 levels",
            "has no levels",
        ),
        ('kind = "binary"', 'kind = "binary"\nstep = 2', "covariates[enfuvirtide].step", "2", "Only a continuous"),
        ('marker = "cd4"', 'marker = "cd"', "endpoints[cd4_200].marker", "cd", "cd4, rna"),
        ('marker = "cd4"\n', "", "endpoints[cd4_200].marker", None, "compares a marker"),
        ("threshold = 200\n", "", "endpoints[cd4_200].threshold", None, "compares with a threshold"),
        ("week = 12\nrole", "week = 13\nrole", "endpoints[cd4_200].week", "13", "planned week"),
        ("week = 12\nrole", "role", "endpoints[cd4_200].week", None, "planned week"),
        ("threshold = 200", 'threshold = 200\ncolumn = "x"', "endpoints[cd4_200].column", "x", "Only a recorded"),
        ('column = "well"\n', "", "endpoints[well].column", None, "has a column"),
        ('column = "well"', 'column = "well"\nthreshold = 5', "endpoints[well].threshold", "5", "read as it is"),
        ('id = "well"', 'id = "cd4_200"', "endpoints", "cd4_200", "An endpoint's id stands once"),
        ('endpoint = "cd4_200"', 'endpoint = "cd4_20"', "models[main].endpoint", "cd4_20", "cd4_200, well"),
        ('"age", "enfuvirtide"]', '"age", "enfuvirtid"]', "models[main].terms", "enfuvirtid", "A term is one of"),
        ('"age", "enfuvirtide"]', '"age", "age"]', "models[main].terms", "age", "A term stands once"),
        ("decimals = 2", "less_than = 0.1", "published[control_cd4_200]", "value and less_than", "or else"),
        ("value = 0.5\ndecimals = 2", "", "published[control_cd4_200]", None, "or else"),
        ("decimals = 2", "", "published[control_cd4_200].decimals", None, "printed decimals"),
        (
            "[visits]",
            '[tables.subjects.columns]\nsubjectid = "pid"\n[visits]',
            "tables.subjects.columns.subjectid",
            None,
            "subject_id, arm",
        ),
        (
            "[visits]",
            '[tables.visits]\nwide = [{ marker = "cd", week = 0, column = "c" }]\n[visits]',
            "tables.visits.wide[1].marker",
            "cd",
            "cd4, rna",
        ),
    ],
)
def test_a_broken_rule(broken, old, new, place, value, rule):
    found = [problem for problem in broken(old, new) if problem.column == place and rule in problem.rule]
    assert [(problem.severity, problem.file, problem.value) for problem in found] == [("error", "study.toml", value)]


def test_a_gain_needs_a_visit_after_the_baseline(broken):
    problems = broken(
        'rule = "at_least"\nthreshold = 200\nweek = 12', 'rule = "gain_at_least"\nthreshold = 50\nweek = 0'
    )
    assert [(problem.column, problem.value) for problem in problems] == [("endpoints[cd4_200].week", "0")]


def test_wide_columns_name_every_marker_once_and_their_weeks(broken):
    wide = (
        '[tables.visits]\ntime_unit = "days"\ncolumns = { week = "w" }\n'
        'wide = [{ marker = "cd4", week = 0, column = "a" }, { marker = "cd4", week = 0, column = "b" }]\n[visits]'
    )
    assert {problem.column for problem in broken("[visits]", wide)} == {
        "tables.visits.columns.week",
        "tables.visits.wide",
        "tables.visits.time_unit",
        "markers.rna",
    }


def test_the_nearest_name_is_suggested(broken):
    (problem,) = broken('marker = "cd4"', 'marker = "cd_4"')
    assert "Did you mean 'cd4'?" in problem.remedy
