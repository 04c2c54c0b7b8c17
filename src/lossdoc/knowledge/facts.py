"""What the index hands out: small frozen records made from the documents, without their prose and curves.

Annotations are not postponed here, nor in what else the index holds: to decode it, each would be evaluated as a text.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct, field

from lossdoc.knowledge.schema import CheckChange, Detect, Expect, LossType, Severity, Usual

Kind = Literal["metric", "loss", "trainer", "check", "format"]
Bounds = tuple[float | None, float | None]


class Resolved(Struct, frozen=True):
    """What a logged key means. The metric's value is `factor` times the logged number."""

    metric: str
    split: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    factor: float = 1.0
    role: str | None = None
    unit: str | None = None
    aggregation: str | None = None
    ignored: str | None = None  # why the key is no curve to judge (role `ignore`)


class MetricFacts(Struct, frozen=True, omit_defaults=True):
    """Facts of one metric. A metric that no document knows has only its id."""

    id: str
    name: str = ""
    unit: str | None = None
    aggregation: str | None = None
    direction: str | None = None
    merit: str | None = None  # score, support, objective, part: what progress is judged by
    quality: bool = False  # says how good the model is, so that runs can be held against each other by it
    not_of: Sequence[str] = ()  # families of trainers in which it does not
    scaled_by: str | None = None  # the setting that stands in its values as a factor
    held_out: bool = False  # measured on data of its own even where its key names no split
    bounds: Bounds | None = None
    role: str | None = None
    parent: str | None = None
    judged: bool = True
    why: str = ""
    known: bool = True
    described: Sequence[str] = ()  # names of the variations
    expect: Expect | None = None
    variations: Mapping[str, Expect] = field(default_factory=dict)


class TrainerFacts(Struct, frozen=True, omit_defaults=True):
    """Facts of one training objective; `detect`, `checks`, `usual` and `family` are inherited from the parent."""

    id: str
    name: str = ""
    family: str = "other"
    aliases: Sequence[str] = ()
    parent: str | None = None
    rank: int = 50
    detect: Sequence[Detect] = ()
    frameworks: Sequence[str] = ()
    checks: Mapping[str, CheckChange] = field(default_factory=dict)
    lossTypes: Mapping[str, LossType] = field(default_factory=dict)
    usual: Mapping[str, Sequence[Usual]] = field(default_factory=dict)


class LimitFacts(Struct, frozen=True, array_like=True):
    """A `Limit` as its file says it: `overfitting.rise`, the module and the attribute where it stands, its value."""

    name: str
    module: str
    attribute: str
    value: float
    whole: bool
    unit: str
    source: str

    @property
    def shown(self) -> str:
        """`5 %`, `8`, `0.25`."""
        return f"{100 * self.value:.6g} %" if self.share else f"{self.value:,.10g}"

    @property
    def share(self) -> bool:
        return self.unit.startswith("share")


class CheckFacts(Struct, frozen=True, omit_defaults=True):
    """What a check's file says without importing it. `metrics` are the curves its NEEDS name.

    `limits` are the names of its own limits and of those that it takes from elsewhere.
    """

    id: str
    title: str = ""
    severity: Severity = "warning"
    explains: Sequence[str] = ()
    metrics: Sequence[str] = ()
    doc: str = ""
    path: str = ""
    limits: Sequence[str] = ()


class MainCurve(Struct, frozen=True, array_like=True):
    """The curve without which a check cannot judge: metrics, one of which is enough, and where it looks for them."""

    metrics: tuple[str, ...]
    split: str = "train"


class Expectation(Struct, frozen=True):
    """What theory or practice expects of a metric under a trainer. `start` is None where a setting is missing."""

    start: float | None = None
    start_text: str | None = None
    trend: str | None = None
    band: Bounds | None = None
    source: str = ""
    needs: Sequence[str] = ()  # settings that would give the start value


class Hint(Struct, frozen=True):
    """A cause or a step of a page, and the causes of `metrics/causes.yaml` that it is about.

    `bare` is the text without amounts, for where a number of the run stands beside it.
    """

    text: str
    bare: str
    causes: Sequence[str] = ()


class Advice(Struct, frozen=True):
    """What a finding quotes: likely causes and next steps."""

    causes: Sequence[Hint] = ()
    next: Sequence[Hint] = ()
    title: str = ""


class CheckPage(Struct, frozen=True):
    """A check's docstring: its title and its sections (heading, text) in order."""

    id: str
    title: str
    sections: Sequence[tuple[str, str]]
    severity: Severity
    explains: Sequence[str]
    metrics: Sequence[str]
    limits: Sequence[str] = ()
    causes: Sequence[Hint] = ()
    next: Sequence[Hint] = ()

    def section(self, heading: str) -> str:
        """Text under a heading, "" where the page has none."""
        return next((text for name, text in self.sections if name.lower() == heading.lower()), "")


class Entry(Struct, frozen=True, array_like=True):
    """One thing that `explain` can show."""

    kind: Kind
    id: str
    name: str = ""
    path: str = ""
    exact: bool = False  # the word was its id, not an alias


class Problem(Struct, frozen=True, order=True):
    """One fault of a document."""

    file: str
    line: int
    field: str
    reason: str
    fault: bool = True  # else a remark: a user's document takes something over from ours

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {f'{self.field}: ' if self.field else ''}{self.reason}"
