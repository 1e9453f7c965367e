"""What is special about one trial: the frozen counterpart of study.toml.

Every class is one section of the file, every attribute one key; `read_definition` in `definition_file` makes them and
explains what it can't. pydantic checks types and unknown keys; the rules between sections are in `definition_rules`.
The section [tables], which says nothing of the trial itself, is in `definition_tables`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Field
from pydantic.dataclasses import dataclass

from il2dash.study.definition_tables import STRICT, Tables

Scale = Literal["identity", "sqrt", "log10"]
EndpointRule = Literal["at_least", "gain_at_least", "below", "drop_at_least", "recorded"]
MissingRule = Literal["failure", "complete_cases", "last_observation", "best_worst", "worst_best"]
CovariateKind = Literal["binary", "categorical", "continuous"]


def _as_code(value: object) -> object:
    """Let a file's code be written as a number in TOML (``value = 0``): it is compared as text."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Code = Annotated[str, BeforeValidator(_as_code)]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]

Item = TypeVar("Item")


@dataclass(frozen=True, config=STRICT, kw_only=True)
class StudyInformation:
    """[study]: who the trial is. `planned` is the sample size of the protocol, where it is known."""

    id: Identifier
    title: str
    synthetic: bool
    registration: str = ""
    citation: str = ""
    question: str = ""
    design: str = ""
    provenance: str = ""
    primary_week: float | None = None
    planned: Annotated[int, Field(gt=0)] | None = None


@dataclass(frozen=True, config=STRICT, kw_only=True)
class ArmLevel:
    """[[arms.levels]]: one arm. `value` is how the file writes it (the code where not given)."""

    code: Identifier
    label: str
    value: Code = ""

    @property
    def file_value(self) -> str:
        """How the subjects table writes this arm."""
        return self.value or self.code


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Arms:
    """[arms]: the two arms; differences are always treatment minus `reference`."""

    reference: str
    levels: Annotated[tuple[ArmLevel, ...], Field(min_length=2, max_length=2)]
    others: Literal["error", "exclude"] = "error"

    @property
    def codes(self) -> tuple[str, str]:
        """Codes of the two arms, the reference first."""
        return self.reference, self.treatment

    @property
    def treatment(self) -> str:
        """Code of the arm that isn't the reference."""
        return next(level.code for level in self.levels if level.code != self.reference)

    def label(self, code: str) -> str:
        """Return the arm's name as a reader sees it."""
        return next(level.label for level in self.levels if level.code == code)


@dataclass(frozen=True, config=STRICT, kw_only=True)
class SourceTexts:
    """[source.tables] and [source.queries]: for each table of the study its name in the database, or its SELECT."""

    subjects: str = ""
    visits: str = ""
    events: str = ""
    doses: str = ""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Source:
    """[source]: a database that holds the tables. `secret` is the name under which the server knows its URL."""

    kind: Literal["sql"]
    secret: Identifier
    tables: SourceTexts = field(default_factory=SourceTexts)
    queries: SourceTexts = field(default_factory=SourceTexts)


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Visits:
    """[visits]: the planned weeks, the first of them the baseline, and how actual weeks are mapped to them."""

    schedule: tuple[float, ...] = ()
    window: Literal["nearest", "exact"] = "nearest"

    @property
    def baseline_week(self) -> float:
        """The planned week of the baseline visit."""
        return self.schedule[0]


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Marker:
    """[markers.NAME]: a laboratory value followed over the visits; limits are the assay's, in `unit`."""

    label: str
    unit: str = ""
    scale: Scale = "identity"
    lower_limit: float | None = None
    upper_limit: float | None = None


@dataclass(frozen=True, config=STRICT, kw_only=True)
class CovariateLevel:
    """[[covariates.levels]]: how the file writes a level, and how a reader sees it. The first is the reference."""

    value: Code
    label: str


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Covariate:
    """[[covariates]]: a column of the subjects table. `step` is the unit of its odds ratio: CD4 per 50 cells."""

    name: Identifier
    label: str
    kind: CovariateKind
    column: str = ""
    unit: str = ""
    timing: Literal["baseline", "post-baseline"] = "baseline"
    randomized: bool = False
    step: Annotated[float, Field(gt=0)] = 1.0
    levels: tuple[CovariateLevel, ...] = ()

    @property
    def file_column(self) -> str:
        """Column of the subjects table that holds this covariate."""
        return self.column or self.name


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Endpoint:
    """[[endpoints]]: a yes/no outcome. A marker compared with a threshold at a week, or a recorded column."""

    id: Identifier
    label: str
    rule: EndpointRule
    marker: str = ""
    threshold: float | None = None
    week: float | None = None
    column: str = ""
    role: Literal["primary", "secondary", "exploratory"] = "secondary"


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Missing:
    """[missing]: the trial's rule for a patient whose outcome isn't known."""

    rule: MissingRule = "failure"


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Model:
    """[[models]]: a prespecified logistic model of an endpoint; terms are covariate names, and ``arm``."""

    id: Identifier
    endpoint: str
    terms: Annotated[tuple[str, ...], Field(min_length=1)]
    label: str = ""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Published:
    """[[published]]: a figure in print, and the path in the results document that must give it.

    Either `value` with the printed `decimals`, or a bound: ``less_than = 0.001``, ``greater_than = 0.05``. A proportion
    is written as one (0.14, two decimals) and shown as a percentage where `percent` is set.
    """

    id: Identifier
    label: str
    quantity: str
    source: str = ""
    value: float | None = None
    decimals: Annotated[int, Field(ge=0, le=12)] | None = None
    less_than: float | None = None
    greater_than: float | None = None
    percent: bool = False
    unit: str = ""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class GlossaryTerm:
    """[[glossary]]: a word of the study's own, and what it means in a sentence or two."""

    term: Annotated[str, Field(min_length=1)]
    meaning: Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, config=STRICT, kw_only=True)
class StudyDefinition:
    """All that is special about one trial; no code knows which trial it is.

    The `glossary` and the `source` aren't in the repr: an explanation that is worded better, and the same tables in a
    database, leave the trial's fingerprint as it is.
    """

    study: StudyInformation
    arms: Arms
    tables: Tables = field(default_factory=Tables)
    visits: Visits = field(default_factory=Visits)
    markers: Mapping[Identifier, Marker] = field(default_factory=dict)
    covariates: tuple[Covariate, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    missing: Missing = field(default_factory=Missing)
    models: tuple[Model, ...] = ()
    published: tuple[Published, ...] = ()
    glossary: tuple[GlossaryTerm, ...] = field(default=(), repr=False)
    source: Source | None = field(default=None, repr=False)

    @property
    def primary_endpoint(self) -> Endpoint | None:
        """The first primary endpoint; the first of all where none is primary, None where there are none."""
        primary = [endpoint for endpoint in self.endpoints if endpoint.role == "primary"]
        return next(iter([*primary, *self.endpoints]), None)

    def covariate(self, name: str) -> Covariate:
        """Return the covariate of that name; raises KeyError where there is none."""
        return _by(self.covariates, "name", name)

    def endpoint(self, identifier: str) -> Endpoint:
        """Return the endpoint of that id; raises KeyError where there is none."""
        return _by(self.endpoints, "id", identifier)

    def model(self, identifier: str) -> Model:
        """Return the model of that id; raises KeyError where there is none."""
        return _by(self.models, "id", identifier)


def _by(items: tuple[Item, ...], attribute: str, wanted: str) -> Item:
    for item in items:
        if getattr(item, attribute) == wanted:
            return item
    raise KeyError(wanted)
