"""Who and what goes into a logistic model: the design and the outcomes of the patients in whom all of it is known."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from il2dash.analysis.covariate_forms import Form, checked_forms
from il2dash.analysis.design_matrix import DesignMatrix, design_matrix
from il2dash.analysis.outcome import EndpointSpec, ResolvedEndpoint, outcome, resolve
from il2dash.analysis.patient_ids import PatientIds, ids_of
from il2dash.analysis.population import Population
from il2dash.analysis.unusable_terms import unusable_terms


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """What is modeled: an endpoint, and the covariates (``arm`` is one) in the order they are shown.

    `forms` are those of continuous covariates that aren't linear; `interaction` is a covariate whose products with the
    arm are in the model, empty without.
    """

    endpoint: EndpointSpec
    terms: tuple[str, ...]
    forms: tuple[tuple[str, Form], ...] = ()
    interaction: str = ""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ModelData:
    """The patients in a model.

    Parameters
    ----------
    resolved : ResolvedEndpoint
        The endpoint with every choice made.
    design : DesignMatrix
        Rows are the patients in the model.
    response : array, shape (patients,)
        Their outcomes, 0 or 1.
    rows : int array, shape (patients,)
        Which counted patients they are.
    subject_ids : sequence of str
        Who they are.
    left_out_covariates, left_out_outcomes : int
        Counted patients who aren't in it because a covariate, or only the outcome, isn't known.
    reason : str
        Why no model can be fitted to them; empty where one can.
    """

    resolved: ResolvedEndpoint
    design: DesignMatrix
    response: np.ndarray
    rows: np.ndarray
    subject_ids: PatientIds
    left_out_covariates: int
    left_out_outcomes: int
    reason: str

    @property
    def events(self) -> int:
        """How many responded."""
        return int(self.response.sum())

    @property
    def patients_digest(self) -> bytes:
        """Tells these patients from others of the same population, whoever the model's terms leave out."""
        return blake2b(self.rows.tobytes(), digest_size=16).digest()

    @property
    def terms(self) -> tuple[str, ...]:
        """The covariates, each once, in their order."""
        return tuple(dict.fromkeys(column.term for column in self.design.columns))


def model_data(population: Population, spec: ModelSpec) -> ModelData:
    """Gather the design and the outcomes of a model.

    Raises
    ------
    SpecificationError
        Where the study has no such endpoint, week or covariate, or a form or an interaction can't be.
    """
    trial = population.trial
    resolved = resolve(trial, spec.endpoint)
    forms = checked_forms(trial, spec.forms, spec.terms)
    design = design_matrix(population, spec.terms, forms=forms, interaction=spec.interaction)
    outcomes = outcome(trial, resolved)
    response = outcomes.response[population.included]
    complete = design.complete
    usable = complete & ~np.isnan(response)
    if not usable.all():
        # A level that only patients outside the model have would be a column of zeros.
        design = design_matrix(population, spec.terms, among=usable, forms=forms, interaction=spec.interaction)
    used = design if usable.all() else design.of(usable)
    if outcomes.reason:
        reason = outcomes.reason
    elif not usable.any():
        reason = f"none of the {population.size} patients has a known outcome and all covariates"
    elif design.reason:
        reason = design.reason
    else:
        reason = "; ".join(unusable_terms(used).values())
    return ModelData(
        resolved=resolved,
        design=used,
        response=response[usable],
        rows=np.flatnonzero(usable),
        subject_ids=ids_of(population, usable),
        left_out_covariates=int((~complete).sum()),
        left_out_outcomes=int((complete & np.isnan(response)).sum()),
        reason=reason,
    )
