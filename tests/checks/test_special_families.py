"""moe-imbalance, gan-imbalance, ctc-blank, representation-collapse, posterior-collapse, dominant-component,
distill-stall, q-divergence: experimental, for information."""

from __future__ import annotations

import numpy as np
import pytest

from lossdoc.model.run import Curve
from tests.checks.synthetic import Floats, curve, found, noise, ramp, saturating, skipped

N = 200


def around(path: Floats, share: float = 0.05, seed: int = 1) -> Floats:
    return np.abs(path * (1 + noise(len(path), share, seed)))


def test_router_heads_for_one_expert() -> None:
    loss = curve("moe_aux_loss", around(ramp(N, 2.05, 7.8, 0.3, 0.8), 0.02))
    (finding,) = found("moe-imbalance", loss, trainer="pretrain", config={"num_experts": 8})
    assert (finding.severity, finding.confidence) == ("info", "high")
    assert found("moe-imbalance", curve("moe_imbalance", around(ramp(N, 0.5, 3, 0.3))), trainer="pretrain")


def test_router_settles() -> None:
    assert not found(
        "moe-imbalance", curve("moe_aux_loss", around(saturating(N, 3.5, 2.05, 20), 0.02)), trainer="pretrain"
    )
    assert not found("moe-imbalance", curve("moe_aux_loss", around(np.full(N, 2.1), 0.03)), trainer="pretrain")


def gan(d: Floats, g: Floats) -> list[Curve]:
    return [curve("discriminator_loss", d, domain="A"), curve("generator_loss", g, domain="A")]


def test_discriminator_wins() -> None:
    d, g = around(saturating(400, 0.5, 0.001, 30), 0.3), around(ramp(400, 0.7, 3.0, 0, 0.5), 0.1)
    (finding,) = found("gan-imbalance", *gan(d, g), trainer="gan")
    assert finding.labels == {"domain": "A"}


def test_least_squares_discriminator_wins() -> None:
    d, g = around(saturating(400, 0.18, 0.0015, 40), 0.3), around(saturating(400, 0.45, 0.99, 40), 0.05)
    assert found("gan-imbalance", *gan(d, g), trainer="gan")


def test_a_game_that_goes_on() -> None:
    swing = 0.5 + 0.3 * np.sin(np.arange(400) / 9)
    assert not found("gan-imbalance", *gan(around(swing, 0.1), around(1.5 - swing, 0.1, 2)), trainer="gan")


def test_a_wasserstein_critic() -> None:
    d, g = -around(np.full(400, 0.01), 0.5), around(ramp(400, 0.7, 3.0), 0.1)
    assert not found("gan-imbalance", *gan(d, g), trainer="gan")


def test_only_blanks() -> None:
    rate = curve("word_error_rate", np.ones(12), "eval", every=15)
    assert found("ctc-blank", rate, curve("ctc_loss", around(np.full(N, 2.9), 0.02)), trainer="sft")
    letters = curve("character_error_rate", np.ones(12), "eval", every=15)
    assert found("ctc-blank", letters, curve("loss", around(np.full(N, 2.9), 0.02)), trainer="sft")


def test_the_early_shelf_is_left() -> None:
    rate = curve("word_error_rate", np.r_[np.ones(5), np.linspace(0.99, 0.3, 7)], "eval", every=15)
    assert not found("ctc-blank", rate, curve("ctc_loss", around(saturating(N, 3, 0.5), 0.02)), trainer="sft")
    still = curve("word_error_rate", np.ones(12), "eval", every=15)
    assert not found("ctc-blank", still, curve("ctc_loss", around(ramp(N, 6, 2.5), 0.02)), trainer="sft")


def test_embeddings_lose_their_spread() -> None:
    spread = curve("embedding_std", around(saturating(N, 1.0, 0.004, 9)))
    assert found("representation-collapse", spread, trainer="embedding")
    alike = curve("similarity", np.minimum(1, 0.999 + noise(N, 0.0002, 3)), key="negative_similarity")
    assert found("representation-collapse", alike, trainer="embedding")


def test_embeddings_keep_their_spread() -> None:
    spread = curve("embedding_std", around(saturating(N, 1.0, 0.5)))
    apart = curve("similarity", ramp(N, 0.9, 0.1) + noise(N, 0.02, 4), key="negative_similarity")
    assert not found("representation-collapse", spread, trainer="embedding")
    assert not found("representation-collapse", apart, trainer="embedding")
    assert skipped("representation-collapse", curve("loss", np.ones(N)), trainer="embedding")


def test_the_code_is_ignored() -> None:
    assert found("posterior-collapse", curve("latent_kl", around(saturating(N, 20, 0.01, 12), 0.2)), trainer="")
    assert found("posterior-collapse", curve("latent_kl", around(np.full(N, 0.003), 0.2)), trainer="")


@pytest.mark.parametrize(
    ("end", "decoded", "severities"),
    [(2e-5, 0.3, ["warning"]), (2e-3, 0.3, ["info"]), (2e-5, 1e-4, ["info"]), (0.05, 0.3, [])],
)
def test_the_code_is_ignored_beside_a_reconstruction(end: float, decoded: float, severities: list[str]) -> None:
    y = np.concatenate([np.geomspace(0.1 if end < 0.01 else 12, end, 40), np.full(N - 40, end)])
    others = (curve("val_recon", around(np.full(N, decoded), 0.01), key="recon"),)
    y = y if severities else np.full(N, 12.0)
    assert [f.severity for f in found("posterior-collapse", curve("kl", y), *others, trainer="")] == severities


def test_a_code_whose_kl_is_a_sum_of_nats_is_empty_below_a_tenth() -> None:
    kl = np.concatenate([np.geomspace(1500, 2, 60), np.geomspace(2, 0.002, N - 60)])
    kl[[150, 170, 190]] = 2.0  # single batches
    total = curve("loss", kl + 0.08)
    curves = (curve("kl_loss", kl), total, curve("loss_component", np.full(N, 0.08), key="rec", component="rec"))
    assert [f.severity for f in found("posterior-collapse", *curves, trainer="")] == ["warning"]
    assert not found("loss-collapse", *curves, trainer="sft")
    assert found("loss-collapse", curve("loss", total.values / 100), trainer="sft")  # a loss of tokens


def test_another_kl_is_no_code() -> None:
    assert not found("posterior-collapse", curve("kl", np.full(N, 1e-5)), trainer="")


def test_the_code_is_used() -> None:
    assert not found("posterior-collapse", curve("latent_kl", around(saturating(N, 50, 12), 0.1)), trainer="")
    assert not found("posterior-collapse", curve("latent_kl", around(ramp(N, 0.01, 8, 0.5), 0.1)), trainer="")


def parts(*levels: float) -> list[Curve]:
    return [curve("loss_component", around(np.full(N, v), 0.1, k), component=str(k)) for k, v in enumerate(levels)]


def test_one_part_is_the_loss() -> None:
    (finding,) = found("dominant-component", *parts(90, 0.4, 0.9), trainer="detection")
    assert finding.labels == {"component": "0"}
    rising = curve("loss_component", around(ramp(N, 0.2, 0.9), 0.05), component="x")
    total = curve("loss", around(ramp(N, 9, 4), 0.05))
    assert found("dominant-component", *parts(2, 1), rising, total, trainer="detection")


def test_parts_of_one_order() -> None:
    assert not found("dominant-component", *parts(2, 0.4, 0.9), trainer="detection")
    assert not found("dominant-component", *parts(90, 0.4), trainer="detection")


def test_the_student_stands_still() -> None:
    assert found("distill-stall", curve("teacher_kl", around(np.full(N, 5.2))), trainer="distill")
    assert found("distill-stall", curve("distill_loss", around(np.full(N, 0.9), 0.1)), trainer="distill")


def test_the_student_learns() -> None:
    assert not found("distill-stall", curve("teacher_kl", around(saturating(N, 1.2, 0.4))), trainer="distill")
    assert not found("distill-stall", curve("teacher_kl", around(np.full(N, 0.004), 0.2)), trainer="distill")


def test_q_beyond_every_return() -> None:
    q = curve("q_value", around(np.exp(ramp(N, 0, 9))))
    returns = curve("reward", 20 + noise(N, 5, 5))
    assert found("q-divergence", q, returns, trainer="rl")
    assert found(
        "q-divergence", curve("q_value", around(ramp(N, 0, 300))), trainer="rl", config={"gamma": 0.99, "r_max": 1.0}
    )


def test_q_follows_the_return() -> None:
    returns = curve("reward", ramp(N, 0, 200) + noise(N, 9, 6))
    assert not found("q-divergence", curve("q_value", around(ramp(N, 0, 90))), returns, trainer="rl")
    bounded = curve("q_value", around(ramp(N, 0, 60)))
    assert not found("q-divergence", bounded, trainer="rl", config={"gamma": 0.99, "r_max": 1.0})
    assert "--set gamma" in skipped("q-divergence", bounded, trainer="rl")


def test_a_discriminator_that_is_never_fooled_and_pictures_that_do_not_get_better() -> None:
    d, g = np.full(40, 1e-4), around(np.full(40, 0.05), 0.02)
    psnr = curve("psnr", 9.1 + noise(40, 0.05, 3))
    (finding,) = found("gan-imbalance", *gan(d, g), psnr, trainer="gan")
    assert finding.severity == "warning"
    assert not found("gan-imbalance", *gan(d, g), curve("psnr", saturating(40, 9, 28, 10)), trainer="gan")
