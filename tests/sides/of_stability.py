"""Sides of limits of checks that ask whether a run stays stable: losses, gradients, rates, numbers that are none."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from lossdoc.model.run import Run
from tests.checks.losses import evals, falling, loss
from tests.checks.synthetic import Floats, curve, noise, ramp, run_of, saturating
from tests.sides.by_hand import Sides, flat, stages


def alone(y: Floats, rate: Floats | None = None) -> Run:
    """A loss, and the learning rate where it is logged."""
    return run_of([loss(y), *([] if rate is None else [curve("learning_rate", rate)])], "sft")


def scheduled(*rate: Floats) -> Run:
    return run_of([curve("learning_rate", np.concatenate(rate))], "sft")


def lost_score(records: float) -> Run:
    """An accuracy that falls back to its start for so many evaluations."""
    return run_of([evals([0.3, 0.6, 0.9] + [0.3] * round(records), 5, "accuracy")], "classification")


def all_lost(evaluations: float) -> Run:
    """An AUC of which nothing is left in the last of so many evaluations."""
    return run_of([evals([0.95] * (round(evaluations) - 1) + [0.4], 5, "auc")], "classification")


def lost_at_once(best: float) -> Run:
    return run_of([evals([best, 0.5], 5, "auc")], "classification")


def halving(records: float) -> Run:
    """A loss scale that is at 1/2 after three overflows, and overflows on."""
    return run_of([curve("loss_scale", 4 * 0.5 ** np.arange(round(records)))], "sft")


def late_jump(records: float) -> Run:
    """A long run whose last records alone stand higher."""
    y = stages((2000, 3), (6000, 1), scatter=0.1)
    y[8000 - round(records) :] += 0.7
    return alone(y)


def noisier(scatter: float) -> Run:
    """A small loss that stands higher in its second half, and scatters more."""
    size = np.repeat([0.002, scatter], 100)
    return alone(np.abs(np.repeat([0.1, 0.16], 100) + size * noise(200, 1, 3)))


def growing_gradient(before: Floats, end: float) -> Run:
    """A gradient norm that grows 90-fold late, while the loss goes up from 1."""
    norm = np.concatenate([flat(140), np.geomspace(2, 90, 10), np.full(50, 90)])
    y = np.concatenate([before, ramp(40, 1, end), np.full(60, end)]) + noise(200, 0.003, 1)
    return run_of([loss(y), curve("grad_norm", norm)], "sft")


def jump(records: float, end: float, top: float = 2.0) -> Run:
    """A loss of 1 that jumps at once, for so many records less one, and ends elsewhere."""
    back = round(records)
    y = np.concatenate([[1.0], np.full(back - 1, top), np.linspace(0.9, end, 30), np.full(170 - back, end)])
    return alone(y + noise(200, 0.002, 1))


def bad_batch(records: float) -> Run:
    """Four high records of a long run."""
    y = falling(round(records))
    y[12000:12004] += 1.8
    return alone(y)


def climbing(*parts: Floats, scatter: float = 0.002, seed: int = 2) -> Run:
    """A loss under a rate that climbs from record to record to the end."""
    y = np.concatenate(parts)
    return alone(y + noise(len(y), scatter, seed), np.linspace(1e-6, 1e-3, len(y)))


def in_steps(share: float) -> Run:
    """The same with a rate that rises at a share of the records."""
    rate = np.linspace(1e-6, 1e-3, 200)[np.floor(np.arange(200) * share).astype(int)]
    return alone(np.concatenate([np.linspace(1, 0.5, 20), np.full(180, 0.5)]) + noise(200, 0.002, 2), rate)


def spiky(at: float, rate: Floats | None = None) -> Run:
    y = falling(200, 4, 2, 0.02)
    y[round(at) : round(at) + 3] += 2.5
    return alone(y, rate)


def restarted(before: Floats, after: float) -> Run:
    """A rate that is set back up in the middle, and the loss on both sides."""
    return alone(np.concatenate([before, np.full(60, after)]), np.tile(np.linspace(1, 0.2, 60), 2))


def high_before(records: float) -> Run:
    """The loss stood high in one record, so many before the rate was set back up."""
    y = np.ones(60)
    y[60 - round(records)] = 2.0
    return restarted(y, 1.5)


def stepped_warm_up(flat_records: float) -> Run:
    pause = np.full(1 + round(flat_records), 0.5)
    return scheduled(np.arange(0.1, 0.45, 0.1), pause, np.arange(0.6, 1.05, 0.1), np.linspace(0.99, 0.5, 30))


def cycles(second: float) -> Run:
    return scheduled(*(np.linspace(1, 0.1, n) for n in (40, round(second), 40)))


def missing(records: float) -> Run:
    """A loss that ends before its learning rate does and was missing in some records before."""
    keep = np.arange(200) < 150
    keep[10 : 10 + round(records)] = False
    return run_of([loss(falling(200)).where(keep), curve("learning_rate", np.full(200, 1e-3))], "sft")


def skipped_steps(count: float) -> Run:
    norm = flat(200)
    norm[np.linspace(5, 150, round(count)).astype(int)] = np.nan
    return run_of([curve("grad_norm", norm), loss(falling(200))], "sft")


def part_ends_in_nan(records: float) -> Run:
    y = flat(40)
    y[40 - round(records) :] = np.nan
    return run_of([replace(curve("loss_component", y), labels={"component": "a"}), loss(flat(40))], "detection")


def recovering(rise: float, scatter: float = 0.002) -> Run:
    """Pairs that are ranked the wrong way round; their accuracy rises in the last third."""
    accuracy = np.concatenate([np.full(60, 0.2), np.linspace(0.2, 0.2 + rise, 30)]) + noise(90, scatter, 1)
    return run_of([curve("reward_accuracy", accuracy), curve("reward_margin", flat(90, -1, 0.05))], "dpo")


SIDES = (
    Sides(
        "few.gone",
        "divergence",
        lambda s: alone(np.array([1, s, 2.3, 2.2, 2.3])),
        1.9,
        2.1,
        ("skipped", "error/medium"),
    ),
    Sides("loss-scale-collapse.few", "loss-scale-collapse", halving, 4, 5, ("skipped", "error/high")),
    Sides(
        "few.tenfold",
        "divergence",
        lambda s: alone(np.array([1, 1.1, 0.9, 1, 1.1, 5, 7, s])),
        9.5,
        10.5,
        ("skipped", "error/high"),
    ),
    Sides("divergence.after", "divergence", lost_score, 2, 3, ("skipped", "warning/medium")),
    Sides("divergence.course", "divergence", all_lost, 3, 4, ("warning/medium", "skipped")),
    Sides("divergence.high", "divergence", lost_at_once, 0.74, 0.76, ("skipped", "warning/medium")),
    Sides("divergence.lasts", "divergence", late_jump, 225, 238, ("", "error/medium")),
    Sides("divergence.late-noises", "divergence", noisier, 0.0196, 0.0221, ("error/high", "")),
    Sides(
        "exploding-gradient.worsened",
        "exploding-gradient",
        lambda s: growing_gradient(ramp(100, 3, 1), 1 + 2 * s),
        0.11,
        0.124,
        ("info/high", "warning/high"),
    ),
    Sides(
        "exploding-gradient.level",
        "exploding-gradient",
        lambda s: growing_gradient(np.ones(100), 1 + s),
        0.0455,
        0.0513,
        ("info/high", "warning/high"),
    ),
    Sides("lr-too-high.soon", "lr-too-high", lambda n: jump(n, 0.05), 11, 12, ("info/high", "warning/high")),
    Sides("lr-too-high.left", "lr-too-high", lambda s: jump(6, s), 0.094, 0.106, ("info/high", "warning/high")),
    Sides("lr-too-high.lasts", "lr-too-high", lambda n: jump(n, 0.4, 1.26), 4, 5, ("", "warning/medium")),
    Sides("lr-too-high.worse", "lr-too-high", lambda s: jump(6, s, 2.5), 1.07, 1.13, ("warning/high", "error/high")),
    Sides(
        "lr-too-high.risen",
        "lr-too-high",
        lambda s: climbing(np.ones(50), np.linspace(1, 1 + s, 150), scatter=0.004, seed=1),
        0.092,
        0.104,
        ("", "warning/medium"),
    ),
    Sides(
        "lr-too-high.loses",
        "lr-too-high",
        lambda s: climbing(np.ones(50), np.linspace(1, 1.4, 150), scatter=s, seed=0),
        0.504,
        0.568,
        ("warning/medium", ""),
    ),
    Sides(
        "lr-too-high.gains",
        "lr-too-high",
        lambda s: climbing(np.linspace(1, 0.9, 20), np.full(180, 0.9), scatter=s),
        0.0276,
        0.0311,
        ("warning/medium", ""),
    ),
    Sides(
        "lr-too-high.learned",
        "lr-too-high",
        lambda s: climbing(np.ones(8), np.full(192, 1 - s), scatter=0.001),
        0.019,
        0.0214,
        ("", "warning/medium"),
    ),
    Sides(
        "lr-too-high.climb-records",
        "lr-too-high",
        lambda n: climbing(np.linspace(1, 0.5, 8), np.full(round(n) - 8, 0.5)),
        49,
        50,
        ("", "warning/medium"),
    ),
    Sides("lr-too-high.steady", "lr-too-high", in_steps, 0.76, 0.84, ("", "warning/medium")),
    Sides(
        "level-shift.share",
        "level-shift",
        lambda s: alone(
            np.concatenate([saturating(60, 10, 1, 12), np.full(70, 1), np.full(70, 1 + 9 * s)]) + noise(200, 0.01, 1)
        ),
        0.0323,
        0.0364,
        ("", "info/medium"),
    ),
    Sides(
        "level-shift.noises",
        "level-shift",
        lambda s: alone(np.concatenate([np.ones(400), np.full(400, 1 + 0.05 * s)]) + noise(800, 0.05, 1)),
        3.03,
        3.41,
        ("", "info/medium"),
    ),
    Sides(
        "loss-spike.resting",
        "loss-spike",
        lambda s: spiky(12, np.interp(np.arange(200), [0, 12, 100, 199], [0, s, 1, 0])),
        0.047,
        0.053,
        ("", "warning/high"),
    ),
    Sides("loss-spike.rare", "loss-spike", bad_batch, 15200, 16800, ("warning/high", "info/high")),
    Sides("loss-spike.begin", "loss-spike", spiky, 9, 10, ("", "warning/high")),
    Sides("lr-jump.around", "lr-jump", high_before, 20, 21, ("info/high", "warning/high")),
    Sides(
        "lr-jump.moved",
        "lr-jump",
        lambda s: restarted(np.ones(60), 1 + s),
        0.019,
        0.021,
        ("info/high", "warning/high"),
    ),
    Sides(
        "lr-jump.handover",
        "lr-jump",
        lambda s: scheduled(np.linspace(0.02, 0.2, 20), np.linspace(0.2 * s, 0.01, 60)),
        2.85,
        3.15,
        ("info/high", "warning/high"),
    ),
    Sides("schedule.flat", "lr-jump", stepped_warm_up, 3, 4, ("", "warning/medium")),
    Sides("schedule.equal", "lr-jump", cycles, 33, 34, ("warning/high", "info/high")),
    Sides("masked-nan.before", "masked-nan", missing, 3, 4, ("error/medium", "")),
    Sides("non-finite.share", "non-finite", skipped_steps, 9, 10, ("info/high", "warning/high")),
    Sides("non-finite.ends", "non-finite", part_ends_in_nan, 1, 2, ("", "error/high")),
    Sides("inverted-preference.rise", "inverted-preference", recovering, 0.0476, 0.0537, ("error/high", "")),
    Sides(
        "inverted-preference.recovers",
        "inverted-preference",
        lambda s: recovering(0.08, s),
        0.0417,
        0.047,
        ("", "error/high"),
    ),
)
