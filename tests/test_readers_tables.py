"""Tables: downloads of trackers are runs, tables of results and of data are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lossdoc.api import Options, read_input, read_source
from lossdoc.input.source import Source
from lossdoc.model.finding import NotRead
from lossdoc.model.run import Run

EPOCHS = range(1, 40)


def read(text: str) -> list[Run] | NotRead:
    return read_source(Source.from_text(text), Options())


def runs(text: str) -> list[Run]:
    result = read(text)
    assert isinstance(result, list)
    return result


@pytest.mark.parametrize("suffix", [".csv", ".json"])
@pytest.mark.parametrize(
    ("name", "metric", "split"),
    [
        ("run-.-tag-loss", "loss", "train"),
        ("run-fit_1_validation-tag-epoch_loss", "loss", "eval"),
        ("run-.-tag-val_accuracy (2)", "accuracy", "eval"),
    ],
)
def test_a_download_of_tensorboard_is_named_by_its_file(
    tmp_path: Path, suffix: str, name: str, metric: str, split: str
) -> None:
    points = [[1.7e9 + 10 * n, 5 * n, 3 / n] for n in EPOCHS]
    rows = "Wall time,Step,Value\n" + "".join(f"{wall},{step},{value}\n" for wall, step, value in points)
    path = tmp_path / f"{name}{suffix}"
    path.write_text(json.dumps(points) if suffix == ".json" else rows)
    result = read_input(path, Options())
    assert isinstance(result, list)
    (curve,) = result[0].curves
    assert (curve.metric, curve.split, curve.axis, curve.steps[-1]) == (metric, split, "step", 5 * 39)


def test_a_chart_of_wandb_holds_a_run_per_name_and_any_x_axis() -> None:
    names = [
        f"{run} - {key}{end}"
        for run in ("a-1", "lr - 2")
        for key in ("_step", "loss")
        for end in ("", "__MIN", "__MAX")
    ]
    head = ",".join(f'"{name}"' for name in ("frames", *names))
    rows = "".join(f'"{100 * n}",{",".join([str(n)] * 3 + [str(3 / n)] * 3)},"","","","","",""\n' for n in EPOCHS)
    found = runs(f"{head}\n{rows}")
    assert [(run.records, [c.key for c in run.curves], run.curves[0].steps[-1]) for run in found] == [
        (39, ["loss"], 3900)
    ]


RESULTS = {
    "runs": "run_name,seed,max_iters,final_train_loss,final_val_loss\n"
    + "".join(f"variant_{n},42,{5000 + n % 3},{1 / n},{2 / n}\n" for n in range(1, 13)),
    "search": "layout,optimizer,batch_size,num_epochs,learning_rate,best_accuracy,timestamp\n"
    + "".join(
        f"wide,{'sgd' if n % 3 else 'adam'},{32 << n % 2},30,0.1,{80 - n}.5,2025-05-31 14:{n}:31\n"
        for n in range(10, 22)
    ),
    "pandas": ",name,train_loss,test_acc\n" + "".join(f"{n},bert_{n},{1 / (n + 1)},0.{n}\n" for n in range(8)),
    "wandb": "Name,State,Notes,User,Tags,Created,Runtime,lr,train/loss\n"
    + "".join(f"base,finished,-,me,,2024-01-01T10:00:{n:02d}.000Z,9{n},0.1,{1 / n}\n" for n in range(1, 30)),
    "roll-out": "step,action,reward,terminated,truncated\n"
    + "".join(f"{n},0.1,{n / 9},False,False\n" for n in range(50)),
    "shop": "Invoice ID,City,Unit price,Cost of goods sold,Gross margin percentage\n"
    + "".join(f"750-{n},Town,{n}.5,{n * 7},4.7619\n" for n in range(30)),
    "prices": "date,cost,output\n" + "".join(f"14-{n:02d}-01,{400 + n},{80 - n}\n" for n in range(1, 13)),
    "json": json.dumps([{"model": f"m{n}", "loss": 1 / (n + 1), "accuracy": 0.5} for n in range(9)]),
    "vocabulary": json.dumps({word: n for n, word in enumerate(["loss", "epoch", *(f"w{n}" for n in range(9000))])}),
    "checkpoints": "".join(
        json.dumps({"name": f"{n:06d}", "batch": n, "epoch": 0, "path": "x"}) + "\n" for n in range(9)
    ),
}


@pytest.mark.parametrize("text", RESULTS.values(), ids=RESULTS)
def test_results_and_data_are_no_run(text: str) -> None:
    assert isinstance(read(text), NotRead)


LOGS = {
    "time and loss": "time,loss,acc\n" + "".join(f"10:00:{n:02d},{1 / n},0.5\n" for n in EPOCHS),
    "phase": "phase,loss,acc\n" + "".join(f"train,{1 / n},0.5\nval,{2 / n},0.25\n" for n in EPOCHS),
    "checkpoint of each epoch": "checkpoint,epoch,loss\n" + "".join(f"model_{n}.pt,{n},{1 / n}\n" for n in EPOCHS),
    "pandas": ",loss,accuracy\n" + "".join(f"{n},{1 / n},0.5\n" for n in EPOCHS),
    "plural": json.dumps({"train_losses": [1 / n for n in EPOCHS], "val_losses": [2 / n for n in EPOCHS]}),
}


@pytest.mark.parametrize("text", LOGS.values(), ids=LOGS)
def test_logs_with_words_in_them_are_runs(text: str) -> None:
    assert any(curve.metric == "loss" for run in runs(text) for curve in run.curves)


def test_a_key_that_nobody_knows_keeps_the_split_it_names() -> None:
    rows = "epoch,train/shine,train/loss,eval/loss,val_shine\n" + "".join(
        f"{n},{n},{1 / n},{2 / n},3\n" for n in EPOCHS
    )
    (run,) = runs(rows)
    assert {(c.key, c.split) for c in run.curves if not c.known} == {("train/shine", "train"), ("val_shine", "eval")}


@pytest.mark.parametrize(("more", "last"), [("", 7 * 39), (',"epoch": {epochs}', 39)])
def test_calls_of_wandb_are_the_step_where_nothing_else_is(more: str, last: int) -> None:
    epochs = json.dumps(list(EPOCHS))
    losses = json.dumps([1 / n for n in EPOCHS])
    text = f'{{"_step": {json.dumps([7 * n for n in EPOCHS])}, "train/loss": {losses}{more.format(epochs=epochs)}}}'
    (run,) = runs(text)
    assert run.curves[0].steps[-1] == last


@pytest.mark.parametrize(
    ("end", "points", "said"),
    [
        ("40,0.0", 39, "the last row is cut: 1 of its 3 cells are read"),
        ("4", 39, "the last row is cut: 0 of its 3 cells are read"),
        ("40,0.05,1.0", 40, ""),
        ("40,0.05\n", 40, ""),  # written to its end, with a cell less
        ("done", 39, ""),
    ],
)
def test_a_row_that_breaks_off_is_told_and_its_last_cell_left_out(end: str, points: int, said: str) -> None:
    (run,) = runs("step,loss,grad_norm\n" + "".join(f"{n},{3 / n:.4f},1.0\n" for n in EPOCHS) + end)
    assert [len(curve) for curve in run.curves if curve.metric == "loss"] == [points]
    assert [(u.line, u.why) for u in run.unread] == ([(41, said)] if said else [])


def test_a_separator_at_the_end_of_each_line_makes_no_column() -> None:
    rows = "".join(f"{40 - n / 2:.4f}\t0.2{60 - n}\t{9 - n / 9:.4f}\t\n" for n in range(30))
    (run,) = runs("total loss\tscore loss\tctc loss\t\n" + rows)
    assert [(c.key, len(c)) for c in run.curves if c.metric == "loss"] == [("total loss", 30)]


def test_a_score_that_says_of_no_data_and_stands_with_the_held_out_loss_alone_is_held_out() -> None:
    head = "epoch,train_loss,val_loss,accuracy\n"
    rare = [f"{n},{2 - n / 50:.4f},{'' if n % 5 else 1.9 - n / 60},{'' if n % 5 else n / 70}" for n in range(60)]
    often = [f"{n},{2 - n / 50:.4f},{1.9 - n / 60:.4f},{n / 70:.4f}" for n in range(60)]
    for rows, split in ((rare, "eval"), (often, "train")):
        (run,) = runs(head + "\n".join(rows) + "\n")
        assert {c.split for c in run.curves if c.metric == "accuracy"} == {split}
