"""Inputs that broke a reader, a check or a writer once, made anew and small; and a short run of the fuzzer."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import re
from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks.fuzz.mutate import mutated
from benchmarks.fuzz.seeds import all_seeds
from benchmarks.fuzz.trial import tried
from lossdoc.api import Options, read_source
from lossdoc.checks._preference import paired
from lossdoc.input import looks
from lossdoc.input.decode import decompress
from lossdoc.input.limits import KEYS, LINE, NESTING
from lossdoc.input.numbers import NUMBER, whole
from lossdoc.input.source import Source
from lossdoc.model.finding import NotRead
from lossdoc.model.record import Item, Record, Unread
from lossdoc.model.run import Run
from lossdoc.readers import Reader, _door, readers_in
from lossdoc.show.plot.ticks import power_labels
from tests.binary_files import FLOAT, VERSION, event, message, tensor
from tests.report_maker import curve

OPTIONS = Options()
ROWS = "".join(f"{{'loss': {2.5 - 0.01 * n:.4f}, 'grad_norm': 1.5, 'epoch': {n / 10:.2f}}}\n" for n in range(1, 40))
BAR = "{}%|████| {}/{} [00:01<00:02, 3.4it/s]\n"
HUGE = "9" * 5000

INPUTS = {
    "a bar of thousands of digits": ROWS.replace("\n", "\n" + BAR.format(1, HUGE, HUGE), 2),
    "a bar of hundreds of digits": ROWS.replace("\n", "\n" + BAR.format(1, HUGE[:400], HUGE[:400]), 2),
    "a speed that no run has": ROWS + "{'train_runtime': 1e308, 'train_steps_per_second': 1e308, 'epoch': 4.0}\n",
    "epochs that hardly move": "".join(f"{{'loss': 0.5, 'epoch': {n}e-320}}\n" for n in range(1, 9)),
    "an integer beyond floats": json.dumps([{"step": n, "loss": 10**400} for n in range(9)]),
    "a dict of brackets": ROWS + "{'loss': " + "[" * 4000 + "\n",
    "a word that begins with a digit": ROWS + "{'loss': 1if, 'a\\q': 0}\n",
    "a batch of hundreds of digits": f"[epoch={HUGE[:400]}][batch=3/{HUGE[:400]}]:\n\t Train loss/train/total: 1.5\n",
    "markup that breaks off": "<table><tr><th>Step</th><th>Loss</th></tr><tr><td>1</td><td>0.5</td></tr><![x</table>",
    "names of brackets": ",".join(["step,loss", *(f"a{mark * 190}b{n}" for n, mark in enumerate("(|_ "))])
    + "\n"
    + "".join(f"{n},{2 / n:.3f},1,2,3,4\n" for n in range(1, 30)),
    "settings beyond floats": json.dumps(
        {"max_steps": 10**400, "logging_steps": 10**400, "log_history": [{"loss": 0.5, "epoch": n} for n in range(9)]}
    ),
    "a rate without end": "".join(f"{{'loss': {2 / n:.3f}, 'learning_rate': 1e999}}\n" for n in range(1, 30)),
    "quotes inside cells": 'step,loss\n1,0.5\n2,"0.4"x"\n3,"0.3\n4,0.2"\n5,"0.1\n6,"0.1\n',
    "the ends of floats": "step,loss\n"
    + "".join(f"{n},{y}\n" for n, y in enumerate([1.7e308, -1.7e308, 1e-320, 1e308] * 9)),
    "one value near the end of floats": "step,loss\n" + "".join(f"{n},1.7e308\n" for n in range(30)),
    "minus infinity on a logarithmic axis": "step,loss\n"
    + "".join(f"{n},{'-inf' if n == 7 else 10.0 ** (n % 9)}\n" for n in range(30)),
}


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("file", ["text", "log.csv", "log.json", "trainer_state.json"])
def test_no_fault(name: str, file: str) -> None:
    assert _faults(file, INPUTS[name].encode()) == []


BYTES = {
    "a frame that Zstandard refuses": b"\x28\xb5\x2f\xfd" + b"\xff" * 30,
    "a store with a name that is no text": b"SQLite format 3\0" + b"\x10\0\x02\x02\0@  " + b"\xff" * 600,
    "hparams that are no message": VERSION
    + event(1, message(1, "x") + message(9, message(1, message(1, "hparams") + message(2, b"\x1f\xff\xff"))))
    + event(2, tensor("loss", FLOAT + message(4, b"\0\0\x80?"))),
}


@pytest.mark.parametrize("name", BYTES)
def test_no_fault_in_bytes(name: str) -> None:
    assert _faults("x", BYTES[name]) == []


def test_mutated_samples() -> None:
    seeds = all_seeds()
    faults = {number: _faults(*mutated(seeds, 7, number)) for number in range(120)}
    assert {number: found for number, found in faults.items() if found} == {}


def _faults(name: str, data: bytes) -> list[tuple[str, str]]:
    return [fault for fault in tried(name, data, OPTIONS).faults if fault[0] != "slow"]


class _Failing:
    NAME = TITLE = "failing"
    SAMPLES = ()

    def sniff(self, source: Source) -> float:  # noqa: ARG002
        raise ZeroDivisionError("in sniff")

    def read(self, source: Source) -> Iterator[Item]:  # noqa: ARG002
        yield Record({"loss": 0.5}, 1)
        raise ZeroDivisionError("in read")


def test_a_reader_that_fails_keeps_what_it_read_and_says_so() -> None:
    reader: Reader = _Failing()
    source = Source.from_text("loss: 0.5\n")
    assert _door.score(reader, source) == 0.0
    record, *said = _door.items(reader, source)
    assert isinstance(record, Record)
    assert len(said) == 2
    assert all(isinstance(item, Unread) and _door.FAILED in item.why for item in said)


def test_a_run_that_cannot_be_assembled_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> list[Run]:
        raise ZeroDivisionError("in assemble")

    monkeypatch.setattr("lossdoc.api.assemble", fail)
    refused = read_source(Source.from_text(ROWS), OPTIONS)
    assert isinstance(refused, NotRead)
    assert "ZeroDivisionError: in assemble" in refused.why


def test_all_text_readers_are_asked_through_the_door() -> None:
    assert len(readers_in("lossdoc.readers")) > 50


@pytest.mark.parametrize(("digits", "value"), [("0", 0), ("438", 438), ("9" * 18, 10**18 - 1), ("1" * 19, 10**18)])
def test_whole(digits: str, value: int) -> None:
    assert whole(digits) == value
    assert whole("0" * 60 + "7") in (7, 0)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_a_cut_archive_says_so(pack: object) -> None:
    assert callable(pack)
    content = np.random.default_rng(1).bytes(300_000)
    packed = pack(content)
    assert decompress(packed) == (content, "")
    cut = decompress(packed[: len(packed) // 2])
    assert cut.left_out.startswith("the archive is cut: read as far as it goes")
    assert f"{len(cut.data):,} bytes" in cut.left_out or cut.data == packed[: len(packed) // 2]
    assert "behind the archive" in decompress(packed + b"more").left_out


def test_an_archive_that_blows_up_is_unpacked_to_a_limit() -> None:
    blown = decompress(gzip.compress(bytes(100 << 20)))
    assert 64 << 20 < len(blown.data) < 70 << 20
    assert "at most 200 times its size" in blown.left_out
    assert decompress(gzip.compress(bytes(60 << 20))).left_out == ""


def test_a_cut_log_in_an_archive_is_told_in_the_run() -> None:
    packed = gzip.compress((ROWS * 300).encode(), mtime=0)
    found = read_source(Source("train.log.gz", packed[: len(packed) // 2]), OPTIONS)
    assert isinstance(found, list)
    assert any("the archive is cut" in unread.why for unread in found[0].unread)
    assert any(event.kind == "cut" for event in found[0].events)


def test_keys_beyond_the_limit_are_left_out_and_counted() -> None:
    rows = [
        {"step": row, "loss": 0.5, **{f"layer_{row}_{n}/norm": 1.0 for n in range(200)}}
        for row in range(int(KEYS) // 200 + 1)
    ]
    found = read_source(Source.from_text("".join(json.dumps(row) + "\n" for row in rows)), OPTIONS)
    assert isinstance(found, list)
    assert len(found[0].curves) == int(KEYS) - 1  # the step is none
    assert [u.why for u in found[0].unread if "keys are left out" in u.why] == [
        "202 of 10,202 keys are left out: a log is read by its first 10,000"
    ]


def test_what_is_nested_beyond_the_limit_is_left_out_and_counted() -> None:
    deep = '{"b":' * int(NESTING) + "1" + "}" * int(NESTING)
    rows = "".join(f'{{"step": {row}, "loss": 0.5, "a": {deep}, "b": {{"norm": 1.0}}}}\n' for row in range(30))
    found = read_source(Source.from_text(rows), OPTIONS)
    assert isinstance(found, list)
    assert [curve.key for curve in found[0].curves] == ["loss", "b/norm"]
    assert [u.why for u in found[0].unread] == ["1 object that is nested more than 100 levels deep is left out"]


def test_a_long_line_is_read_to_a_limit_and_said() -> None:
    source = Source.from_text("a," * (int(LINE) // 2) + "a\n" + "b," * (int(LINE) // 2))
    assert [len(line.text) for line in source.iter_lines()] == [int(LINE), int(LINE)]
    assert [item.line for item in source.beside] == [1]
    assert len(source.lines) == 2
    assert len(source.beside) == 1


@pytest.mark.parametrize("unit", ["\n", " ", "9", "[", "- x\n", "x", "\t", " \n", '"GET ', "@"])
def test_the_look_of_a_text_grows_with_its_size(unit: str) -> None:
    """A text of one thing repeated is looked through once: four times as much of it does not finish a search less."""
    text = (unit * (1 << 16))[: 1 << 16]
    assert looks.text_looks_like(text)
    assert looks.text_looks_like("no log of anything\n" + text).text
    assert looks.UNKNOWN


def test_pairs_of_curves_whose_steps_go_back() -> None:
    one, two = curve("a", [1.0, 2.0, 3.0, 4.0]), curve("b", [10.0, 30.0, 20.0])
    one.records[:] = [0, 1, 2, 3]
    two.records[:] = [0, 2, 1]
    assert [values.tolist() for values in paired(one, two)] == [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]
    three = curve("c", [5.0, 7.0])
    three.records[:] = [3, 1]
    assert [values.tolist() for values in paired(three, one)] == [[7.0, 5.0], [2.0, 4.0]]


def test_labels_of_powers_beyond_floats() -> None:
    assert power_labels([-2.0, 308.0, 400.0]) == ["0.01", "1e+308", "1e+400"]


def test_a_number_that_fits_nowhere_is_given_up_at_once() -> None:
    """Thousands of digits that a letter follows are no number: there is one way to read them, not one per digit."""
    shapes = re.compile(rf"(?:{NUMBER})(?!\w)")
    found = {text: bool(shapes.fullmatch(text)) for text in ("12", "12.", "1.5", ".5", "1.5e-3", "1,000.5", "nan")}
    assert all(found.values())
    text = "9" * 10_000 + "x"
    assert shapes.match(text) is None
    assert tried("x", f"loss: {text}\n".encode() * 9, OPTIONS).faults == []


MANY_DIGITS = "".join(f"Epoch {i}: loss {2 / i:.2f}, accuracy: {'9' * 4501}/{'9' * 4502}\n" for i in range(1, 9))
CLASSES = "epoch:  {}\ntrain loss : 0.5\nAverage global foreground Dice: [1,000,000, 0.5]\n"


@pytest.mark.parametrize("text", [MANY_DIGITS, "".join(map(CLASSES.format, range(1, 6)))], ids=["digits", "thousands"])
def test_numbers_that_no_reader_stumbles_over(text: str) -> None:
    found = read_source(Source.from_text(text), Options())
    told = [found.why] if isinstance(found, NotRead) else [item.why for run in found for item in run.unread]
    assert not any(_door.FAILED in why for why in told)
