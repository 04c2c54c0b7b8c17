"""What may be compared, and in which unit: objectives, loss types, beta. Runs -> scales and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from lossdoc.model.limit import Limit
from lossdoc.signal import line

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge, MetricFacts
    from lossdoc.model.run import Curve, Run

_BETA = "beta"  # the setting that preference trainers multiply differences of log-probabilities by
SAME_START = Limit(
    0.15,
    "share of the first loss",
    "losses of one objective and type begin alike, since policy and reference are equal; ours: within 6 %"
    " on the labelled runs, also where the first record is an average of ten steps, other loss types 25 %"
    " and more away",
)


class Terms(Struct, frozen=True):
    """What was found out about the runs; tuples by run. `beta`: None = unknown; `measured`: not logged but seen."""

    family: str
    objectives_differ: str  # "" or a sentence
    losses_differ: str
    starts_differ: str  # losses of other data or models: compared, with low confidence
    beta: tuple[float | None, ...]
    measured: tuple[bool, ...]

    @property
    def has_beta(self) -> bool:
        return self.family == "preference"

    @property
    def in_nats(self) -> bool:
        return self.has_beta and all(self.beta)

    @property
    def beta_in_part(self) -> bool:
        return self.has_beta and any(self.beta) and not all(self.beta)

    @property
    def betas_differ(self) -> bool:
        known = [b for b in self.beta if b]
        return self.has_beta and bool(known) and max(known) > 1.02 * min(known)


def find_terms(runs: Sequence[Run], baseline: int, knowledge: Knowledge) -> Terms:
    """What the runs have in common; `baseline` is an index."""
    base = runs[baseline]
    families = {knowledge.trainer(o).family for run in runs for o in run.trainer.candidates[:1]}
    family = families.pop() if len(families) == 1 else "other"
    found = [_beta(run) for run in runs]
    starts = next((why for run in runs if (why := _losses(base, run))), "")
    return Terms(
        family,
        next((why for run in runs if (why := _objectives(base, run, knowledge))), ""),
        starts if family == "preference" else "",
        starts if family in ("supervised", "reward") else "",
        tuple(beta for beta, _ in found),
        tuple(measured for _, measured in found),
    )


def _objectives(a: Run, b: Run, knowledge: Knowledge) -> str:
    ours, theirs = set(a.trainer.candidates), set(b.trainer.candidates)
    lines = {parent for o in ours for parent in knowledge.lineage(o)}, {p for o in theirs for p in knowledge.lineage(o)}
    if not ours or not theirs or lines[0] & theirs or lines[1] & ours:
        return ""
    return f"{' or '.join(a.trainer.candidates)} against {' or '.join(b.trainer.candidates)}: other objectives"


def _losses(a: Run, b: Run) -> str:
    if a.trainer.loss_type and b.trainer.loss_type and a.trainer.loss_type != b.trainer.loss_type:
        return f"loss types {a.trainer.loss_type} and {b.trainer.loss_type}"
    first, second = _start(a.get("loss")), _start(b.get("loss"))
    if first is None or second is None or abs(first - second) <= SAME_START * max(abs(first), abs(second)):
        return ""
    return f"the losses begin at {first:.4g} and {second:.4g}: other loss types, settings or data"


def _start(curve: Curve | None) -> float | None:
    if curve is None or not np.isfinite(curve.values).any():
        return None
    return float(curve.values[np.isfinite(curve.values)][0])


def _beta(run: Run) -> tuple[float | None, bool]:
    """Beta as set or logged, else measured on held-out data; and whether it was measured."""
    said = run.config.get("beta")
    if isinstance(said, (int, float)) and said > 0:
        return float(said), False
    seen = _measured_beta(run)
    return seen, seen is not None


def _measured_beta(run: Run) -> float | None:
    """The slope of reward_chosen over logp_chosen from evaluation to evaluation.

    The pairs and the reference are the same each time, so reward = beta (logp - constant) exactly. None where the two
    do not lie on a line (other pairs each time) or hardly moved.
    """
    reward, logp = run.get("reward_chosen", "eval"), run.get("logp_chosen", "eval")
    if reward is None or logp is None:
        return None
    _, i, j = np.intersect1d(reward.records, logp.records, return_indices=True)
    x, y = logp.values[j], reward.values[i]
    keep = np.isfinite(x) & np.isfinite(y)
    x, y = x[keep], y[keep]
    if len(x) < 3 or np.ptp(x) < 0.01:
        return None
    slope, offset = line(x, y)
    if slope <= 0 or float(np.abs(y - slope * x - offset).max()) > 0.02 * float(np.ptp(y)):
        return None
    return float(f"{slope:.2g}")


def in_beta(facts: MetricFacts) -> bool:
    """Whether the log holds beta times a difference of log-probabilities."""
    return facts.scaled_by == _BETA


def refuses(facts: MetricFacts, terms: Terms, pair: Sequence[int]) -> str:
    """Why a metric cannot be compared at all, "" where it can; `pair`: numbers of the runs that are compared."""
    fraction = facts.unit == "fraction" or facts.direction == "neither"
    if terms.objectives_differ and not fraction:
        return terms.objectives_differ
    if facts.id == "loss" and terms.losses_differ:
        return terms.losses_differ
    if facts.id == "loss" and terms.betas_differ:
        return "beta stands inside the loss and differs"
    if in_beta(facts) and terms.beta_in_part:
        missing = [str(n) for n in pair if not terms.beta[n - 1]]
        return f"contains beta, which is unknown for run {' and '.join(missing)}: say --set {missing[0]}:beta=VALUE"
    if in_beta(facts) and terms.has_beta and terms.losses_differ and not terms.in_nats:
        return f"contains beta, which is unknown ({terms.losses_differ}): say --set 1:beta=VALUE for each run"
    return ""


def decides(facts: MetricFacts, terms: Terms, runs: Sequence[Run], knowledge: Knowledge, asked: bool) -> str:
    """Why a metric does not say which run is better, "" where it does; `asked`: the user named it."""
    if facts.direction not in ("up", "down"):
        return "neither direction is better"
    if facts.id == "reward_margin" and terms.betas_differ:
        return "a smaller beta lets the policy move further: more nats are not better"
    if asked:
        return ""
    if terms.losses_differ:
        return f"not the same task: {terms.losses_differ}"
    if not facts.quality or terms.family in facts.not_of:
        return "says how the run went, not how good the model is"
    if facts.id == "loss":
        rules = [knowledge.trainer(o).checks.get("no-learning") for run in runs for o in run.trainer.candidates]
        if rules and all(rule is not None and rule.off for rule in rules):
            return next(str(rule.off) for rule in rules if rule)
    return ""
