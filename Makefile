# Two commands: `make run` starts the dashboard, `make test` checks everything. Both set themselves up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
STUDY ?= sample_data/etoile

.PHONY: run test lint types imports unit pages story chromium servers clean

run: $(VENV)/.run-ready
	$(BIN)/python -m il2dash serve $(STUDY) --port $(PORT)

test: lint imports chromium servers
	$(MAKE) -j3 types unit pages story

$(VENV)/.run-ready: requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.dev-ready: $(VENV)/.run-ready requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements-dev.txt
	touch $@

# A browser for the tests: any Chromium that is there, else Debian's package as root, else playwright's own.
chromium: $(VENV)/.dev-ready
	$(BIN)/python -m tests.browser.chromium

# A database and a proxy for the tests: those that are there, else Debian's packages as root.
servers: $(VENV)/.dev-ready
	$(BIN)/python -m tests.study.postgresql
	$(BIN)/python -m tests.hosting.nginx

lint: $(VENV)/.dev-ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev-ready
	$(BIN)/mypy

imports: $(VENV)/.dev-ready
	$(BIN)/lint-imports

unit: $(VENV)/.dev-ready
	$(BIN)/python -m pytest --ignore=tests/browser

# Beside the others, as a browser waits more than it works; what each says comes in one piece.
pages: $(VENV)/.dev-ready chromium
	mkdir -p test-output
	$(BIN)/python -m pytest tests/browser --ignore=tests/browser/test_story.py >test-output/pages.txt 2>&1; status=$$?; cat test-output/pages.txt; exit $$status

story: $(VENV)/.dev-ready chromium
	mkdir -p test-output
	$(BIN)/python -m pytest tests/browser/test_story.py >test-output/story.txt 2>&1; status=$$?; cat test-output/story.txt; exit $$status

clean:
	rm -rf $(VENV) test-output .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
