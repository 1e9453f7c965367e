"""Every test that docs/threat-model.md names is there."""

import ast
import re


def test_the_tests_that_show_it_exist(repository):
    page = (repository / "docs" / "threat-model.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page)
    assert len(named) > 20
    absent = []
    for file, name in named:
        path = repository / file
        tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module(body=[], type_ignores=[])
        there = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        if (name and name not in there) or not there:
            absent.append(f"{file}::{name}")
    assert absent == []


def test_the_files_that_the_pages_lead_to_exist(repository):
    for page in ("hosting.md", "threat-model.md", "describe-a-trial.md"):
        text = (repository / "docs" / page).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
            assert (repository / "docs" / target).is_file(), f"{page}: {target}"
