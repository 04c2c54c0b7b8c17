"""Text formats with a structure: what their samples do not show - lines, events, damage, prose around tables."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path

import pytest

from lossdoc.input.source import Source
from lossdoc.model.record import Columns, Event, Item, Record, Unread
from lossdoc.readers import detect


def read(text: str) -> list[Item]:
    source = Source.from_text(text)
    found = detect(source)
    assert found
    return list(found[0][1].read(source))


def rows(items: Iterable[Item]) -> list[Record]:
    return [item for item in items if isinstance(item, Record)]


def kinds(items: Iterable[Item]) -> list[str]:
    return [item.kind for item in items if isinstance(item, Event)]


STATE = {
    "epoch": 1.0,
    "global_step": 20,
    "log_history": [{"loss": 2.5, "step": 10}, {"loss": math.nan, "step": 20}, {"train_loss": 2.0, "step": 20}],
    "logging_steps": 10,
    "max_steps": 20,
    "num_train_epochs": 1,
}


def test_trainer_state_has_lines_settings_and_an_end() -> None:
    text = json.dumps(STATE, indent=2)
    items = read(text)
    assert [record.line for record in rows(items)] == [5, 9, 13]
    assert all("{" in text.split("\n")[record.line - 1] for record in rows(items) if record.line)
    config = next(item for item in items if isinstance(item, Event) and item.kind == "config")
    assert config.data == {"epoch": 1.0, "global_step": 20, "logging_steps": 10, "max_steps": 20, "num_train_epochs": 1}
    assert "end" in kinds(items)


def test_trainer_state_on_one_line_and_empty() -> None:
    assert len(rows(read(json.dumps(STATE)))) == 3
    assert rows(read(json.dumps({**STATE, "log_history": []}))) == []


def test_trainer_state_that_is_cut_is_read_as_far_as_it_goes() -> None:
    text = json.dumps(STATE, indent=2)
    items = read(text[: text.index("train_loss")])
    assert len(rows(items)) == 2
    assert kinds(items) == ["cut"]


def test_jsonl_reports_broken_lines_by_number() -> None:
    lines = [json.dumps({"step": n, "loss": 1 / (n + 1)}) for n in range(6)]
    lines[2] = lines[2][:9]
    lines[4] = ""
    items = read("\n".join(lines))
    assert [record.line for record in rows(items)] == [1, 2, 4, 6]
    assert [item.line for item in items if isinstance(item, Unread)] == [3]


def test_jsonl_with_text_between_the_rows() -> None:
    row = '{"step": 1, "loss": 0.5}\n'
    items = read(f"WARNING: no GPU\n{row}some text\n{row}{row}")
    assert [record.line for record in rows(items)] == [2, 4, 5]
    assert not [item for item in items if isinstance(item, Unread)]


def test_jsonl_keeps_the_split_and_rank_of_its_prefix() -> None:
    items = read('2021-03-08 12:31:36 | INFO | valid | {"epoch": 1, "valid_loss": "3.5", "num_updates": "10"}\n' * 3)
    assert {record.split for record in rows(items)} == {"eval"}


def test_mmengine_evaluation_rows_count_epochs() -> None:
    train = '{"lr": 0.1, "loss": 0.5, "epoch": 2, "iter": 200, "step": 200}\n'
    record = rows(read(train + '{"coco/bbox_mAP": 0.25, "step": 2}\n'))[1]
    assert (record.epoch, record.split, dict(record.values)) == (2.0, "eval", {"coco/bbox_mAP": 0.25})


def test_keras_history_with_lists_of_two_lengths() -> None:
    items = read('{"history": {"loss": [3, 2, 1], "val_loss": [2.5, null, 1.5, 1.25]}}')
    columns = {item.key: (item.steps.tolist(), item.values.tolist()) for item in items if isinstance(item, Columns)}
    assert columns == {"loss": ([0, 1, 2], [3, 2, 1]), "val_loss": ([0, 2, 3], [2.5, 1.5, 1.25])}


def test_document_with_rows_and_a_summary() -> None:
    items = rows(read('{"final_loss": 0.5, "history": [{"step": 1, "loss": 1.5}, {"step": 2, "loss": 0.5}]}'))
    assert [dict(item.values) for item in items] == [
        {"step": 1, "loss": 1.5},
        {"step": 2, "loss": 0.5},
        {"final_loss": 0.5},
    ]


def test_csv_lines_blanks_and_quotes() -> None:
    items = rows(read('# made by hand\nstep,"loss, mean",note\n1,2.5,"a, b"\n\n2,,x\n3,nan,\n'))
    assert [(item.line, dict(item.values)) for item in items] == [
        (3, {"step": "1", "loss, mean": "2.5", "note": "a, b"}),
        (5, {"step": "2", "note": "x"}),
        (6, {"step": "3", "loss, mean": "nan"}),
    ]


def test_csv_of_several_widths() -> None:
    items = rows(read("epoch,loss\n0,2.5\n1,2.25,0.5\n2\n3,1.5\n4,1.25\n5,1.125\n6,1.0\n7,0.9\n8,0.8\n9,0.7\n"))
    assert len(items) == 10
    assert dict(items[1].values) == {"epoch": "1", "loss": "2.25"}


def test_csv_that_ends_in_an_open_quote_keeps_its_rows() -> None:
    assert len(rows(read('step,loss,note\n1,2.5,"a"\n2,2.25,"b"\n3,2.0,"cut'))) == 3


def test_table_of_the_seed_reads_as_it_stands(shared: Path) -> None:
    text = next((shared / "seeds").glob("003_*")).read_text()
    items = rows(read(text))
    assert [item.values["Step"] for item in items] == ["5", "10", "15", "45"]
    assert all(len(item.values) == 6 for item in items)
    assert [item.line for item in items] == [12, 13, 14, 16]


def test_table_with_tabs_and_prose() -> None:
    items = rows(
        read("My notebook said:\n\nStep\tTraining Loss\tValidation Loss\n10\t2.5\tNo log\n20\t2.25\t2.0\n\nGood?\n")
    )
    assert [dict(item.values) for item in items] == [
        {"Step": "10", "Training Loss": "2.5"},
        {"Step": "20", "Training Loss": "2.25", "Validation Loss": "2.0"},
    ]


def test_table_survives_other_output_between_its_rows() -> None:
    row = "{}         1.250000    1.125000    0.500000  00:01\n"
    noise = "UserWarning: something is deprecated\n  warnings.warn(\n"
    text = "epoch     train_loss  valid_loss  accuracy  time\n" + "".join(row.format(n) + noise for n in range(5))
    assert [item.values["epoch"] for item in rows(read(text))] == list("01234")


VARIANTS = {
    "index of a data frame": ",loss,accuracy\n0,0.5,0.6\n1,0.4,0.7\n",
    "title above a CSV": "Training log of my run\nepoch,loss\n1,0.5\n2,0.4\n",
    "CSV inside a log": "Using cuda\nloading\nepoch,train_loss,val_loss\n1,0.5,0.4\nsaved\n2,0.4,0.35\n",
    "bars without edges": "Epoch | Train Loss\n------------------\n1 | 0.5\n2 | 0.4\n",
    "rich": "┏━━━━━━━┳━━━━━━┓\n┃ Epoch ┃ Loss ┃\n┡━━━━━━━╇━━━━━━┩\n│ 1     │ 0.5  │\n│ 2     │ 0.4  │\n",
    "PrettyTable": "+-------+------+\n| Epoch | Loss |\n+-------+------+\n|   1   | 0.5  |\n|   2   | 0.4  |\n",
    "comment in code": "import x\n# Step    Training Loss   rewards / chosen\n# 50  0.5    No Log\n# 100 0.4    0.1\n",
    "a header per epoch": "Epoch   Loss     Acc\n1       0.500    0.1\n\nEpoch   Loss     Acc\n2       0.400    0.2\n",
    "data frame as JSON": '{"loss": {"0": 0.5, "1": 0.4}, "val_loss": {"0": 0.6, "1": 0.5}}',
    "results of XGBoost": '{"train": {"rmse": [0.5, 0.4]}, "eval": {"rmse": [1.6, 1.5]}}',
    "HTML in Markdown": "# Run\n\n<table><tr><th>Step</th><th>Loss</th></tr><tr><td>1</td><td>0.5</td></tr>"
    "<tr><td>2</td><td>0.4</td></tr></table>\n",
}


@pytest.mark.parametrize("name", VARIANTS)
def test_shapes_of_tables(name: str) -> None:
    items = rows(read(VARIANTS[name]))
    values = [{key.lower(): str(value) for key, value in item.values.items()} for item in items]
    losses = [row.get("loss", row.get("train loss", row.get("train_loss", row.get("train/rmse")))) for row in values]
    assert [loss or row.get("training loss") for loss, row in zip(losses, values, strict=True)] in (
        ["0.5", "0.4"],
        ["0.500", "0.400"],
    )


def test_notebook_page_of_transformers(shared: Path) -> None:
    source = Source.from_path(shared / "samples" / "notebook.html")
    items = list(detect(source)[0][1].read(source))
    assert [item.line for item in rows(items)] == [17, 23]
    assert next(item for item in items if isinstance(item, Event)).data == {"n": 8, "total": 8, "epochs": 1}


def notebook(*outputs: object) -> str:
    cells = [{"cell_type": "code", "execution_count": 2, "source": [], "outputs": list(outputs)}]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def test_notebook_rows_know_their_line_and_cell() -> None:
    text = notebook(
        {"output_type": "stream", "name": "stdout", "text": ["{'loss': 2.5, 'epo", "ch': 0.5}\n", "ok\n"]},
        {"output_type": "stream", "name": "stdout", "text": ["{'loss': 2.25, 'epoch': 1.0}\n"]},
    )
    items = rows(read(text))
    assert [item.run for item in items] == ["cell 2", "cell 2"]
    assert ["'loss'" in text.split("\n")[item.line - 1] for item in items if item.line] == [True, True]


def test_old_notebooks() -> None:
    output = {"output_type": "stream", "stream": "stdout", "text": ["{'loss': 2.5, 'epoch': 0.5}\n"]}
    cells = [{"cell_type": "code", "prompt_number": 7, "input": [], "outputs": [output]}]
    assert rows(read(json.dumps({"worksheets": [{"cells": cells}], "nbformat": 3})))[0].run == "cell 7"


def test_boxes_whose_keys_were_cut_to_one_name() -> None:
    edge = "-" * 40 + "\n"
    text = (
        edge
        + "| reference_perturbed_... | 1.5          |\n| reference_perturbed_... | 2.5          |\n| loss  | 1 |\n"
        + edge
    )
    assert sorted(str(value) for value in rows(read(text * 2))[0].values.values()) == ["1", "1.5", "2.5"]


def test_settings_beside_results_are_no_results() -> None:
    text = json.dumps({"hyperparameters": {"iterations": 1000, "lora_r": 8}, "results": {"val_loss": 2.5, "steps": 40}})
    found = read(text)
    assert [record.values for record in rows(found)] == [{"results/val_loss": 2.5, "results/steps": 40}]
    assert [item.data for item in found if isinstance(item, Event)] == [{"iterations": 1000, "lora_r": 8}]


@pytest.mark.parametrize("name", ["trainer_state.json", "log.jsonl", "log.csv"])
def test_labelled_runs_give_a_record_per_row(shared: Path, name: str) -> None:
    for path in sorted((shared / "runs").glob(f"*/{name}"))[:12]:
        source = Source.from_path(path)
        text = path.read_text()
        wanted = len(json.loads(text)["log_history"]) if name == "trainer_state.json" else len(text.splitlines())
        assert len(rows(detect(source)[0][1].read(source))) == wanted - (name == "log.csv")
