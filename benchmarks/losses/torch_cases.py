"""Cases from PyTorch, torchmetrics, scikit-learn and sentence-transformers."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from benchmarks.losses.case import Draw, PeerCase

torch: Any = importlib.import_module("torch")
F: Any = importlib.import_module("torch.nn.functional")
metrics: Any = importlib.import_module("torchmetrics.functional")
sklearn: Any = importlib.import_module("sklearn.metrics")
sentence: Any = importlib.import_module("sentence_transformers.losses")


def cases() -> Iterator[PeerCase]:
    """All of them, in a fixed order."""
    draw = Draw()
    yield from _classification(draw)
    yield from _margins(draw)
    yield from _regression(draw)
    yield from _divergence(draw)
    yield from _embedding(draw)
    yield from _policy(draw)
    yield from _training()


def _t(values: Any) -> Any:
    return torch.as_tensor(np.asarray(values))


def _classification(draw: Draw) -> Iterator[PeerCase]:
    z, y = draw.normal(6, 5, scale=2), draw.integers(5, 6)
    ignored = np.where(np.arange(6) % 3 == 0, -100, y)
    w = draw.between(0.5, 2, 5)
    both = {"logits": z, "labels": y}
    name = "torch.nn.functional.cross_entropy"
    yield PeerCase("classification.cross_entropy", name, both, F.cross_entropy(_t(z), _t(y)))
    yield PeerCase(
        "classification.cross_entropy",
        name,
        {"logits": z, "labels": ignored, "weight": w},
        F.cross_entropy(_t(z), _t(ignored), weight=_t(w)),
    )
    yield PeerCase("classification.label_smoothing", name, both, F.cross_entropy(_t(z), _t(y), label_smoothing=0.1))
    soft = np.round(np.exp(z) / np.exp(z).sum(1, keepdims=True), 2)
    yield PeerCase(
        "classification.soft_cross_entropy", name, {"logits": z, "targets": soft}, F.cross_entropy(_t(z), _t(soft))
    )
    log_p = F.log_softmax(_t(z), -1)
    yield PeerCase(
        "classification.nll",
        "torch.nn.functional.nll_loss",
        {"log_probs": log_p, "labels": ignored},
        F.nll_loss(log_p, _t(ignored)),
    )
    b, t = draw.normal(8, scale=3), draw.integers(2, 8).astype(float)
    yield PeerCase(
        "classification.binary_cross_entropy",
        "torch.nn.functional.binary_cross_entropy_with_logits",
        {"logits": b, "targets": t},
        F.binary_cross_entropy_with_logits(_t(b), _t(t)),
    )
    # Focal and Poly-1 as their papers write them, on the probabilities that torch gives.
    p = log_p.exp().gather(1, _t(y)[:, None])[:, 0]
    each = F.cross_entropy(_t(z), _t(y), reduction="none")
    yield PeerCase("classification.focal", "torch, (1 - p)^2 * cross_entropy", both, ((1 - p) ** 2 * each).mean())
    yield PeerCase("classification.poly1", "torch, cross_entropy + (1 - p)", both, (each + 1 - p).mean())


def _margins(draw: Draw) -> Iterator[PeerCase]:
    # torchmetrics takes scores outside [0, 1] for logits and squashes them: stay inside.
    s, t = draw.between(0, 1, 9), draw.signs(9)
    both = {"scores": s, "targets": t}
    yield PeerCase("margins.hinge", "sklearn.metrics.hinge_loss", both, sklearn.hinge_loss(t, s))
    yield PeerCase(
        "margins.squared_hinge",
        "torchmetrics.functional.hinge_loss(squared=True)",
        both,
        metrics.hinge_loss(_t(s), _t((t > 0).astype(int)), task="binary", squared=True, validate_args=False),
    )
    yield PeerCase(
        "margins.soft_margin", "torch.nn.functional.soft_margin_loss", both, F.soft_margin_loss(_t(s), _t(t))
    )
    many, y = draw.normal(5, 4), draw.integers(4, 5)
    yield PeerCase(
        "margins.multiclass_hinge",
        "torch.nn.functional.multi_margin_loss",
        {"scores": many, "labels": y},
        F.multi_margin_loss(_t(many), _t(y)),
    )
    other = draw.normal(9)
    yield PeerCase(
        "margins.margin_ranking",
        "torch.nn.functional.margin_ranking_loss",
        {"first": s, "second": other, "targets": t, "margin": 0.3},
        F.margin_ranking_loss(_t(s), _t(other), _t(t), margin=0.3),
    )


def _regression(draw: Draw) -> Iterator[PeerCase]:
    f, y = draw.normal(10, scale=2), draw.normal(10, scale=2)
    up, right = draw.between(0.2, 5, 10), draw.between(0.2, 5, 10)
    both, positive = {"predictions": f, "targets": y}, {"predictions": up, "targets": right}
    a, b, p, q = _t(f), _t(y), _t(up), _t(right)
    for name, peer, value in (
        ("mean_absolute_error", "torch.nn.functional.l1_loss", F.l1_loss(a, b)),
        ("mean_squared_error", "torch.nn.functional.mse_loss", F.mse_loss(a, b)),
        ("root_mean_squared_error", "sklearn.metrics.root_mean_squared_error", sklearn.root_mean_squared_error(y, f)),
        ("log_cosh", "torchmetrics.functional.log_cosh_error", metrics.log_cosh_error(a, b)),
    ):
        yield PeerCase(f"regression.{name}", peer, both, value)
    for by in ("range", "mean"):
        yield PeerCase(
            "regression.normalised_mean_absolute_error",
            "torch.nn.functional.l1_loss over the targets' " + by,
            {**positive, "by": by},
            F.l1_loss(p, q) / (q.max() - q.min() if by == "range" else q.mean()),
        )
    for size in (0.5, 1.0):
        yield PeerCase(
            "regression.huber",
            "torch.nn.functional.huber_loss",
            {**both, "delta": size},
            F.huber_loss(a, b, delta=size),
        )
        yield PeerCase(
            "regression.smooth_l1",
            "torch.nn.functional.smooth_l1_loss",
            {**both, "beta": size},
            F.smooth_l1_loss(a, b, beta=size),
        )
    yield PeerCase(
        "regression.mean_absolute_percentage_error",
        "torchmetrics.functional.mean_absolute_percentage_error",
        both,
        metrics.mean_absolute_percentage_error(a, b),
    )
    yield PeerCase(
        "regression.mean_squared_log_error",
        "sklearn.metrics.mean_squared_log_error",
        positive,
        sklearn.mean_squared_log_error(right, up),
    )
    counts = draw.integers(7, 10).astype(float)
    for full in (False, True):
        yield PeerCase(
            "regression.poisson",
            "torch.nn.functional.poisson_nll_loss",
            {"log_rates": f, "counts": counts, "full": full},
            F.poisson_nll_loss(a, _t(counts), full=full),
        )


def _divergence(draw: Draw) -> Iterator[PeerCase]:
    p, q = (F.log_softmax(_t(draw.normal(4, 6)), -1) for _ in range(2))
    forward = F.kl_div(q, p, log_target=True, reduction="batchmean")
    backward = F.kl_div(p, q, log_target=True, reduction="batchmean")
    name = "torch.nn.functional.kl_div"
    yield PeerCase("divergence.kl_divergence", name, {"log_p": p, "log_q": q}, forward)
    yield PeerCase("divergence.reverse_kl", name, {"log_teacher": p, "log_student": q}, backward)
    student, teacher = draw.normal(4, 6, scale=2), draw.normal(4, 6, scale=2)
    cooled = F.kl_div(F.log_softmax(_t(student) / 2, -1), F.softmax(_t(teacher) / 2, -1), reduction="batchmean")
    yield PeerCase(
        "divergence.distillation", name + " * T^2", {"student_logits": student, "teacher_logits": teacher}, 4 * cooled
    )
    entropy = torch.distributions.Categorical(logits=p).entropy().mean()
    yield PeerCase("divergence.entropy", "torch.distributions.Categorical.entropy", {"log_p": p}, entropy)
    yield PeerCase("policy.entropy_bonus", "torch.distributions.Categorical.entropy", {"log_p": p}, -0.01 * entropy)


def _embedding(draw: Draw) -> Iterator[PeerCase]:
    a, p, n = draw.normal(5, 3), draw.normal(5, 3), draw.normal(5, 3)
    yield PeerCase(
        "embedding.triplet",
        "torch.nn.functional.triplet_margin_loss",
        {"anchors": a, "positives": p, "negatives": n},
        F.triplet_margin_loss(_t(a), _t(p), _t(n), eps=0.0),
    )
    cosine = F.cosine_similarity(_t(a)[:, None], _t(p)[None], dim=-1)
    rows = torch.arange(5)
    name = "torch, cross_entropy of cosine_similarity"
    yield PeerCase("embedding.infonce", name, {"queries": a, "keys": p}, F.cross_entropy(cosine / 0.05, rows))
    yield PeerCase(
        "embedding.multiple_negatives_ranking",
        name,
        {"anchors": a, "positives": p},
        F.cross_entropy(cosine * 20, rows),
    )
    yield PeerCase(
        "embedding.symmetric_infonce",
        name,
        {"images": a, "texts": p},
        (F.cross_entropy(cosine / 0.07, rows) + F.cross_entropy(cosine.T / 0.07, rows)) / 2,
    )

    distances, different = draw.between(0, 2, 8), draw.integers(2, 8).astype(float)
    loss = sentence.ContrastiveLoss(None, distance_metric=lambda left, _: left, margin=1.0)
    yield PeerCase(
        "embedding.contrastive",
        "sentence_transformers ContrastiveLoss (label 1 = similar)",
        {"distances": distances, "different": different},
        loss.compute_loss_from_embeddings([_t(distances), _t(distances)], _t(1 - different)),
    )
    ranking = sentence.MultipleNegativesRankingLoss(None, scale=20.0)
    yield PeerCase(
        "embedding.multiple_negatives_ranking",
        "sentence_transformers MultipleNegativesRankingLoss",
        {"anchors": a, "positives": p},
        ranking.compute_loss_from_embeddings([_t(a), _t(p)], None),
    )
    mask, truth = draw.integers(2, 30).astype(float), draw.integers(2, 30).astype(float)
    yield PeerCase(
        "overlap.dice_coefficient",
        "sklearn.metrics.f1_score",
        {"probabilities": mask, "targets": truth},
        sklearn.f1_score(truth, mask),
    )


def _policy(draw: Draw) -> Iterator[PeerCase]:
    q, r, later, done = draw.normal(6), draw.normal(6), draw.normal(6, 3), draw.integers(2, 6).astype(float)
    target = _t(r) + 0.99 * (1 - _t(done)) * _t(later).max(dim=1).values
    yield PeerCase(
        "policy.q_learning",
        "torch.nn.functional.mse_loss on the Bellman target",
        {"q": q, "rewards": r, "next_q": later, "done": done},
        F.mse_loss(_t(q), target),
    )


def _training() -> Iterator[PeerCase]:
    gradient = [3.0, -4.0, 12.0]
    parameter = torch.nn.Parameter(torch.zeros(3, dtype=torch.float64))
    parameter.grad = torch.tensor(gradient, dtype=torch.float64)
    torch.nn.utils.clip_grad_norm_([parameter], 1.0)
    yield PeerCase(
        "training.clip_gradient",
        "torch.nn.utils.clip_grad_norm_ (which adds 1e-6 to the norm)",
        {"gradient": gradient, "max_norm": 1.0},
        parameter.grad,
    )
    schedulers = torch.optim.lr_scheduler
    made: list[tuple[str, dict[str, float], Callable[[Any], Any]]] = [
        ("cosine_decay", {"total": 10}, lambda o: schedulers.CosineAnnealingLR(o, T_max=10)),
        ("linear_decay", {"total": 10}, lambda o: schedulers.LinearLR(o, 1.0, 0.0, total_iters=10)),
        ("exponential_decay", {"factor": 0.8}, lambda o: schedulers.ExponentialLR(o, gamma=0.8)),
    ]
    for ours, extra, make in made:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        scheduler = make(optimizer)
        rates = []
        for _ in range(11):
            rates.append(scheduler.get_last_lr()[0])
            optimizer.step()
            scheduler.step()
        peer = f"torch.optim.lr_scheduler.{type(scheduler).__name__}"
        yield PeerCase(f"training.{ours}", peer, {"step": list(range(11)), **extra}, rates)
