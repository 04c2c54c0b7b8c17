"""Findings and labels -> figures per check. One pass: what would be said without a check follows from the findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from benchmarks.diagnosis.labels import FILES, Label
from benchmarks.diagnosis.score import Figures as Totals
from benchmarks.diagnosis.score import Said, outcome
from lossdoc import checks
from lossdoc.api import Options, diagnose, read_path
from lossdoc.judge.reconcile import reconcile
from lossdoc.knowledge.evidence import Figures, Score
from lossdoc.model.finding import Finding, NotRead


@dataclass(frozen=True)
class Judged:
    """One labelled run and the findings of its runs, as the report gives them."""

    label: Label
    findings: Sequence[Sequence[Finding]]

    def said(self, without: str = "") -> list[Said]:
        """The findings in the scorer's words; `without` is a check that does not exist."""
        return [
            Said(f.check, f.severity, f.first_step, f.because_of is None)
            for report in self.findings
            for f in (_without(report, without) if without else report)
        ]


def _without(findings: Sequence[Finding], check: str) -> Sequence[Finding]:
    """The report if a check did not exist: what it explained stands on its own again, or under another."""
    if all(f.check != check for f in findings):
        return findings
    left = [replace(f, because_of=None) for f in findings if f.check != check]
    explains = {f.check: checks.load(f.check).explains for f in left}
    return reconcile(left, explains, {f.check: order for order, f in enumerate(left)})


def judge(labels: Iterable[Label], options: Options) -> Iterator[Judged]:
    """Each labelled run by the best of its files."""
    for label in labels:
        path = next((p for kind in FILES if (p := label.source(kind))), None)
        if path is not None:
            read = [runs for runs in read_path(str(path), options) if not isinstance(runs, NotRead)]
            yield Judged(label, [diagnose(run, options).findings for runs in read for run in runs])


def score(judged: Sequence[Judged], without: str = "") -> Score:
    """Totals over all labelled runs."""
    totals = Totals([outcome(one.label, one.said(without)) for one in judged])
    faulty = max(1, len(totals.faulty))
    found, led = sum(o.found for o in totals.faulty), sum(o.led for o in totals.faulty)
    return Score(round(found / faulty, 4), round(led / faulty, 4), round(totals.precision, 4))


def figures(check: str, judged: Sequence[Judged], total: Score) -> Figures:
    """What the labelled runs say of one check."""
    expected = right = wrong = told = 0
    for one in judged:
        wanted = any(check in group for group in one.label.expected)
        own = [s for s in one.said() if s.check == check]
        if wanted and one.label.observable and not one.label.healthy:
            expected += 1
            right += bool(own)
        elif not wanted and check not in one.label.may_report:
            roots = [s for s in own if s.root]
            wrong += any(s.severity != "info" for s in roots)
            told += bool(roots) and all(s.severity == "info" for s in roots)
    without = score(judged, check)
    return Figures(expected, right, wrong, told, without=without if without != total else None)
