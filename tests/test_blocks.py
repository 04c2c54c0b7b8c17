"""Blocks of columns say what the same rows say one by one: the same runs, to the last bit."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lossdoc.api import Options, read_items, read_source
from lossdoc.input.source import Source
from lossdoc.knowledge.recognise import first_values
from lossdoc.model.record import Bars, Block, BulkItem, Record, Unread
from lossdoc.model.run import Curve, Run
from lossdoc.readers import csv_table, detect, hf_stdout
from lossdoc.readers._door import items as items_of
from lossdoc.readers.json import jsonl
from lossdoc.signal import matched

OPTIONS = Options()


def curve(c: Curve | None) -> object:
    if c is None:
        return None
    arrays = [array.tolist() for array in (c.steps, c.records, c.lines)]
    values = [repr(value) for value in c.values.tolist()]
    return (c.name, c.key, c.axis, c.steps_inferred, c.unit, c.decimals, c.significant, c.known, values, arrays)


def told(run: Run) -> object:
    return (
        [curve(c) for c in (*run.curves, run.epochs, run.counts)],
        run.trainer,
        run.config,
        run.events,
        run.unread,
        (run.records, run.dropped_records, run.notes, run.name),
    )


def both(text: str, reader: Any = jsonl) -> tuple[list[Run], list[BulkItem]]:
    """The runs of a text, after a comparison of both ways, and the items of the way of blocks."""
    source = Source.from_text(text)
    plain: list[BulkItem] = list(reader.read(source))
    bulk: list[BulkItem] = list(reader.read_blocks(source))
    assert repr(first_values(bulk)) == repr(first_values(plain))
    one, other = (read_items(items, reader.NAME, "log", OPTIONS) for items in (plain, bulk))
    assert [told(run) for run in other] == [told(run) for run in one]
    return one, bulk


def log(rows: Iterable[object]) -> str:
    return "".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows)


def train(step: int, **more: object) -> dict[str, object]:
    return {"step": step, "loss": 3.0 / step + random.Random(step).random() / 9, "lr": 1e-4, **more}


def blocks(items: Iterable[BulkItem]) -> list[Block]:
    return [item for item in items if isinstance(item, Block)]


def test_rows_of_one_layout_are_one_block_behind_its_first_row() -> None:
    runs, items = both(log(train(step) for step in range(1, 200)))
    (block,) = blocks(items)
    assert len(block.lines) == 198
    assert block.lines[0] == 2
    assert sum(isinstance(item, Record) for item in items) == 1
    assert len(runs[0].curves[0]) == 199


def test_training_and_evaluation_rows_that_alternate_keep_their_order() -> None:
    rows: list[object] = []
    for step in range(1, 100):
        rows.append(train(step))
        if step % 3 == 0:
            rows.append({"step": step, "eval_loss": 3.2 / step, "eval_runtime": 2.5})
    runs, items = both(log(rows))
    assert len(blocks(items)) == 2
    assert {c.split for c in runs[0].curves} == {"train", "eval"}


def test_more_layouts_than_two_and_broken_lines_between_keep_their_order() -> None:
    rows: list[object] = []
    for step in range(1, 400):
        rows.append(train(step))
        if step % 2:
            rows.append({"step": step, "eval_loss": 3.2 / step})
        if step % 7 == 0:
            rows.append({"step": step, "test_loss": 3.3 / step})
        if step % 50 == 0:
            rows.append('{"step": 31, "loss": 0.')
    _, items = both(log(rows))
    assert [len(block.lines) for block in blocks(items)] == [398, 199, 56]
    assert sum(isinstance(item, Unread) for item in items) == 7


def test_nan_and_infinity_stay_what_they_are() -> None:
    rows = [train(step, grad_norm=[float("nan"), 1.5, float("inf"), -float("inf")][step % 4]) for step in range(1, 90)]
    runs, items = both(log(rows))
    (block,) = blocks(items)
    assert len(block.lines) == 88
    found = next(c for c in runs[0].curves if c.key == "grad_norm").values
    assert (np.isnan(found).sum(), np.isposinf(found).sum(), np.isneginf(found).sum()) == (22, 22, 22)


def test_broken_lines_are_listed_with_their_numbers() -> None:
    rows: list[object] = [train(step) for step in range(1, 60)]
    rows[30:30] = ['{"step": 31, "loss": 0.', "", "Some words between", '{"step": 31, "loss": [}']
    _, items = both(log(rows) + '{"step": 60, "lo')
    assert [item.line for item in items if isinstance(item, Unread)] == [31, 34, 64]


@pytest.mark.parametrize(
    "odd",
    [
        {"step": 20, "loss": None, "lr": 1e-4},
        {"step": 20, "loss": "0.25", "lr": 1e-4},
        {"step": 20, "loss": True, "lr": 1e-4},
        {"step": 20, "loss": 10**400, "lr": 1e-4},
        {"lr": 1e-4, "loss": 0.5, "step": 20},
        {"step": 20, "loss": {"mean": 0.5}, "lr": 1e-4},
        '{"step": 20, "loss": 1, "loss": 0.5, "lr": 1e-4}',
        '{"step": 20, "loss": 7.1734e37, "lr": NaN}',
        {"event": "config", "lr": 1e-4, "beta": 0.1},
        {"event": "done"},
        {"mode": "val", "epoch": 1, "iter": 50, "acc": 0.5},
        {"step": 2, "iter": 20, "epoch": 2, "loss": 0.5},
        {"step": 20, "loss": 0.5, "total_steps": 400},
        {"train_runtime": 9.5, "train_loss": 0.9, "step": 20},
        {"epoch": 1.0, "loss": 0.5},
    ],
)
def test_a_row_unlike_the_others_is_read_as_before(odd: object) -> None:
    rows: list[object] = [train(step) for step in range(1, 60)]
    _, items = both(log([*rows[:20], odd, *rows[20:]]))
    assert blocks(items)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_resume_a_second_run_and_repeated_rows_are_told_as_before(share: float) -> None:
    rows = [train(step) for step in range(1, 60)]
    again = [train(step) for step in range(30, 90)]
    both(log([*rows, *again]))
    both(log([*rows, *rows]))
    drawn = random.Random(1)
    both(log(row for row in rows for _ in range(1 + (drawn.random() < share))))


def test_rows_without_a_step_or_with_an_epoch_alone() -> None:
    both(log({"loss": 1 / n, "acc": n / 99} for n in range(1, 99)))
    both(log({"loss": 0.5, "acc": 0.25} for _ in range(1, 99)))
    both(log({"loss": 1 / n, "epoch": n / 20} for n in range(1, 99)))
    both(log({"loss": 1 / n, "epoch": n // 10, "step": n % 10} for n in range(1, 99)))
    both(log({"loss": 1 / n, "epoch": n, "tokens_seen": 1000 * n} for n in range(1, 99)))


def test_a_first_value_that_is_no_number_is_looked_for_further_on() -> None:
    nan = float("nan")
    rows: list[object] = [train(step, kl=nan if step < 40 else 0.1 * step) for step in range(1, 80)]
    rows[50:50] = [{"kl": 77.0, "other": 1.0}]
    both(log(rows))
    rows[10:10] = [{"kl": 78.0, "other": 1.0}]
    both(log(rows))


@pytest.mark.parametrize("sample", jsonl.SAMPLES, ids=lambda sample: sample.program)
def test_every_sample_says_the_same_as_blocks(sample: object) -> None:
    both(sample.text)  # type: ignore[attr-defined]


def table(rows: int, odd: dict[int, str] | None = None, end: str = "\n") -> str:
    """A table with an evaluation every tenth row; `odd` lines stand in place of those rows."""
    drawn = random.Random(3)
    lines = ["step,loss,lr,eval_loss"]
    for step in range(1, rows + 1):
        seen = f"{3 / step + drawn.random():.3f}" if step % 10 == 0 else ""
        lines.append((odd or {}).get(step, f"{step},{3 / step + drawn.random():.4f},{1e-4 / step:.3e},{seen}"))
    return end.join(lines) + end


def test_a_table_is_blocks_by_the_cells_left_blank() -> None:
    runs, items = both(table(6000), csv_table)
    found = blocks(items)
    assert sorted(block.keys for block in found) == [("step", "loss", "lr"), ("step", "loss", "lr", "eval_loss")]
    assert {c.key: c.decimals for c in runs[0].curves} == {"loss": 4, "lr": None, "eval_loss": 3}
    both(table(6000, end="\r\n"), csv_table)
    both(table(6000).replace(",", "\t"), csv_table)
    both(table(6000).replace(",", " , "), csv_table)


@pytest.mark.parametrize(
    "odd",
    [
        "5000,nan,1e-4,",
        "5000,NaN,inf,",
        "5000,-inf,Infinity,1.5",
        "5000,1_000,0x10,",
        "5000,12%,3 ms,",
        '5000,"0.5",1e-4,',
        '5000,"0.5,1e-4,',
        "5000,True,1e-4,",
        "5000,None,-,N/A",
        "5000,0.5",
        "5000,0.5,1e-4,,7,8",
        "",
        ",,,",
        "5000, 0.5 ,\t1e-4,  ",
        "5000,1e400,123456789012345678901234567890,",
        "5000,0.1000000000000000055511151231257827,5e-324,",
        "step,loss,lr,eval_loss,acc",
        "step,val_loss,lr,eval_loss",
        "10,0.5,1e-4,0.25",
    ],
)
def test_a_row_unlike_the_others_of_a_table_is_read_as_before(odd: str) -> None:
    _, items = both(table(6000, {5000: odd}), csv_table)
    assert blocks(items) or '"' in odd or len(items) > 3000


def test_digits_are_counted_in_as_many_values_as_before() -> None:
    finer = {step: f"{step},0.5,1e-4,0.{step:06d}" for step in (3000, 5990)}
    runs, _ = both(table(6000, finer), csv_table)
    assert next(c for c in runs[0].curves if c.key == "eval_loss").decimals == 6


@pytest.mark.parametrize("sample", csv_table.SAMPLES, ids=lambda sample: sample.program)
def test_every_sample_of_a_table_says_the_same_as_blocks(sample: object) -> None:
    both(sample.text, csv_table)  # type: ignore[attr-defined]


def test_a_long_file_is_read_line_by_line_and_says_the_same(tmp_path: Path) -> None:
    rows: list[object] = []
    for step in range(1, 20_000):
        rows.append(train(step, note=math.nan) if step % 5 == 0 else train(step))
        if step % 100 == 0:
            rows += [{"step": step, "eval_loss": 3.2 / step}, '{"step": 1, "loss": ' if step % 300 else "", "text"]
    text = "\ufeff" + log(rows)
    path = tmp_path / "long.jsonl"
    path.write_bytes(text.encode())
    source = Source.from_path(path)
    items = list(items_of(jsonl, source))
    assert "raw" not in vars(source), "the file was read as a whole"
    assert [block.lines[0] for block in blocks(items)] == [2, 10, 204]
    plain = Source.from_text(text)
    one, other = (read_items(got, "jsonl", "log", OPTIONS) for got in (list(jsonl.read(plain)), items))
    assert [told(run) for run in other] == [told(run) for run in one]
    assert next(reader.NAME for _, reader in detect(source)) == "jsonl"
    assert "raw" not in vars(source)


def test_curves_of_one_layout_share_their_steps() -> None:
    runs, _ = both(log(train(step) for step in range(1, 200)))
    one, other = runs[0].curves
    assert one.steps is other.steps
    assert one.records is other.records


@pytest.mark.parametrize("seed", range(20))
def test_common_places_are_those_of_numpy(seed: int) -> None:
    noise = np.random.default_rng(seed)
    a, b = (np.unique(noise.integers(0, 60, size)) for size in noise.integers(0, 50, 2))
    if seed % 3 == 0:
        noise.shuffle(a)
    if seed % 4 == 0:
        b = a
    _, i, j = np.intersect1d(a, b, return_indices=True)
    found = matched(a, b)
    assert (found[0].tolist(), found[1].tolist()) == (i.tolist(), j.tolist())


@pytest.mark.parametrize("key", ['a"b', "a\\b", "a\tb", "a\x1bb", "ä/ö", "a b", "\ud800"])
def test_any_key_can_be_read(key: str) -> None:
    runs, _ = both(log(train(step, **{key: 0.5 * step}) for step in range(1, 50)))
    assert len(runs[0].curves) == 3


def trainer_rows(rows: int, form: str = "bars") -> str:
    """What transformers prints: rows behind the states of a bar, behind one that was not wiped, or alone."""
    lines = []
    for step in range(1, rows + 1):
        bar = f" {100 * step // rows}%|██▎   | {step}/{rows} [00:0{step % 10}<01:07,  5.50it/s]"
        states = {"bars": f"\r{bar}\r          \r", "glued": f"\r{bar}", "alone": ""}[form]
        row = {"loss": round(3 / step + random.Random(step).random(), 4), "grad_norm": 1.5 / step, "epoch": step / rows}
        lines.append(f"{states}{row}\n")
        if step % 10 == 0:
            lines.append(f"{ {'eval_loss': 3.1 / step, 'eval_acc': 0.5, 'epoch': step / rows} }\n")
    return "".join(lines)


@pytest.mark.parametrize("form", ["bars", "glued", "alone"])
def test_dict_rows_are_blocks_and_their_bars_are_kept(form: str) -> None:
    runs, items = both(trainer_rows(200, form), hf_stdout)
    assert len(blocks(items)) == 2
    assert sum(isinstance(item, Record) for item in items) < 8
    assert {c.split for c in runs[0].curves} == {"train", "eval"}
    states = [len(item.states) for item in items if isinstance(item, Bars)]
    assert sum(states) == (0 if form == "alone" else 220)


@pytest.mark.parametrize(
    "odd",
    [
        "{'loss': nan, 'grad_norm': inf, 'epoch': 0.5}",
        "{'loss': 1, 'grad_norm': 10000000000000000000000, 'epoch': 1e400}",
        "{'loss': '0.5', 'grad_norm': 1.5, 'epoch': 0.5}",
        "{'loss': None, 'grad_norm': 1.5, 'epoch': 0.5}",
        "{'loss': 0.5, 'epoch': 0.5, 'grad_norm': 1.5}",
        "{'loss': 0.5, 'grad_norm': tensor(1.5, device='cuda:0'), 'epoch': 0.5}",
        "{'loss': 0.5, 'grad_norm': 1.5, 'epoch': 0.5} {'loss': 0.25, 'grad_norm': 1.5, 'epoch': 0.5}",
        "Epoch 3: {'loss': 0.5, 'grad_norm': 1.5, 'epoch': 0.5}",
        "[rank1]: {'loss': 0.5, 'grad_norm': 1.5, 'epoch': 0.5}",
        "{'loss': 0.5, 'grad_norm': 1.5, 'epo",
        "\x1b[32m{'loss': 0.5, 'grad_norm': 1.5, 'epoch': 0.5}\x1b[0m",
        "Loading: 50%|██▎   | 7/9 [00:01<01:07,  5.50it/s]{'loss': 0.5, 'grad_norm': 1.5, 'epoch': 0.5}",
        " 50%|██▎   | 7/9 [00:01<01:07,  5.50it/s]\r 60%|██▎ | 8/9 [00:01<01:07]{'loss': 0.5, 'epoch': 1}",
        " 50%|██▎   | 7/9 [00:01<01:07, 5.50it/s]\n{'loss': 0.5, 'grad_norm': 1.5, 'epoch': 0.5}",
        "{'train_runtime': 9.5, 'train_samples_per_second': 1.5, 'train_loss': 0.5, 'epoch': 0.5}",
        "{'eval_wiki_loss': 0.5, 'eval_wiki_runtime': 1.5, 'epoch': 0.5}",
        "{'loss': -0, 'grad_norm': 007, 'epoch': 0.5}\r",
    ],
)
@pytest.mark.parametrize("form", ["bars", "alone"])
def test_a_dict_row_unlike_the_others_is_read_as_before(odd: str, form: str) -> None:
    lines = trainer_rows(60, form).splitlines(keepends=True)
    _, items = both("".join([*lines[:33], odd + "\n", *lines[33:]]), hf_stdout)
    assert blocks(items)


@pytest.mark.parametrize("times", [2, 3])
def test_rows_that_several_ranks_print_are_read_once(times: int) -> None:
    lines = trainer_rows(90, "alone").splitlines(keepends=True)
    runs, _ = both("".join(line for line in lines for _ in range(times)), hf_stdout)
    assert len(runs[0].curves[0]) == 90


@pytest.mark.parametrize("sample", hf_stdout.SAMPLES, ids=lambda sample: sample.program)
def test_every_sample_of_dict_rows_says_the_same_as_blocks(sample: object) -> None:
    both(sample.text, hf_stdout)  # type: ignore[attr-defined]
    both(3 * sample.text, hf_stdout)  # type: ignore[attr-defined]


def test_a_column_of_key_value_lines_that_holds_no_number_breaks_none() -> None:
    """Two rows on one line, as writers without a newline leave them: "30.7sEpoch" is the value of time in each."""
    rows = [f"Epoch [{n}/99] | Train loss={2.5 * 0.98**n:.4f} acc=0.8312 | time=30.7s" for n in range(1, 100)]
    rows = [f"{row}{row}\n" for row in rows]
    runs = read_source(Source.from_text("".join(rows), "train.log"), Options())
    assert isinstance(runs, list)
    assert not runs[0].unread
    assert ("loss", 99) in {(curve.metric, len(curve)) for curve in runs[0].curves}
