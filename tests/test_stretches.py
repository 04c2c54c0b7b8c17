"""Lines that differ in their numbers alone are taken as columns, and say what they say one by one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

import pytest

from lossdoc.model.record import Record
from lossdoc.readers import Sample, key_value, text_readers
from lossdoc.readers._generalise import generalised
from tests.test_blocks import blocks, both

LAYOUTS = [
    "step={n} loss={a:.4g} grad_norm={b} lr={c:.6g}",
    "Epoch {e}/{epochs}, step {n}: loss {a:.4f}, acc {b:.2%}",
    "[{n:5d}] loss: {a:8.4f} | lr: {c:.2e} | time: {b:.1f}s",
    "iter {n:>6} | train loss {a:.3f} | val loss {b:.3f}",
    "2026-01-02 03:0{e}:05 INFO train.py:12 step: {n} - loss: {a} - reward: -{b}",
    "train | epoch {e} | loss {a:.4f} | ppl {b:.1f} | tok/s 12{e}45",
    "(epoch: {e}, iters: {n}, time: 0.{e}1) G_loss: {a:.3f} D_loss: {b:.3f} top1: {c:.5f}",
    "Epoch[{e}] Batch [{n}]\tSpeed: {b:.2f} samples/sec\taccuracy={a:.6f}",
    "loss: {a:.4f} acc: {b:.3f}",
    "step {n} | loss {a:.4f} (avg {b:.4f}) | {c:.1f} tokens/s",
    "{n}: loss={a:.4f}; kl={b:.3g}",
    "Update {n}: reward = {a:.3f}, entropy = {b:.3f}, kl = {c:.1e}",
]


def lines(layout: str, rows: int, seed: int = 0) -> list[str]:
    drawn = random.Random(seed)
    made = []
    for n in range(1, rows + 1):
        a, b, c = 3 / n + drawn.random(), drawn.choice([drawn.random(), 10 * drawn.random(), 1.0]), 1e-3 / n
        made.append(layout.format(n=n * 10, e=n // 40, epochs=9, a=a, b=b, c=c) + "\n")
    return made


@pytest.mark.parametrize("layout", LAYOUTS)
def test_home_made_rows_are_blocks(layout: str) -> None:
    _, items = both("".join(lines(layout, 400)), key_value)
    taken = sum(len(block.lines) for block in blocks(items))
    assert taken > 200, layout
    assert taken + sum(isinstance(item, Record) for item in items) == 400


ODD = [
    "step=7 loss=nan grad_norm=inf lr=-inf",
    "step=7 loss=0.5 grad_norm=1,234.5 lr=1e-05",
    "step=7 loss=0.5 lr=1e-05",
    "step=7 loss=0.5 grad_norm=0.5 lr=1e-05 val_loss=0.25",
    "step=7 loss=tensor(0.5) grad_norm=0.5 lr=1e-05",
    "step=7 loss=0.5k grad_norm=0.5 lr=1e-05",
    "step=7 loss=0.5 grad_norm=None lr=1e-05",
    "[rank1]: step=7 loss=0.5 grad_norm=0.5 lr=1e-05",
    "\x1b[32mstep=7 loss=0.5 grad_norm=0.5 lr=1e-05\x1b[0m",
    "step=7 loss=0.5 grad_norm=0.5 lr=1e-05\r",
    "Saving checkpoint to /tmp/7",
    "",
    "Validation:",
    "Epoch 3:",
    "val_loss=0.5 val_acc=0.25",
    "Traceback (most recent call last)",
    "step=7 loss=0.5 grad_norm=0.5 lr=1e-05 step=8 loss=0.25",
]


@pytest.mark.parametrize("odd", ODD)
def test_a_line_unlike_the_others_is_read_as_before(odd: str) -> None:
    rows = lines(LAYOUTS[0], 300)
    _, items = both("".join([*rows[:150], odd + "\n", *rows[150:]]), key_value)
    assert blocks(items)
    both("".join([*rows[:150], odd + "\n"]), key_value)
    both("".join([*rows, odd]), key_value)
    both(
        "".join(line for at, row in enumerate(rows) for line in ([row, odd + "\n"] if at % 20 == 0 else [row])),
        key_value,
    )


def test_rows_of_two_kinds_keep_their_order() -> None:
    train, held_out = lines(LAYOUTS[0], 600), lines("step={n} val_loss={a:.4f} val_acc={b:.3f}", 60)
    mixed = [line for at in range(60) for line in [*train[10 * at : 10 * at + 10], held_out[at]]]
    runs, items = both("".join(mixed), key_value)
    assert {c.split for c in runs[0].curves} == {"train", "eval"}
    assert blocks(items)


def test_headings_titles_and_marks_hold_for_the_rows_under_them() -> None:
    rows = lines("step {n}: loss {a:.4f}, acc {b:.3f}", 600)
    for heading in ("Epoch {}", "--- epoch {} ---", "Training epoch {}", "Validation"):
        text = "".join(
            line for at in range(6) for line in [heading.format(at + 1) + "\n", *rows[100 * at : 100 * at + 100]]
        )
        both(text, key_value)
    both("".join(f"{'[A]' if at % 2 else '[B]'} {row}" for at, row in enumerate(rows)), key_value)
    both("".join(f"{'train' if at < 300 else 'val'} {row}" for at, row in enumerate(rows)), key_value)


@pytest.mark.parametrize("times", [2, 3])
def test_rows_that_stand_several_times(times: int) -> None:
    rows = lines(LAYOUTS[0], 200)
    both("".join(row for row in rows for _ in range(times)), key_value)
    twice = (f"step {n} loss {1 / n + over:.4f}\n" for n in range(1, 300) for over in (0.0, 0.5))
    runs, _ = both("".join(twice), key_value)
    assert {c.labels.get("row") for c in runs[0].curves} == {"1 of 2", "2 of 2"}
    placeless = (f"loss {1 / n + over:.4f} acc {n / 400 - over:.4f}\n" for n in range(1, 300) for over in (0.0, 0.5))
    both("".join(placeless), key_value)


def _jittered(sample: Sample) -> Iterator[str]:
    """The lines of a sample again and again, each time with other digits."""
    drawn = random.Random(5)
    for _ in range(110):
        yield re.sub(r"\d", lambda digit: digit[0] if digit[0] == "0" else drawn.choice("123456789"), sample.text)


SAMPLES = [(reader.NAME, sample) for reader in text_readers() for sample in reader.SAMPLES if len(sample.text) < 2000]


@pytest.mark.parametrize("at", range(12))
def test_samples_of_all_formats_again_and_again(at: int) -> None:
    for _, sample in SAMPLES[at::12]:
        both("".join(_jittered(sample)), key_value)


def _reads(text: str) -> Callable[[str], tuple[object, list[str]] | None]:
    pattern = re.compile(text)

    def read(line: str) -> tuple[object, list[str]] | None:
        found = pattern.fullmatch(line)
        return (pattern.pattern, list(found.groups())) if found else None

    return read


def test_what_may_stand_in_a_pattern_is_what_the_reader_takes() -> None:
    line, places = "a 5 b 0.5", [(2, 3), (6, 9)]
    made = generalised(line, places, [], _reads(r"a (\d+) b (-?\d+\.\d+|nan)"))
    assert made is not None
    assert made.fullmatch("a 123 b -0.25\n")
    assert not made.fullmatch("a 1.5 b 0.25")
    assert not made.fullmatch("a 5 b 1e-05")
    assert generalised(line, places, [], _reads(r"a (\d) b (\d\.\d)")) is None
    assert generalised(line, places, [], lambda text: (len(text), ["5", "0.5"])) is None
    made = generalised("t1 a 5", [(5, 6)], [(1, "1")], _reads(r"t\d a (\d+)"))
    assert made is not None
    assert made.fullmatch("t1 a 7\n")
    assert not made.fullmatch("t2 a 7\n")
