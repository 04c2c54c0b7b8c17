"""What people paste: one to six lines out of a terminal, a notebook or a file. Each is judged as far as it goes."""

from __future__ import annotations

import json

import pytest

from lossdoc.api import Options, diagnose, read_input
from lossdoc.model.finding import Report

BAR = "{}:  {}0%|██        | {}0/100 [00:01<00:09, 10.0it/s]\n"


def table(*rows: tuple[float, ...]) -> str:
    names = ("Step", "Training Loss", "reward", "reward_std", "kl")
    lines = [" | ".join(names), "|".join("---" for _ in names), *(" | ".join(map(str, row)) for row in rows)]
    return "".join(f"| {line} |\n" for line in lines)


CASES = {
    "one line": ("Epoch 1: loss 0.5\n", "not judged", None),
    "one NaN": ("loss: nan\n", "failing", "non-finite"),
    "one NaN of a place": ("Epoch 1/10, train loss nan, val loss nan\n", "failing", "non-finite"),
    "two lines": (
        "Epoch 1/3 - loss: 0.5 - val_loss: 0.6\nEpoch 2/3 - loss: 0.4 - val_loss: 0.55\n",
        "not judged",
        None,
    ),
    "the same again": (
        "".join(f" step {i} │ loss: 0.693 │ acc: 0.50\n" for i in range(1, 6)),
        "failing",
        "chance-level",
    ),
    "a NaN that is hidden": (
        "{'loss': 0.0, 'grad_norm': nan, 'learning_rate': 5e-05, 'epoch': 0.01}\n"
        "{'loss': 0.0, 'grad_norm': nan, 'learning_rate': 5e-05, 'epoch': 0.02}\n",
        "failing",
        "masked-nan",
    ),
    "no answer right": (
        "".join(f"Epoch {i}: loss={4.6 - 0.35 * i:.2f} acc=0.0\n" for i in range(1, 6)),
        "failing",
        "chance-level",
    ),
    "no spread of reward": (
        table(*((i, 0.0, 0.0, 0.0, 0.0) for i in range(1, 7))),
        "suspicious",
        "zero-std-groups",
    ),
    "measures before the bar": (
        "".join(BAR.format(f"loss={2.6 - 0.3 * i:.2f}, acc=0.{i}1", i, i) for i in range(1, 7)),
        "healthy",
        None,
    ),
    "the number before its name": (
        "".join(f"Epoch {i} @ 1{i}:08 PM : {1 - i / 20:.4f} C.E. Loss, {70 + 3 * i}.28% Accuracy\n" for i in range(7)),
        "healthy",
        None,
    ),
    "returns as JSON over many lines": (
        json.dumps([{"episode": i, "return": min(200, 10 + 4 * i) + 7 * (i % 3)} for i in range(60)], indent=4),
        "healthy",
        None,
    ),
}
NOTEBOOK = "| Step | Training Loss |\n|---|---|\n"
CASES |= {
    "a notebook's loss that begins at 0": (
        NOTEBOOK
        + "".join(f"| {i} | {loss} |\n" for i, loss in enumerate((0.0, 0.0001, 0.0011, 0.0049, 0.0091, 0.016))),
        "not judged",  # the loss of a policy need not fall
        None,
    ),
    "a notebook's loss that falls": (
        NOTEBOOK + "".join(f"| {i} | {loss} |\n" for i, loss in enumerate((2.0, 1.5, 1.31, 1.21, 1.1, 1.01))),
        "healthy",
        None,
    ),
    "two records before a NaN": (
        '{"step": 1, "loss": 2.5}\n{"step": 2, "loss": 2.1}\n{"step": 3, "loss": NaN}\n{"step": 4, "loss": NaN}\n',
        "failing",
        "non-finite",
    ),
}
STATE = """
  "best_metric": null,
  "log_history": [
    {
      "epoch": 6.33,
      "loss": 14.8,
      "step": 500
    },
    {
      "epoch": 6.33,
      "eval_loss": NaN,
      "eval_wer": 0.99,
      "step": 500
    },
    {
      "epoch": 12.66,
      "loss": 0.0,
      "step": 1000
    },
    {
      "epoch": 12.66,
      "eval_loss": Na"""
CASES |= {
    "the middle of a trainer_state.json": (STATE, "failing", "non-finite"),
    "rows out of its middle": (STATE[STATE.index("[") + 1 :], "failing", "non-finite"),
}
REFUSED = {
    "a result": "accuracy: 0.91\n",
    "settings": "epochs: 10\nbatch_size: 32\nloss_weight: 0.5\n",
    "prose": "We reached a loss of 0.5 in the first epoch, which is fine.\nThen we stopped.\n",
    "code": "epoch = 0\nloss = 0.0\nfor batch in data:\n    loss += step(batch)\n",
}


def check(text: str) -> list[Report]:
    found = read_input(None, OPTIONS, text.encode())
    return [diagnose(run, OPTIONS) for run in found] if isinstance(found, list) else []


OPTIONS = Options()


@pytest.mark.parametrize(("text", "verdict", "first"), CASES.values(), ids=CASES)
def test_is_judged_as_far_as_it_goes(text: str, verdict: str, first: str | None) -> None:
    (report,) = check(text)
    loud = [finding.check for finding in report.roots if finding.severity != "info"]
    assert (report.verdict, loud[:1]) == (verdict, [first] if first else [])


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_is_no_log(text: str) -> None:
    assert check(text) == []


def test_two_batches_prove_no_progress() -> None:
    (report,) = check(CASES["two records before a NaN"][0])
    assert report.signs["learning"].answer == "unknown"


def test_a_reward_that_moves_has_a_spread_that_was_not_logged() -> None:
    """One episode a record: its spread is 0, whatever the policy does."""
    (report,) = check(table(*((i, 0.1, -80.0 + 9 * i, 0.0, 0.0) for i in range(1, 7))))
    assert "zero-std-groups" not in {finding.check for finding in report.findings}


def test_bars_beside_printed_rows_are_left_out() -> None:
    """What stands in a bar is of one batch: "val_loss" there is no evaluation."""
    bar = "Validation: 100%|████| 108/108 [00:02<00:00, 40.1it/s, val_loss={}]\n"
    row = "Epoch {}/8\nTrain Loss: {} - Train Perplexity: 9.1\nValid Loss: {} - Valid Perplexity: 9.3\n"
    text = "".join(row.format(i, 7.5 - 0.3 * i, 7.6 - 0.3 * i) + bar.format(1.5 + i % 3) for i in range(1, 9))
    (report,) = check(text)
    (held_out,) = report.run.all("loss", "eval")
    assert len(held_out) == 8
    assert min(held_out.values) > 5
    assert report.verdict == "healthy"


RETURNS = (22.6, 20.3, 17, 14.9, 14.1, 14.1, 13.8, 14.1)
SENTENCE = (
    "Train 17 in 4.38seconds. Throughput is 408.4 records/second. Loss is {}. Current rate is 0.04. [Iteration {}]\n"
)
RANKS = "| {} | {:.3f} | {:.4f} | {:.4f} |\n"
KINDS = {
    "words all wrong": (
        "Step | Training Loss | Validation Loss | Wer\n-- | -- | -- | --\n"
        "400 | 5.063 | 4.566 | 1.0\n800 | 5.115 | 4.514 | 1.0\n1200 | 5.119 | 4.486 | 1.0\n",
        "failing",
        "chance-level",
    ),
    "a return that only fell": (
        "".join(f"Episode {50 * i + 50}/400 | Reward moyen (100 ep): {r}\n" for i, r in enumerate(RETURNS)),
        "failing",
        "reward-collapse",
    ),
    "a reward that is stuck": (
        "Step,Reward,Loss\n" + "".join(f"{i},{0.3 + i / 1000 if i < 9 else 0.0},0.0\n" for i in range(200)),
        "suspicious",
        "reward-flat",
    ),
    "a part that ends in NaN": (
        "".join(
            f"train iter: {100 * i} loss_net: {loss} seconds: 12.1\n" for i, loss in enumerate((0.94, "nan", "nan"))
        ),
        "failing",
        "non-finite",
    ),
    "a sentence that ends": (
        "".join(SENTENCE.format(loss, 7 + i) for i, loss in enumerate((1.3, 1.31, "Infinity", 1.3))),
        "failing",
        "non-finite",
    ),
    "scores of evaluations": (
        "| epoch | loss | NDCG | HR |\n|---|---|---|---|\n"
        + "".join(RANKS.format(20 * i, 1.0 - 0.04 * i, 0.2327 - 0.003 * i, 0.406 - 0.005 * i) for i in range(1, 6)),
        "suspicious",
        "no-generalisation",
    ),
}


@pytest.mark.parametrize(("text", "verdict", "first"), KINDS.values(), ids=KINDS)
def test_kinds_that_public_pastes_showed(text: str, verdict: str, first: str) -> None:
    (report,) = check(text)
    assert (report.verdict, report.roots[0].check) == (verdict, first)


def test_numbers_of_nobody_that_are_infinite_are_not_called_sound() -> None:
    rows = "".join(
        f'{{"step": {i}, "loss": {2.5 - 0.1 * i}, "my_own_loss": {1e3 if i % 3 else "Infinity"}}}\n' for i in range(12)
    )
    (report,) = check(rows)
    assert report.signs["finite"].answer == "unknown"
    assert report.verdict == "not judged"
