"""Windows of means, values without a gap, bars of Keras, moments and words before the rows of home-made loops."""

from __future__ import annotations

import pytest

from lossdoc.api import Options, diagnose, read_source
from lossdoc.input.source import Source
from lossdoc.model.run import Run
from lossdoc.readers.home_made.lines import composed

LINES = {
    "Average reward over the last 100 episodes: 12.5": {"Average reward": "12.5"},
    "Episode 100, Average Reward (last 10): 12.5, Epsilon: 0.5": {
        "Episode": "100",
        "Average Reward": "12.5",
        "Epsilon": "0.5",
    },
    "Episode 100 - avg reward last 100: 12.5": {"Episode": "100", "avg reward": "12.5"},
    "Last 50 games average reward: 12.5": {"average reward": "12.5"},
    "Loss over past 100 steps: 0.53": {"Loss": "0.53"},
    "Epoch 3 mean_loss0.131 acc0.93": {"Epoch": "3", "mean_loss": "0.131", "acc": "0.93"},
    "12/480 [==>...........] - ETA: 4:32 - loss: 2.31 - part_loss: 0.12": {
        "step": "12/480",
        "loss": "2.31",
        "part_loss": "0.12",
    },
    "epoch: 1 | started: 2021-03-14 02:23:34 | runtime: 00:00:01 | loss: 2.25": {"epoch": "1", "loss": "2.25"},
    "epoch: 1 | rate(img/sec): 12.5 | 1_dev.lst-loss: 2.25": {
        "epoch": "1",
        "rate(img/sec)": "12.5",
        "1_dev.lst-loss": "2.25",
    },
}
NONE = ["The last 3 losses were bad: 0.5 and 0.7", "last 2 checkpoints kept, loss 0.5"]


def runs(text: str) -> list[Run]:
    result = read_source(Source.from_text(text), Options())
    assert isinstance(result, list)
    return result


@pytest.mark.parametrize("line", LINES)
def test_a_line_composes(line: str) -> None:
    found = composed(line)
    assert found is not None
    assert found.row == LINES[line]


@pytest.mark.parametrize("line", NONE)
def test_a_sentence_does_not(line: str) -> None:
    assert composed(line) is None


def test_words_before_the_rows_name_runs() -> None:
    text = "".join(
        f"{name} Epoch {n}: Loss = {start - n / 10:.2f}\n"
        for name, start in (("LSTM", 4), ("GRU", 3))
        for n in (1, 2, 3)
    )
    assert [(run.name, run.records) for run in runs(text)] == [("LSTM", 3), ("GRU", 3)]


def test_words_that_alternate_name_no_runs() -> None:
    text = "".join(f"{name} Epoch {n}: Loss = {4 - n / 10:.2f}\n" for n in range(1, 7) for name in ("seg", "cls"))
    assert len(runs(text)) == 1


def test_two_rows_of_nan_are_a_log_beside_whatever_else() -> None:
    noise = "".join(f"INFO: Save model {n} to disk, all is well so far\n" for n in range(12))
    text = noise + "".join(
        f"INFO: iter: {n}, lr: 0.0005, 'loss_a': 'nan', 'loss': 'nan', time: 3.7\n" for n in (40, 60)
    )
    (report,) = (diagnose(run, Options()) for run in runs(text))
    assert (report.verdict, report.findings[0].check) == ("failing", "non-finite")


def test_a_summary_of_nan_under_a_bar_counts() -> None:
    bar = "Epoch {n}: 100%|█████████| 26/26 [00:42<00:00,  6.2it/s, loss={loss}]\nMean training loss: nan\n"
    text = "".join(bar.format(n=n, loss=f"{n}.5e+4") for n in range(3, 8))
    (report,) = (diagnose(run, Options()) for run in runs(text))
    assert (report.verdict, report.findings[0].check) == ("failing", "non-finite")


def test_bars_that_never_finish_are_read() -> None:
    text = "".join(
        f"{n}/480 [===>.........] - ETA: 4:32 - loss: {loss} - kl_loss: {loss}\n"
        for n, loss in ((90, 2.5), (200, 1e9), (240, "nan"))
    )
    (run,) = runs(text)
    assert [len(c) for c in run.curves] == [3, 3]


def test_each_kind_of_agents_has_a_reward_of_its_own() -> None:
    rows = "".join(f"{500 * n},103,{n - 50},{0.01 * n},{2 * n - 20}\n" for n in range(1, 40))
    (run,) = runs(f"Episode,Avg length,Total prey reward,Avg prey reward,Total predator reward\n{rows}")
    assert run.trainer.candidates == ("rl",)
    assert [c.labels["agent"] for c in run.curves if c.metric == "reward"] == ["prey", "prey", "predator"]
    assert diagnose(run, Options()).signs["learning"].answer == "yes"
