"""The documents under `metrics/` as types: one struct per kind of document; the JSON schema is made from them.

Fields keep the names they have in the documents. An unknown field is refused. What YAML leaves open (one curve or
several under `unhealthy`) is made uniform by `lossdoc.knowledge.front` before these structs see it.
"""

from typing import Any, Literal

from msgspec import Struct, field

Family = Literal["supervised", "preference", "rl", "reward", "other"]
Severity = Literal["error", "warning", "info"]
Split = Literal["train", "eval", "test"]
Role = Literal["step", "epoch", "tokens", "samples", "episodes", "time", "summary", "config", "ignore"]
Aggregation = Literal["mean", "sum", "fraction", "max", "min", "median", "last", "count"]
Direction = Literal["down", "up", "neither"]
# What progress is judged by: what people train for, what only supports it, what is trained, a term of what is trained.
Merit = Literal["score", "support", "objective", "part"]


class Strict(Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Base of all parts of our documents."""


class Point(Strict):
    """One point of a drawing: a value, or the values of the training and the validation curve."""

    step: float
    value: float | None = None
    train: float | None = None
    val: float | None = None


class Drawing(Strict):
    """A curve that shows something, and the test of it: what all checks of its trainer must say."""

    data: list[Point]
    label: str = ""
    analysis: str = ""
    trainer: str | None = None
    config: dict[str, Any] = {}
    with_: dict[str, list[Point]] = field(default_factory=dict, name="with")
    finds: list[str] | None = None
    may_find: list[str] = []


class Visualizations(Strict):
    """Drawings by name; a document's single curve has the name ""."""

    yDomain: list[float] | None = None
    healthy: dict[str, Drawing] = {}
    unhealthy: dict[str, Drawing] = {}


class Start(Strict):
    """The first value in theory: a number or a named constant (`ln 2`, `ln V`, `1/(4 beta^2)`)."""

    value: float | str | None = None  # None, or the word none: theory fixes no start
    source: str = ""
    note: str = ""


class Trend(Strict):
    is_: Literal["down", "up", "flat", "neither"] = field(name="is")
    source: str = ""
    note: str = ""


class Healthy(Strict):
    """The band in which healthy runs stay; null is an open end."""

    band: tuple[float | None, float | None]
    source: str = ""
    note: str = ""


class Expect(Strict):
    start: Start | None = None
    trend: Trend | None = None
    healthy: Healthy | None = None


class Variation(Strict):
    """What is different under one trainer: objective (`dpo`) or framework and objective (`trl-dpo`)."""

    description: str = ""
    whatToLookFor: list[str] = []
    cannotTell: list[str] = []
    expect: Expect | None = None
    unit: str | None = None
    aggregation: Aggregation | None = None
    direction: Direction | None = None
    bounds: tuple[float | None, float | None] | None = None
    sources: list[str] = []


class KeyEntry(Strict):
    """A framework's key where more than the word must be said. The metric is factor times the logged number.

    `aggregation` is how this framework comes to the number where that is not what the document says of others.
    """

    key: str
    factor: float = 1.0
    split: Split | None = None
    objective: str | None = None
    labels: dict[str, str] = {}
    aggregation: Aggregation | None = None


class Quality(Strict):
    """That a metric says how good the model is, but for trainers of these families."""

    notOf: list[str] = []


class JudgedWith(Strict):
    """A metric that only supports the checks of others."""

    with_: list[str] = field(name="with")


class Document(Strict):
    """What every document has."""

    id: str
    name: str = ""
    aliases: list[str] = []
    parent: str | None = None
    shortDescription: str = ""
    whatToLookFor: list[str] = []
    cannotTell: list[str] = []
    sources: list[str] = []
    prose: str = ""  # the text under the front matter


class MetricDocument(Document):
    """`metrics/<id>.md`: one quantity that trainers log."""

    keys: dict[str, list[str | KeyEntry]] = {}
    unit: str | None = None
    aggregation: Aggregation | None = None
    direction: Direction | None = None
    merit: Merit | None = None
    quality: bool | Quality = False
    scaledBy: str | None = None
    heldOut: bool = False
    bounds: tuple[float | None, float | None] | None = None
    role: Role | None = None
    expect: Expect | None = None
    visualizations: Visualizations | None = None
    variations: dict[str, Variation] = {}
    judged: bool | JudgedWith = True
    why: str = ""


class Detect(Strict):
    """What makes an objective a candidate: canonical metrics that a log has or lacks, and raw key patterns.

    `first` is the range of a metric's first value; `only` are the frameworks for which the rule holds.
    """

    any: list[str] = []
    all: list[str] = []
    none: list[str] = []
    keys: list[str] = []
    none_keys: list[str] = []
    first: dict[str, tuple[float | None, float | None]] = {}
    only: list[str] = []


class CheckChange(Strict):
    """How a check differs under a trainer: `off` with the reason, or another severity, other causes and remedies."""

    off: str | None = None
    severity: Severity | None = None
    why: str = ""
    causes: list[str] = []
    next: list[str] = []


class Pattern(Strict):
    """One row of a trainer's table of failures."""

    symptom: str
    cause: str
    severity: str = ""
    try_: str = field(default="", name="try")


class LossType(Strict):
    """One `loss_type` of a trainer that has several: its start value and what is different."""

    name: str = ""
    aliases: list[str] = []
    description: str = ""
    formula: str = ""
    start: Start | None = None


class Usual(Strict):
    """What a setting usually is: a range, and for whom where that is said."""

    range: tuple[float, float]
    when: str = ""  # full weights, LoRA
    frameworks: list[str] = []  # only these; none: all
    parameters: tuple[float | None, float | None] | None = None  # of the model
    source: str = ""


class TrainerDocument(Document):
    """`metrics/trainers/<objective>.md`: one training objective."""

    family: Family | None = None
    rank: int = 50  # of several candidates the one with the lowest rank is named first
    detect: list[Detect] = []
    frameworks: list[str] = []
    checks: dict[str, CheckChange] = {}
    formula: str = ""
    latex: str = ""
    patterns: list[Pattern] = []
    lossTypes: dict[str, LossType] = {}
    usual: dict[str, list[Usual]] = {}


class LossCurve(Strict):
    """A loss drawn over one quantity: formulas in x by name (see `lossdoc.knowledge.formula`), one for each line.

    `curve: {x: logit of the right class, range: [-4, 4], lines: {cross-entropy: "ln(1 + exp(-x))"}}`
    """

    range: tuple[float, float]
    lines: dict[str, str]
    x: str = "x"


class LossDocument(Document):
    """`metrics/losses/<id>.md`: one loss function, or what stands around one (`sort`)."""

    sort: Literal["loss function", "penalty", "technique", "schedule", "estimator"] = "loss function"
    formula: str = ""
    latex: str = ""
    inputs: str | list[str] | dict[str, str] = ""
    range: str | list[float | str | None] = ""
    start: list[Start] = []
    gradient: str = ""
    curve: LossCurve | None = None
    implementation: str = ""  # module.function in lossdoc.losses
    whenToUse: str | list[str] = ""
    traps: list[str] = []


class Constant(Strict):
    """A number that theory puts into logs, and what it means there."""

    value: float | str
    means: str
    source: str
    metric: str = "loss"
    over: str | None = None  # the variable of the formula that is tried with known values
    for_: list[str] = field(default_factory=list, name="for")


class Constants(Strict):
    """`metrics/constants.yaml`."""

    variables: dict[str, list[float] | dict[str, float]] = {}
    constants: list[Constant] = []


class Framework(Strict):
    """`metrics/frameworks/<name>.yaml`: what a trainer stands on, and how it spells what one may want to change.

    `form` is a line with {key}, {value} and perhaps {config}, the class of `configs` for the objective (under "" for
    all others). A setting is its key, a whole line with {value}, or either by objective.
    """

    builtOn: str | None = None
    readAs: str | None = None  # what may stand on it unsaid: keys are read in its words
    otherwise: str | None = None  # the framework whose settings it takes as well
    form: str = ""
    configs: dict[str, str] = {}
    settings: dict[str, str | dict[str, str]] = {}
    checked: str = ""  # the release whose classes or arguments the spellings were held against
    sources: list[str] = []


class Cause(Strict):
    """One entry of `metrics/causes.yaml`: what in a log speaks for a cause of many illnesses, and what to change.

    `needs`, `raised`, `lowered` and `dropped` are facts (`lossdoc.advice.facts`) or `found <check>`. Without a fact
    that it needs, or with one that drops it, the cause is not named; the others move it up and down.
    """

    needs: list[str] = []
    raised: list[str] = []
    lowered: list[str] = []
    dropped: list[str] = []
    reading: str = ""  # the setting whose value and usual range stand behind the cause
    change: dict[str, str] = {}  # setting: rule (`lossdoc.advice.changes`); the first one that can be said is
    step: str = ""  # what to try, where a page has no step for it
    instead: str = ""  # the cause whose place it takes where the log speaks for it and a page does not name it
    said: str = ""  # its words there
    against: str = ""  # the cause whose steps undo its own
    either: str = ""  # the step in place of both, where the log does not say the `reading`


KINDS: dict[str, type[Document]] = {"metric": MetricDocument, "trainer": TrainerDocument, "loss": LossDocument}
