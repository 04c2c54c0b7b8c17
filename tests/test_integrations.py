"""Callbacks in real trainers on tiny models (where the libraries are installed), and the session that they share."""

from __future__ import annotations

import itertools
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import lossdoc
from lossdoc.integrations.session import Session

NAN = float("nan")
pytest_plugins = ["lossdoc.integrations.pytest"]


def row(step: int, *, nan_from: int = 10**9) -> dict[str, Any]:
    return {"step": step, "loss": NAN if step >= nan_from else 1 + 3 / (1 + step / 20) + step % 7 / 100, "grad": 1.0}


def test_a_finding_is_told_once_and_soon(caplog: pytest.LogCaptureFixture) -> None:
    session = Session(stop_on=["non-finite"], cost=1e9)
    with caplog.at_level(logging.INFO, "lossdoc"):
        told = [(step, f) for step in range(1, 101) for f in session.add(row(step, nan_from=35))]
        session.look(session.rows, at_the_end=True)
    assert [(step, f.check) for step, f in told if f.check == "non-finite"] == [
        (50, "non-finite")
    ]  # found at 40, confirmed at 50
    assert session.stopped is not None
    assert session.stopped.first_step == 35
    assert session.counts()["lossdoc/error"] == 1
    lines = [record.message for record in caplog.records]
    assert sum(line.startswith("non-finite at step 35: ") for line in lines) == 1
    assert lines.count("the run is stopped: non-finite") == 1
    # What is said at the end is what `check` says of the whole.
    assert session.report is not None
    whole = lossdoc.check([row(step, nan_from=35) for step in range(1, 101)], ignore=["truncated-log"])
    assert [f.id for f in session.report.findings] == [f.id for f in whole.findings]


def test_looks_become_rarer_where_they_cost_more_than_their_share() -> None:
    clock, looks = SimpleNamespace(now=0.0), []

    def tick() -> float:
        return float(clock.now)

    class Slow(Session):
        def _judged(self, log: Any, at_the_end: bool) -> None:  # noqa: ARG002
            looks.append(len(self.rows))
            clock.now += 1.0  # a look takes a second, and so does a row

    session = Slow(every=10, cost=0.02, clock=tick)
    for step in range(1, 201):
        session.add(row(step))
        clock.now += 1.0
    assert looks[0] == 10
    assert all(later - sooner >= 50 for sooner, later in itertools.pairwise(looks))
    assert len(looks) > 2


def test_a_healthy_run_is_not_stopped_and_a_fault_of_ours_stops_nothing(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session(stop_on=["non-finite", "divergence"], cost=1e9)
    assert [f.severity for step in range(1, 101) for f in session.add(row(step)) if f.severity != "info"] == []
    assert session.stopped is None

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(lossdoc, "check", broken, raising=False)
    assert [session.add(row(step, nan_from=1)) for step in range(101, 131)] == [[]] * 30
    assert caplog.text.count("could not judge") == 1


def test_a_check_that_does_not_exist_is_said() -> None:
    with pytest.raises(ValueError, match="no check nonfinite"):
        Session(stop_on=["nonfinite"])


def test_nothing_logged_yet_is_no_fault(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    session = Session()
    assert session.look([]) == []
    session.write_page(tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()
    assert caplog.text == ""


def test_the_fixture_fails_a_run_that_is_not_healthy(healthy_log: Any) -> None:
    rows = [row(step) for step in range(1, 301)]
    assert healthy_log(rows).verdict == "healthy"
    with pytest.raises(pytest.fail.Exception, match="became NaN at step 35"):
        healthy_log([row(step, nan_from=35) for step in range(1, 301)])
    sick = "examples/dpo-displacement.log"
    root = Path(__file__).resolve().parents[1]
    assert healthy_log(root / sick, fail_on="error").verdict == "suspicious"
    with pytest.raises(pytest.fail.Exception, match="likelihood-displacement"):
        healthy_log(root / sick)
    with pytest.raises(pytest.fail.Exception, match="NOT JUDGED"):
        healthy_log(rows[:3], judged=True)


def noisy(torch: Any, poison: int | None) -> Any:
    """256 pairs of a linear task; from sample `poison` on the targets are infinite."""
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(256, 4, generator=generator)
    y = x @ torch.tensor([[1.0], [-2.0], [0.5], [3.0]]) + 0.1 * torch.randn(256, 1, generator=generator)
    if poison is not None:
        y[poison:] = float("inf")
    return x, y


@pytest.mark.parametrize("poison", [None, 0])
def test_transformers(tmp_path: Path, poison: int | None) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("accelerate")
    from lossdoc.integrations.transformers import LossdocCallback

    class Linear(torch.nn.Module):  # type: ignore
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(4, 1)

        def forward(self, x: Any, labels: Any) -> dict[str, Any]:
            return {"loss": ((self.layer(x) - labels) ** 2).mean()}

    x, y = noisy(torch, poison)
    data = [{"x": a, "labels": b} for a, b in zip(x, y, strict=True)]
    settings = {"output_dir": str(tmp_path), "max_steps": 200, "logging_steps": 1, "learning_rate": 0.02}
    settings |= {"report_to": "none", "disable_tqdm": True, "use_cpu": True, "save_strategy": "no"}
    arguments = transformers.TrainingArguments(**settings, logging_nan_inf_filter=False, per_device_train_batch_size=16)
    seen: list[dict[str, float]] = []

    class Tracker(transformers.TrainerCallback):  # type: ignore
        def on_log(self, *_: Any, logs: dict[str, float], **__: Any) -> None:
            seen.append(dict(logs))

    trainer = transformers.Trainer(Linear(), arguments, train_dataset=data, callbacks=[Tracker()])
    callback = LossdocCallback(stop_on=["non-finite"], cost=1e9).attach(trainer)
    trainer.train()
    assert "<!doctype html>" in (tmp_path / "lossdoc.html").read_text()
    checks = [f.check for f in callback.report.roots if f.severity != "info"]
    if poison is None:
        assert trainer.state.global_step == 200
        assert checks == []
        assert seen[-1]["lossdoc/error"] == 0
    else:
        assert checks[0] == "non-finite"
        assert trainer.state.global_step == 20  # the first look finds it, the second confirms it
        assert [seen[n]["lossdoc/error"] for n in (9, 19)] == [0, 1]


@pytest.mark.parametrize("poison", [None, 0])
def test_lightning(tmp_path: Path, poison: int | None) -> None:
    torch = pytest.importorskip("torch")
    lightning = pytest.importorskip("lightning.pytorch")
    from lossdoc.integrations.lightning import LossdocCallback

    class Linear(lightning.LightningModule):  # type: ignore
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(4, 1)

        def training_step(self, batch: Any, _: int) -> Any:
            loss = ((self.layer(batch[0]) - batch[1]) ** 2).mean()
            self.log("train_loss", loss)
            return loss

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters(), 0.05)

    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(*noisy(torch, poison)), batch_size=16)
    callback = LossdocCallback(stop_on=["non-finite"], cost=1e9)
    quiet = {"enable_progress_bar": False, "enable_model_summary": False, "enable_checkpointing": False}
    trainer = lightning.Trainer(
        max_epochs=10, log_every_n_steps=1, default_root_dir=tmp_path, accelerator="cpu", callbacks=[callback],
        logger=False, **quiet,
    )  # fmt: skip
    trainer.fit(Linear(), loader)
    assert (tmp_path / "lossdoc.html").exists()
    assert len(callback.report.run.get("loss")) == trainer.global_step
    assert trainer.global_step == (160 if poison is None else 20)
    assert callback.report.run.trainer.framework == "lightning"
    assert set(callback.report.run.get("learning_rate").values) == {0.05}
    assert (callback.report.run.config["max_grad_norm"], callback.report.run.config["bf16"]) == (0.0, False)
    assert ("non-finite" in {f.check for f in callback.report.roots}) == (poison is not None)


@pytest.mark.parametrize("poison", [None, 0])
def test_keras(tmp_path: Path, poison: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    keras = pytest.importorskip("keras")
    from lossdoc.integrations.keras import LossdocCallback

    x, y = (np.asarray(values) for values in noisy(torch, poison))
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.02), loss="mse")
    callback = LossdocCallback(stop_on=["non-finite"], cost=1e9, page=tmp_path / "made" / "page.html")
    model.fit(x, y, epochs=30, batch_size=16, validation_split=0.25, verbose=0, callbacks=[callback])
    assert (tmp_path / "made" / "page.html").exists()
    epochs = len(callback.report.run.get("loss"))
    assert callback.report.run.get("loss").axis == "epoch"
    assert epochs == 30 if poison is None else epochs < 30
    assert callback.report.run.trainer.framework == "keras"
    assert callback.report.run.get("learning_rate").values == pytest.approx([0.02] * epochs)
    assert (callback.session.stopped is not None) == (poison is not None)
