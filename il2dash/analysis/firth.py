"""Firth's penalized logistic regression, one model or thousands: the door to the modules that do it.

`fit` gives coefficients and standard errors, `infer` profile intervals and likelihood-ratio tests of a fit,
`column_tests` the tests alone, `recoded` the same model with its columns combined anew,
`joint_test` the test of several columns together, `flic` the intercept and probabilities that are right on average.
"""

from __future__ import annotations

from il2dash.analysis.firth_fit import FirthFit, fit
from il2dash.analysis.firth_inference import FirthInference, LikelihoodRatioTest, column_tests, infer, joint_test
from il2dash.analysis.firth_prediction import Flic, flic, predicted_probabilities
from il2dash.analysis.firth_recoding import recoded
from il2dash.analysis.logistic_batch import Status, reason_for

__all__ = [
    "FirthFit",
    "FirthInference",
    "Flic",
    "LikelihoodRatioTest",
    "Status",
    "column_tests",
    "fit",
    "flic",
    "infer",
    "joint_test",
    "predicted_probabilities",
    "reason_for",
    "recoded",
]
