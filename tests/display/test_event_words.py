"""Sentences on events: true whatever was counted, and never 'no effect'."""

from __future__ import annotations

from math import inf, nan

import pytest

from il2dash.analysis.estimate import Estimate, Interval
from il2dash.analysis.event_rates import event_rates
from il2dash.analysis.population import Filter, select_population, whole_population
from il2dash.display.event_rates_view import events_spec
from il2dash.display.event_words import events_sentence, plural, ratio_remains


def estimate(lower: float, upper: float) -> Estimate:
    return Estimate(estimate=1.0, interval=Interval(lower=lower, upper=upper, level=0.95, method="exact"))


@pytest.mark.parametrize(
    ("lower", "upper", "words"),
    [
        (1.2, 3, "The interval excludes equality: a higher rate with IL-2."),
        (0.2, 0.9, "The interval excludes equality: a lower rate with IL-2."),
        (0.201, 3.28, "anything from a rate 80% lower to 3.28 times as high with IL-2: neither"),
        (0.9, 1.5, "anything from a rate 10% lower to 50% higher with IL-2: neither"),
        (0, inf, "anything from none at all to any multiple with IL-2: neither"),
        (0.999, 1.001, "anything from a rate less than 1% lower to less than 1% higher with IL-2: neither"),
        (0.001, 1, "anything from a rate more than 99% lower to equal with IL-2: neither"),
        (nan, nan, "Without an interval nothing more can be said."),
    ],
)
def test_what_the_interval_allows(arms, lower, upper, words):
    assert words in ratio_remains(estimate(lower, upper), "rate", arms)


def test_the_rates_of_the_mini_study(trial, arms):
    rates = event_rates(whole_population(trial), "aids")
    assert events_sentence(rates, definition) == (
        "0 of 4 with IL-2 had an AIDS event (no events, 0.0 per 100 person-years) and 1 of 4 with Control "
        "(1 event, 120.0 per 100 person-years): rate ratio 0 (95% CI 0 to 34.6), P\u00a0=\u00a00.47. The data are "
        "compatible with anything from none at all to 34.6 times as high with IL-2: "
        "neither a difference nor equality is shown."
    )
    spec = events_spec(rates, definition)
    assert spec.rows[1] == ("Control", "1 / 4", "1", "0.8", "120.0", "3.0 to 668.3")
    assert spec.notes[0] == "Rate ratio 0 (95% CI 0 to 34.6), P\u00a0=\u00a00.47."
    deaths = events_sentence(event_rates(whole_population(trial), "death"), definition)
    assert deaths.startswith("0 of 4 with IL-2 died (0.0 per 100 person-years) and 1 of 4 with Control (120.0 per")


def test_an_arm_with_nobody(trial, arms):
    one = select_population(trial, (Filter(variable="arm", values=("control",)),))
    words = events_sentence(event_rates(one, "aids"), definition)
    assert words.startswith("Nobody is counted in the arm IL-2 and 1 of 4 with Control had an AIDS event (1 event")
    assert words.endswith("The rates can't be compared: an arm has no follow-up time.")


def test_names_within_a_sentence():
    assert [plural(category) for category in ("aids", "death", "adverse")] == [
        "AIDS events",
        "deaths",
        "adverse events",
    ]
