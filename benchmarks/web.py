"""Toggle to figure in a real browser: the Model page against a page with one toggle, the same chart and no statistics.

``python benchmarks/web.py`` prints a table in milliseconds, and as its last line the ratio of the medians. Both pages
run at once and are clicked in turn, so that the machine's mood is the same for both, and draw the same charts: a
browser takes longer for words that it hasn't measured before. Each click on the Model page is to a combination of
covariates that wasn't fitted before, so that no result comes from the cache; the floor's charts were drawn beforehand.
"""

from __future__ import annotations

import json
import os
import pickle
import statistics
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen
from tempfile import TemporaryDirectory

from playwright.sync_api import Locator, Page, sync_playwright

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY))

from il2dash.analysis.logistic_model import logistic_model  # noqa: E402
from il2dash.analysis.model_data import ModelSpec  # noqa: E402
from il2dash.analysis.outcome import EndpointSpec  # noqa: E402
from il2dash.analysis.population import whole_population  # noqa: E402
from il2dash.display.model_view import model_forest  # noqa: E402
from il2dash.study.reading import load_study  # noqa: E402
from tests.browser.chromium import FLAGS, executable  # noqa: E402
from tests.browser.conftest import free_port, wait_until_up, whole  # noqa: E402

CLICKS = 30
PAUSE = 300
"""Milliseconds between two clicks: a page has come to rest."""
STUDY = REPOSITORY / "sample_data" / "etoile"

CLICK_UNTIL_REDRAWN = """
async (control) => {
  const words = () => [...document.querySelectorAll('.js-plotly-plot text')].map(t => t.textContent).join('|');
  const before = words();
  const start = performance.now();
  control.click();
  return await new Promise((resolve, reject) => {
    const look = () => {
      const now = words();
      if (now !== before && now !== '') resolve(performance.now() - start);
      else if (performance.now() - start > 10000) reject('the figure did not change within 10 s');
      else requestAnimationFrame(look);
    };
    look();
  });
}
"""


def main() -> None:
    """Measure and print."""
    endpoint, always_on = write_floor_charts()
    with ExitStack() as stack:
        floor = stack.enter_context(_streamlit(REPOSITORY / "benchmarks" / "floor" / "app.py"))
        dashboard = stack.enter_context(_streamlit(REPOSITORY / "app.py"))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=executable(), args=list(FLAGS))
        floor_page = _open(browser.new_page(), floor)
        model_page = _open(browser.new_page(), f"{dashboard}/Model")
        switches = model_page.locator(f".st-key-covariates_{endpoint} button")
        floor_times, model_times = [], []
        for index in range(CLICKS + 2):
            floor_times.append(_click(floor_page, floor_page.locator(".st-key-next input")))
            model_times.append(
                _click(model_page, switches.nth(always_on + _gray_code_bit(index, switches.count() - always_on)))
            )
        browser.close()
    # The first two clicks load what is loaded once.
    floor_times, model_times = floor_times[2:], model_times[2:]
    print(f"{'page':<8}{'median':>9}{'p90':>9}{'max':>9}   ms from click to redrawn figure, {CLICKS} clicks")
    for name, times in (("floor", floor_times), ("Model", model_times)):
        p90 = statistics.quantiles(times, n=10)[-1]
        print(f"{name:<8}{statistics.median(times):>9.1f}{p90:>9.1f}{max(times):>9.1f}")
    ratio = statistics.median(model_times) / statistics.median(floor_times)
    print(json.dumps({"model_vs_floor": round(ratio, 3)}))


def write_floor_charts() -> tuple[str, int]:
    """Draw the charts of every click, and return their endpoint and how many switches stay as they are."""
    trial = load_study(STUDY)
    model = trial.definition.models[0]
    population = whole_population(trial)
    spec = EndpointSpec(endpoint=model.endpoint)
    others = [covariate.name for covariate in trial.definition.covariates if covariate.timing == "baseline"]
    others = [name for name in others if name not in model.terms]
    switched: set[str] = set()
    charts = []
    for index in range(-1, CLICKS + 2):
        if index >= 0:
            switched ^= {others[_gray_code_bit(index, len(others))]}
        terms = (*model.terms, *(name for name in others if name in switched))
        fitted = logistic_model(population, ModelSpec(endpoint=spec, terms=terms))
        charts.append(model_forest(fitted, trial.definition))
    (REPOSITORY / "benchmarks" / "floor" / "charts.pickle").write_bytes(pickle.dumps(charts))
    return model.endpoint, len(model.terms)


def _gray_code_bit(index: int, width: int) -> int:
    """Return which of `width` switches to flip at a step, so that no combination comes twice (Gray code)."""
    step = index + 1
    return ((step & -step).bit_length() - 1) % width


def _open(page: Page, address: str) -> Page:
    page.goto(address)
    whole(page)
    page.wait_for_selector(".js-plotly-plot text")
    page.wait_for_timeout(1500)
    return page


def _click(page: Page, control: Locator) -> float:
    page.wait_for_timeout(PAUSE)
    return float(control.evaluate(CLICK_UNTIL_REDRAWN))


@contextmanager
def _streamlit(app: Path) -> Iterator[str]:
    port = free_port()
    with TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.port", str(port)]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        process = Popen(command, cwd=REPOSITORY, stdout=DEVNULL, stderr=log.open("w"), env=environment)
        try:
            address = f"http://localhost:{port}"
            wait_until_up(address, process, log)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=20)


if __name__ == "__main__":
    main()
