"""Logs of home-made loops, composed of parts: a prefix, marks of split and place in either order, pairs, a tail.

Seeded: the same number gives the same log. `compose` knows what it wrote, `judge` holds what was read against it.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lossdoc.api import Options, read_source
from lossdoc.input.source import Source
from lossdoc.model.finding import NotRead
from lossdoc.model.run import Curve


@dataclass(frozen=True)
class Parts:
    """What logs are composed of. A counter and a pair style are templates; a mark is (train, held-out)."""

    prefixes: Sequence[str]
    marks: Sequence[tuple[str, str]]
    counters: Sequence[str]
    pairs: Sequence[tuple[str, str]]  # how name and value are joined, what stands between two pairs
    tails: Sequence[str]
    names: Sequence[tuple[str, str]]  # of the loss, of the accuracy
    values: Sequence[tuple[str, str]]  # how a loss is printed, and an accuracy


NAMED = Parts(
    prefixes=(
        "",
        "2024-05-01 12:00:{s:02d},123 - INFO - ",
        "[2024-05-01 12:00:{s:02d}] ",
        "INFO:root:",
        "[INFO] ",
        "12:00:{s:02d} | ",
        "2024-05-01 12:00:{s:02d} INFO train.py:55: ",
        "I0501 12:00:{s:02d}.123456 1234 train.py:55] ",
        "[rank0]: ",
    ),
    marks=(
        ("[train]", "[val]"),
        ("Train:", "Eval:"),
        ("(train)", "(dev)"),
        ("phase=train", "phase=val"),
        ("TRAIN", "VALID"),
        ("==> train", "==> val"),
        ("<train>", "<valid>"),
        ("{train}", "{dev}"),
        ("training -", "validation -"),
        ("train |", "val |"),
        ("split: train", "split: test"),
        ("mode=train", "mode=eval"),
        ("* Train", "* Test"),
        ("", "[val]"),
    ),
    counters=(
        "Epoch [{n}/12]",
        "Ep {n:02d}",
        "it={m}",
        "E{n} |",
        "[step {m}]",
        "epoch: {n}/12",
        "{n}/12:",
        "iter {m}/1200",
        "Epoch {n} step {m}",
        "#{n}",
        "e{n:02d}",
        "Epoch {n}:",
        "step={m}",
    ),
    pairs=(
        (" ", " | "),
        (": ", " - "),
        (" = ", ", "),
        (" (", ") "),
        (" -> ", " "),
        ("=", " "),
        (":", " "),
        (": ", ", "),
        (" is ", ", "),
    ),
    tails=(
        "",
        " | 12.5 it/s",
        " ETA 0:12:03",
        " time 3.2s",
        " | lr 1e-4",
        ", mem 10.2GB",
        " (0.12 s/it)",
        " [00:12<01:23]",
    ),
    names=(("loss", "acc"), ("loss", "accuracy"), ("Loss", "Acc"), ("loss", "top1")),
    values=(
        ("{:.4f}", "{:.4f}"),
        ("{:.3e}", "{:.4f}"),
        ("{:.4f}", "{:%}"),
        ("tensor({:.4f}, device='cuda:0')", "{:.4f}"),
        ("np.float64({:.5f})", "np.float64({:.5f})"),
    ),
)


@dataclass
class Log:
    """A composed log, and the curves that were written into it: (metric, split) -> [(place, value)]."""

    text: str
    said: str
    axis: str
    bare: bool = False  # the counter has no name: whether it counts steps or epochs is anybody's guess
    curves: dict[tuple[str, str], list[tuple[float, float]]] = field(default_factory=dict)


def compose(parts: Parts, seed: int) -> Log:
    """One log of eight rows of each split. One in six has both splits in each line, one in eight titles above rows."""
    draw = random.Random(seed)
    prefix, counter, tail = (draw.choice(seq) for seq in (parts.prefixes, parts.counters, parts.tails))
    mark, (join, between), names = draw.choice(parts.marks), draw.choice(parts.pairs), draw.choice(parts.names)
    values, mark_first = draw.choice(parts.values), draw.random() < 0.5
    layout = draw.choice(("lines", "lines", "lines", "lines", "one line", "title"))
    if layout != "lines" and not (mark[0] and mark[0][-1:].isalpha()):
        layout = "lines"
    axis = "step" if "{m}" in counter else "epoch"
    log = Log("", f"{layout} {prefix!r} {mark} {counter!r} {join!r} {between!r} {tail!r} {names} {values}", axis)
    log.bare = not any(char.isalpha() for char in counter.replace("{n}", ""))
    log.curves = {(metric, split): [] for metric in ("loss", "accuracy") for split in ("train", "eval")}
    lines = []
    for n in range(1, 9):
        place = counter.format(n=n, m=n * 100)
        lead = prefix.format(s=n)
        row = []
        for split in (0, 1):
            loss = 2.5 * 0.8**n + 0.31 * split + draw.random() / 50
            acc = 0.9 - 0.5 * 0.8**n - 0.07 * split + draw.random() / 50
            if n == 7 and split == 0 and draw.random() < 0.2:
                loss = math.nan
            written = [values[0].format(loss), values[1].format(acc)]
            for key, value in (("loss", loss), ("accuracy", acc)):
                log.curves[key, ("train", "eval")[split]].append((n * 100 if axis == "step" else n, value))
            pairs = between.join(f"{name}{join}{text}" for name, text in zip(names, written, strict=True))
            row.append(pairs + {"(": ")", "[": "]", "<": ">"}.get(join.strip(), ""))
        if layout == "one line":
            lines.append(f"{lead}{place} {mark[0]}: {row[0]} | {mark[1]}: {row[1]}{tail}")
            continue
        for split in (0, 1):
            if layout == "title":
                lines += [f"{lead}{mark[split]}:", f"{lead}{place} {row[split]}{tail}"]
                continue
            head = (mark[split], place) if mark_first else (place, mark[split])
            lines.append(lead + " ".join(filter(None, head)) + f" {row[split]}{tail}")
    log.text = "\n".join(lines) + "\n"
    return log


def judge(log: Log) -> str:
    """right, mixed (values of both splits in one curve), lost (a curve, its metric or its places), or refused."""
    runs = read_source(Source.from_text(log.text, "train.log"), Options())
    if isinstance(runs, NotRead):
        return "refused"
    if len(runs) == 1 and _is_right(log, runs[0].curves):
        return "right"
    return "mixed" if any(_mixed(log, curve) for run in runs for curve in run.curves) else "lost"


def _is_right(log: Log, curves: Sequence[Curve]) -> bool:
    read = {(curve.metric, "train" if curve.split == "train" else "eval"): curve for curve in curves}
    for name, points in log.curves.items():
        aliases = (name, ("top1_accuracy", name[1])) if name[0] == "accuracy" else (name,)
        curve = next((read[alias] for alias in aliases if alias in read), None)
        if curve is None or curve.axis not in (log.axis, "step" if log.bare else log.axis) or not _same(curve, points):
            return False
    return True


def _same(curve: Curve, points: Sequence[tuple[float, float]]) -> bool:
    if [place for place, _ in points] != curve.steps.tolist():
        return False
    return all(_equal(read, value) for read, (_, value) in zip(curve.values.tolist(), points, strict=True))


def _equal(read: float, value: float) -> bool:
    if math.isnan(value):
        return math.isnan(read)
    return any(abs(read * factor - value) < 0.0005 * abs(value) for factor in (1, 0.01))


def _mixed(log: Log, curve: Curve) -> bool:
    """Values of both splits of one metric stand in one curve, three of each at least (two may be equal by chance)."""
    for metric in ("loss", "accuracy"):
        own = [[value for _, value in log.curves.get((metric, split), ())] for split in ("train", "eval")]
        said = [[any(_equal(read, value) for value in side) for side in own] for read in curve.values.tolist()]
        if min(said.count([True, False]), said.count([False, True])) > 2:
            return True
    return False


def logs(parts: Parts, count: int, first: int = 0) -> Iterator[Log]:
    for seed in range(first, first + count):
        yield compose(parts, seed)


OTHER = Parts(
    prefixes=(
        "",
        "05/01/2024 12:00:{s:02d} - INFO - __main__ -   ",
        "[05/01 12:00:{s:02d}] trainer INFO: ",
        "2024-05-01T12:00:{s:02d}Z ",
        "(main pid=1234) ",
        "INFO 2024-05-01 12:00:{s:02d},123 ",
        "12:00:{s:02d}.123 [INFO] ",
        "[2024-05-01 12:00:{s:02d}][trainer][INFO] - ",
        ">>> ",
    ),
    marks=(
        ("[Training]", "[Validation]"),
        ("TRAIN:", "DEV:"),
        ("fit", "holdout"),
        ("(T)", "(V)"),
        ("[tr]", "[va]"),
        ("Train set:", "Test set:"),
        ("stage: train", "stage: validation"),
        ("=== TRAINING ===", "=== EVALUATION ==="),
        ("train>", "eval>"),
        ("training;", "held-out;"),
        ("entrenamiento:", "validación:"),
        ("Treino:", "Validação:"),
        ("[Train]:", "[Valid]:"),
        ("|train|", "|valid|"),
        ("subset=train", "subset=dev"),
        ("«train»", "«val»"),
        ("'train'", "'test'"),
        ("on train set", "on val set"),
        ("@train", "@val"),
    ),
    counters=(
        "epoch={n}",
        "EPOCH {n}/12",
        "Ep. {n}",
        "Iteration: {m}",
        "ep{n:03d}",
        "Step {m}/1200",
        "(epoch {n})",
        "Epoch #{n}",
        "iter: {m}",
        "[{n}/12]",
        "Época {n}",
        "<{m}>",
        "Round {m}",
        "Epoch {n} of 12",
        "update {m}",
        "step:{m}",
        "global_step={m}",
        "epoch-{n}",
    ),
    pairs=(
        ("=", ", "),
        (": ", " | "),
        (": ", "; "),
        (" : ", " , "),
        (" ", ", "),
        (" => ", "; "),
        ("\t", "\t"),
        ("=", "\t"),
        (" ~ ", " "),
        ("... ", " "),
        (" [", "] "),
        (": ", " / "),
        ("= ", " • "),
        (" was ", " and "),
    ),
    tails=(
        "",
        " (1.2s)",
        " | elapsed 00:01:02",
        " - 12ms/step",
        ", lr: 0.0001",
        " | 3.4k tok/s",
        " [1.2 GB]",
        " took 3 min",
        " | gpu_mem 10.2G",
        " time=1.2",
        " grad_norm 0.52",
        " ~3m left",
        " *",
    ),
    names=(("loss", "acc"), ("Loss", "Accuracy"), ("avg_loss", "acc"), ("LOSS", "ACC"), ("mean loss", "accuracy")),
    values=(
        ("{:.4f}", "{:.4f}"),
        ("{:.5e}", "{:.4f}"),
        ("{:.4f}", "{:.2%}"),
        ("tensor({:.4f})", "{:.4f}"),
        ("{:8.4f}", "{:8.4f}"),
        ("np.float32({:.5f})", "{:.5f}"),
        ("tensor({:.4f}, grad_fn=<NllLossBackward0>)", "{:.4f}"),
    ),
)
