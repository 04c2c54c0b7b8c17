"""The JSON report (schema 1) as types: the writer returns them, and the schema is made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from lossdoc.model.finding import Answer, Confidence, Severity, SignName, Verdict
from lossdoc.show.schema import about

# JSON knows no NaN: what is not finite is one of these words.
Number = float | Literal["NaN", "Infinity", "-Infinity"]
Step = float | None
Labels = Annotated[dict[str, str], about("What tells curves of one split apart: data set, component, module, rank.")]


class NotReadFields(TypedDict):
    """An input that gave no metric."""

    source: str
    found: Annotated[str, about("What it is instead.")]
    why: Annotated[str, about("The reason, and what to do.")]


class SignFields(TypedDict):
    """One of the five questions of an expert."""

    answer: Answer
    evidence: Annotated[str, about("One sentence from this log.")]


class TrainerFields(TypedDict):
    """Who trained."""

    objective: Annotated[str | None, about("dpo, grpo, sft, ...; null where several are possible.")]
    framework: str | None
    loss_type: str | None
    given: Annotated[bool, about("The user said it.")]
    candidates: Annotated[list[str], about("Objectives that are possible; checks have to hold for all of them.")]
    why: str


class CurveFields(TypedDict):
    """One metric of one split."""

    metric: Annotated[str, about("Canonical id; for a key that nobody knows the key in lower case.")]
    split: Annotated[str, about("train, eval or test.")]
    labels: Labels
    key: Annotated[str, about("As logged.")]
    known: bool
    axis: Annotated[str, about("step, epoch, row, tokens or samples.")]
    steps_inferred: bool
    points: int
    first_step: Step
    last_step: Step
    first: Number | None
    last: Number | None
    min: Annotated[Number | None, about("Of the finite values.")]
    max: Annotated[Number | None, about("Of the finite values.")]
    non_finite: Annotated[int, about("How many values are NaN or infinite.")]


class ChangeFields(TypedDict):
    """A setting to change."""

    setting: Annotated[str, about("Our name of it: learning_rate.")]
    was: Annotated[float | None, about("What the run had; null where nothing says it.")]
    to: float | bool
    line: Annotated[str, about("To paste, as this trainer spells it: DPOConfig(learning_rate=5e-7)  # was 5e-6.")]


class FindingFields(TypedDict):
    """One thing that is wrong."""

    id: Annotated[str, about("The same from run to run while check and curve are the same.")]
    check: Annotated[str, about("What is wrong: the id of a check, which `lossdoc explain` knows.")]
    severity: Annotated[Severity, about("How bad if true.")]
    confidence: Annotated[Confidence, about("How sure.")]
    because_of: Annotated[str | None, about("The id of the finding whose consequence this is; null for a root.")]
    experimental: Annotated[bool, about("The check has too little evidence to warn.")]
    known: Annotated[str | None, about("Why it fails nothing: it is in the baseline, or accepted.")]
    metric: str | None
    split: str | None
    labels: Labels
    axis: str
    first_step: Annotated[Step, about("Where the fault began.")]
    detected_step: Annotated[Step, about("Where it could first be known.")]
    last_step: Step
    file: str
    line: Annotated[int | None, about("In the file; null for binary sources.")]
    message: Annotated[str, about("What was measured, in one sentence.")]
    measured: Annotated[dict[str, Number | str | None], about("The numbers of the message, by name.")]
    causes: Annotated[list[str], about("Likely causes, what this log supports most first.")]
    suspects: Annotated[list[list[str]], about("For each cause the names that many checks share: rate-high.")]
    next: Annotated[list[str], about("What to try, in this order.")]
    changes: Annotated[list[ChangeFields], about("Settings to change, with numbers from this log.")]
    cannot_tell: Annotated[list[str], about("What the log cannot prove.")]


class SkippedFields(TypedDict):
    """A check that could not judge."""

    check: str
    why: Annotated[str, about("The reason, and the option that would let it judge.")]


class GateFields(TypedDict):
    """What `--expect` or `--require` asked for, and what became of it."""

    gate: str
    passed: bool
    measured: Number | None
    why: str


class UnreadFields(TypedDict):
    """A place that could not be read."""

    line: int | None
    why: str


class RunFields(TypedDict):
    """The report of one run."""

    source: str
    sources: list[str]
    name: Annotated[str, about("Tells runs of one source apart; empty where there is one.")]
    format: Annotated[str, about("The reader that fitted: see `lossdoc list formats`.")]
    records: Annotated[int, about("Rows with a metric as they stand in the source.")]
    dropped_records: Annotated[int, about("Of these, repeated after a resume or printed by every rank.")]
    verdict: Verdict
    signs: Annotated[dict[SignName, SignFields], about("The five questions, always all of them.")]
    trainer: TrainerFields
    config: Annotated[dict[str, Any], about("Settings that the log shows or the user gave.")]
    limits: Annotated[dict[str, float], about("Limits that the user said instead of ours.")]
    curves: list[CurveFields]
    findings: Annotated[list[FindingFields], about("Roots first, the worst first, each followed by its consequences.")]
    passed: Annotated[list[str], about("Checks that judged and found nothing.")]
    skipped: list[SkippedFields]
    gates: list[GateFields]
    unread: list[UnreadFields]
    notes: list[str]


class ReportDocument(TypedDict):
    """What `lossdoc check --format json` writes. Under schema 1 fields are added, never renamed or removed."""

    schema: Literal[1]
    lossdoc: Annotated[str, about("The version that wrote it.")]
    not_read: list[NotReadFields]
    runs: list[RunFields]
