"""How sure a finding of a run that goes on is: what more records took back from healthy runs has to stand a while.

Most is confirmed at once. What is only suspected, and for how long, is what prefixes of healthy runs, every record from
the tenth on, showed and lost again (`python -m benchmarks.diagnosis.live`). Such a wait counts points of the curve that
shows the finding: where one is evaluated every twenty records, two evaluations are forty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from lossdoc.model.finding import Finding, Report, State

# Points of the curve, and after how many at most a healthy run had lost it again: 86 labelled ones, 61 public ones.
HELD: Mapping[str, int] = {
    "divergence": 2,  # labelled, 1: one high point at the end
    "lr-jump": 2,  # labelled, 1
    "no-generalisation": 2,  # labelled, before the next evaluation
    "overfitting": 1,  # one evaluation may come back
    "eval-gap": 5,  # public, 4: the first evaluations scatter
    "loss-spike": 9,  # labelled, 8: a spike that what came next made look small
    "exploding-gradient": 9,  # labelled, 8
    "wrong-start": 11,  # public, 10
    "loss-collapse": 12,  # public, 11 in all but one, which was evaluated for the first time after 200 records
    "chance-level": 9,  # public, 8
    "no-learning": 9,  # as chance-level
}
# Whoever starts slowly has learned nothing yet: these are warnings while a run is young, and errors later.
YOUNG = frozenset({"chance-level", "no-learning"})
SLOW = 75  # labelled, 69: the slowest starter
NOTED = 20  # a remark of no alarm: half of what was noted is gone by then
FACTS = frozenset({"resumed"})  # a remark that the log itself makes: nothing takes it back
# Points of the curve before a finding is so much as suspected: what labelled runs that were healthy had lost by then.
DOUBTED: Mapping[str, int] = {"divergence": 2, "lr-jump": 2, "no-generalisation": 1}
# Points of a curve before it is so much as suspected that its run learns nothing: most of those labelled that start
# slowly have begun by then. Of 86 healthy ones 7 showed something for longer that they lost later.
SETTLED = 17
# A language model learns how frequent its tokens are in its first steps: none of the healthy ones, labelled or public,
# stood still after its tenth record, as classifiers do that find nothing to go by for a while.
LANGUAGE = frozenset({"sft", "pretrain", "distill"})
EVALUATIONS = 2  # of a score at chance: no healthy classifier had two, and a loss that stood at chance as well


class Patience(Struct):
    """Which findings of a run that goes on have stood long enough to be sure of, and which are suspected meanwhile."""

    # Points of its curve when it was first found: a remark that becomes a warning waits anew.
    _since: dict[tuple[str, str, bool], int] = field(default_factory=dict)

    def judge(self, reports: Sequence[Report]) -> list[tuple[Report, Finding, State]]:
        """To be called at every look, with all reports of it. A remark is not suspected: it is told when it is sure."""
        held = {(r.run.name, f.id, f.severity == "info"): (r, f, _points(r, f)) for r in reports for f in r.findings}
        self._since = {key: self._since.get(key, points) for key, (_, _, points) in held.items()}
        told: list[tuple[Report, Finding, State]] = []
        for key, (report, finding, points) in held.items():
            stood = points - self._since[key]
            if stood >= _wait(report, finding):
                told.append((report, finding, "confirmed"))
            elif finding.severity != "info" and stood >= DOUBTED.get(finding.check, 0) and _is_settled(report, finding):
                told.append((report, finding, "suspected"))
        return told


def _wait(report: Report, finding: Finding) -> int:
    if finding.severity == "info":
        return 0 if finding.check in FACTS else NOTED
    slow = finding.severity == "warning" and _may_start_slowly(report, finding)
    return SLOW if slow else HELD.get(finding.check, 0)


def _is_settled(report: Report, finding: Finding) -> bool:
    return _points(report, finding) >= SETTLED or not _may_start_slowly(report, finding)


def _may_start_slowly(report: Report, finding: Finding) -> bool:
    """What has learned nothing yet may learn, but for a language model, and where the held-out score says the same: of
    classes, since accuracies of pairs begin at a half."""
    if finding.check not in YOUNG:
        return False
    run = report.run
    speaks = bool(run.trainer.candidates) and LANGUAGE.issuperset(run.trainer.candidates)
    score = run.get("accuracy", "eval")
    agrees = "accuracy" in finding.measured and score is not None and len(score) >= EVALUATIONS
    return not (speaks or agrees)


def _points(report: Report, finding: Finding) -> int:
    """Of the curve that shows it; records of the run where none does."""
    curve = finding.curve(report.run)
    return report.run.records if curve is None else len(curve)
