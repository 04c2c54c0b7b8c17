"""Logs of reinforcement learning in environments: what they count, whose words they use, what is the reward."""

from __future__ import annotations

import json

import pytest

from lossdoc.api import Options, read_source
from lossdoc.input.source import Source
from lossdoc.model.run import Run


def read(text: str, name: str = "log") -> list[Run]:
    result = read_source(Source.from_text(text, name), Options())
    assert isinstance(result, list)
    return result


DDPG = "rollout/return,rollout/Q_mean,total/steps,total/episodes,train/loss_critic,train/loss_actor\n" + "".join(
    f"{-100 + n},{n / 10},{2000 * n},{3 * n},{5 / n},{-n}\n" for n in range(1, 40)
)
SPINNING_UP = "Epoch\tAverageEpRet\tAverageTestEpRet\tEpLen\tTotalEnvInteracts\tLossPi\tLossQ\tTime\n" + "".join(
    f"{n}\t{n}\t{2 * n}\t{100 + n}\t{4000 * n}\t{-n}\t{5 / n}\t{n * 9.5}\n" for n in range(1, 40)
)
RLLIB = (
    "episode_reward_mean,episode_len_mean,timesteps_total,training_iteration,pid,"
    "info/learner/default_policy/learner_stats/total_loss,info/learner/default_policy/learner_stats/cur_lr\n"
) + "".join(f"{n},{n},{4000 * n},{n},11,{9 - n / 10},5e-05\n" for n in range(1, 40))


def test_baselines_count_steps_of_the_environment_and_episodes() -> None:
    (run,) = read(DDPG)
    reward = run.get("reward")
    assert reward is not None
    assert reward.axis == "samples"
    assert reward.steps[-1] == 2000 * 39
    assert run.trainer.candidates == ("rl",)


def test_spinning_up_tells_training_and_test_returns_apart() -> None:
    (run,) = read(SPINNING_UP)
    assert {(c.metric, c.split) for c in run.curves} == {
        ("reward", "train"),
        ("reward", "test"),
        ("episode_length", "train"),
        ("policy_loss", "train"),
        ("value_loss", "train"),
    }
    assert run.trainer.framework == "spinningup"


def test_rllib_names_its_losses_under_the_policy() -> None:
    (run,) = read(RLLIB)
    loss = run.all("loss")
    assert [curve.labels for curve in loss] == [{"policy": "default_policy"}]
    assert run.trainer.framework == "rllib"
    assert "pid" not in {curve.key for curve in run.curves}


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("Episode {n}\tLast reward: {a}\tAverage reward: {b}\n", "Average reward"),
        ("Episode: {n}/500, score: {a}, e: 0.1\n", "score"),
        ("Episode {n} | Return: {a}\n", "Return"),
        ("Ep: {n}, Total reward: {a}, steps: {b}, eps: 0.1\n", "Total reward"),
        ("[Episode {n}] reward: {a} steps: {b}\n", "reward"),
    ],
)
def test_episode_lines_of_home_made_agents(line: str, key: str) -> None:
    (run,) = read("".join(line.format(n=n, a=10 + n / 4, b=20 + n) for n in range(1, 60)))
    reward = run.get("reward")
    assert reward is not None
    assert reward.key == key
    assert run.records == 59
    assert reward.axis == "episodes"
    assert reward.steps[-1] == 59
    assert run.trainer.candidates == ("rl",)


def test_an_episode_rewritten_on_its_line_counts_once() -> None:
    text = "".join(
        f"\rEpisode {n}\tAverage Score: {n / 10:.2f}"
        + (f"\rEpisode {n}\tAverage Score: {n / 10:.2f}\n" * (n % 10 == 0))
        for n in range(1, 101)
    )
    (run,) = read(text)
    assert run.records == 10


def test_blocks_of_rsl_rl_are_one_record_each() -> None:
    block = (
        "{line}\n                       Learning iteration {n}/900\n\n   Computation: 900 steps/s (collection: 1.0s)\n"
        "      Mean value_function loss: {a}\n                   Mean reward: {b}\n      Mean episode length: 30.5\n"
        "{line}\n               Total timesteps: {t}\n"
    )
    (run,) = read("".join(block.format(line="#" * 80, n=n, a=5 / (n + 1), b=n / 2, t=4096 * n) for n in range(40)))
    assert run.records == 40
    assert {c.metric for c in run.curves} == {"value_loss", "reward", "episode_length"}
    assert run.curves[0].axis == "step"
    assert run.curves[0].steps[-1] == 39


def test_episodes_of_a_notebook_are_the_same_as_on_the_console() -> None:
    lines = [f"Episode {n} | Return: {n / 4}\n" for n in range(1, 40)]
    cell = {"cell_type": "code", "source": [], "outputs": [{"output_type": "stream", "name": "stdout", "text": lines}]}
    (run,) = read(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4}))
    assert run.get("reward") is not None
    assert run.trainer.candidates == ("rl",)
