"""Growth with the trial: loading, and click to view on every page, with 56, 1,000, 10,000 and 100,000 patients.

``python benchmarks/scale.py [--patients 56 100000] [--pages Model] [--clicks 4] [--load | --views]`` prints tables, and
as its last line one JSON object with the ratios to the first number of patients. The study is `large_study`: one marker
at 12 visits (about 1.2 million values of 100,000 patients, some below the assay's limit), 8 covariates, events.

Loading is timed in a process of its own, from the bytes of CSV files to a trial: as an upload that becomes a study by
the guessed recipe (read, guess, build, check), and as the zip of a ready study. Of both the most memory counts.

Views are timed in a real browser. On each page a click filters the patients anew, a second click switches something
on the page; no view was seen before. A click has arrived at the last change of the page, after which nothing changes
for 300 ms. What the page's script took on the server, and what it sent, stand beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar
from urllib.parse import urlencode

from playwright.sync_api import Browser, Locator, Page, sync_playwright

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from benchmarks.large_study import study_files, study_zip  # noqa: E402
from benchmarks.served import served  # noqa: E402
from tests.browser.chromium import FLAGS, executable  # noqa: E402
from tests.browser.conftest import whole  # noqa: E402

Answer = TypeVar("Answer")

PATIENTS = (56, 1_000, 10_000, 100_000)

PAUSE = 100
"""Milliseconds from the end of a click's view to the next click."""

PATIENCE = 60_000
"""Milliseconds after which a view that hasn't come is an error."""

FILTERED = "filter=region%3Dnorth,south&filter=stage%3DI,II"
"""The filters that a page is opened with: then both have their pills in the sidebar."""

PILLS = (("region", 2), ("region", 0), ("stage", 2), ("stage", 0), ("region", 0), ("region", 1))
"""Which filter's which pill is switched by one click after the other: each leaves others, four of nine at least."""

CLICK_UNTIL_STILL = """
async (control) => {
  const main = document.querySelector('[data-testid="stMain"]');
  const app = document.querySelector('[data-testid="stApp"]');
  const start = performance.now();
  let changed = 0;
  const observer = new MutationObserver(() => { changed = performance.now(); });
  observer.observe(main, {childList: true, characterData: true, subtree: true, attributes: true,
    attributeFilter: ['d', 'transform', 'data-stale', 'width']});
  control.click();
  return await new Promise((resolve, reject) => {
    const look = () => {
      const now = performance.now(), rests = app.dataset.testScriptState === 'notRunning';
      if (changed && rests && now - changed > 300) { observer.disconnect(); resolve(changed - start); }
      else if (now - start > PATIENCE) { observer.disconnect(); reject('the view did not come'); }
      else setTimeout(look, 20);
    };
    look();
  });
}
""".replace("PATIENCE", str(PATIENCE))
"""Milliseconds from a click to the last change of the page."""


@dataclass(frozen=True, kw_only=True)
class Switch:
    """What is switched on a page: the buttons of a widget in turn; Overview has none.

    `settings` are those of the address at which the page is opened.
    """

    address: str
    css: str
    settings: str = ""

    def control(self, page: Page, turn: int) -> Locator:
        """Return what to click at a turn, so that each turn changes something."""
        found = page.locator(self.css)
        return found.nth((turn + 1) % found.count())


COVARIATES = ".st-key-covariates_cd4_200 button"

FULLEST = urlencode(
    [
        ("covariates_cd4_200", label)
        for label in (
            *("Arm", "Age, per 10", "Baseline cd4, per 10", "Weight, per 10", "Smoker"),
            *("Treated before", "Severe", "Region", "Stage"),
        )
    ]
)
"""The settings of a model of all covariates."""

SWITCHES = {
    "Overview": Switch(address="", css=""),
    "Baseline": Switch(address="Baseline", css=".st-key-numbers button"),
    "Trajectories": Switch(address="Trajectories", css=".st-key-course button"),
    "MMRM": Switch(address="Trajectories", css=".st-key-mmrm_covariates button", settings="kind=Model+%28MMRM%29&"),
    "Endpoints": Switch(address="Endpoints", css=".st-key-missing button"),
    "Imputation": Switch(
        address="Endpoints", css=".st-key-missing button", settings="beyond=Missing+outcomes&imputed=true&"
    ),
    "Model": Switch(address="Model", css=COVARIATES),
    "Fullest": Switch(address="Model", css=COVARIATES, settings=f"{FULLEST}&"),
    "Probability": Switch(address="Model", css=COVARIATES, settings="further=Predicted+probability&"),
    "Adjusted": Switch(address="Model", css=COVARIATES, settings="further=Adjusted+difference&"),
    "Interaction": Switch(address="Model", css=COVARIATES, settings="further=Interaction&"),
    "Influence": Switch(address="Model", css=COVARIATES, settings="further=Influence&"),
    "Calibration": Switch(address="Model", css=COVARIATES, settings="further=Calibration&"),
    "Events": Switch(address="Events", css=".st-key-events button"),
    "Patients": Switch(address="Patients", css=".st-key-go_next button"),
    "Data": Switch(address="Data", css=".st-key-show button"),
}


@dataclass(kw_only=True)
class Measured:
    """The clicks of one kind on one page: milliseconds in the browser, and what the server wrote down."""

    browser: list[float] = field(default_factory=list)
    server: list[dict[str, float]] = field(default_factory=list)

    def median(self) -> float:
        """Return the median time in the browser."""
        return statistics.median(self.browser)

    def on_server(self, what: str) -> float:
        """Return the median of what the server wrote down."""
        return statistics.median(run[what] for run in self.server)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--patients", type=int, nargs="+", default=list(PATIENTS))
    parser.add_argument("--pages", nargs="+", default=list(SWITCHES), choices=list(SWITCHES))
    parser.add_argument("--clicks", type=int, default=4, help=f"of each kind on each page, at most {len(PILLS)}")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--load", action="store_true", help="measure loading alone")
    part.add_argument("--views", action="store_true", help="measure views alone")
    parser.add_argument("--one-load", nargs=2, metavar=("KIND", "PATIENTS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one_load:
        print(json.dumps(load_once(arguments.one_load[0], int(arguments.one_load[1]))))
        return
    results: dict[str, object] = {}
    if not arguments.views:
        results |= measure_loading(arguments.patients)
    if not arguments.load:
        results |= measure_views(arguments.patients, arguments.pages, clicks=min(arguments.clicks, len(PILLS)))
    print(json.dumps(results))


def measure_loading(sizes: list[int]) -> dict[str, object]:
    """Load studies of all sizes by both ways, print a table, and return the figures of the largest."""
    print(f"{'patients':>9} {'way':<8}{'seconds':>9}{'cpu':>9}{'MB':>9}   of which seconds")
    largest: dict[str, object] = {}
    for patients in sizes:
        for kind in ("upload", "study"):
            command = [sys.executable, __file__, "--one-load", kind, str(patients)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            steps = ", ".join(f"{name} {seconds:.2f}" for name, seconds in found["steps"].items())
            print(f"{patients:>9,} {kind:<8}{found['s']:>9.2f}{found['cpu_s']:>9.2f}{found['mb']:>9.0f}   {steps}")
            largest |= {f"load_{kind}_s": round(found["s"], 2), f"load_{kind}_mb": round(found["mb"])}
    return largest


def load_once(kind: str, patients: int) -> dict[str, object]:
    """Load one study in this process: seconds on the clock and of the processor, megabytes at most, seconds by step."""
    import resource

    from il2dash.intake.build import build, read_built
    from il2dash.intake.file_formats import read_upload
    from il2dash.intake.guess import guess_recipe
    from il2dash.study.reading import read_study

    files = study_files(patients)
    steps: dict[str, float] = {}

    def timed(name: str, step: Callable[[], Answer]) -> Answer:
        started = time.perf_counter()
        answer = step()
        steps[name] = time.perf_counter() - started
        return answer

    archive = BytesIO(study_zip(files)) if kind == "study" else None
    cpu = _cpu_seconds()
    if archive is not None:
        reading = timed("read_study", lambda: read_study(archive))
    else:
        tables = [
            table
            for name, content in files.items()
            if name.endswith(".csv")
            for table in timed(name, lambda name=name, content=content: read_upload(name, content)).tables
        ]
        recipe = timed("guess", lambda: guess_recipe(tables)).recipe
        assert recipe is not None
        built = timed("build", lambda: build(tables, recipe))
        reading = timed("read_built", lambda: read_built(built))
    assert reading.trial is not None
    assert len(reading.trial.subjects) == patients
    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {"s": sum(steps.values()), "cpu_s": _cpu_seconds() - cpu, "mb": most / 1024, "steps": steps}


def measure_views(sizes: list[int], pages: list[str], *, clicks: int) -> dict[str, object]:
    """Click through the pages of studies of all sizes, print a table, and return the ratios to the first size."""
    titles = ("ms", "x", "server", "x", "cpu", "KB")
    print(f"{'page':<13}{'click':<8}{'patients':>9}{''.join(f'{title:>9}' for title in titles)}   medians of {clicks}")
    measured: dict[tuple[str, str, int], Measured] = {}
    for patients in sizes:
        with TemporaryDirectory() as folder, ExitStack() as stack:
            for name, content in study_files(patients).items():
                (Path(folder) / name).write_bytes(content)
            runs = Path(folder) / "runs.jsonl"
            runs.touch()
            os.environ["IL2DASH_STUDY"] = folder
            server = (str(REPOSITORY / "benchmarks" / "timed_server.py"), str(runs), str(REPOSITORY / "app.py"))
            address, _ = stack.enter_context(served(*server))
            playwright = stack.enter_context(sync_playwright())
            browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
            for page in pages:
                for kind, found in _click_through(browser, address, page, runs, clicks=clicks).items():
                    measured[page, kind, patients] = found
                    print(_row(measured, page, kind, patients, first=sizes[0]), flush=True)
            browser.close()
    ratios = {
        f"{page}_{kind}_{patients}": round(found.median() / measured[page, kind, sizes[0]].median(), 2)
        for (page, kind, patients), found in measured.items()
        if patients != sizes[0]
    }
    return {"largest_ratio": max(ratios.values(), default=1.0), "ratios": ratios}


def _click_through(browser: Browser, address: str, name: str, runs: Path, *, clicks: int) -> dict[str, Measured]:
    switch = SWITCHES[name]
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/{switch.address}?{switch.settings}{FILTERED}")
    whole(page)
    _at_rest(page)
    page.wait_for_timeout(1500)
    found = {"filter": Measured(), "switch": Measured()}
    for turn, (variable, pill) in zip(count(), PILLS[:clicks], strict=False):
        pills = page.locator(f".st-key-filter_on_{variable} button")
        _click(page, pills.nth(pill), found["filter"], runs)
        if switch.css:
            _click(page, switch.control(page, turn), found["switch"], runs)
    page.close()
    return {kind: clicked for kind, clicked in found.items() if clicked.browser}


def _click(page: Page, control: Locator, measured: Measured, runs: Path) -> None:
    page.wait_for_timeout(PAUSE)
    before = len(runs.read_text().splitlines())
    measured.browser.append(float(control.evaluate(CLICK_UNTIL_STILL)))
    _at_rest(page)
    written = [json.loads(run) for run in runs.read_text().splitlines()[before:]]
    assert written, "a click without a run of the script"
    measured.server.append({what: sum(run[what] for run in written) for what in ("ms", "cpu_ms", "bytes")})


def _at_rest(page: Page) -> None:
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']")
    page.wait_for_timeout(20)


def _row(measured: dict[tuple[str, str, int], Measured], page: str, kind: str, patients: int, *, first: int) -> str:
    found, small = measured[page, kind, patients], measured[page, kind, first]
    milliseconds, server = found.median(), found.on_server("ms")
    ratios = milliseconds / small.median(), server / small.on_server("ms")
    parts = (milliseconds, ratios[0], server, ratios[1], found.on_server("cpu_ms"), found.on_server("bytes") / 1e3)
    return f"{page:<13}{kind:<8}{patients:>9,}{''.join(f'{part:>9.1f}' for part in parts)}"


def _cpu_seconds() -> float:
    import resource

    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
