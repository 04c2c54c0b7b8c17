"""What the tool is for, from a log to the sentence: the cases by which it is judged, on logs made here."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from lossdoc.api import Options, diagnose, read_input, read_path
from lossdoc.model.finding import NotRead, Report
from tests.conftest import SHARED

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def reports(text: str, **options: object) -> list[Report]:
    chosen = Options(**options)  # type: ignore[arg-type]
    runs = read_input(None, chosen, text.encode())
    assert isinstance(runs, list), runs
    return [diagnose(run, chosen) for run in runs]


def loud(report: Report) -> list[str]:
    return [f.check for f in report.roots if f.severity != "info"]


def displacing_dpo(seed: int) -> str:
    """Chosen log-probabilities fall from -280 to -560 while margin and accuracy look splendid."""
    rng = np.random.default_rng(seed)
    lines = []
    for n in range(120):
        t = n / 119
        row = {
            "loss": round(0.693 * math.exp(-3 * t) + abs(rng.normal(0, 0.02)), 4),
            "grad_norm": 8 + rng.normal(),
            "learning_rate": 5e-6 * (1 - t),
            "rewards/chosen": -28 * t + rng.normal(0, 0.5),
            "rewards/rejected": -38 * t + rng.normal(0, 0.5),
            "rewards/accuracies": 0.0 if n == 0 else min(1.0, 0.95 - 0.45 * math.exp(-6 * t) + rng.normal(0, 0.04)),
            "rewards/margins": 10 * t + rng.normal(0, 0.3),
            "logps/chosen": -280 * (1 + t) + rng.normal(0, 12),
            "logps/rejected": -300 * (1 + 1.25 * t) + rng.normal(0, 12),
            "epoch": (n + 1) / 120,
        }
        lines.append(str({key: float(value) for key, value in row.items()}))
    return "\n".join(lines)


def healthy_grpo(seed: int) -> str:
    """TRL's keys at beta 0: no KL, a loss of noise around 0."""
    rng = np.random.default_rng(seed)
    lines = []
    for n in range(200):
        t = n / 199
        reward = 0.3 + 0.42 * (1 - math.exp(-3 * t)) + rng.normal(0, 0.06)
        row = {
            "loss": rng.normal(0, 0.02),
            "grad_norm": abs(0.3 + rng.normal(0, 0.1)),
            "learning_rate": 1e-6 * (1 - t),
            "completions/mean_length": 180 + 30 * t + rng.normal(0, 10),
            "completions/max_length": 256.0,
            "completions/clipped_ratio": max(0.0, 0.05 + rng.normal(0, 0.03)),
            "rewards/accuracy_reward/mean": reward,
            "rewards/accuracy_reward/std": 0.4 + rng.normal(0, 0.03),
            "reward": reward,
            "reward_std": 0.3 - 0.1 * t + rng.normal(0, 0.04),
            "frac_reward_zero_std": float(np.clip(0.2 + 0.2 * t + rng.normal(0, 0.08), 0, 1)),
            "entropy": 0.6 - 0.35 * t + rng.normal(0, 0.04),
            "clip_ratio/region_mean": 0.0,
            "epoch": (n + 1) / 200,
        }
        lines.append(str({key: float(value) for key, value in row.items()}))
    return "\n".join(lines)


def healthy_ppo(seed: int) -> str:
    """TRL's PPO keys: a KL that is a sum over tokens, a policy loss of noise, a value loss that settles."""
    rng = np.random.default_rng(seed)
    lines = []
    for n in range(150):
        t = n / 149
        kl = 0.2 + 6 * t + rng.normal(0, 0.5) * (0.3 + t)
        score = -1 + 3 * (1 - math.exp(-2 * t)) + rng.normal(0, 0.25)
        row = {
            "eps": 12,
            "objective/kl": kl,
            "objective/entropy": 40 - 8 * t + rng.normal(0, 3),
            "objective/non_score_reward": -0.05 * kl,
            "objective/rlhf_reward": score - 0.05 * kl,
            "objective/scores": score,
            "policy/approxkl_avg": abs(0.01 + rng.normal(0, 0.004)),
            "policy/clipfrac_avg": abs(0.06 + rng.normal(0, 0.02)),
            "loss/policy_avg": -0.01 + rng.normal(0, 0.008),
            "loss/value_avg": abs(0.9 * math.exp(-3 * t) + 0.1 + rng.normal(0, 0.05)),
            "val/clipfrac_avg": abs(0.02 + rng.normal(0, 0.01)),
            "policy/entropy_avg": 0.8 - 0.2 * t + rng.normal(0, 0.05),
            "val/ratio": 1 + rng.normal(0, 0.004),
            "val/num_eos_tokens": 20,
            "lr": 3e-6 * (1 - t),
            "episode": 64 * (n + 1),
            "epoch": (n + 1) / 150,
        }
        lines.append(str({key: float(value) for key, value in row.items()}))
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(4))
def test_displacement_behind_a_splendid_margin(seed: int) -> None:
    (report,) = reports(displacing_dpo(seed), trainer="dpo")
    assert loud(report) == ["likelihood-displacement"]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("make", [healthy_grpo, healthy_ppo])
def test_healthy_reinforcement_learning_is_left_alone(make: object, seed: int) -> None:
    (report,) = reports(make(seed))  # type: ignore[operator]
    assert not [(f.check, f.message) for f in report.findings if f.severity != "info"]
    assert report.verdict == "healthy"


def test_masked_nan_is_the_one_root() -> None:
    rows = [
        f"{{'loss': {3 - n / 50:.4f}, 'grad_norm': 1.{n}, 'learning_rate': 1e-4, 'epoch': {n / 100}}}"
        for n in range(1, 51)
    ]
    rows += [f"{{'loss': 0.0, 'grad_norm': nan, 'learning_rate': 1e-4, 'epoch': {n / 100}}}" for n in range(51, 101)]
    (report,) = reports("\n".join(rows))
    assert loud(report) == ["masked-nan"]
    assert report.verdict == "failing"
    assert report.roots[0].line == 51


def test_the_table_of_a_tutorial(shared: Path) -> None:
    """Prose, a table with a `...` row, more prose."""
    (path,) = (shared / "seeds").glob("003*")
    runs = read_input(path, Options())
    assert isinstance(runs, list)
    (run,) = runs
    assert (run.records, len(run.curves), run.trainer.objective) == (4, 5, "dpo")
    assert run.curves[0].steps.tolist() == [5, 10, 15, 45]
    assert not [f for f in diagnose(run, Options()).findings if f.severity == "error"]


def test_a_crash_before_the_first_step_names_its_line() -> None:
    trace = 'Traceback (most recent call last):\n  File "train.py", line 3, in <module>\n'
    text = f"loading\n{trace}RuntimeError: CUDA out of memory\n"
    refused = read_input(None, Options(), text.encode())
    assert isinstance(refused, NotRead)
    assert "line" in refused.found
    assert "out of memory" in refused.why


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dpo-displacement.log", "likelihood-displacement"),
        ("language-model-nan.log", "masked-nan"),
        ("keras-overfit.csv", "overfitting"),
        ("sft-healthy.log", None),
    ],
)
def test_examples(name: str, expected: str | None) -> None:
    runs = read_input(EXAMPLES / name, Options())
    assert isinstance(runs, list)
    (report,) = [diagnose(run, Options()) for run in runs]
    assert loud(report)[:1] == ([expected] if expected else [])


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared is not here")
@pytest.mark.parametrize("folder", ["samples", "corpus"])
def test_no_file_makes_us_fall(folder: str) -> None:
    """Whatever the file is: runs or a refusal, and no check that broke."""
    for path in sorted((SHARED / folder).rglob("*")):
        if not path.is_file():
            continue
        for result in read_path(str(path), Options()):
            if isinstance(result, NotRead):
                assert result.found
                assert result.why
                continue
            for run in result:
                broken = [s.why for s in diagnose(run, Options()).skipped if "itself failed" in s.why]
                assert not broken, (path, broken)
