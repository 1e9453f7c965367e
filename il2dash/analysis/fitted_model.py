"""A logistic model as it was fitted: what its odds ratios, and all that stands beside them, are computed from."""

from __future__ import annotations

from dataclasses import dataclass

from il2dash.analysis import firth
from il2dash.analysis.collapsed_rows import collapsed_rows
from il2dash.analysis.model_data import ModelData, ModelSpec, model_data
from il2dash.analysis.population import Population


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FittedModel:
    """The patients of a model and its Firth fit; no fit where `data.reason` says why there can't be one."""

    data: ModelData
    fit: firth.FirthFit | None


def fitted_model(population: Population, spec: ModelSpec) -> FittedModel:
    """Gather the patients of a model and fit it by Firth's method.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint, week or covariate.
    """
    data = model_data(population, spec)
    if data.reason:
        return FittedModel(data=data, fit=None)
    rows = collapsed_rows(data.design.values, data.response)
    return FittedModel(data=data, fit=firth.fit(rows.design, rows.response, row_weight=rows.count))
