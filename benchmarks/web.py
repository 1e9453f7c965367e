"""Toggle to figure in a real browser: Model and Endpoints, each against a page with one toggle and the same charts.

``python benchmarks/web.py [--clicks 30]`` prints a table in milliseconds, and as its last line the ratios of the
medians. All pages are open at once and clicked in turn, so that the machine's mood is the same for all, and the floor
draws the same charts: a browser takes longer for words that it hasn't measured before. Each click is to a view that
wasn't computed before, so that no result comes from the cache; the floor's charts were drawn beforehand. A click has
arrived when every figure of the page has been drawn anew, for the last time.

On Model a click switches one covariate; on Endpoints it chooses another rule for missing outcomes, of a week that was
chosen before (which isn't timed).
"""

from __future__ import annotations

import argparse
import json
import pickle
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Locator, Page, sync_playwright

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from benchmarks.served import served  # noqa: E402
from il2dash.analysis.endpoint import endpoint_result, threshold_curve  # noqa: E402
from il2dash.analysis.logistic_model import logistic_model  # noqa: E402
from il2dash.analysis.model_data import ModelSpec  # noqa: E402
from il2dash.analysis.outcome import EndpointSpec  # noqa: E402
from il2dash.analysis.population import Population, whole_population  # noqa: E402
from il2dash.analysis.threshold_grid import threshold_grid  # noqa: E402
from il2dash.display.chart import Chart  # noqa: E402
from il2dash.display.endpoint_view import proportions_figure  # noqa: E402
from il2dash.display.missing_rules_view import MISSING_LABELS  # noqa: E402
from il2dash.display.model_view import model_forest  # noqa: E402
from il2dash.display.threshold_figure import threshold_figure  # noqa: E402
from il2dash.study.definition import MissingRule  # noqa: E402
from il2dash.study.reading import load_study  # noqa: E402
from tests.browser.chromium import FLAGS, executable  # noqa: E402
from tests.browser.conftest import whole  # noqa: E402

WARM_UP = 2
"""Clicks that load what is loaded once."""

PAUSE = 100
"""Milliseconds from the end of a run to the next click, which is on another page."""

STUDY = REPOSITORY / "sample_data" / "etoile"
CHARTS = REPOSITORY / "benchmarks" / "floor" / "charts.pickle"

CLICK_UNTIL_REDRAWN = """
async (control) => {
  // A figure that is drawn anew is hidden first, and may be drawn twice: what counts is its last change.
  const drawn = (plot) => !plot.offsetWidth || !plot.querySelector('text') ? '' :
    plot.innerText + [...plot.querySelectorAll('text, path')]
      .map(part => part.textContent + (part.getAttribute('d') || '')).join('|');
  // One that Streamlit replaced stays in the page, unseen, until the run ends: when it goes is no change of a figure.
  const plots = () => [...document.querySelectorAll('.js-plotly-plot')]
    .filter(plot => !plot.closest('[data-retained]')).map(drawn);
  const before = plots();
  const start = performance.now();
  control.click();
  return await new Promise((resolve, reject) => {
    let shown = before, changed = start;
    const look = () => {
      const now = plots();
      if (now.length !== shown.length || now.some((plot, at) => plot !== shown[at])) {
        shown = now;
        changed = performance.now();
      }
      const anew = now.length === before.length && now.every((plot, at) => plot && plot !== before[at]);
      if (anew && performance.now() - changed > SETTLED) resolve(changed - start);
      else if (performance.now() - start > 10000) reject('a figure did not change within 10 s');
      else requestAnimationFrame(look);
    };
    look();
  });
}
""".replace("SETTLED", "300")
"""Milliseconds from a click to the last change of the figures, after which nothing changes for 300."""


@dataclass(kw_only=True)
class Measured:
    """The clicks of one page: milliseconds in the browser, and what the server wrote down of each."""

    page: Page
    runs: Path
    browser: list[float] = field(default_factory=list)
    server: list[dict[str, float]] = field(default_factory=list)

    def click(self, control: Locator) -> None:
        """Click, wait for the new figures, and note what both sides took."""
        self.page.wait_for_timeout(PAUSE)
        runs_before = len(_lines(self.runs))
        self.browser.append(float(control.evaluate(CLICK_UNTIL_REDRAWN)))
        at_rest(self.page)
        runs = _lines(self.runs)[runs_before:]
        assert len(runs) == 1, f"one click, {len(runs)} runs of the script"
        self.server.append(json.loads(runs[0]))

    def row(self) -> str:
        """Return the medians, without the clicks that warm up."""
        times = self.browser[WARM_UP:]
        parts = [statistics.median(times), statistics.quantiles(times, n=10)[-1], max(times)]
        parts += [self.server_median(what) for what in ("ms", "cpu_ms", "figure_ms", "messages")]
        return "".join(f"{part:>9.1f}" for part in parts) + f"{self.server_median('bytes') / 1e3:>9.1f}"

    def median(self) -> float:
        """Return the median time in the browser."""
        return statistics.median(self.browser[WARM_UP:])

    def server_median(self, what: str) -> float:
        """Return the median of what the server wrote down."""
        return statistics.median(run[what] for run in self.server[WARM_UP:])


@dataclass(frozen=True, kw_only=True)
class EndpointView:
    """One view of the Endpoints page."""

    week: float
    missing_rule: MissingRule


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clicks", type=int, default=30, help="on each page, beside those that warm up")
    clicks: int = parser.parse_args().clicks
    population = whole_population(load_study(STUDY))
    endpoint, always_on, model_charts = model_views(population, clicks=clicks + WARM_UP)
    views, endpoint_charts = endpoint_views(population, clicks=clicks + WARM_UP)
    CHARTS.write_bytes(pickle.dumps({"Model": model_charts, "Endpoints": endpoint_charts}))
    measured: dict[str, Measured] = {}
    with ExitStack() as stack:
        floor, floor_runs = stack.enter_context(_streamlit(REPOSITORY / "benchmarks" / "floor" / "app.py"))
        dashboard, runs = stack.enter_context(_streamlit(REPOSITORY / "app.py"))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        for name, address, file in (
            ("floor of Model", f"{floor}/?page=Model", floor_runs),
            ("Model", f"{dashboard}/Model", runs),
            ("floor of Endpoints", f"{floor}/?page=Endpoints", floor_runs),
            ("Endpoints", f"{dashboard}/Endpoints", runs),
        ):
            measured[name] = Measured(page=_open(browser.new_page(), address), runs=file)
        model, endpoints = measured["Model"], measured["Endpoints"]
        switches = model.page.locator(f".st-key-covariates_{endpoint} button")
        rules = endpoints.page.locator(".st-key-missing button")
        week = views[0].week
        for index, view in enumerate(views[1:]):
            for name in ("floor of Model", "floor of Endpoints"):
                measured[name].click(measured[name].page.locator(".st-key-next input"))
            model.click(switches.nth(always_on + _gray_code_bit(index, switches.count() - always_on)))
            if view.week != week:
                _choose_week(endpoints.page, endpoint, to=view.week)
                week = view.week
            endpoints.click(rules.filter(has_text=MISSING_LABELS[view.missing_rule]))
        browser.close()
    print(f"{'':<20}{'click to figures in the browser':>27}{'the script on the server':>27}{'sent':>18}")
    titles = ("median", "p90", "max", "run", "cpu", "figure", "messages", "KB")
    print(f"{'page':<20}{''.join(f'{title:>9}' for title in titles)}   ms, medians of {clicks} clicks")
    for name, page in measured.items():
        print(f"{name:<20}{page.row()}")
    ratios = {
        f"{name.lower()}_vs_floor": round(measured[name].median() / measured[f"floor of {name}"].median(), 3)
        for name in ("Model", "Endpoints")
    }
    server = {
        f"{name.lower().replace(' ', '_')}_server_ms": round(page.server_median("ms"), 1)
        for name, page in measured.items()
    }
    print(json.dumps(ratios | server))


def model_views(population: Population, *, clicks: int) -> tuple[str, int, list[list[Chart]]]:
    """Draw the chart of every click on Model: the endpoint, how many switches stay as they are, the charts."""
    definition = population.trial.definition
    model = definition.models[0]
    spec = EndpointSpec(endpoint=model.endpoint)
    others = [covariate.name for covariate in definition.covariates if covariate.timing == "baseline"]
    others = [name for name in others if name not in model.terms]
    switched: set[str] = set()
    charts = []
    for index in range(-1, clicks):
        if index >= 0:
            switched ^= {others[_gray_code_bit(index, len(others))]}
        terms = (*model.terms, *(name for name in others if name in switched))
        fitted = logistic_model(population, ModelSpec(endpoint=spec, terms=terms))
        charts.append([model_forest(fitted, definition)])
    return model.endpoint, len(model.terms), charts


def endpoint_views(population: Population, *, clicks: int) -> tuple[list[EndpointView], list[list[Chart]]]:
    """Choose the views of the Endpoints page, the first as it opens, so that each click changes both its figures."""
    definition = population.trial.definition
    endpoint = definition.endpoints[0]
    assert endpoint.week is not None
    grid = threshold_grid(population.trial, endpoint.id)

    def charts(view: EndpointView) -> list[Chart]:
        spec = EndpointSpec(endpoint=endpoint.id, week=view.week, missing_rule=view.missing_rule)
        result = endpoint_result(population, spec)
        curve = threshold_curve(population, spec, grid)
        return [
            proportions_figure(result, definition),
            threshold_figure(definition, curve, result, protocol=endpoint.threshold),
        ]

    weeks = sorted(definition.visits.schedule[1:], key=lambda week: abs(week - endpoint.week))
    views = [EndpointView(week=endpoint.week, missing_rule=definition.missing.rule)]
    drawn = [charts(views[0])]
    for week in weeks:
        here = EndpointView(week=week, missing_rule=views[-1].missing_rule)
        shown, left = charts(here), [rule for rule in MISSING_LABELS if rule != here.missing_rule]
        while left:
            for rule in left:
                view = EndpointView(week=week, missing_rule=rule)
                new = charts(view)
                if all(one.spec["data"] != other.spec["data"] for one, other in zip(shown, new, strict=True)):
                    break
            else:
                break
            left.remove(rule)
            shown = new
            views.append(view)
            drawn.append(new)
    assert len(views) > clicks, f"{len(views) - 1} clicks that change both figures: {clicks} are needed"
    return views[: clicks + 1], drawn[: clicks + 1]


def at_rest(page: Page) -> None:
    """Wait until no script runs."""
    page.wait_for_selector("[data-testid='stApp'][data-test-script-state='notRunning']")
    page.wait_for_timeout(20)


def _choose_week(page: Page, endpoint: str, *, to: float) -> None:
    thumb = page.locator(f".st-key-week_{endpoint} input[type=range]")
    thumb.focus()
    for _ in range(20):
        shown = float(thumb.get_attribute("aria-valuetext") or "nan")
        if shown == to:
            break
        thumb.press("ArrowRight" if shown < to else "ArrowLeft")
    page.wait_for_timeout(300)
    at_rest(page)


def _gray_code_bit(index: int, width: int) -> int:
    """Return which of `width` switches to flip at a step, so that no combination comes twice (Gray code)."""
    step = index + 1
    return ((step & -step).bit_length() - 1) % width


def _open(page: Page, address: str) -> Page:
    page.goto(address)
    whole(page)
    page.wait_for_selector(".js-plotly-plot text")
    page.wait_for_timeout(1000)
    return page


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines()


@contextmanager
def _streamlit(app: Path) -> Iterator[tuple[str, Path]]:
    """Run an app: its address, and the file in which each run of its script is a line."""
    with TemporaryDirectory() as folder:
        runs = Path(folder) / "runs.jsonl"
        runs.touch()
        with served(str(REPOSITORY / "benchmarks" / "timed_server.py"), str(runs), str(app)) as (address, _):
            yield address, runs


if __name__ == "__main__":
    main()
