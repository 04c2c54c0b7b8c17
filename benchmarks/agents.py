"""Agents with known faults: `python -m benchmarks.agents FOLDER [NAME ...]` trains them again, healthy twins beside.

Needs `pip install stable-baselines3 tensorboard`, a minute or two on one core for each. A run leaves what people have:
the console table (console.txt), progress.csv, event files, and monitor.csv with every episode. Some of them stand in
`tests/data/agents`, where `tests/test_agents.py` says what is to be found in which.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STEPS = 50_000
ENVIRONMENTS = 8
USUAL: Mapping[str, Mapping[str, Any]] = {
    "PPO": {"n_steps": 256, "batch_size": 256, "n_epochs": 8, "learning_rate": 1e-3},
    "A2C": {"n_steps": 16, "learning_rate": 2e-3},
}


@dataclass(frozen=True)
class Scenario:
    """One run. `scale`: what every reward is multiplied by; the logged returns stay those of the environment."""

    trainer: str
    environment: str
    seed: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    scale: float = 1.0
    frozen: bool = False


CARTPOLE, ACROBOT = "CartPole-v1", "Acrobot-v1"
THROWN = {"learning_rate": 3e-2, "n_epochs": 30, "clip_range": 10.0}
SCENARIOS = {
    "healthy-ppo-cartpole": Scenario("PPO", CARTPOLE, 1),
    "healthy-a2c-cartpole": Scenario("A2C", CARTPOLE, 5),
    "healthy-ppo-acrobot": Scenario("PPO", ACROBOT, 4, {"gae_lambda": 0.94}),
    "frozen-a2c-acrobot": Scenario("A2C", ACROBOT, 1, frozen=True),
    "never-ppo-mountaincar": Scenario("PPO", "MountainCar-v0", 2, {"learning_rate": 3e-4, "n_epochs": 4}),
    "rate-too-high-ppo-cartpole": Scenario("PPO", CARTPOLE, 1, {"learning_rate": 0.1}),
    "rate-too-high-a2c-cartpole": Scenario("A2C", CARTPOLE, 2, {"learning_rate": 0.2}),
    "collapse-ppo-cartpole": Scenario("PPO", CARTPOLE, 4, THROWN),
    "discount-0-ppo-cartpole": Scenario("PPO", CARTPOLE, 7, {"gamma": 0.0, "gae_lambda": 0.0}),
    "rewards-of-10000-ppo-cartpole": Scenario("PPO", CARTPOLE, 8, scale=1e4),
    "wrong-sign-ppo-cartpole": Scenario("PPO", CARTPOLE, 6, scale=-1.0),
    "rate-0-ppo-cartpole": Scenario("PPO", CARTPOLE, 3, {"learning_rate": 0.0}),
}


def train(scenario: Scenario, folder: Path) -> None:
    sb3, gym = importlib.import_module("stable_baselines3"), importlib.import_module("gymnasium")
    common = "stable_baselines3.common"
    monitor = importlib.import_module(f"{common}.monitor").Monitor
    importlib.import_module("torch").set_num_threads(1)  # nets so small lose far more than they gain by threads
    folder.mkdir(parents=True, exist_ok=True)

    def environment() -> Any:
        inside = monitor(gym.make(scenario.environment))
        return gym.wrappers.TransformReward(inside, lambda reward: scenario.scale * float(reward))

    with contextlib.ExitStack() as stack:
        console = stack.enter_context((folder / "console.txt").open("w"))
        episodes = stack.enter_context((folder / "monitor.csv").open("w"))
        stack.enter_context(contextlib.redirect_stdout(console))
        environments = importlib.import_module(f"{common}.vec_env").DummyVecEnv([environment] * ENVIRONMENTS)
        settings = {**USUAL[scenario.trainer], **scenario.settings}
        model = getattr(sb3, scenario.trainer)(
            "MlpPolicy", environments, seed=scenario.seed, verbose=1, device="cpu", **settings
        )
        logger = importlib.import_module(f"{common}.logger")
        model.set_logger(logger.configure(str(folder), ["stdout", "csv", "tensorboard"]))
        if scenario.frozen:
            model.policy.optimizer.step = lambda *_: None
        episodes.write(f'#{{"t_start": {time.time()}, "env_id": "{scenario.environment}"}}\nr,l,t\n')

        def every_step(now: Mapping[str, Any], _: Mapping[str, Any]) -> bool:
            ended = [info["episode"] for info in now["infos"] if "episode" in info]
            episodes.writelines(f"{one['r']},{one['l']},{one['t']:.1f}\n" for one in ended)
            return True

        model.learn(STEPS, callback=every_step, log_interval=20 if scenario.trainer == "A2C" else 1)


def main(arguments: list[str]) -> None:
    folder, *names = arguments
    for name in names or SCENARIOS:
        train(SCENARIOS[name], Path(folder) / name)


if __name__ == "__main__":
    main(sys.argv[1:])
