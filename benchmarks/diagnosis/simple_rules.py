"""The simple rules that people use today, on the curves that lossdoc reads: what a doctor must beat."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from lossdoc.api import Options, read_path
from lossdoc.model.run import Run

Rule = Callable[[Path, Options], list[tuple[str, str, float | None]]]


def _runs(path: Path, options: Options) -> list[Run]:
    return [run for found in read_path(str(path), options) if isinstance(found, list) for run in found]


def nan_only(path: Path, options: Options) -> list[tuple[str, str, float | None]]:
    """Any NaN or infinity in any loss (TerminateOnNaN of Keras, detect_anomaly-style guards)."""
    for run in _runs(path, options):
        for curve in run.all("loss"):
            bad = np.flatnonzero(~np.isfinite(curve.values))
            if len(bad):
                return [("non_finite", "error", float(curve.steps[bad[0]]))]
    return []


def sagemaker(path: Path, options: Options) -> list[tuple[str, str, float | None]]:
    """SageMaker Debugger's LossNotDecreasing (num_steps 10, diff_percent 0.1) and Overfit (ratio_threshold 0.1)."""
    found: list[tuple[str, str, float | None]] = []
    for run in _runs(path, options):
        train, held = run.get("loss"), run.get("loss", "eval")
        if train is not None and len(train) > 10:
            before, after = train.values[:-10], train.values[10:]
            stuck = np.flatnonzero(after > before * (1 - 0.001))
            if len(stuck):
                found.append(("no_learning", "warning", float(train.steps[stuck[0]])))
        if train is not None and held is not None and len(held):
            near = train.values[np.clip(np.searchsorted(train.steps, held.steps), 0, len(train) - 1)]
            over = np.flatnonzero((held.values - near) / np.maximum(np.abs(near), 1e-12) > 0.1)
            if len(over):
                found.append(("overfitting", "warning", float(held.steps[over[0]])))
    return found


def six_sigma(path: Path, options: Options) -> list[tuple[str, str, float | None]]:
    """OLMo-core's skip-step rule: loss or gradient norm more than 6 standard deviations above the last 128."""
    found: list[tuple[str, str, float | None]] = []
    for run in _runs(path, options):
        for metric, name in (("loss", "loss_spikes"), ("grad_norm", "grad_spikes")):
            curve = run.get(metric)
            if curve is None:
                continue
            for i in range(64, len(curve)):
                window = curve.values[max(0, i - 128) : i]
                if curve.values[i] > window.mean() + 6 * window.std():
                    found.append((name, "warning", float(curve.steps[i])))
                    break
    return found


RULES: dict[str, Rule] = {
    "NaN in the loss": nan_only,
    "SageMaker defaults": sagemaker,
    "6 sigma (OLMo-core)": six_sigma,
}
