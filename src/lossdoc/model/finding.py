"""What a diagnosis is made of: Finding, Skipped, Report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Run

Severity = Literal["error", "warning", "info"]
Confidence = Literal["high", "medium", "low"]
SignName = Literal["finite", "stable", "learning", "generalising", "running"]
Answer = Literal["yes", "no", "unknown"]
Verdict = Literal["failing", "suspicious", "healthy", "not judged"]
# Of a finding while the log still grows: further records may take back what is suspected, and hardly what is confirmed.
State = Literal["suspected", "confirmed", "withdrawn"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")  # worst first
SIGNS: tuple[SignName, ...] = ("finite", "stable", "learning", "generalising", "running")  # as experts ask
CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low")


class Change(Struct, frozen=True):
    """A setting to change: what the run had (None where nothing says it), what to try, and the line that says so."""

    setting: str  # our name of it: learning_rate
    was: float | None
    to: float | bool
    line: str  # as the trainer spells it: DPOConfig(learning_rate=5e-7)  # was 5e-6


class Step(Struct, frozen=True):
    """What to try: in words, and the line to paste that does it, "" where there is none."""

    text: str
    line: str = ""


class Finding(Struct, frozen=True):
    """One thing that is wrong. `severity` = how bad if true, `confidence` = how sure."""

    check: str
    severity: Severity
    confidence: Confidence
    message: str  # what was measured, with numbers, one sentence; never a mechanism the log cannot prove
    metric: str | None = None
    split: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    first_step: float | None = None  # where the fault began
    detected_step: float | None = None  # where it could first be known
    last_step: float | None = None
    axis: str = "step"
    file: str | None = None
    line: int | None = None
    measured: Mapping[str, float | int | str] = field(default_factory=dict)
    causes: Sequence[str] = ()  # what this log supports most comes first
    suspects: Sequence[str] = ()  # of each cause the names in metrics/causes.yaml, with blanks between; "" for none
    next: Sequence[Step] = ()
    changes: Sequence[Change] = ()
    cannot_tell: Sequence[str] = ()
    because_of: str | None = None  # id of the finding whose consequence this is; None = a root
    experimental: bool = False  # the check has too little evidence to warn
    known: str = ""  # why it fails nothing: it stands in the baseline, or the configuration accepts it

    @property
    def id(self) -> str:
        """Stable from run to run while check and curve stay the same."""
        import hashlib

        labels = ",".join(f"{k}={v}" for k, v in sorted(self.labels.items()))
        text = "|".join((self.check, self.metric or "", self.split or "", labels))
        return hashlib.sha1(text.encode("utf-8", "backslashreplace")).hexdigest()[:12]

    def curve(self, run: Run) -> Curve | None:
        """The curve of a run that shows it; None where none does."""
        return run.get(self.metric, self.split or "train", self.labels) if self.metric else None


class Skipped(Struct, frozen=True):
    """A check that could not judge, the reason, and (in the reason) the option that would let it."""

    check: str
    why: str
    asks: Sequence[str] = ()  # settings, or "trainer", all of which it wants and has not


class Sign(Struct, frozen=True):
    """The answer to one of an expert's five questions, and the evidence from this log: a sentence, or measures."""

    answer: Answer
    evidence: tuple[str, ...]
    excused: bool = False  # an "unknown" that is the rule for this kind of run, so that it does not forbid `healthy`
    finding: str = ""  # id of the root finding that makes it "no"


class Merit(Struct, frozen=True):
    """A curve that progress was judged by; `up`: more is better."""

    curve: Curve
    up: bool


class Outcome(Struct, frozen=True):
    """What became of a gate (`eval/loss.last < 1.2`): `why` says what was measured, or why it cannot be judged."""

    gate: str
    passed: bool
    why: str
    measured: float | None = None


class Report(Struct, frozen=True):
    """The diagnosis of one run: root findings first (worst first), each followed by its consequences."""

    run: Run
    findings: Sequence[Finding]
    skipped: Sequence[Skipped]
    verdict: Verdict
    signs: Mapping[SignName, Sign] = field(default_factory=dict)  # in the order of SIGNS
    measures: Sequence[Merit] = ()  # what progress was judged by, the one that decides first
    passed: Sequence[str] = ()  # checks that judged and found nothing
    asks: Sequence[str] = ()  # settings, or "trainer", that nothing says and that would change what is found
    gates: Sequence[Outcome] = ()
    limits: Mapping[str, float] = field(default_factory=dict)  # that the user said instead of ours

    @property
    def roots(self) -> list[Finding]:
        return [f for f in self.findings if f.because_of is None]

    def consequences(self, root: Finding) -> list[Finding]:
        return [f for f in self.findings if f.because_of == root.id]

    @property
    def failed_gates(self) -> list[Outcome]:
        return [gate for gate in self.gates if not gate.passed]


class NotRead(Struct, frozen=True):
    """An input that gave no metric: what it is instead and what to do."""

    source: str
    found: str
    why: str
    named: bool = True  # the user named this path literally (exit code 2), not through a folder or a glob
