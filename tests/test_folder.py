"""Folders: the best source of each run, said with the reason; what is no log changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lossdoc.api import Options, read_path
from lossdoc.model.finding import NotRead
from lossdoc.model.run import Run
from lossdoc.show.notes import in_words


def state(path: Path, steps: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    history = [{"step": s, "loss": 3.0 - s / 100, "learning_rate": 1e-4, "epoch": s / 100} for s in range(1, steps + 1)]
    path.write_text(json.dumps({"global_step": steps, "max_steps": 100, "log_history": history}))


def log(path: Path, steps: int, crash: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{{'loss': {3.0 - s / 100:.3f}, 'learning_rate': 1e-4, 'epoch': {s / 100}}}" for s in range(1, steps + 1)]
    path.write_text("\n".join([*rows, crash]))


def read(folder: Path) -> tuple[list[Run], list[NotRead]]:
    results = read_path(str(folder), Options())
    runs = [run for result in results if isinstance(result, list) for run in result]
    return runs, [result for result in results if isinstance(result, NotRead)]


def test_highest_checkpoint_before_standard_output(tmp_path: Path) -> None:
    state(tmp_path / "checkpoint-20" / "trainer_state.json", 20)
    state(tmp_path / "checkpoint-100" / "trainer_state.json", 100)
    log(tmp_path / "train.log", 90)
    (tmp_path / "README.md").write_text("# A model card\n\nText only.\n")
    (tmp_path / "model.safetensors").write_bytes(b"\0" * 100)
    (run,), refused = read(tmp_path)
    assert (run.format, run.records) == ("trainer-state", 100)
    assert any("highest checkpoint" in note and "train.log" in note for note in map(in_words, run.notes))
    assert [Path(r.source).name for r in refused] == ["README.md"]
    assert not any(r.named for r in refused)


def test_the_crash_of_another_file_is_not_lost(tmp_path: Path) -> None:
    state(tmp_path / "checkpoint-20" / "trainer_state.json", 20)
    trace = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nRuntimeError: CUDA out of memory'
    log(tmp_path / "train.log", 30, trace)
    (run,), _ = read(tmp_path)
    assert run.format == "trainer-state"
    assert [e.kind for e in run.events].count("crash") == 1


def test_runs_side_by_side(tmp_path: Path) -> None:
    for name in ("a", "b"):
        state(tmp_path / name / "trainer_state.json", 10)
    runs, _ = read(tmp_path)
    assert sorted(Path(run.source).parent.name for run in runs) == ["a", "b"]


def rows(path: Path, shift: float, **more: float) -> None:
    lines = [
        json.dumps({"step": s, "loss": shift + 3.0 - s / 100, "learning_rate": 1e-4, **more}) for s in range(1, 41)
    ]
    path.write_text("\n".join(lines))


def table(path: Path) -> None:
    path.write_text("step,loss\n" + "".join(f"{s},{3.0 - s / 100:.2f}\n" for s in range(1, 41)))


def test_sources_that_agree_are_one_run(tmp_path: Path) -> None:
    table(tmp_path / "log.csv")
    rows(tmp_path / "log.jsonl", 0.0)
    (run,), _ = read(tmp_path)
    assert run.format == "jsonl"


def test_sources_that_contradict_each_other_are_two_runs(tmp_path: Path) -> None:
    table(tmp_path / "log.csv")
    rows(tmp_path / "log.jsonl", 1.5)
    runs, _ = read(tmp_path)
    assert sorted(run.format for run in runs) == ["csv", "jsonl"]


def test_two_trainers_are_two_runs(tmp_path: Path) -> None:
    rows(tmp_path / "log.jsonl", 0.0, **{"rewards/margins": 0.1, "logps/chosen": -20.0})
    (tmp_path / "history.csv").write_text(
        "epoch,accuracy,loss,val_accuracy,val_loss\n"
        + "".join(f"{e},0.{e + 10},2.{90 - e},0.2,2.5\n" for e in range(40))
    )
    runs, _ = read(tmp_path)
    assert sorted(run.format for run in runs) == ["csv", "jsonl"]


def test_logs_of_several_runs_in_one_folder(tmp_path: Path) -> None:
    log(tmp_path / "one.log", 20)
    log(tmp_path / "two.log", 30)
    runs, _ = read(tmp_path)
    assert sorted(run.records for run in runs) == [20, 30]


@pytest.mark.parametrize("content", [{}, {"notes.md": "# nothing\n\nhere\n"}])
def test_a_folder_without_logs(tmp_path: Path, content: dict[str, str]) -> None:
    for name, text in content.items():
        (tmp_path / name).write_text(text)
    runs, (refused,) = read(tmp_path)
    assert not runs
    assert refused.named
    assert "without logs" in refused.found


def test_mlflow_files(tmp_path: Path) -> None:
    store = tmp_path / "mlruns" / "0" / "abc"
    (store / "metrics").mkdir(parents=True)
    (store / "meta.yaml").write_text("run_id: abc\n")
    (store / "metrics" / "loss").write_text("".join(f"170000000{s}000 {2.0 - s / 10} {s}\n" for s in range(5)))
    (run,), _ = read(tmp_path)
    loss = run.get("loss")
    assert loss is not None
    assert loss.steps.tolist() == [0, 1, 2, 3, 4]


def test_event_files_of_a_run_are_read_together(tmp_path: Path, shared: Path) -> None:
    events = sorted((shared / "samples").glob("events.out*"))
    for path in events:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (run,), _ = read(tmp_path)
    assert len(run.sources) == len(events) == 2
    assert {c.split for c in run.curves} >= {"train", "eval"}


def test_globs_and_missing_files(tmp_path: Path) -> None:
    log(tmp_path / "one.log", 20)
    (tmp_path / "two.log").write_text("")
    results = read_path(str(tmp_path / "*.log"), Options())
    assert [isinstance(r, NotRead) for r in results] == [False, True]
    (missing,) = read_path(str(tmp_path / "none.log"), Options())
    assert isinstance(missing, NotRead)
    assert missing.named


def test_an_event_file_named_alone_keeps_the_split_of_its_folder(tmp_path: Path, shared: Path) -> None:
    source = next((shared / "corpus").rglob("events.out.tfevents*"))
    place = tmp_path / "validation" / source.name
    place.parent.mkdir()
    place.write_bytes(source.read_bytes())
    (runs,) = read_path(str(place), Options())
    assert isinstance(runs, list)
    assert {curve.split for curve in runs[0].curves} == {"eval"}


def test_a_link_to_the_latest_run_is_no_second_run(tmp_path: Path) -> None:
    log(tmp_path / "run-1" / "output.log", 30)
    try:
        (tmp_path / "latest-run").symlink_to("run-1", target_is_directory=True)
    except OSError:
        pytest.skip("no links on this file system")
    (run,), _ = read(tmp_path)
    assert "run-1" in run.source


def test_curves_saved_from_tensorboard_are_one_run(tmp_path: Path) -> None:
    for name, value in (("run-train-tag-epoch_loss", 2.0), ("run-validation-tag-epoch_loss", 3.0), ("tag-lr", 0.1)):
        rows = "".join(f"{1.7e9 + n},{n},{value / (n + 1)}\n" for n in range(20))
        (tmp_path / f"{name}.csv").write_text(f"Wall time,Step,Value\n{rows}")
    runs, _ = read(tmp_path)
    (run,) = runs
    assert {(c.metric, c.split, len(c)) for c in run.curves} == {
        ("loss", "train", 20),
        ("loss", "eval", 20),
        ("learning_rate", "train", 20),
    }
    assert len(run.sources) == 3


def test_episodes_of_a_monitor_stand_beside_progress(tmp_path: Path) -> None:
    rows = "".join(f"{n},{n * 100},{n / 5}\n" for n in range(1, 30))
    (tmp_path / "progress.csv").write_text(f"rollout/ep_rew_mean,time/total_timesteps,train/loss\n{rows}")
    (tmp_path / "0.monitor.csv").write_text(
        '#{"t_start": 1.5, "env_id": "x"}\nr,l,t\n' + "1.5,20,3.25\n2.5,21,4.5\n" * 40
    )
    (run,), _ = read(tmp_path)
    assert Path(run.source).name == "progress.csv"
    assert any("0.monitor.csv" in note for note in map(in_words, run.notes))


def test_results_beside_the_only_log_of_a_folder_are_not_a_run(tmp_path: Path) -> None:
    rows = [f"Epoch {n}: Train Loss: {3 / n:.4f}, Val Loss: {4 / n:.4f}" for n in range(1, 12)]
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "run.txt").write_text("\n".join(rows) + "\n")
    (tmp_path / "result.json").write_text(json.dumps({"version": 1, "final_val_loss": 0.3636}))
    (run,), _ = read(tmp_path)
    assert Path(run.source).name == "run.txt"
    assert any("not used: result.json" in note for note in map(in_words, run.notes))
    (tmp_path / "log" / "again.txt").write_text("\n".join(rows).replace("Loss: 0", "Loss: 1") + "\n")
    assert len(read(tmp_path)[0]) == 3


def test_a_run_has_one_console(tmp_path: Path) -> None:
    """Of two logs of which nothing tells whose they are, none is taken for the console of the run beside them."""
    state(tmp_path / "trainer_state.json", 100)
    keras = "".join(f"Epoch {i}/4\n10/10 - 1s - loss: {2 / i:.3f} - val_loss: {2.2 / i:.3f}\n" for i in range(1, 5))
    (tmp_path / "first.txt").write_text(keras)
    (run,), _ = read(tmp_path)
    assert any("first.txt" in note for note in map(in_words, run.notes))
    (tmp_path / "second.txt").write_text("".join(f"step {i} | loss {5 - i:.2f} | acc 0.{i}\n" for i in range(1, 5)))
    assert sorted(Path(run.source).name for run in read(tmp_path)[0]) == [
        "first.txt",
        "second.txt",
        "trainer_state.json",
    ]
