"""Logs of agents that people write themselves: one line or row for each episode, under many names."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lossdoc import check, check_all

rng = np.random.default_rng(3)
N = 120
K = np.arange(1, N + 1)
RETURN = np.maximum(8, np.round((20 + 200 * (K / N) ** 1.5) * rng.gamma(3, 1 / 3, N)))
MEAN = np.array([RETURN[max(0, k - 100) : k].mean() for k in K])
TOTAL = np.cumsum(RETURN).astype(int)
EPSILON = np.maximum(0.01, 0.98**K)

LINES = [
    "Episode {k} reward {r:.1f} avg {a:.1f} eps {e:.2f}",
    "Episode: {k}, Score: {r:.2f}, Average Score: {a:.2f}, Steps: {l}",
    "[{t:>7}] episode={k} return={r:.3f} length={l}",
    "episode: {k}/5000, score: {r:.0f}, e: {e:.2}",
    "Ep {k}\tTotalReward {r:.1f}\tAvgReward(100) {a:.1f}\tlen {l}",
    "INFO:root:Episode {k} | steps {l} | episode_reward {r:.2f} | mean_100 {a:.2f}",
    "Ep. {k} R: {r:.2f} Ravg: {a:.2f}",
    "#{k} total_reward: {r:.1f} timesteps: {t}",
    "Episode {k}, Total reward {r:.1f}, Steps {l}",
    "[Episode {k}] total_reward={r:.1f}, epsilon={e:.3f}",
    "Total T: {t} Episode Num: {k} Episode T: {l} Reward: {r:.3f}",
    "episode {k} finished after {l} timesteps with reward {r:.1f}",
    "# of episode :{k}, avg score : {r:.1f}",
    "n_episode :{k}, score : {r:.1f}, n_buffer : {t}, eps : {e:.1%}",
    "resetting env. episode reward total was {r:.1f}. running mean: {a:.6f}",
    "Step: {t} | Episode: {k} | Reward: {r:.1f}",
    "Game {k}: score {r:.0f}, record 500",
    "Trial {k}: R={r:.1f} T={l}",
    "Episode #{k} complete! Reward: {r:.1f} (avg last 100: {a:.2f}) in {l} steps",
    "ep:{k:04d} step:{t} ep_r:{r:.1f} ep_len:{l}",
    "Env steps: {t}  ep_reward: {r:.2f}  critic_loss: 0.25  actor_loss: -5.3",
    "| train | E: {k} | S: {t} | D: 0.5 s | R: {r:.4f} | BR: 0.5 | ALOSS: -5.25 | CLOSS: 0.75",
    "EP{k} EpR:{r:.0f} EpLen:{l} loss:0.5",
    "episode number {k}, score is {r:.0f}",
    "Reward of episode {k} is {r:.1f}",
    "{t:>7}/90000: episode: {k}, duration: 0.2s, episode steps: {l}, steps per second: 250, episode reward: {r:.3f}, "
    "mean reward: 1.000 [1.000, 1.000], mean action: 0.5 [0.000, 1.000], loss: 0.25, mae: 2.5, mean_q: 4.5",
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_for_each_episode_is_one_run_of_an_agent(line: str, tmp_path: Path) -> None:
    path = tmp_path / "train.log"
    rows = zip(K, RETURN, MEAN, TOTAL, EPSILON, strict=True)
    path.write_text("".join(line.format(k=k, r=r, a=a, l=int(r), t=t, e=e) + "\n" for k, r, a, t, e in rows))
    (report,) = check_all(path)
    assert report.run.trainer.candidates == ("rl",)
    reward = report.run.get("reward") or report.run.get("return_mean")
    assert reward is not None
    assert np.allclose(reward.values, RETURN, atol=0.5)
    assert report.signs["learning"].answer == "yes"


COLUMNS: dict[str, Callable[[int, float], tuple[float, ...]]] = {
    "episode,steps,reward": lambda k, r: (k, int(r), r),
    "episode,total_reward,timesteps": lambda k, r: (k, r, int(r)),
    "ep,ep_reward,step": lambda k, r: (k, r, int(r)),
    "episode,return,length": lambda k, r: (k, r, int(r)),
    "Episode,num_steps,Score": lambda k, r: (k, int(r), r),
}


@pytest.mark.parametrize("names", COLUMNS)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_steps_beside_episodes_are_their_lengths(names: str, form: str, tmp_path: Path) -> None:
    rows = [COLUMNS[names](int(k), float(r)) for k, r in zip(K, RETURN, strict=True)]
    path = tmp_path / f"log.{form}"
    if form == "csv":
        path.write_text("\n".join([names, *(",".join(map(str, row)) for row in rows)]) + "\n")
    else:
        path.write_text("".join(json.dumps(dict(zip(names.split(","), row, strict=True))) + "\n" for row in rows))
    (report,) = check_all(path)
    assert report.run.trainer.candidates == ("rl",)
    length, reward = report.run.get("episode_length"), report.run.get("reward")
    assert length is not None
    assert reward is not None
    assert np.array_equal(length.values, RETURN.astype(int))
    assert np.array_equal(reward.steps, K)


def test_steps_that_only_rise_place_the_episodes(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = zip(K, TOTAL, RETURN, strict=True)
    path.write_text("episode,step,reward\n" + "".join(f"{k},{t},{r}\n" for k, t, r in rows))
    run = check(path).run
    assert run.get("episode_length") is None
    assert np.array_equal(run.get("reward").steps, TOTAL)  # type: ignore[union-attr]


def test_steps_of_a_resumed_run_are_no_lengths(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    steps = [*range(100, 3100, 100), *range(2500, 5500, 100)]
    path.write_text("episode,step,reward\n" + "".join(f"{k},{s},{0.1 * k}\n" for k, s in enumerate(steps)))
    assert check(path).run.get("episode_length") is None


def test_a_loop_over_episodes_is_placed_by_episodes(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    log.write_text("".join(f"episode {n} reward {n % 7 + n / 9:.2f}\n" for n in range(73, 110)))
    (reward,) = check(log).run.curves
    assert (reward.axis, reward.steps[0], reward.steps[-1]) == ("episodes", 73, 109)


def test_steps_in_the_environment_place_finer_than_episodes(tmp_path: Path) -> None:
    for columns in ("episode,total_timesteps", "total_timesteps,episode"):
        log = tmp_path / "run.csv"
        places = [(n, 50 * n) if columns.startswith("episode") else (50 * n, n) for n in range(1, 40)]
        log.write_text(f"{columns},reward\n" + "".join(f"{a},{b},{a % 7}\n" for a, b in places))
        (reward,) = check(log).run.curves
        assert (reward.axis, reward.steps[-1]) == ("samples", 1950)
