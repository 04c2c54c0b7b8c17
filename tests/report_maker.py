"""Hand-made runs and reports for the tests of writers: no reader, no check, only the data types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lossdoc.model.finding import SIGNS, Answer, Finding, Report, Sign, SignName, Skipped, Step, Verdict
from lossdoc.model.note import Note
from lossdoc.model.record import Unread
from lossdoc.model.run import Curve, Run, Trainer


def curve(metric: str, values: Any, *, split: str = "train", every: int = 1, **more: Any) -> Curve:
    """A curve at steps every, 2 * every, ... whose points stand on lines of the same number plus ten."""
    y = np.asarray(values, dtype=np.float64)
    index = np.arange(1, len(y) + 1)
    key = more.pop("key", metric)
    more.setdefault("steps", index * float(every))
    more.setdefault("lines", index + 10)
    return Curve(metric=metric, split=split, key=key, values=y, records=index, **more)


def signs(no: SignName | None = None, answer: Answer = "yes") -> dict[SignName, Sign]:
    """All signs alike, but for one that a finding answers with no."""
    said = {name: Sign(answer, (f"what the log shows of {name}",)) for name in SIGNS}
    return said | ({no: Sign("no", ("a-check from step 40 on",))} if no else {})


def note(text: str) -> Note:
    """One that quotes the names of files."""
    return Note("one of several files", {"file": text, "highest_checkpoint": False, "not_used": [text]})


def noise(points: int, size: float, seed: int = 1) -> Any:
    """The same on every machine and with every NumPy: a sum of three linear congruential numbers."""
    values = []
    for _ in range(points):
        total = 0.0
        for _ in range(3):
            seed = (1103515245 * seed + 12345) % 2**31
            total += seed / 2**31 - 0.5
        values.append(total * 2 * size)
    return np.array(values)


def displacement() -> Report:
    """A DPO run whose chosen log-probability falls while the margin grows, with a consequence and a remark."""
    t = np.arange(1, 301)
    fall = 280 / (1 + np.exp(-(t - 120) / 25))
    run = Run(
        source="dpo.log",
        sources=["dpo.log"],
        format="hf-stdout",
        curves=[
            curve("loss", 0.6931 * np.exp(-t / 150) + noise(300, 0.02)),
            curve("loss", 0.6931 * np.exp(-t[29::30] / 180), split="eval", every=30, key="eval_loss"),
            curve("logp_chosen", -280 - fall + noise(300, 6, 2), key="logps/chosen"),
            curve("logp_rejected", -300 - 1.6 * fall + noise(300, 6, 3), key="logps/rejected"),
            curve("reward_margin", t / 40 + noise(300, 0.3, 4), key="rewards/margins"),
            curve("grad_norm", 3 + noise(300, 1, 5)),
            curve("my/custom", noise(300, 1, 6), key="My/Custom", known=False),
        ],
        trainer=Trainer(("dpo",), "trl", None, False, "rewards/margins, logps/chosen"),
        config={"beta": 0.1, "max_steps": 300},
        unread=[Unread(812, "truncated JSON object")],
        records=310,
        dropped_records=2,
    )
    root = Finding(
        check="likelihood-displacement",
        severity="warning",
        confidence="medium",
        message="the log-probability of chosen answers falls by 280 nats, from -280 to -560, while the margin grows",
        metric="logp_chosen",
        split="train",
        first_step=62,
        detected_step=90,
        last_step=300,
        file="dpo.log",
        line=72,
        measured={"fall_nats": np.float64(280.25), "share_rejected": 0.62},
        causes=[
            "the loss only asks for a margin, and pushing both down is the cheapest way to it",
            "beta is too small",
        ],
        next=[
            Step("raise beta to 0.3"),
            Step("add the SFT loss on chosen answers (rpo_alpha=1)"),
            Step("look at samples of step 300"),
            Step("lower the learning rate"),
        ],
        cannot_tell=["whether the answers got worse: only samples or an evaluation can say"],
    )
    consequence = Finding(
        check="one-sided-margin",
        severity="info",
        confidence="high",
        message="94 % of the margin comes from the rejected side",
        metric="reward_margin",
        split="train",
        first_step=70,
        last_step=300,
        file="dpo.log",
        line=80,
        because_of=root.id,
    )
    remark = Finding(
        "missing-eval", "info", "high", "no held-out reward in a run of 3 epochs", next=[Step("log eval rewards")]
    )
    skips = [
        Skipped("overfitting", "fewer than 20 evaluations in this log"),
        Skipped("eval-gap", "fewer than 20 evaluations in this log"),
        Skipped("zero-lr", "no learning rate in this log"),
        Skipped("lr-jump", "no learning rate in this log"),
        Skipped("reward-runaway", "needs the mean length of the answers: --set length=N"),
        Skipped("frozen-eval", "eval loss is printed with 3 digits"),
        Skipped("token-supply", "no token count in this log"),
    ]
    return Report(run, [root, consequence, remark], skips, "suspicious", signs("stable"))


def nan_run() -> Report:
    """A language model whose loss turns NaN at step 180 of 300 after a spike."""
    t = np.arange(1, 301)
    loss = 6 * np.exp(-t / 80) + 2 + noise(300, 0.05)
    loss[149] = 9.5
    loss[179:] = np.nan
    grad = np.where(t < 180, 1 + t / 300, np.nan)
    grad[100] = np.inf
    run = Run(
        source="runs/nan.log",
        format="jsonl",
        curves=[curve("loss", loss), curve("grad_norm", grad), curve("learning_rate", np.linspace(3e-3, 0, 300))],
        trainer=Trainer(("pretrain", "sft"), "transformers", None, False, "loss, grad_norm, learning_rate"),
        records=300,
    )
    nan = Finding(
        check="non-finite",
        severity="error",
        confidence="high",
        message="loss is NaN in 121 of 300 records, without a break from step 180 to the end",
        metric="loss",
        split="train",
        first_step=180,
        detected_step=180,
        last_step=300,
        file="runs/nan.log",
        line=190,
        measured={"count": 121},
        causes=["a batch with an empty target", "fp16 overflow"],
        next=[Step("look at the batch of step 180")],
    )
    spike = Finding(
        check="loss-spike",
        severity="warning",
        confidence="medium",
        message="one spike of 7.1 over a level of 2.9",
        metric="loss",
        split="train",
        first_step=150,
        last_step=151,
        file="runs/nan.log",
        line=160,
        because_of=nan.id,
    )
    return Report(run, [nan, spike], [], "failing", signs("finite"))


def healthy(source: str = "ok.log") -> Report:
    """Nothing to report."""
    t = np.arange(1, 101)
    loss = curve("loss", 3 * np.exp(-t / 30) + 1)
    run = Run(source=source, format="csv", curves=[loss], trainer=Trainer(("sft",), None, None, True), records=100)
    return Report(run, [], [Skipped("overfitting", "no eval loss in this log")], "healthy", signs())


def unjudged() -> Report:
    """Four records in a notebook's table."""
    run = Run(
        source="table.md", format="md", curves=[curve("loss", [1.0, 0.9, 0.8, 0.7], lines=np.array([]))], records=4
    )
    return Report(run, [], [Skipped("divergence", "4 points, 20 are needed")], "not judged", signs(answer="unknown"))


def report(findings: Sequence[Finding] = (), verdict: Verdict = "failing", **run: Any) -> Report:
    """A report of a run with any field replaced."""
    fields: dict[str, Any] = {"source": "run.log", "format": "jsonl", "curves": [], "records": 1} | run
    return Report(Run(**fields), findings, [], verdict, signs())
