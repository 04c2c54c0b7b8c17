"""Bytes to cleaned lines: encodings, compression, carriage returns, escapes, prefixes."""

from __future__ import annotations

import bz2
import gzip
import lzma
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossdoc.api import Options, read_source
from lossdoc.input import prefixes
from lossdoc.input.clean import Line, clean_line, lines_with, physical_lines
from lossdoc.input.source import Source

PREFIXED = [
    ("[rank0]:loss: 1", "0"),
    ("[default3]:loss: 1", "3"),
    ("(TaskRunner pid=123) loss: 1", "pid=123"),
    ("\x1b[36m(main_task pid=51520)\x1b[0m loss: 1", "pid=51520"),
    ("[1,4]<stdout>:loss: 1", "1,4"),
    ("trainer-1  | loss: 1", "trainer-1"),
    ("[2023-07-25 21:03:17,269] [INFO] [logging.py:96:log_dist] [Rank 2] loss: 1", "Rank 2"),
    ("[rank0]:[titan] 2026-05-18 16:04:46,338 - root - INFO - loss: 1", "rank0"),
    ("2021-03-08 12:31:36 | INFO | my.module | loss: 1", None),
    ("08/21 02:58:41 - mmengine - INFO - loss: 1", None),
    ("[04/05 01:30:24 d2.utils.events]: loss: 1", None),
    ("[07/21 14:40:44] ppdet.engine INFO: loss: 1", None),
    ("[gpu01:0/2] 2020-07-19 08:49:04,080 (trainer:464) INFO: loss: 1", "gpu01:0/2"),
    ("INFO 11-20 10:00:00 ppo_trainer.py:547] loss: 1", None),
    ("[2025-01-01 10:00:00] model.py:918 - loss: 1", None),
    ("(AReaL) 20250101-10:00:00.123 Trainer INFO: loss: 1", None),
    ("0: INFO    25-01-01 10:00:00.123456 - 0:00:12 - loss: 1", "0"),
    ("2025-01-01 10:00:00.123\thost:0\tolmo.train:979\tINFO\tloss: 1", None),
    ("10:00:00 SUCCESS loss: 1", None),
    ("2025-01-01 10:00:00 - INFO - file.py:12 - loss: 1", None),
    ("[    INFO] - loss: 1", None),
    ("INFO: loss: 1", None),
    ("INFO:__main__:loss: 1", None),
    ("WARNING:my.trainer:loss: 1", None),
    ("I0821 09:22:27.165093  5405 solver.cpp:222] loss: 1", None),
    ("2024-01-01T10:00:00.1234567Z loss: 1", None),
    ("[INFO|trainer.py:123] 2024-01-01 10:00:00,000 >> loss: 1", None),
    ("2024-01-01 10:00:00.123 | INFO     | __main__:train:12 - loss: 1", None),
    ("2024-01-01T10:00:00.123456789Z stdout F loss: 1", None),
    ("Jan  1 10:00:00 loss: 1", None),
    ("Jan 01 10:00:00 node17 python3[4242]: loss: 1", None),
    ("Thu Nov 12 10:00:00 UTC 2026 loss: 1", None),
    ("2024-01-01T10:00:00+0000 node17 train.sh[7]: loss: 1", None),
    ("[1,mpirank:3,algo-2]<stdout>:loss: 1", "3"),
    ("[pod/trainer-0/main] loss: 1", "trainer-0"),
    ("train.1.x8k2@node7    | loss: 1", "node7"),
]


def clean(text: str) -> list[Line]:
    return [line for number, raw in physical_lines(text) for line in clean_line(number, raw)]


def test_a_line_is_cleaned_once_whoever_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    strip = prefixes.strip_prefix

    def counted(text: str) -> tuple[str, str | None, str | None]:
        asked.append(text)
        return strip(text)

    monkeypatch.setattr("lossdoc.input.clean.strip_prefix", counted)
    lines = [
        f"2024-05-01 12:00:{n % 60:02d},123 INFO [{('train', 'val')[n % 2]}] epoch {n // 2} loss: {2 / (n + 1):.4f}"
        for n in range(440)
    ]
    assert isinstance(read_source(Source.from_text("\n".join(lines), "train.log"), Options()), list)
    assert len(asked) == len(lines)


@pytest.mark.parametrize(("text", "stream"), PREFIXED)
def test_prefix_is_stripped_and_the_rank_kept(text: str, stream: str | None) -> None:
    (line,) = clean(text)
    assert line.text.strip() == "loss: 1"
    assert stream is None or stream in (line.stream or "")


@pytest.mark.parametrize(
    "text",
    ["[0]\ttrain-rmse:1.5", "[step=1/10,epoch=0]", "[batch=1/100]:", "    • Loss: 0.5", "step 10: loss 0.5",
     "epoch 1 | loss 0.5", "12  0.5  0.25", "train loss 0.5", "[valid] Ep. 1", "0.5,0.25",
     "Model loss[1]: 0.5", "May loss: 0.5"],
)  # fmt: skip
def test_content_is_no_prefix(text: str) -> None:
    (line,) = clean(text)
    assert line.text == text


def test_the_logger_name_is_the_split() -> None:
    (train,) = clean("2020-07-17 07:11:02 | INFO | train_inner | epoch 001: 10 / 20 loss=9.2")
    (valid,) = clean('2020-07-17 07:11:02 | INFO | valid | {"epoch": 1}')
    assert (train.split, valid.split) == ("train", "eval")


def test_lines_are_those_of_the_source() -> None:
    lines = list(clean("a\r\n\n\rb\rc\n\x1b[32md\x1b[0m\x1b[A\n"))
    assert [(line.number, line.text, line.final) for line in lines] == [
        (1, "a", True), (3, "b", False), (3, "c", True), (4, "d", True),
    ]  # fmt: skip


def test_what_overwrites_begins_anew() -> None:
    assert [line.text for line in clean("1/6 loss: 0.9\b\b\b\b\b2/6 loss: 0.8\x1b[2K3/6")] == [
        "1/6 loss: 0.9", "2/6 loss: 0.8", "3/6",
    ]  # fmt: skip


def test_ray_suffix_goes() -> None:
    (line,) = clean("(W pid=1) step: 1 - loss:2\x1b[32m [repeated 3x across cluster]\x1b[0m")
    assert line.text == "step: 1 - loss:2"


def test_lines_with_counts_lines() -> None:
    text = "x\n{'a'}\n\n{'b'} {'c'}\r{'d'}\nlast {'e'}"
    assert [number for number, _ in lines_with(text, "{'")] == [2, 4, 5]
    assert [raw for _, raw in lines_with(text, "{'")] == ["{'a'}", "{'b'} {'c'}\r{'d'}", "last {'e'}"]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, lambda data: gzip.compress(data) * 2])
def test_compression_by_content(pack) -> None:  # type: ignore[no-untyped-def]
    text = "loss: 0.5\n" * 3
    assert Source("x.log", pack(text.encode())).text in (text, text * 2)


def test_zstd() -> None:
    zstd = pytest.importorskip("backports.zstd")
    assert Source("x", zstd.compress(b"loss: 0.5\n")).text == "loss: 0.5\n"


def test_cut_archive_gives_what_it_holds() -> None:
    packed = gzip.compress(bytes(range(32, 127)) * 4000)
    assert Source("x", packed[: len(packed) // 2]).text.startswith(' !"#')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings(encoding: str) -> None:
    source = Source("x", ("loss – 0.5\n" * 30).encode(encoding))
    assert not source.is_binary
    assert source.text.startswith("loss – 0.5\n")


def test_one_foreign_byte_costs_nothing() -> None:
    source = Source("x", "перплексия\n".encode() + b"a \x97 b\n")
    assert source.text == "перплексия\na — b\n"


@pytest.mark.parametrize("data", [b":W&B\xe1\xbe\x00", bytes(range(256)) * 10, b"\x89PNG\r\n", b"SQLite format 3\0x"])
def test_binary(data: bytes) -> None:
    source = Source("x", data)
    assert source.is_binary
    assert source.text == ""


def test_a_crashed_machine_leaves_zeros_behind_the_text() -> None:
    assert not Source("x", b"loss: 0.5\n" + bytes(50)).is_binary


@given(st.binary(max_size=400))
def test_any_bytes(data: bytes) -> None:
    source = Source("x", data)
    numbers = [line.number for line in source.lines]
    assert numbers == sorted(numbers)
    assert source.looks_like.text


def test_prefixes_are_told_by_shape() -> None:
    """What is learned of a line holds for all lines with other digits: no pattern asks for a certain one."""
    assert not any(map(str.isdigit, re.sub(r"\(\?P<\w+>|\{\d*,?\d*\}", "", prefixes._PREFIX.pattern)))


@pytest.mark.parametrize(
    ("run", "kept"),
    [(" ", 100), ("\t", 100), ("7", 400), ("x", 400), ("x1_", 400), ("é", 400), ("=", 400), ("|", 400)],
)
def test_a_run_without_end_is_cut(run: str, kept: int) -> None:
    """Expressions try every place of a run. One that is as long as allowed stays as it is."""
    for length, expected in ((kept, kept), (kept + 1, kept), (9 * kept, kept)):
        many = (run * length)[:length]
        [line] = clean_line(1, f"loss: 0.5 .{many}. acc: 0.25")
        assert line.text == f"loss: 0.5 .{many[: expected - 1]}{many[-1]}. acc: 0.25"


def test_a_number_of_many_digits_keeps_its_value() -> None:
    [line] = clean_line(1, f"loss: 0.{'3' * 5000} grad: {'9' * 5000}")
    _, loss, _, grad = line.text.split()
    assert (float(loss), float(grad)) == (float("0." + "3" * 5000), float("inf"))
