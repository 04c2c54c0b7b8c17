"""What a check sees: its declared needs, and the Case that hands it the run and makes findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from lossdoc.model.finding import Confidence, Finding, Severity
from lossdoc.model.limit import Limit

if TYPE_CHECKING:
    from lossdoc.knowledge import Expectation, Knowledge
    from lossdoc.model.run import Curve, Run


# What is trained, by what people call it: the course of any of these can be judged, its level only under its own name.
OBJECTIVES = ("loss", "ctc_loss", "nll_loss", "distill_loss", "mse", "rmse", "mae")


TRAINER = "trainer"  # what a check asks for that has to know the objective


class Need(Struct, frozen=True):
    """A curve that a check asks for. The name of the parameter is the key in the check's NEEDS.

    metrics: canonical ids, the first one that the run has is taken.
    split: "train", "eval", "test", "any", "same" (the split of the check's first need), or "train, else eval" (the
        held-out curve where the training logged none).
    points: fewer than this is a skip with a reason.
    each: one call for every curve that fits (data sets, components, splits); else only the plainest curve.
    first: with `each`, only the curves of the first metric that the run has.
    finite: hand over only the finite points (the curve may then be shorter than logged).
    """

    metrics: str | tuple[str, ...]
    split: str = "train"
    points: int | Limit = 1
    optional: bool = False
    each: bool = False
    first: bool = False
    finite: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return (self.metrics,) if isinstance(self.metrics, str) else self.metrics


class Setting(Struct, frozen=True):
    """A number of the configuration that a check asks for: from the log, or from `--set key=value`."""

    key: str
    optional: bool = False


Needs = Mapping[str, Need | Setting]


class Skip(Exception):
    """Raised inside a check when the data do not allow a judgement; the text is the reason shown to the user.

    `asks` are what would allow it, all of them: settings as `--set` calls them, or TRAINER.
    """

    def __init__(self, why: str, *asks: str) -> None:
        said = " ".join("--trainer" if name == TRAINER else f"--set {name}=VALUE" for name in asks)
        super().__init__(f"{why}: say {said}" if asks else why)
        self.asks = asks


class Case(Struct, frozen=True):
    """One run as a check sees it.

    `objectives` are the candidates that are left for the trainer; a check that needs to know more says so by Skip.
    """

    check: str
    severity: Severity
    run: Run
    knowledge: Knowledge
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def objectives(self) -> Sequence[str]:
        return self.run.trainer.candidates

    def families(self) -> set[str]:
        """Families of the candidate trainers: supervised, preference, rl, ... (a field of the trainer's document)."""
        return {self.knowledge.trainer(o).family for o in self.objectives}

    def expect(self, metric: str) -> Expectation | None:
        """What the documents expect of a metric under the trainer; None where candidates disagree or none says."""
        return self.knowledge.expect(metric, self.run.trainer, self.config)

    def finding(
        self,
        curve: Curve | None,
        message: str,
        *,
        first: int = 0,
        detected: int | None = None,
        last: int = -1,
        severity: Severity | None = None,
        confidence: Confidence = "high",
        measured: Mapping[str, float | int | str] | None = None,
        cannot_tell: Sequence[str] = (),
        line: int | None = None,
    ) -> Finding:
        """A finding on a curve; `first`, `detected`, `last` are indices of its points.

        Causes and next steps are filled in by the engine from the check's page.
        """
        place: dict[str, Any] = {"file": self.run.source, "line": line}
        if curve is not None and len(curve):
            detected = first if detected is None else detected
            place |= {
                "metric": curve.metric,
                "split": curve.split,
                "labels": dict(curve.labels),
                "axis": curve.axis,
                "first_step": float(curve.steps[first]),
                "detected_step": float(curve.steps[detected]),
                "last_step": float(curve.steps[last]),
                "line": curve.line(first) if line is None else line,
            }
        return Finding(
            check=self.check,
            severity=severity or self.severity,
            confidence=confidence,
            message=message,
            measured=dict(measured or {}),
            cannot_tell=tuple(cannot_tell),
            **place,
        )
