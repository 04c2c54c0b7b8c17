"""Which objectives the first row of a log leaves possible, and what their documents switch off."""

from __future__ import annotations

import pytest

from lossdoc.knowledge import Knowledge
from lossdoc.knowledge.recognise import recognise
from lossdoc.model.record import Record

KNOWN = Knowledge.load()
PLAIN = {"loss": 2.1, "grad_norm": 0.8, "learning_rate": 5e-5, "epoch": 0.1}
ONE_OF_FOUR = {"pretrain", "sft", "classification", "regression"}
PAIR = {"rewards/chosen": 0.0, "rewards/rejected": 0.0, "rewards/margins": 0.0, "rewards/accuracies": 0.0}
LOGPS = {"logps/chosen": -120.0, "logps/rejected": -130.0}
GROUP = {"reward": 0.4, "reward_std": 0.3, "rewards/format/mean": 0.4, "rewards/format/std": 0.3}

ROWS: list[tuple[str, dict[str, float], set[str]]] = [
    ("transformers", PLAIN, ONE_OF_FOUR),
    ("TRL SFT", PLAIN | {"entropy": 1.2, "num_tokens": 900.0, "mean_token_accuracy": 0.6}, {"sft", "pretrain"}),
    ("axolotl SFT", PLAIN | {"ppl": 8.1}, {"sft", "pretrain"}),
    ("transformers Seq2SeqTrainer", PLAIN | {"eval_loss": 0.6, "eval_rouge1": 46.5, "eval_gen_len": 140.5}, {"sft"}),
    ("transformers with accuracy", PLAIN | {"eval_accuracy": 0.5}, {"classification"}),
    ("transformers with F1", PLAIN | {"eval_f1": 0.5}, {"classification"}),
    ("transformers with errors", PLAIN | {"eval_mse": 0.5, "eval_r2": 0.1}, {"regression"}),
    ("Keras", {"loss": 0.7, "accuracy": 0.5, "val_loss": 0.7, "val_accuracy": 0.5}, {"classification"}),
    ("OpenNMT", {"acc": 20.0, "ppl": 900.0, "xent": 6.8, "lr": 1e-3}, {"sft", "pretrain"}),
    ("TRL DPO", PLAIN | PAIR | LOGPS, {"dpo"}),
    ("TRL DPO with new keys", PLAIN | PAIR | LOGPS | {"entropy": 1.0, "mean_token_accuracy": 0.5}, {"dpo"}),
    ("a reward that no answer gets", {"Reward": -7960.0}, {"rl"}),
    ("a return of hundreds", {"Reward": 250.0}, {"rl"}),
    ("a reward of answers", {"Reward": 0.5}, {"grpo", "rloo"}),
    ("TRL IPO", PLAIN | PAIR | LOGPS | {"loss": 25.0}, {"dpo", "ipo"}),
    ("TRL DPO with SFT term", PLAIN | PAIR | LOGPS | {"nll_loss": 1.2}, {"dpo"}),
    ("NeMo RL DPO", {"loss": 0.7, "preference_loss": 0.69, "sft_loss": 0.0, "accuracy": 0.0}, {"dpo"}),
    ("OpenRLHF pairs", {"loss": 0.69, "acc": 0.5, "chosen_reward": 0.0, "reject_reward": 0.0}, {"dpo", "reward"}),
    ("NeMo RL reward model", {"loss": 0.69, "accuracy": 0.5, "rewards_chosen_mean": 0.1}, {"dpo", "reward"}),
    ("TRL KTO", PLAIN | {"kl": 0.0, "rewards/chosen": 0.0, "logps/chosen": -90.0}, {"kto"}),
    ("TRL ORPO", PLAIN | PAIR | LOGPS | {"nll_loss": 1.1, "log_odds_ratio": -0.7, "log_odds_chosen": 0.1}, {"orpo"}),
    ("TRL CPO", PLAIN | PAIR | LOGPS | {"nll_loss": 1.1, "rewards/chosen": -12.0}, {"cpo"}),
    (
        "TRL SimPO",
        PLAIN | PAIR | {"nll_loss": 1.1, "rewards/chosen": -2.0, "logps/chosen": -1.0, "logps/rejected": -1.1},
        {"cpo", "simpo"},
    ),
    (
        "TRL reward model",
        PLAIN | {"min_reward": -1.0, "mean_reward": 0.0, "max_reward": 1.0, "accuracy": 0.5, "margin": 0.0},
        {"reward"},
    ),
    ("TRL GRPO", PLAIN | GROUP | {"frac_reward_zero_std": 0.1, "completions/mean_length": 90.0}, {"grpo", "rloo"}),
    (
        "TRL GRPO, 0.14",
        PLAIN | {"reward": 0.4, "reward_std": 0.3, "kl": 0.0, "completion_length": 90.0},
        {"grpo", "rloo"},
    ),
    (
        "verl GRPO",
        {"actor/pg_loss": 0.01, "actor/entropy": 0.4, "critic/score/mean": 0.3, "response_length/mean": 300.0},
        {"grpo", "rloo"},
    ),
    (
        "verl PPO",
        {"actor/pg_loss": 0.01, "critic/vf_loss": 0.5, "critic/rewards/mean": 0.3, "response_length/mean": 300.0},
        {"ppo"},
    ),
    (
        "TRL PPO",
        {"eps": 1.0, "objective/kl": 0.1, "objective/rlhf_reward": 0.3, "objective/scores": 0.3, "loss/policy_avg": 0.0,
         "loss/value_avg": 0.2, "val/ratio": 1.0},
        {"ppo"},
    ),
    ("TRL online DPO", PLAIN | PAIR | {"objective/scores": 0.2, "objective/scores_margin": 0.1}, {"online-dpo"}),
    (
        "Stable-Baselines3",
        {"rollout/ep_rew_mean": -200.0, "train/value_loss": 3.0, "train/policy_gradient_loss": 0.0},
        {"rl"},
    ),
    ("CycleGAN", {"D_A": 0.3, "G_A": 0.5, "cycle_A": 1.2, "D_B": 0.2, "G_B": 0.6}, {"gan"}),
    ("YOLO", {"train/box_loss": 1.2, "train/cls_loss": 0.8, "metrics/mAP50(B)": 0.3}, {"detection"}),
    ("XGBoost", {"train-mlogloss": 0.9, "test-mlogloss": 0.95}, {"gbdt"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "row", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_the_keys_of_a_trainer_leave_its_objective(name: str, row: dict[str, float], expected: set[str]) -> None:
    found = recognise([Record(values=row, line=1)], KNOWN, None).trainer
    assert set(found.candidates) == expected, f"{name}: {found.why}"


@pytest.mark.parametrize("objective", ["grpo", "rloo", "ppo", "rl"])
@pytest.mark.parametrize(
    "check", ["divergence", "no-learning", "plateau", "loss-collapse", "zero-loss", "chance-level", "loss-spike"]
)
def test_a_policy_loss_is_no_measure_of_progress(objective: str, check: str) -> None:
    assert KNOWN.trainer(objective).checks[check].off


@pytest.mark.parametrize("facts", KNOWN.trainers(), ids=lambda facts: facts.id)
def test_no_objective_excuses_a_nan(facts: object) -> None:
    checks = getattr(facts, "checks")  # noqa: B009 - a plain mapping on every kind of facts
    assert not {"non-finite", "masked-nan", "crash-in-log"} & {name for name, change in checks.items() if change.off}
