"""What a log shows decides what is advised: who is told what, which numbers are named, which causes are ruled out."""

from __future__ import annotations

from typing import Any

import pytest

import lossdoc
from lossdoc.model.finding import Finding
from lossdoc.show.report._words import step


def found(rows: Any, check: str, **arguments: Any) -> Finding:
    report = lossdoc.check(rows, **arguments)
    return next(f for f in report.findings if f.check == check)


def said(finding: Finding) -> str:
    return "\n".join((*finding.causes, *map(step, finding.next)))


def agents(**more: float) -> list[dict[str, float]]:
    """An agent whose return falls for good half-way."""
    return [
        {"rollout/ep_rew_mean": (200 if n < 60 else 20) + n % 7, "rollout/ep_len_mean": 200.0, "iteration": n, **more}
        for n in range(1, 121)
    ]


def test_an_agent_without_a_reference_is_told_of_none() -> None:
    told = found(agents(), "reward-collapse", trainer="sb3-rl")
    assert "beta-low" not in told.suspects
    assert not any(word in said(told) for word in ("KL weight", "answers", "adapter"))
    assert "Replay episodes" in said(told)


def answers(kl: bool) -> list[dict[str, float]]:
    return [
        {"step": n, "reward": 0.7 + n % 7 / 50 if n < 60 else 0.0, "reward_std": 0.3, "entropy": 0.5}
        | ({"kl": 0.01} if kl else {})
        for n in range(1, 121)
    ]


def test_a_penalty_that_is_not_logged_is_the_last_cause() -> None:
    assert found(answers(kl=False), "reward-collapse", trainer="trl-grpo").suspects[-1] == "beta-low"
    assert found(answers(kl=True), "reward-collapse", trainer="trl-grpo").suspects[-1] != "beta-low"


def test_a_jump_of_the_rate_is_named_where_the_log_has_one_and_never_first_without_a_rate() -> None:
    rows = answers(kl=True)
    assert found(rows, "reward-collapse", trainer="trl-grpo").suspects[0] != "rate-jump"
    jumped = [row | {"learning_rate": 1e-5 if row["step"] < 58 else 1e-3} for row in rows]
    told = found(jumped, "reward-collapse", trainer="trl-grpo")
    assert told.suspects[0] == "rate-jump"
    assert "GRPOConfig(learning_rate=1e-5)  # was 0.001" in [c.line for c in told.changes]
    far = [row | {"kl": 0.01 if row["step"] < 60 else 5.0 + row["step"] % 3} for row in jumped]
    assert "rate-jump" in found(far, "kl-runaway", trainer="trl-grpo").suspects[:2]  # its page names no jump


def losses(values: list[float], **more: Any) -> list[dict[str, Any]]:
    return [{"step": n, "loss": value, **more} for n, value in enumerate(values, 1)]


def test_a_schedule_that_starts_again_is_not_told_to_stay_at_its_bottom() -> None:
    rows = losses([2 / (1 + n / 40) + n % 5 / 50 for n in range(160)])
    for row in rows:
        row["learning_rate"] = 1e-3 * (1 - (row["step"] % 40) / 41)
    told = found(rows, "lr-jump", trainer="sft")
    assert not told.changes
    for row in rows:
        row["learning_rate"] = 1e-4 if row["step"] < 80 else 3e-3
    assert [c.to for c in found(rows, "lr-jump", trainer="sft").changes] == [1e-4]


def test_the_norms_of_a_run_that_breaks_are_no_measure_of_a_threshold() -> None:
    torn = [{"step": n, "loss": 2.0**n, "grad_norm": 3.0**n, "learning_rate": 0.5} for n in range(1, 41)]
    told = found(torn, "divergence", trainer="transformers-sft", settings={"max_grad_norm": 0})
    assert "Clip the gradient norm (at 1.0)." in map(step, told.next)
    late = losses([2 + n % 5 / 50 if n < 80 else 9.0 + n % 5 for n in range(120)])
    for row in late:
        row["grad_norm"] = 4 + row["step"] % 3 if row["step"] <= 80 else 900.0
    told = found(late, "divergence", trainer="transformers-sft", settings={"max_grad_norm": 0})
    assert [c.to for c in told.changes if c.setting == "max_grad_norm"] == [5.0]


def test_a_range_of_objectives_with_little_in_common_is_no_advice() -> None:
    rows = losses([2.3 + n % 3 / 1000 for n in range(120)], learning_rate=1e-7, grad_norm=1.0)
    told = found(rows, "no-learning")
    assert len(lossdoc.check(rows).run.trainer.candidates) > 2
    assert told.suspects[0] == "rate-low"
    assert "The learning rate was 1e-7." in told.causes[0]
    assert [c.to for c in told.changes if c.setting == "learning_rate"] == [1e-6]


def overfit(passes: float) -> list[dict[str, float]]:
    rows: list[dict[str, float]] = []
    for n in range(1, 201):
        rows.append({"step": n, "epoch": passes * n / 200, "loss": 2 / (1 + n / 20)})
        if n % 20 == 0:
            rows.append({"step": n, "epoch": passes * n / 200, "eval_loss": 1 + abs(n - 60) / 60})
    return rows


@pytest.mark.parametrize(("planned", "passes", "was"), [(10, 9.97, 10), (50, 10, 10)])
def test_passes_are_those_that_were_seen(planned: float, passes: float, was: float) -> None:
    told = found(overfit(passes), "overfitting", trainer="trl-sft", settings={"num_train_epochs": planned})
    assert [c.line for c in told.changes if c.setting == "num_train_epochs"] == [
        f"SFTConfig(num_train_epochs=3)  # was {was}"
    ]


def test_trees_are_told_of_rounds_and_leaves() -> None:
    trees = [
        {"iteration": n, "train-logloss": 0.6 / n, "eval-logloss": 0.4 + abs(n - 2000) / 6000}
        for n in range(100, 12001, 100)
    ]
    told = found(trees, "overfitting", trainer="xgboost-gbdt")
    assert "The number of boosting rounds was 12000" in told.causes[0]
    assert [(c.setting, c.was) for c in told.changes] == [("num_train_epochs", 12000)]
    assert told.changes[0].line == f"xgboost.train(num_boost_round={told.first_step:.0f})  # was 12000"
    assert not any(word in said(told) for word in ("epoch", "dropout", "batch", "preference"))


def test_all_right_is_no_cause_where_the_reward_ended_at_the_bottom() -> None:
    rows = [
        {
            "step": n,
            "reward": max(0.0, 1 - n / 40) + n % 3 / 1000,
            "reward_std": 0.2 if n < 40 else 0.0,
            "frac_reward_zero_std": 0.1 if n < 40 else 1.0,
        }
        for n in range(1, 121)
    ]
    assert "All right" not in said(found(rows, "zero-std-groups", trainer="trl-grpo"))


def test_a_reference_is_for_losses_that_have_one() -> None:
    rows = [
        {
            "step": n,
            "loss": 0.6931,
            "rewards/margins": 0.0,
            "rewards/accuracies": 0.5,
            "logps/chosen": -100 + n % 5 / 10,
            "learning_rate": 1e-6,
            "grad_norm": 2.0,
        }
        for n in range(1, 121)
    ]
    for trainer, has in (("trl-ipo", True), ("trl-dpo", True), ("trl-cpo", False)):
        suspects = [name for f in lossdoc.check(rows, trainer=trainer).findings for name in f.suspects]
        assert ("same-reference" in " ".join(suspects)) == has, trainer


def test_fp16_is_replaced_where_it_is_known_to_be_on() -> None:
    rows = losses([2 - n / 100 if n < 60 else float("nan") for n in range(100)])
    lines = {
        fp16: [c.line for c in found(rows, "non-finite", trainer="trl-sft", settings=settings).changes]
        for fp16, settings in ((True, {"fp16": True}), (None, {}))
    }
    assert "SFTConfig(bf16=True)" in lines[True]
    assert "SFTConfig(bf16=True)" not in lines[None]
    told = found(rows, "non-finite", trainer="trl-sft", settings={"bf16": True})
    assert "half-precision" not in told.suspects


def test_a_filter_of_nan_is_only_for_trainers_that_have_one() -> None:
    rows = losses([0.0] * 60)
    assert "logging_nan_inf_filter" in said(found(rows, "zero-loss", trainer="trl-sft"))
    assert "logging_nan_inf_filter" not in said(found(rows, "zero-loss", trainer="mmengine-detection"))


def test_a_batch_that_was_seen_before_is_a_late_suspect() -> None:
    """What broke in the tenth pass had been trained on nine times."""
    rows = [{"epoch": n, "loss": 2 / (1 + n) if n < 40 else 4.0 + n % 3} for n in range(1, 81)]
    told = found(rows, "divergence", trainer="classification")
    assert told.suspects[0] not in ("bad-batch", "rate-jump")


def test_a_rate_below_the_usual_is_not_lowered_by_a_number() -> None:
    rows = losses([2 - n / 100 if n < 60 else float("nan") for n in range(100)], learning_rate=1e-6)
    assert "learning_rate" not in [c.setting for c in found(rows, "non-finite", trainer="megatron-pretrain").changes]


def test_a_log_without_gradients_does_not_end_in_a_peak_of_them() -> None:
    rows = losses([2 - n / 100 for n in range(60)])
    norms = [row | {"grad_norm": 1.0 if row["step"] < 60 else 30.0} for row in rows]
    for log, said_so in ((rows, False), (norms, True)):
        cut = found(log, "truncated-log", trainer="trl-grpo", settings={"max_steps": 200})
        assert ("ended-in-nan" in cut.suspects) == said_so


def stuck(**more: float) -> list[dict[str, float]]:
    return [{"step": n, "loss": 2.3 + n % 7 / 1e4, "accuracy": 0.1, **more} for n in range(1, 61)]


def test_no_two_steps_undo_each_other() -> None:
    """Raise and lower the rate are one step where the log does not say the rate, else the likelier of the two."""
    unknown = said(found(stuck(), "chance-level"))
    assert "at ten times the learning rate, and at a tenth of it" in unknown
    assert not any(word in unknown for word in ("Raise the learning rate", "Lower the learning rate"))
    low = said(found(stuck(learning_rate=1e-9), "chance-level"))
    assert "Raise the learning rate" in low
    assert not any(word in low for word in ("Lower the learning rate", "at ten times"))


@pytest.mark.parametrize(("end", "blamed"), [(4.98, False), (2.0, True)])
def test_a_score_is_counted_wrongly_only_where_the_held_out_loss_got_better(end: float, blamed: bool) -> None:
    rows = [
        {"step": 100 * n, "epoch": n / 2, "loss": 5 + 27 / n, "eval_loss": 5 + (end - 5) * n / 20, "eval_wer": 1.0}
        for n in range(1, 21)
    ]
    assert ("score-broken" in found(rows, "chance-level").suspects) == blamed


@pytest.mark.parametrize(("score", "number"), [(0.03, False), (-0.03, True)])
def test_an_early_pass_is_advised_only_where_no_score_got_better_since(score: float, number: bool) -> None:
    rows = [
        {"epoch": n, "train_loss": 2 / n, "val_loss": 1 + abs(n - 3) / 9, "val_accuracy": 0.6 + score * (n - 3) / 9}
        for n in range(1, 13)
    ]
    assert bool(found(rows, "overfitting").changes) == number
