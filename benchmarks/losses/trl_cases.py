"""Cases from TRL. Its losses stand in methods of trainers, so a stand-in trainer is handed to the method itself."""

from __future__ import annotations

import importlib
from collections import defaultdict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmarks.losses.case import Draw, PeerCase

torch: Any = importlib.import_module("torch")

PAIRS, TOKENS, BETA = 4, 6, 0.3


class _Same:
    """An accelerator of one process."""

    device = "cpu"
    num_processes = 1
    sync_gradients = True

    def gather(self, value: Any) -> Any:
        return value

    gather_for_metrics = gather

    def reduce(self, value: Any, reduction: str = "sum") -> Any:  # noqa: ARG002 - the real signature
        return value


def _trainer(**known: Any) -> Any:
    return SimpleNamespace(
        accelerator=_Same(),
        model=SimpleNamespace(training=True),
        aux_loss_enabled=False,
        _metrics={"train": defaultdict(list)},
        _total_train_tokens=0,
        _tp_size=1,
        precompute_ref_logps=True,
        **known,
    )


def cases() -> Iterator[PeerCase]:
    """All of them, in a fixed order."""
    draw = Draw(11)
    yield from _dpo(draw)
    yield from _kto(draw)
    yield from _reference_free(draw)
    yield from _reward(draw)
    yield from _distillation(draw)
    yield from _rl(draw)


def _answers(draw: Draw, count: int) -> tuple[Any, Any]:
    """Mask (count, tokens) of answers of different length, and log-probabilities that are 0 elsewhere."""
    lengths = 2 + draw.integers(TOKENS - 1, count)
    mask = (np.arange(TOKENS)[None] < lengths[:, None]).astype(float)
    return mask, draw.between(-2, -0.05, count, TOKENS) * mask


def _outputs(log_probs: Any) -> Any:
    zero = torch.zeros_like(torch.as_tensor(log_probs))
    return SimpleNamespace(
        log_probs=torch.as_tensor(log_probs), entropy=zero, mean_logits=zero, is_top1=zero > 1, aux_loss=None
    )


def _dpo(draw: Draw) -> Iterator[PeerCase]:
    trainer = importlib.import_module("trl.trainer.dpo_trainer").DPOTrainer
    mask, log_probs = _answers(draw, 2 * PAIRS)
    reference = draw.between(-8, -1, 2 * PAIRS)
    sums = log_probs.sum(1)
    ratio = np.round(sums - reference, 10)
    lengths = mask.sum(1)
    plain = {"chosen": ratio[:PAIRS], "rejected": ratio[PAIRS:], "beta": BETA}
    mean = {**plain, "chosen": (ratio / lengths)[:PAIRS], "rejected": (ratio / lengths)[PAIRS:]}
    gaps = {
        "policy_gaps": sums[:PAIRS] - sums[PAIRS:],
        "reference_gaps": reference[:PAIRS] - reference[PAIRS:],
        "beta": BETA,
    }
    full = np.concatenate([np.zeros((2 * PAIRS, 1)), mask], axis=1)
    inputs = {
        "input_ids": torch.zeros(full.shape, dtype=torch.long),
        "attention_mask": torch.ones(full.shape),
        "completion_mask": torch.as_tensor(full),
        "ref_chosen_logps": torch.as_tensor(reference[:PAIRS]),
        "ref_rejected_logps": torch.as_tensor(reference[PAIRS:]),
    }
    for ours, loss_type, own, smoothing in (
        ("dpo", "sigmoid", plain, 0.0),
        ("dpo_hinge", "hinge", plain, 0.0),
        ("ipo", "ipo", mean, 0.0),
        ("dpo", "sigmoid_norm", mean, 0.0),
        ("exo", "exo_pair", {**plain, "epsilon": 1e-3}, 1e-3),
        ("nca", "nca_pair", plain, 0.0),
        ("robust_dpo", "robust", {**plain, "epsilon": 0.1}, 0.1),
        ("bco", "bco_pair", plain, 0.0),
        ("sppo", "sppo_hard", plain, 0.0),
        ("aot", "aot", {**gaps, "epsilon": 0.1}, 0.1),
        ("aot_unpaired", "aot_unpaired", plain, 0.0),
        ("apo_zero", "apo_zero", plain, 0.0),
        ("apo_down", "apo_down", plain, 0.0),
        ("discopop", "discopop", plain, 0.0),
    ):
        stand_in = _trainer(
            ld_alpha=None,
            f_divergence_type="reverse_kl",
            beta=BETA,
            label_smoothing=smoothing,
            loss_types=[loss_type],
            loss_weights=[1.0],
            use_weighting=False,
            args=SimpleNamespace(discopop_tau=0.05),
        )
        value = trainer._compute_loss(stand_in, lambda **_: _outputs(log_probs), dict(inputs), False)
        yield PeerCase(f"preference.{ours}", f"trl DPOTrainer, loss_type {loss_type}", own, value)


def _kto(draw: Draw) -> Iterator[PeerCase]:
    trainer = importlib.import_module("trl.trainer.kto_trainer").KTOTrainer
    mask, log_probs = _answers(draw, 6)
    reference, policy_kl, reference_kl = draw.between(-8, -1, 6), draw.between(-5, -2, 6), draw.between(-7, -4, 6)
    labels = [True, False, True, True, False, False]
    full = np.concatenate([np.zeros((6, 1)), mask], axis=1)
    batch = {
        "input_ids": torch.zeros(full.shape, dtype=torch.long),
        "attention_mask": torch.ones(full.shape),
        "completion_mask": torch.as_tensor(full),
        "label": torch.tensor(labels),
        "ref_logps": torch.as_tensor(reference),
        "ref_KL_logps": torch.as_tensor(reference_kl),
    }
    stand_in = _trainer(
        calculate_KL=True,
        loss_type="kto",
        beta=BETA,
        desirable_weight=1.0,
        undesirable_weight=1.2,
        _compute_kl_logps=lambda *_: torch.as_tensor(policy_kl),
    )
    method = getattr(trainer, "_compute_loss", trainer.compute_loss)
    value = method(stand_in, lambda **_: _outputs(log_probs), batch, False)
    ratio, good = log_probs.sum(1) - reference, np.array(labels)
    baseline = max(0.0, float((policy_kl - reference_kl).mean()))
    yield PeerCase(
        "preference.kto",
        "trl KTOTrainer",
        {"good": ratio[good], "bad": ratio[~good], "baseline": baseline, "beta": BETA, "bad_weight": 1.2},
        value,
    )


def _reference_free(draw: Draw) -> Iterator[PeerCase]:
    cpo = importlib.import_module("trl.experimental.cpo.cpo_trainer").CPOTrainer
    orpo = importlib.import_module("trl.experimental.orpo.orpo_trainer").ORPOTrainer
    chosen, rejected = draw.between(-3, -0.1, PAIRS), draw.between(-3, -0.1, PAIRS)
    pair = (torch.as_tensor(chosen), torch.as_tensor(rejected))
    own = {"chosen": chosen, "rejected": rejected}
    for ours, loss_type, extra in (
        ("cpo", "sigmoid", {"beta": BETA}),
        ("simpo", "simpo", {"beta": BETA, "gamma": 0.5}),
    ):
        stand_in = _trainer(alpha=0.0, loss_type=loss_type, beta=BETA, simpo_gamma=0.5, label_smoothing=0.0)
        value = cpo.cpo_loss(stand_in, *pair)[0].mean()
        yield PeerCase(f"reference_free.{ours}", f"trl CPOTrainer.cpo_loss, {loss_type}", {**own, **extra}, value)
    penalty = orpo.odds_ratio_loss(_trainer(beta=BETA), *(p.double() for p in pair))[0]
    yield PeerCase(
        "reference_free.orpo",
        "trl ORPOTrainer.odds_ratio_loss (float32), with a given nll",
        {**own, "beta": BETA, "nll": 1.25},
        1.25 - penalty.mean(),
    )


def _reward(draw: Draw) -> Iterator[PeerCase]:
    trainer = importlib.import_module("trl.trainer.reward_trainer").RewardTrainer
    scores, margin = draw.normal(2 * PAIRS), draw.between(0, 1, PAIRS)
    inputs = {"attention_mask": torch.ones(2 * PAIRS, 3), "margin": torch.as_tensor(margin)}
    stand_in = _trainer(args=SimpleNamespace(center_rewards_coefficient=0.01))
    model = SimpleNamespace(logits=torch.as_tensor(scores)[:, None])
    value = trainer.compute_loss(stand_in, lambda **_: model, inputs)
    yield PeerCase(
        "preference.bradley_terry",
        "trl RewardTrainer",
        {"chosen": scores[:PAIRS], "rejected": scores[PAIRS:], "margin": margin, "centring": 0.01},
        value,
    )


def _distillation(draw: Draw) -> Iterator[PeerCase]:
    trainer = importlib.import_module("trl.experimental.gkd.gkd_trainer").GKDTrainer
    student, teacher = torch.as_tensor(draw.normal(1, 4, 5)), torch.as_tensor(draw.normal(1, 4, 5))
    log_s, log_t = torch.log_softmax(student, -1), torch.log_softmax(teacher, -1)
    labels = torch.zeros(1, 4, dtype=torch.long)
    for beta in (0.0, 0.3, 0.5, 1.0):
        value = trainer.generalized_jsd_loss(student, teacher, labels=labels, beta=beta)
        yield PeerCase(
            "divergence.generalised_jsd",
            "trl GKDTrainer.generalized_jsd_loss",
            {"log_teacher": log_t, "log_student": log_s, "beta": beta},
            value,
        )


def _rl(draw: Draw) -> Iterator[PeerCase]:
    grpo = importlib.import_module("trl.trainer.grpo_trainer").GRPOTrainer
    rloo = importlib.import_module("trl.trainer.rloo_trainer").RLOOTrainer
    mask, log_probs = _answers(draw, 6)
    old = np.round(log_probs + draw.normal(6, TOKENS, scale=0.3) * mask, 4)
    reference = np.round(log_probs + draw.normal(6, TOKENS, scale=0.3) * mask, 4)
    advantages = draw.normal(6)
    ours = {"log_probs": log_probs, "old_log_probs": old, "advantages": advantages, "mask": mask}
    inputs = {
        "prompt_ids": torch.zeros(6, 1),
        "prompt_mask": torch.ones(6, 1),
        "completion_ids": torch.zeros(6, TOKENS),
        "completion_mask": torch.as_tensor(mask),
        "advantages": torch.as_tensor(advantages),
        "old_per_token_logps": torch.as_tensor(old),
        "ref_per_token_logps": torch.as_tensor(reference),
        "num_items_in_batch": torch.as_tensor(mask).sum(),
    }

    def policy(*_: Any, **__: Any) -> Any:
        return torch.as_tensor(log_probs), torch.zeros(6, TOKENS), None

    for average, loss_type, beta in (
        ("answer", "grpo", 0.0),
        ("answer", "grpo", 0.04),
        ("tokens", "dapo", 0.0),
        ("tokens", "bnpo", 0.0),
        ("constant", "dr_grpo", 0.0),
        ("sequence", "grpo", 0.0),
    ):
        sequence = average == "sequence"
        stand_in = _trainer(
            loss_type=loss_type,
            beta=beta,
            epsilon_low=0.2,
            epsilon_high=0.2,
            max_completion_length=10,
            top_entropy_quantile=1.0,
            off_policy_mask_threshold=None,
            importance_sampling_level="sequence" if sequence else "token",
            use_vllm=False,
            _entropy_bonus_enabled=False,
            current_gradient_accumulation_steps=1,
            args=SimpleNamespace(delta=None, use_bias_correction_kl=False, steps_per_generation=1),
            _get_per_token_logps_and_entropies=policy,
        )
        value = grpo._compute_loss(stand_in, None, dict(inputs))
        if sequence:
            yield PeerCase("policy.gspo", "trl GRPOTrainer, sequence level", {**ours, "low": 0.2, "high": 0.2}, value)
            continue
        extra = {"average": average, "length": 10, "beta": beta}
        if beta:
            extra["reference_log_probs"] = reference
        yield PeerCase("policy.grpo", f"trl GRPOTrainer, loss_type {loss_type}", {**ours, **extra}, value)
    rewards = draw.between(0, 1, 2, 3)
    left_out = (rewards.sum(1, keepdims=True) - rewards) / 2
    stand_in = _trainer(epsilon_low=0.2, epsilon_high=0.2, _get_per_token_logps_and_entropies=policy)
    once = {
        **inputs,
        "advantages": torch.as_tensor((rewards - left_out).ravel()),
        "old_logps": torch.as_tensor(old.sum(1)),
    }
    yield PeerCase(
        "policy.rloo",
        "trl RLOOTrainer",
        {
            "log_probs": log_probs.sum(1).reshape(2, 3),
            "old_log_probs": old.sum(1).reshape(2, 3),
            "rewards": rewards,
        },
        rloo._compute_loss(stand_in, None, once),
    )
