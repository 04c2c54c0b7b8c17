"""Sides of limits of checks of policies and agents, of what a run costs, and of how a log ends."""

from __future__ import annotations

from functools import partial

import numpy as np
from msgspec.structs import replace

from lossdoc.model.record import Event
from lossdoc.model.run import Curve, Run
from tests.checks.losses import evals, falling, loss
from tests.checks.synthetic import Floats, curve, noise, ramp, run_of
from tests.sides.by_hand import Sides, flat, stages


def agent(returns: Floats) -> Run:
    return run_of([curve("return_mean", returns)], "rl")


def falls_by_halves(bump: float) -> Run:
    """Every record is half of the one before; one stands above it by a share of the whole fall."""
    y = np.asarray(100 * 0.5 ** np.arange(8), dtype=float)
    y[5] = y[4] + bump * (y[0] - y[-1])
    return agent(y)


def policy(*curves: Curve) -> Run:
    return run_of(curves, "grpo")


def longer(times: float, cut: float, *more: Curve) -> Run:
    """Answers that grow while the reward stands still; a share of them is cut off."""
    length = ramp(60, 100, 100 * times) + noise(60, 1, 1)
    curves = [curve("completion_length", length), curve("truncated_fraction", flat(60, cut, 0.0005))]
    return policy(*curves, curve("reward", flat(60, 0.4, 0.05)), *more)


def part(name: str, y: Floats) -> Curve:
    return replace(curve("reward", y), key=name, labels={"component": name})


def format_alone(correct: float) -> Run:
    shape = part("format", np.clip(flat(60, 0.95, 0.02), 0, 1))
    return policy(curve("reward", flat(60, 1, 0.05)), shape, part("correct", flat(60, correct, 0.02)))


def dying(records: float) -> Run:
    """An entropy that falls at every record, beside a reward that stands."""
    n = round(records)
    return policy(curve("entropy", np.geomspace(1, 0.001, n)), curve("reward", flat(n, 0.3, 0.001)))


def stuck(records: float) -> Run:
    n = round(records)
    return policy(curve("reward", np.concatenate([ramp(200 - n, 0.1, 0.6) + noise(200 - n, 0.05, 1), np.full(n, 0.4)])))


def rejected(reward: Floats, logp: Floats, **config: float) -> Run:
    chosen = curve("reward_chosen", np.zeros(len(reward)))
    return run_of([curve("reward_rejected", reward), chosen, curve("logp_rejected", logp)], "dpo", config)


def costlier(times: float) -> Run:
    """Rejected answers become so many times as costly as under the reference, which gives them -10 nats."""
    nats = ramp(40, 0, -10 * (times - 1))
    return rejected(0.1 * nats, -10 + nats, beta=0.1)


def few_logps(records: float) -> Run:
    """Beta can be read off as many records as hold the log-probability too."""
    reward = ramp(12, 0, -30)
    return rejected(reward, (-100 + 10 * reward)[: round(records)])


def mismatch(metric: str, level: float) -> Run:
    """A measure of what sampler and trainer disagree by."""
    return policy(curve(metric, flat(40, level, 0.001)))


def for_a_while(records: float) -> Run:
    """Sampler and trainer disagree for so many records."""
    return policy(curve("rollout_ratio", stages((10, 1), (round(records), 3), (10, 1), scatter=0)))


def kl_that_grows(times: float) -> Run:
    kl = np.concatenate([np.full(20, 0.01), np.linspace(0.01, 0.01 * times, 20), np.full(20, 0.01 * times)])
    return policy(curve("rollout_kl", kl))


def experts(after: float, scatter: float = 0.01) -> Run:
    y = np.concatenate([np.ones(30), np.linspace(1, after, 40), np.full(30, after)]) + noise(100, scatter, 1)
    return run_of([curve("moe_imbalance", y)], "pretrain")


def growing_part(by: float) -> Run:
    parts = {"a": ramp(40, 1, 1 + by) + noise(40, 0.01, 1), "b": ramp(40, 1, 0.5), "c": ramp(40, 1, 0.5)}
    curves = [replace(curve("loss_component", y, key=name), labels={"component": name}) for name, y in parts.items()]
    return run_of([*curves, loss(ramp(40, 6, 3) + noise(40, 0.01, 2))], "sft")


def memory(levels: float) -> Run:
    """Memory that grows threefold on so many levels."""
    n = round(levels)
    lengths = np.diff(np.round(np.linspace(0, 200, n + 1))).astype(int)
    return run_of([curve("memory", np.repeat(np.linspace(1, 3, n), lengths))], "sft")


def four_stalls(records: float) -> Run:
    n = round(records)
    y = flat(n, 1, 0.01, 3)
    y[[11, 20, 47, n - 3]] = 8.0
    return run_of([curve("step_time", y)], "sft")


def crashed(lines: float) -> Run:
    """An error that stands so many lines before the last record."""
    made = replace(loss(falling(50)), lines=np.round(np.linspace(1, 1000, 50)).astype(np.int64))
    return run_of([made], "sft", events=[Event("crash", line=1000 - round(lines), text="RuntimeError: x")])


def open_epoch(by: float) -> Run:
    return run_of([loss(falling(50)), curve("epoch", np.linspace(0.1, 2 + by, 50))], "sft", format_name="hf-stdout")


def records_of_a_policy(count: float) -> Run:
    return replace(policy(curve("reward", np.linspace(0, 1, 20))), records=round(count))


SIDES = (
    Sides("entropy-collapse.few", "entropy-collapse", dying, 7, 8, ("skipped", "warning/high")),
    Sides(
        "agents.still", "reward-flat", lambda s: agent(stages((50, 1), (50, 1 - s))), 0.14, 0.16, ("warning/high", "")
    ),
    Sides(
        "entropy-explosion.dissolved",
        "entropy-explosion",
        lambda s: policy(curve("entropy", np.linspace(0.5, s, 40).clip(max=s)), curve("reward", np.zeros(40))),
        5.2,
        5.6,
        ("", "warning/medium"),
    ),
    Sides(
        "agents.soon",
        "reward-flat",
        lambda s: agent(stages((round(s), 60), (200 - round(s), 100), scatter=1)),
        2,
        3,
        ("warning/high", ""),
    ),
    Sides(
        "agents.gained",
        "reward-flat",
        lambda s: agent(stages((20, 1), (50, 1.15), (30, 1 + s))),
        0.105,
        0.118,
        ("warning/high", ""),
    ),
    Sides(
        "agents.leans",
        "reward-flat",
        lambda s: agent(ramp(100, 1, 1 + s) + noise(100, 0.02, 1)),
        0.067,
        0.075,
        ("warning/high", ""),
    ),
    Sides(
        "agents.leaning",
        "reward-flat",
        lambda s: agent(ramp(100, 1, 1.1) + s * noise(100, 1, 1)),
        0.148,
        0.162,
        ("", "warning/high"),
    ),
    Sides(
        "agents.peaked",
        "reward-flat",
        lambda s: agent(stages((40, 1), (10, 1 + s), (50, 1))),
        0.33,
        0.37,
        ("warning/high", ""),
    ),
    Sides(
        "agents.sure",
        "reward-flat",
        lambda s: agent(stages((20, 1), (50, 1.22), (30, 1.13), scatter=s)),
        0.133,
        0.143,
        ("", "warning/high"),
    ),
    Sides("agents.back", "reward-collapse", falls_by_halves, 0.047, 0.053, ("error/high", "")),
    Sides("reward-flat.stuck", "reward-flat", stuck, 98, 100, ("", "warning/high")),
    Sides("length-explosion.free", "length-explosion", lambda s: longer(1.8, s), 0.047, 0.053, ("", "warning/medium")),
    Sides("length-explosion.double", "length-explosion", lambda s: longer(s, 0.01), 1.96, 2.22, ("", "warning/medium")),
    Sides(
        "length-explosion.better",
        "length-explosion",
        lambda s: longer(1.8, 0.1, evals(np.linspace(0.3, 0.5, 12) + noise(12, s, 3), 5, "accuracy")),
        0.62,
        0.7,
        ("", "warning/medium"),
    ),
    Sides("reward-hacking.correct-below", "reward-hacking", format_alone, 0.474, 0.535, ("warning/medium", "")),
    Sides("reward-runaway.far-factor", "reward-runaway", costlier, 3.91, 4.41, ("", "warning/medium")),
    Sides("preference.points", "reward-runaway", few_logps, 7, 8, ("skipped", "warning/medium")),
    *(
        Sides(f"sampler-mismatch.{limit}", "sampler-mismatch", partial(mismatch, metric), below, above, said)
        for limit, metric, below, above, said in (
            ("difference", "rollout_logp_diff", 0.95, 1.05, ("", "warning/medium")),
            ("error", "rollout_prob_error", 1.0, 1.1, ("", "warning/medium")),
            ("weight-high", "rollout_ratio", 1.9, 2.1, ("", "warning/medium")),
            ("weight-low", "rollout_ratio", 0.47, 0.53, ("warning/medium", "")),
            ("correlation", "rollout_correlation", 0.86, 0.94, ("warning/medium", "")),
        )
    ),
    Sides("sampler-mismatch.growth", "sampler-mismatch", kl_that_grows, 4.7, 5.3, ("", "warning/medium")),
    Sides("sampler-mismatch.stands", "sampler-mismatch", for_a_while, 4, 5, ("", "warning/medium")),
    Sides("moe-imbalance.violation", "moe-imbalance", experts, 1.88, 2.12, ("", "info/medium")),
    Sides("moe-imbalance.sure", "moe-imbalance", lambda s: experts(3, s), 1.07, 1.21, ("info/medium", "")),
    Sides("dominant-component.rise", "dominant-component", growing_part, 0.6, 0.68, ("", "info/low")),
    Sides("memory-growth.rising", "memory-growth", memory, 40, 42, ("", "info/medium")),
    Sides("slow-steps.lost", "slow-steps", four_stalls, 231, 245, ("info/medium", "")),
    Sides("crash-in-log.buffer", "crash-in-log", crashed, 400, 401, ("error/high", "info/high")),
    Sides(
        "ending.done",
        "truncated-log",
        lambda s: run_of([loss(flat(100))], "sft", {"max_steps": 100 / s}),
        0.97,
        0.985,
        ("info/high", ""),
    ),
    Sides("ending.whole", "truncated-log", open_epoch, 0.047, 0.053, ("", "info/medium")),
    Sides("missing-eval.rl-records", "missing-eval", records_of_a_policy, 199, 200, ("", "info/high")),
)
