"""docs/methods.md is what docs/methods.toml and the comparisons of the other tests give, which run before these."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.methods_page import PAGE, Line, bound_of, committed_lines, lines_of, names, page, words
from tests.reference_comparison import Comparisons, Row, version

AGAIN = "Run `python -m pytest` and then `python -m tests.methods_page`."
ROW = Row("wilson", "bounds", "R, a formula", "R 4", 3e-13, 4)


def test_the_page_is_of_its_words_and_rows():
    assert PAGE.read_text(encoding="utf-8") == page(committed_lines()), AGAIN


def test_every_comparison_of_this_session_is_on_the_page(compare):
    if not compare.rows:
        pytest.skip("no test of this session compared anything with a reference")
    assert {row.method for row in compare.rows.values()} <= set(names())
    found = lines_of(compare.rows.values(), complete=compare.complete, standing=committed_lines())
    assert [line.text for line in found] == [line.text for line in committed_lines()], AGAIN


def test_versions_are_those_of_the_references():
    assert {line.version for line in committed_lines()} == {version(line.reference) for line in committed_lines()}


def test_every_entry_says_what_it_must(repository: Path):
    for entry in words()["method"]:
        for module in entry["modules"]:
            assert (repository / "il2dash" / "analysis" / f"{module}.py").is_file(), (entry["title"], module)
        compared = any(line.name in entry["names"].values() for line in committed_lines())
        assert compared or entry["beyond"].strip(), f"{entry['title']} is checked against nothing"


@pytest.mark.parametrize(
    ("difference", "standing", "complete", "bound"),
    [
        (0.0, None, True, 1e-10),
        (3e-7, None, True, 1e-6),
        (1e-6, None, True, 1e-6),
        (3e-7, 1e-5, True, 1e-5),
        (3e-7, 1e-4, True, 1e-6),
        (3e-7, 1e-4, False, 1e-4),
        (3e-6, 1e-6, True, 1e-5),
        (3e-6, 1e-6, False, 1e-5),
    ],
)
def test_a_bound_is_a_power_of_ten_that_stays_while_it_is_right(difference, standing, complete, bound):
    assert bound_of(difference, standing=standing, complete=complete) == bound


def test_rows_that_were_not_compared_stay_unless_all_was():
    name = names()["wilson"]
    other = Line(name, "estimate", "R, a formula", "R 4", 2, 1e-10)
    old = replace(other, quantity="bounds", values=2)
    found = lines_of([ROW], complete=False, standing=[other, old])
    assert [(line.quantity, line.values) for line in found] == [("bounds", 4), ("estimate", 2)]
    found = lines_of([ROW], complete=False, standing=[replace(old, values=9, bound=1e-2)])
    assert [(line.values, line.bound) for line in found] == [(9, 1e-2)]
    assert [line.quantity for line in lines_of([ROW], complete=True, standing=[other, old])] == ["bounds"]


def test_a_comparison_fails_beyond_its_tolerance_and_keeps_the_largest():
    compare = Comparisons()
    options = {"method": "wilson", "quantity": "bounds", "reference": "by hand", "tolerance": 1e-3}
    compare([1.0, 2.0, float("inf"), 0.0], [1.0, 2.001, None, 0.0], **options)
    compare(5.0, 5.0, **options)
    (row,) = compare.rows.values()
    assert (row.values, row.difference, row.version) == (5, pytest.approx(0.001 / 2.001), "-")
    for found, expected in ((1.0, 1.1), (float("nan"), 1.0), (1e-9, 0.0), (1.0, None)):
        with pytest.raises(AssertionError, match="bounds by by hand"):
            compare(found, expected, **options)
    with pytest.raises(AssertionError, match="1 values, the reference has 2"):
        compare([1.0], [1.0, 2.0], **options)
    compare(1e-9, 0.0, **options, negligible=1e-8)
    compare(1.1, 1.0, **options, unit=1000.0)
