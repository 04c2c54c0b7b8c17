"""Agents that stable-baselines3 really trained (`python -m benchmarks.agents`): tables of some 20 rows, episodes."""

from pathlib import Path

import pytest

from lossdoc import check

AGENTS = Path(__file__).parent / "data" / "agents"
STILL, FELL = {"reward-flat"}, {"reward-collapse"}
# What is to be found, by run and file: any of these leads.
EXPECTED = {
    "frozen-a2c-acrobot/progress.csv": STILL,
    "frozen-a2c-acrobot/monitor.csv": STILL,
    "never-ppo-mountaincar/progress.csv": STILL,
    "never-ppo-mountaincar/monitor.csv": STILL,
    "rate-too-high-a2c-cartpole/progress.csv": STILL | {"entropy-collapse"},
    "rate-too-high-ppo-cartpole/progress.csv": {"clip-saturation"},
    "rewards-of-10000-ppo-cartpole/progress.csv": STILL,
    "collapse-ppo-cartpole/progress.csv": FELL,
    "collapse-ppo-cartpole/monitor.csv": FELL,
    "discount-0-ppo-cartpole/progress.csv": FELL | STILL,
}
HEALTHY = [
    "healthy-ppo-cartpole/progress.csv",
    "healthy-ppo-cartpole/monitor.csv",
    "healthy-a2c-cartpole/progress.csv",
    "healthy-a2c-cartpole/monitor.csv",
    "healthy-ppo-acrobot/progress.csv",
    "healthy-ppo-acrobot/monitor.csv",
]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_fault_leads(name: str) -> None:
    report = check(AGENTS / name)
    assert report.verdict in ("suspicious", "failing")
    assert report.run.trainer.candidates == ("rl",)
    assert next(f.check for f in report.findings if f.because_of is None) in EXPECTED[name]


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_twin(name: str) -> None:
    report = check(AGENTS / name)
    assert report.verdict == "healthy"
    assert report.signs["learning"].answer == "yes"
    assert not [f for f in report.findings if f.severity != "info"]


def test_every_file_is_judged() -> None:
    files = {str(path.relative_to(AGENTS)) for path in AGENTS.rglob("*.csv")}
    assert files == {*EXPECTED, *HEALTHY}
