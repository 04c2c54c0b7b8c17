"""How one run stands against the baseline, in a word and in sentences that claim what was measured and no more."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lossdoc.comparison.result import Axis, Choice, Conclusion, Delta, Outcome, Row, Standing
from lossdoc.comparison.terms import QUALITY
from lossdoc.model.finding import SEVERITIES
from lossdoc.show.report._words import number

if TYPE_CHECKING:
    from lossdoc.model.finding import Finding, Report

Settings = Mapping[str, Mapping[int, str]]
# How long the run was and how often it was logged: no reason for another level.
_HARMLESS = ("last step", "last epoch", "last row", "max_steps", "logged every", "epochs", "eval_steps", "save_steps")
_REAL = ("worse", "slightly worse", "better", "slightly better")


def conclude(
    run: int, rows: Sequence[Row], by: Axis, choice: Choice, reports: Sequence[Report], settings: Settings
) -> Conclusion:
    """The conclusion on one run; `rows` in the order in which they should be told."""
    judged = [(row, row.deltas[run]) for row in rows if row.judged and run in row.deltas]
    judged = [(row, delta) for row, delta in judged if delta.outcome != "not compared"]
    worse = [(row, delta) for row, delta in judged if delta.outcome == "worse"]
    new = _new(reports[run - 1], [reports[number - 1] for number in choice.baselines])
    standing = _standing({delta.outcome for _, delta in judged}, bool(new))
    said = [_said(row, delta, by, choice) for row, delta in sorted(judged, key=_weight)]
    alone = _alone(run, reports, choice) if not new else ""
    has_not = "the baseline does not have it" if len(choice.baselines) == 1 else "no baseline has it"
    sentences = [
        *filter(None, [alone]),
        *(f"{f.check} is new, {has_not}: {f.message}" for f in new),
        *said,
        *_slow(judged, by),
        *_drift(rows, run),
        *_refused(rows, run),
        *_causes(worse, settings, run, choice.baselines),
    ]
    if not judged:
        sentences.append(_nothing(rows, run))
    return Conclusion(run, standing, sentences, [row.name for row, _ in worse], [f.check for f in new])


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


def _said(row: Row, delta: Delta, by: Axis, choice: Choice) -> str:
    """One judged row in one sentence."""
    axis = axis_word(by)
    if delta.run in row.sides and (lost := row.sides[delta.run].lost_at) is not None and delta.outcome == "worse":
        return f"{row.name} ends in NaN or in the zeros that hide it from {axis} {number(lost)} on"
    levels = f"{number(delta.level)} against {number(delta.base_level)}"
    if delta.seeds:
        low, high = number(min(delta.seeds)), number(max(delta.seeds))
        levels += f", the mean of {len(delta.seeds)} baselines ({low} to {high}),"
    span = f"{places(by)} {number(delta.window[0])} to {number(delta.window[1])}" if delta.window else "the end"
    if delta.outcome not in _REAL:
        return f"{row.name}: no difference beyond the noise at {span} ({levels.rstrip(',')}, {difference(delta)})"
    parts = [difference(delta)]
    if delta.ratio is not None and row.direction == "down" and 1.1 <= delta.ratio < 100:
        parts.append(f"{delta.ratio:.2g} times the baseline's")
    share = (
        f"{100 * abs(delta.share or 0):.0f} % of the baseline's progress {'lost' if (delta.share or 0) < 0 else 'more'}"
    )
    since = f", since {axis} {number(delta.since)}" if delta.since is not None else ""
    small = _ends(row, delta, choice)
    if delta.outcome.startswith("slightly"):
        small += f"; below the tolerance of {100 * delta.tolerance:.0f} %" if delta.tolerance else "; not at the ends"
    outcome = delta.outcome.removeprefix("slightly ")
    return f"{row.name} is {outcome}: {levels} at {span} ({', '.join([*parts, share])}){since}{small}"


def _ends(row: Row, delta: Delta, choice: Choice) -> str:
    """The last levels of both runs, where one goes on far beyond the other."""
    one, base = row.sides[delta.run], row.sides[choice.baseline]
    if min(one.x[-1], base.x[-1]) >= 0.8 * max(one.x[-1], base.x[-1]):
        return ""
    return f"; at their own ends {number(one.final)} against {number(base.final)}"


def difference(delta: Delta) -> str:
    """`+0.396 ± 0.02`: the sign, and as many digits as the noise leaves sense in."""
    digits = 4 if not delta.error or not math.isfinite(delta.error) else 3
    return f"{delta.value:+.{digits}g} ± {number(float(f'{delta.error:.1g}'))}"


def _slow(judged: Sequence[tuple[Row, Delta]], by: Axis) -> Iterator[str]:
    for row, delta in judged:
        if delta.slower is None or delta.outcome not in ("worse", "slightly worse", "same"):
            continue
        if math.isinf(delta.slower):
            yield f"{row.name} never gets through four fifths of the baseline's progress"
        elif delta.slower > 1:
            needed = f"{delta.slower:.2g} times the {places(by)}"
            yield f"{row.name} needs {needed} for four fifths of the baseline's progress"


def _causes(
    worse: Sequence[tuple[Row, Delta]], settings: Settings, run: int, baselines: Sequence[int]
) -> Iterator[str]:
    """Where to look. Wrong labels leave no other trace than this."""
    if not worse or any(row.sides[delta.run].lost_at is not None for row, delta in worse if delta.run in row.sides):
        return
    changed = [
        f"{name} {values[run]} against {values[baselines[0]]}"
        for name, values in settings.items()
        if name not in _HARMLESS and not {values[run], "?"} & {values[number] for number in baselines}
        if values[run] != "?"
    ]
    data = "the data (labels, order of pairs, masking, tokeniser)"
    if changed:
        yield f"no scalar says why: look first at what differs ({'; '.join(changed[:4])}), then at {data}"
    else:
        yield f"no scalar says why: what the logs show of the settings is the same, so look first at {data}"


def _refused(rows: Sequence[Row], run: int) -> Iterator[str]:
    """Metrics that would have decided and could not be compared."""
    for row in rows:
        delta = row.deltas.get(run)
        if delta is not None and delta.outcome == "not compared" and row.direction and row.metric in QUALITY:
            yield f"{row.name} was not compared: {delta.why}"


def _drift(rows: Sequence[Row], run: int) -> Iterator[str]:
    """How far the policies moved, where their betas differ: the same numbers in nats and as logged."""
    for row in rows:
        delta = row.deltas.get(run)
        if row.raw and delta is not None and delta.outcome != "not compared" and delta.run in row.raw:
            as_logged = f"{number(row.raw[run])} against {number(row.raw[0])}"
            far = "no difference beyond the noise" if delta.outcome == "same" else difference(delta)
            yield (
                f"{row.name} / beta: {number(delta.level)} nats against {number(delta.base_level)} ({far}); as logged "
                f"{as_logged}"
            )


def _alone(run: int, reports: Sequence[Report], choice: Choice) -> str:
    report = reports[run - 1]
    base = reports[choice.baseline - 1]
    if base.verdict == "failing" and report.verdict != "failing" and base.roots:
        return f"the baseline itself fails ({base.roots[0].check}): a run like it is not yet a good one"
    if report.verdict != "failing" or base.verdict == "failing" or not report.roots:
        return ""
    return f"judged alone the run fails ({report.roots[0].check}): read the numbers with that in mind"


def _nothing(rows: Sequence[Row], run: int) -> str:
    why = list(dict.fromkeys(d.why or r.why for r in rows if (d := r.deltas.get(run)) and (d.why or r.why)))
    return (
        f"no metric that says which is better could be compared: {why[0]}"
        if why
        else "the runs share no metric that says which is better"
    )


def axis_word(by: Axis) -> str:
    return {"tokens": "token", "samples": "sample", "episodes": "episode", "time": "second", "row": "record"}.get(
        by, by
    )


def places(by: Axis) -> str:
    """The plural of the axis: steps, tokens, shares of the run."""
    return "shares of the run" if by == "progress" else axis_word(by) + "s"
