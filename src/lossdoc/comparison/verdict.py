"""How one run stands against the baseline, in a word, and why: reasons as values, the weightiest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lossdoc.comparison.result import Choice, Conclusion, Delta, Outcome, Row, Standing
from lossdoc.model.finding import SEVERITIES
from lossdoc.model.note import Note

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge
    from lossdoc.model.finding import Finding, Report

Settings = Mapping[str, Mapping[int, str]]
# How long the run was and how often it was logged: no reason for another level.
_HARMLESS = ("last step", "last epoch", "last row", "max_steps", "logged every", "epochs", "eval_steps", "save_steps")
_REAL = ("worse", "slightly worse", "better", "slightly better")


def conclude(
    run: int, rows: Sequence[Row], choice: Choice, reports: Sequence[Report], settings: Settings, knowledge: Knowledge
) -> Conclusion:
    """The conclusion on one run; `rows` in the order in which they should be told."""
    judged = [(row, row.deltas[run]) for row in rows if row.judged and run in row.deltas]
    judged = [(row, delta) for row, delta in judged if delta.outcome != "not compared"]
    worse = [(row, delta) for row, delta in judged if delta.outcome == "worse"]
    new = _new(reports[run - 1], [reports[number - 1] for number in choice.baselines])
    standing = _standing({delta.outcome for _, delta in judged}, bool(new))
    reasons = [
        *(() if new else _alone(run, reports, choice)),
        *(Note("new finding", {"finding": finding}) for finding in new),
        *(_judged(row, delta) for row, delta in sorted(judged, key=_weight)),
        *_slow(judged),
        *_drift(rows, run),
        *_refused(rows, run, knowledge),
        *_causes(worse, settings, run, choice.baselines),
    ]
    if not judged:
        reasons.append(_nothing(rows, run))
    return Conclusion(run, standing, reasons, [row.name for row, _ in worse], [f.check for f in new])


def _standing(outcomes: set[Outcome], new: bool) -> Standing:
    """`new`: the run has findings that the baseline has not. Numbers of such a run are no progress by themselves."""
    if "worse" in outcomes or new:
        return "mixed" if "better" in outcomes else "worse"
    for standing in ("better", "slightly worse", "slightly better"):
        if standing in outcomes:
            return standing
    return "no difference" if outcomes else "not comparable"


def _new(report: Report, baselines: Sequence[Report]) -> list[Finding]:
    """Root findings of a check that no baseline has, or only more mildly; what is only noted is no news."""
    had: dict[str, int] = {}
    for finding in (found for baseline in baselines for found in baseline.findings):
        rank = SEVERITIES.index(finding.severity)
        had[finding.check] = min(rank, had.get(finding.check, rank))
    return [
        f
        for f in report.roots
        if f.severity != "info" and SEVERITIES.index(f.severity) < had.get(f.check, len(SEVERITIES))
    ]


def _weight(pair: tuple[Row, Delta]) -> tuple[int, float]:
    order = ("worse", "better", "slightly worse", "slightly better")
    outcome = pair[1].outcome
    return order.index(outcome) if outcome in order else len(order), -abs(pair[1].share or 0.0)


def _judged(row: Row, delta: Delta) -> Note:
    if delta.run in row.sides and row.sides[delta.run].lost_at is not None and delta.outcome == "worse":
        return Note("lost", {"row": row, "at": row.sides[delta.run].lost_at})
    told = {"row": row, "delta": delta}
    return Note("difference", told) if delta.outcome in _REAL else Note("no difference", told)


def _slow(judged: Sequence[tuple[Row, Delta]]) -> Iterator[Note]:
    for row, delta in judged:
        if delta.slower is None or delta.outcome not in ("worse", "slightly worse", "same"):
            continue
        if delta.slower > 1:
            yield Note("slower", {"row": row, "times": delta.slower})


def _causes(
    worse: Sequence[tuple[Row, Delta]], settings: Settings, run: int, baselines: Sequence[int]
) -> Iterator[Note]:
    """Where to look. Wrong labels leave no other trace than this."""
    if not worse or any(row.sides[delta.run].lost_at is not None for row, delta in worse if delta.run in row.sides):
        return
    changed = [
        (name, values[run], values[baselines[0]])
        for name, values in settings.items()
        if name not in _HARMLESS and not {values[run], "?"} & {values[number] for number in baselines}
        if values[run] != "?"
    ]
    yield Note("where to look", {"settings": changed[:4]})


def _refused(rows: Sequence[Row], run: int, knowledge: Knowledge) -> Iterator[Note]:
    """Metrics that would have decided and could not be compared."""
    for row in rows:
        delta = row.deltas.get(run)
        if (
            delta is not None
            and delta.outcome == "not compared"
            and row.direction
            and knowledge.metric(row.metric).quality
        ):
            yield Note("not compared", {"row": row, "delta": delta})


def _drift(rows: Sequence[Row], run: int) -> Iterator[Note]:
    """How far the policies moved, where their betas differ: the same numbers in nats and as logged."""
    for row in rows:
        delta = row.deltas.get(run)
        if row.raw and delta is not None and delta.outcome != "not compared" and delta.run in row.raw:
            yield Note("drift", {"row": row, "delta": delta})


def _alone(run: int, reports: Sequence[Report], choice: Choice) -> Iterator[Note]:
    report = reports[run - 1]
    base = reports[choice.baseline - 1]
    if base.verdict == "failing" and report.verdict != "failing" and base.roots:
        yield Note("baseline fails", {"check": base.roots[0].check})
    elif report.verdict == "failing" and base.verdict != "failing" and report.roots:
        yield Note("fails alone", {"check": report.roots[0].check})


def _nothing(rows: Sequence[Row], run: int) -> Note:
    why = list(dict.fromkeys(d.why or r.why for r in rows if (d := r.deltas.get(run)) and (d.why or r.why)))
    return Note("nothing in common", {"why": why[0] if why else ""})
