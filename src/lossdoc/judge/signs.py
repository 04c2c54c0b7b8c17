"""The five vital signs with their evidence, and the verdict that follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lossdoc.judge.merit import CEILING, FEW, Course, Measure, course, material, measures, said
from lossdoc.judge.passes import passes
from lossdoc.knowledge.words import taken_apart
from lossdoc.model.finding import SIGNS, Sign
from lossdoc.model.limit import Limit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lossdoc.knowledge import Knowledge
    from lossdoc.model.finding import Finding, SignName, Verdict
    from lossdoc.model.run import Curve, Run

    Judged = list[tuple[Measure, Course]]

FEW_PASSES = Limit(4.0, "passes over the data", "ours: so few leave a run without held-out data healthy")
ONE_PASS = Limit(1.05, "passes over the data", "ours: an epoch is often rounded up to the next step")
LEARNED = Limit(
    0.1,
    "share of the first training loss",
    "ours: so far below it, a held-out loss says that something was learned",
)
REMAINS = Limit(
    0.2,
    "share of the first loss",
    "ours: runs of the public logs that learned by heart end below 5 %, those that did not above 20 %",
)
LITTLE = Limit(0.02, "share of the first loss", "ours, where the log does not say how often the data were seen")
FOUND = Limit(
    0.1,
    "share of a perfect score",
    "ours: of a score that is 0 before training (mAP), one evaluation so far above it shows what was learned",
)
FAR = Limit(
    0.15,
    "share of the first held-out loss",
    "ours: fine-tuned language models lower theirs by less where their token accuracy stays within a point",
)
RECORDS = Limit(3, "points", "ours: fewer show no course that could be left")
ENDS = Limit(2, "gradient norms at the end", "ours: one skipped step of a scaler is normal")
# Words of a part of a reward that says whether an answer was right: a total that rises without it proves nothing.
_RIGHT = frozenset({"accuracy", "acc", "correct", "correctness", "answer", "exact", "match", "solved", "success"})
# Objectives that are judged by samples people look at: nothing held out is the rule.
_GENERATIVE = frozenset({"gan", "diffusion"})


def deciding(run: Run, knowledge: Knowledge) -> Judged:
    """The measures of merit with their courses, those that decide first."""
    return _foremost([(m, c) for m in measures(run, knowledge) if (c := course(m)) is not None])


def signs(
    run: Run, knowledge: Knowledge, judged: Judged, roots: Sequence[tuple[Finding, SignName]]
) -> dict[SignName, Sign]:
    """All five, in order; `judged` are the `deciding` measures.

    A root finding of severity warning or error makes its sign "no".
    """
    families = {knowledge.trainer(o).family for o in run.trainer.candidates}
    answers: dict[SignName, Sign] = {
        "finite": _finite(run, knowledge),
        "stable": _stable(run),
        "learning": _learning(judged, families),
        "running": _running(run),
    }
    denied: dict[SignName, Sign] = {
        sign: Sign("no", (f"{finding.check}{_since(finding)}",), finding=finding.id)
        for finding, sign in reversed(roots)
        if finding.severity != "info"
    }
    answers |= denied
    learned = answers["learning"].answer == "yes" and answers["finite"].answer != "no"
    answers["generalising"] = denied.get("generalising") or _generalising(run, knowledge, judged, families, learned)
    return {name: answers[name] for name in SIGNS}


def _told(pairs: Judged) -> tuple[str, ...]:
    return tuple(said(measure, went) for measure, went in pairs)


def _led(words: str, measures: tuple[str, ...]) -> tuple[str, ...]:
    """Measures behind the words that say what they show."""
    return (f"{words}: {measures[0]}", *measures[1:])


def _since(finding: Finding) -> str:
    if finding.first_step is None:
        return "" if finding.line is None else f", line {finding.line}"
    return f" from {finding.axis.removesuffix('s')} {finding.first_step:g} on"


def verdict(found: Mapping[SignName, Sign], roots: Sequence[Finding]) -> Verdict:
    """Failing and suspicious follow the roots; healthy is a claim and needs its evidence."""
    severities = {finding.severity for finding in roots}
    if "error" in severities:
        return "failing"
    if "warning" in severities:
        return "suspicious"
    holds = found["generalising"]
    proved = all(found[name].answer == "yes" for name in ("finite", "stable", "learning"))
    return "healthy" if proved and (holds.answer == "yes" or holds.excused) else "not judged"


def _finite(run: Run, knowledge: Knowledge) -> Sign:
    total = sum(len(c) for c in run.curves)
    if not total:
        return Sign("unknown", ("no numbers in this log",))
    wrong = {c.said: n for c in run.curves if (n := int(np.count_nonzero(~np.isfinite(c.values))))}
    if not wrong:
        return Sign("yes", (f"all {total} numbers are finite",))
    counted = f"{sum(wrong.values())} of {total} numbers are not finite"
    trained = [c.said for c in run.curves if c.said in wrong and _is_trained(c, knowledge)]
    if trained:
        return Sign("unknown", (f"{counted}, {wrong[trained[0]]} of {trained[0]} among them",))
    norm = run.get("grad_norm")
    if norm is not None and len(norm) >= ENDS and not np.isfinite(norm.values[-int(ENDS) :]).any():
        return Sign("unknown", (f"{counted}, the last of {norm.said} among them",))
    return Sign("yes", (f"{counted}, none of them of what is trained",))


def _is_trained(curve: Curve, knowledge: Knowledge) -> bool:
    """A loss of training batches, or a part of one, by its document or, where nobody knows the key, by its name."""
    if curve.split != "train":
        return False
    merit = knowledge.metric(curve.metric).merit
    return merit in ("objective", "part") or (not curve.known and "loss" in curve.key.lower())


def _stable(run: Run) -> Sign:
    most = max((len(c) for c in run.curves if c.known), default=0)
    if most < RECORDS:
        return Sign("unknown", (f"{most} point{'s show' if most != 1 else ' shows'} no course that could be left",))
    return Sign("yes", (f"no check of stability found anything in {most} points",))


def _learning(judged: Judged, families: set[str]) -> Sign:
    able = [(m, c) for m, c in judged if _counts(m, families)]
    if not able:
        return Sign("unknown", ("no loss, reward or score that could show progress is in this log",))
    # Two training batches differ by themselves; two evaluations are of the same examples.
    better = [(m, c) for m, c in able if c.went == "better" and (m.held_out or len(m.curve.finite()) >= RECORDS)]
    total = next(((m, c) for m, c in better if m.curve.metric == "reward" and not m.curve.labels), None)
    fell = _fewer_right(able) if total is not None else None
    if total is not None and fell is not None:
        return Sign("unknown", _led("the reward rises while fewer answers are right", _told([total, fell])))
    if better:
        return Sign("yes", _told(_pair(better)))
    told = _told(able[:2])
    if any(c.went == "lost" for _, c in able):
        return Sign("unknown", _led("what was gained was lost again", told))
    if all(len(m.curve.finite()) == 1 for m, _ in able):
        return Sign("unknown", _led("one record shows no course", told))
    if all(c.went in ("unclear", "better") for _, c in able):
        return Sign("unknown", _led("too few or too noisy points to tell", told))
    return Sign("unknown", _led("no progress that stands out", told))


def _fewer_right(able: Judged) -> tuple[Measure, Course] | None:
    """The part of a reward for right answers, where it got worse and nothing held out says better."""
    if any(m.held_out and c.went == "better" for m, c in able):
        return None
    parts = [(m, c, taken_apart(" ".join(m.curve.labels.values()))[0]) for m, c in able if m.curve.metric == "reward"]
    return next(((m, c) for m, c, words in parts if c.went == "worse" and _RIGHT & set(words)), None)


def _counts(measure: Measure, families: set[str]) -> bool:
    """Whether this trainer is judged by the measure: the loss of a policy proves nothing."""
    if measure.role == "support":
        return False
    if families and families <= {"preference"} and len(measure.curve) < FEW and not measure.held_out:
        return False  # a few batches of pairs differ by more than what is learned from them
    if measure.role == "score":
        return True
    # Below 0 is no likelihood of classes or tokens: such a loss may be a policy's, of which the log does not tell.
    finite = measure.curve.finite()
    return "rl" not in families and len(finite) > 0 and float(finite.values.min()) >= 0


def _foremost(judged: Judged) -> Judged:
    """Held-out scores first, then other scores, then losses; of equals the one with the most points."""
    order = {"score": 0, "objective": 1, "part": 2, "support": 3}
    return sorted(judged, key=lambda mc: (order[mc[0].role], not mc[0].held_out, -len(mc[0].curve)))


def _pair(better: Judged) -> Judged:
    """What people train for, and what is trained, where both got better."""
    trained = [(m, c) for m, c in better if m.role in ("objective", "part") and not m.held_out]
    first, *others = better
    return [first, *[pair for pair in (trained or others)[:1] if pair[0] is not first[0]]]


def _generalising(run: Run, knowledge: Knowledge, judged: Judged, families: set[str], learned: bool) -> Sign:
    """Without something learned, and still there, nothing could hold on examples that are new."""
    held = [(m, c) for m, c in judged if m.held_out and m.role != "support"]
    if families == {"rl"}:
        held = [(m, c) for m, c in held if m.role == "score"]
    kept = [(m, c) for m, c in held if (c.went == "better" and not c.fell_back) or _solved(m, c)]
    if not any(m.role == "score" for m, _ in kept) and (still := _stands(judged, kept)):
        return Sign("unknown", _led("the score does not follow", _told([*still, *kept[:1]])))
    if kept:
        return Sign("yes", _told(kept[:2]))
    if below := _below_start(run, held):
        return below
    if learned and (found := [pair for pair in held if _found(run, knowledge, *pair)]):
        return Sign("yes", _led("0 before training", _told(found[:2])))
    seen = passes(run)
    told = _told(held[:2])
    if held and any(len(m.curve) > 1 for m, _ in held):
        text = "gained and lost again" if any(c.fell_back for _, c in held) else "no gain that stands out"
        holds = seen is not None and seen <= FEW_PASSES and _holds(held)
        return Sign("unknown", _led(text, told), excused=holds)
    if learned and seen is not None and 0 < seen <= ONE_PASS and families == {"supervised"} and not held:
        return Sign("yes", (f"{_epochs(seen)}: every example was new when its loss was taken",))
    excused = families == {"rl"} or bool(set(run.trainer.candidates) & _GENERATIVE)
    few = seen is not None and seen <= FEW_PASSES
    excused = excused or few or _remains(judged, (LITTLE if seen is None else REMAINS).value)
    if held:
        return Sign("unknown", _led("one evaluation shows no course", told), excused)
    during = f" in {_epochs(seen)}" if seen else ""
    return Sign("unknown", (f"nothing held out{during}",), excused)


def _stands(judged: Judged, kept: Judged) -> Judged:
    """Held-out shares that stand still in many evaluations while the held-out loss falls far (one answer for all), or
    that are next to nothing at the end."""
    shares = [(m, c) for m, c in judged if m.held_out and m.role in ("score", "support") and m.ends]
    nothing = [(m, c) for m, c in shares if m.is_nothing(c.last) and c.went != "better"]
    if shares and len(nothing) == len(shares):
        return nothing[:1]
    still = all(c.went == "flat" and len(m.curve) >= FEW and not _solved(m, c) for m, c in shares)
    fell = any(c.first - c.last >= FAR * c.first > 0 for m, c in kept if m.role == "objective")
    return shares[:1] if still and fell else []


def _epochs(seen: float) -> str:
    return f"{seen:.3g} epoch{'' if seen == 1 else 's'}"


def _holds(held: Judged) -> bool:
    """In few passes a held-out score stands at its best, or nearly so: nothing that it had is lost."""
    scores = [(m, c) for m, c in held if m.role == "score" and len(m.curve) > 1]
    return bool(scores) and all(
        c.went not in ("lost", "worse") and abs(c.best - c.last) < material(m, c.best) for m, c in scores
    )


def _below_start(run: Run, held: Judged) -> Sign | None:
    """The first evaluation often comes late: what was learned before it shows against the first training loss."""
    for measure, went in held:
        train = run.get(measure.curve.metric)
        if measure.role != "objective" or train is None or len(measure.curve) < 2 or went.went in ("lost", "worse"):
            continue
        start = float(train.values[0])
        if train.steps[0] < measure.curve.steps[0] and went.last < (1 - LEARNED) * start:
            return Sign("yes", (said(measure, went), f"the first training loss was {start:.4g}"))
    return None


def _found(run: Run, knowledge: Knowledge, measure: Measure, went: Course) -> bool:
    """One evaluation alone, of a score that is 0 before training."""
    expected = knowledge.expect(measure.curve.metric, run.trainer)
    starts = expected is not None and expected.start == 0
    return starts and measure.role == "score" and len(measure.curve) == 1 and measure.reaches(went.last, FOUND.value)


def _remains(judged: Judged, share: float) -> bool:
    """The training loss still holds much of its start: whatever it learned, it has not learned its data by heart."""
    losses = [c for m, c in judged if m.role in ("objective", "part") and not m.held_out]
    return all(c.last >= share * c.first > 0 for c in losses)


def _solved(measure: Measure, went: Course) -> bool:
    """A held-out share that stands near its end has nothing left to gain."""
    return measure.role == "score" and went.went != "lost" and measure.reaches(went.last, CEILING.value)


def _running(run: Run) -> Sign:
    if any(e.kind == "end" for e in run.events):
        return Sign("yes", ("the trainer said that it finished",))
    planned, last = run.config.get("max_steps"), run.last_step
    if isinstance(planned, int | float) and last is not None and 0 < planned <= last:
        return Sign("yes", (f"all {planned:g} planned steps are in this log",))
    return Sign("unknown", ("the log does not say whether the training ended",))
