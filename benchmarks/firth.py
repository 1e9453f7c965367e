"""Firth fits per second, and of one model, beside the numpy backend of firthmodels, in one run on one thread.

10,000 models of 56 patients: random subsets of an intercept and 6 covariates. firthmodels fits one model at a time, so
a sample of the models is timed and scaled; its settings are its defaults (it stops where score and step are below 1e-4,
il2dash at 1e-9 standard errors of the coefficients). Medians over the repeats, the two taking turns.

    python benchmarks/firth.py [--models 10000] [--sample 300] [--repeats 3]
"""

from __future__ import annotations

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before numpy is imported: it reads it then

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from firthmodels import FirthLogisticRegression

from il2dash.analysis import firth

PATIENTS, COLUMNS = 56, 7


def trial(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a design (intercept, 3 binary, 3 continuous columns) and an outcome with some effects."""
    design = np.column_stack([np.ones(PATIENTS), random.random((PATIENTS, 3)) < 0.4, random.normal(size=(PATIENTS, 3))])
    eta = design @ np.array([-1.5, 0.0, 1.5, 0.0, 0.8, 0.0, 0.0])
    return design, (random.random(PATIENTS) < 1 / (1 + np.exp(-eta))).astype(float)


def seconds(work: Callable[[], object]) -> float:
    """Time one call."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def theirs(design: np.ndarray, outcome: np.ndarray, masks: np.ndarray, *, full: bool) -> np.ndarray:
    """Fit with firthmodels one by one, with all profile intervals and tests where full: (model, column)."""
    coefficients = np.full(masks.shape, np.nan)
    for model, mask in enumerate(masks):
        fit = FirthLogisticRegression(backend="numpy").fit(design[:, mask][:, 1:], outcome)
        if full:
            fit.lrt()
            fit.conf_int(method="pl")
        coefficients[model, mask] = np.r_[fit.intercept_, fit.coef_]
    return coefficients


def main() -> None:
    """Print a table, and the ratios as JSON in the last line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=10_000)
    parser.add_argument("--sample", type=int, default=300, help="models that firthmodels fits")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    random = np.random.default_rng(2009)
    design, outcome = trial(random)
    masks = random.random((arguments.models, COLUMNS)) < 0.7
    masks[:, :2] = True  # firthmodels needs a covariate
    counts = random.multinomial(PATIENTS, np.full(PATIENTS, 1 / PATIENTS), size=arguments.models)
    sample = masks[: arguments.sample]
    firth.infer(firth.fit(design, outcome))  # imports

    times: dict[str, list[float]] = {}

    def note(name: str, work: Callable[[], object], *, models: int) -> None:
        times.setdefault(name, []).append(seconds(work) / models)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # firthmodels warns of every bound that it doesn't find
        ours = firth.fit(design, outcome, column_mask=sample).coefficients
        difference = np.nanmax(np.abs(theirs(design, outcome, sample, full=False) - ours))
        for _ in range(arguments.repeats):
            note(
                "coefficients, il2dash",
                lambda: firth.fit(design, outcome, column_mask=masks),
                models=arguments.models,
            )
            note(
                "coefficients, firthmodels",
                lambda: theirs(design, outcome, sample, full=False),
                models=arguments.sample,
            )
            note(
                "full inference, il2dash",
                lambda: firth.infer(firth.fit(design, outcome, column_mask=masks)),
                models=arguments.models,
            )
            note(
                "full inference, firthmodels",
                lambda: theirs(design, outcome, sample, full=True),
                models=arguments.sample,
            )
            note(
                "coefficients of bootstrap resamples, il2dash",
                lambda: firth.fit(design, outcome, row_weight=counts),
                models=arguments.models,
            )
        for _ in range(30):
            note("one model of 7 columns, full, il2dash", lambda: firth.infer(firth.fit(design, outcome)), models=1)
            note(
                "one model of 7 columns, full, firthmodels",
                lambda: theirs(design, outcome, np.ones((1, COLUMNS), dtype=bool), full=True),
                models=1,
            )

    print(f"{'':45} {'microseconds a model':>20} {'models a second':>16}")
    for name, found in times.items():
        print(f"{name:45} {median(found) * 1e6:20.1f} {1 / median(found):16.0f}")
    print(f"largest difference of a coefficient: {difference:.1e}")

    def ratio(what: str) -> float:
        return round(median(times[f"{what}, firthmodels"]) / median(times[f"{what}, il2dash"]), 2)

    print(
        json.dumps(
            {"coefficients_vs_firthmodels": ratio("coefficients"), "full_vs_firthmodels": ratio("full inference")}
        )
    )


if __name__ == "__main__":
    main()
