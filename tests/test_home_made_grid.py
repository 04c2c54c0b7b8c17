"""Lines compose: logs put together from everyday parts are read as they were written, and splits never run together."""

from __future__ import annotations

from collections import Counter

import pytest

from lossdoc.api import Options, diagnose, read_source
from lossdoc.input.source import Source
from lossdoc.model.finding import NotRead
from lossdoc.show.notes import in_words
from tests.home_made_further import FURTHER
from tests.home_made_grid import NAMED, OTHER, Parts, judge, logs
from tests.home_made_later import LATER

_STRIDES = 4  # the grid is judged in parts, which run beside one another


def _judged(parts: Parts, first: int, count: int) -> tuple[Counter[str], list[str]]:
    found: Counter[str] = Counter()
    wrong: list[str] = []
    for log in logs(parts, count, first):
        verdict = judge(log)
        found[verdict] += 1
        if verdict != "right":
            wrong.append(f"{verdict}: {log.said}\n{log.text[:300]}")
    return found, wrong


@pytest.mark.parametrize("part", range(_STRIDES))
def test_logs_of_the_everyday_parts(part: int) -> None:
    found, wrong = _judged(NAMED, 250 * part, 250)
    assert found["mixed"] == 0, wrong
    assert found["right"] >= 0.98 * 250, wrong[:5]


@pytest.mark.parametrize("part", range(2))
def test_logs_of_less_common_parts(part: int) -> None:
    found, wrong = _judged(OTHER, 250 * part, 250)
    assert found["mixed"] <= 0.01 * 250, wrong
    assert found["right"] >= 0.95 * 250, wrong[:5]


@pytest.mark.parametrize("part", range(2))
def test_logs_of_further_parts(part: int) -> None:
    found, wrong = _judged(FURTHER, 250 * part, 250)
    assert found["mixed"] <= 0.005 * 250, wrong
    assert found["right"] >= 0.88 * 250, wrong[:5]


@pytest.mark.parametrize("part", range(2))
def test_logs_of_later_parts(part: int) -> None:
    found, wrong = _judged(LATER, 250 * part, 250)
    assert found["mixed"] <= 0.005 * 250, wrong
    assert found["right"] >= 0.88 * 250, wrong[:5]


@pytest.mark.parametrize("column", ["phase", "split", "mode", "Stage"])
@pytest.mark.parametrize("word", ["evaluation", "VALID", "dev", "validation", "Validierung", "test set"])
@pytest.mark.parametrize("joint", [",", "\t", "  ", " | "])
def test_a_column_of_a_table_names_the_split(column: str, word: str, joint: str) -> None:
    table = [joint.join(("epoch", column, "loss", "accuracy"))]
    for n in range(1, 9):
        table.append(joint.join((str(n), "train", f"{2.5 - n / 4:.3f}", f"{n / 10:.3f}")))
        table.append(joint.join((str(n), word, f"{2.75 - n / 8:.3f}", f"{n / 11:.3f}")))
    runs = read_source(Source.from_text("\n".join(table) + "\n", "log.txt"), Options())
    assert isinstance(runs, list)
    split = "test" if word == "test set" else "eval"
    assert {(curve.metric, curve.split, len(curve)) for run in runs for curve in run.curves} == {
        (metric, owner, 8) for metric in ("loss", "accuracy") for owner in ("train", split)
    }


def test_words_that_nobody_knows_keep_rows_apart() -> None:
    rows = [
        f"[{word}] epoch {n} loss: {2.5 - n / 4 + more:.3f}"
        for n in range(1, 9)
        for word, more in (("foo", 0), ("bar", 1))
    ]
    runs = read_source(Source.from_text("\n".join(rows) + "\n", "log.txt"), Options())
    assert isinstance(runs, list)
    assert [(curve.metric, dict(curve.labels), len(curve)) for curve in runs[0].curves] == [
        ("loss", {"mark": "foo"}, 8),
        ("loss", {"mark": "bar"}, 8),
    ]


@pytest.mark.parametrize("mark", ["", "[train] ", "[foo] "])
def test_rows_of_one_place_that_nothing_tells_apart_are_said_and_not_judged(mark: str) -> None:
    rows = [f"{mark}epoch {n} loss: {2.5 * 0.8**n + more:.4f}" for n in range(1, 13) for more in (0, 0.7)]
    options = Options()
    runs = read_source(Source.from_text("\n".join(rows) + "\n", "log.txt"), options)
    assert isinstance(runs, list)
    report = diagnose(runs[0], options)
    assert [len(curve) for curve in report.run.curves] == [12, 12]
    assert any("kept apart" in note for note in map(in_words, report.run.notes))
    assert report.verdict == "not judged"


@pytest.mark.parametrize(
    "text",
    [
        "In this paper the loss of 0.5 is reported on the test set and 0.8 on the validation set.",
        "train: 50000 images, val: 10000 images, classes: 10",
        "batch_size: 32, lr: 0.001, loss: cross_entropy, epochs: 10",
        "| model | loss | accuracy |",
        "class 3 precision 0.5 recall 0.6 support 120",
    ],
)
def test_prose_settings_and_tables_of_results_are_no_log(text: str) -> None:
    assert isinstance(read_source(Source.from_text(f"{text}\n" * 2, "notes.txt"), Options()), NotRead)


def _curves(text: str) -> set[tuple[str, str, int]]:
    runs = read_source(Source.from_text(text, "log.txt"), Options())
    assert isinstance(runs, list)
    return {(curve.metric, curve.split, len(curve)) for run in runs for curve in run.curves}


def test_two_numbers_named_after_their_splits_are_losses() -> None:
    rows = [f"train {2.5 - n / 8:.2f}  val {2.75 - n / 8:.2f}" for n in range(1, 9)]
    assert _curves("\n".join(rows)) == {("loss", "train", 8), ("loss", "eval", 8)}


def test_letters_beside_a_counter_are_read_where_nothing_else_stands() -> None:
    rows = [f"Epoch:1 || iter {n} || L: {'nan' if n > 9 else '4.08'} C: {9 - n / 4:.3f}" for n in range(5, 17)]
    assert _curves("\n".join(rows)) == {("l", "train", 12), ("c", "train", 12)}
    prose = "\n".join(f"In section {n} of the text nothing is counted." for n in range(30))
    assert isinstance(read_source(Source.from_text(prose + "\n" + "\n".join(rows), "log.txt"), Options()), NotRead)


def test_a_notebook_service_counts_seconds_and_lines_before_each() -> None:
    rows = [
        f"{131.5 + n}s\t{200 + n}\t[{n}]\tvalid_0's auc: 0.61{n}\tvalid_0's binary_logloss: 0.18{n}"
        for n in range(1, 9)
    ]
    assert _curves("\n".join(rows)) == {("auc", "eval", 8), ("loss", "eval", 8)}


def _marked(template: str, **marks: str) -> str:
    """Eight rows of each split by a template with a mark, a place and values."""
    rows = [
        template.format(mark=mark, n=n, m=100 * n, loss=f"{2.5 * 0.8**n + more:.4f}", acc=f"{n / 10 - more / 9:.3f}")
        for n in range(1, 9)
        for mark, more in zip(marks.values(), (0, 0.3), strict=True)
    ]
    return "\n".join(rows) + "\n"


_BOTH = {(metric, split, 8) for metric in ("loss", "accuracy") for split in ("train", "eval")}


@pytest.mark.parametrize(
    "template",
    [
        "step: {m:,}/5,000 {mark} loss: {loss}, acc: {acc}",
        "iter@{m} {mark} loss: {loss}, acc: {acc}",
        "ep{n}/it{m} {mark} loss: {loss}, acc: {acc}",
        "({n}, {m}) {mark} loss: {loss}, acc: {acc}",
        "epochs done: {n} {mark} loss: {loss}, acc: {acc}",
        "{n:03d} {mark} loss: {loss}, acc: {acc}",
        "{n}: {mark} loss: {loss}, acc: {acc}",
        "{mark} E:{n} loss: {loss}, acc: {acc}",
        "{mark} epoch {n} 'loss': {loss}, 'acc': {acc}",
        "{mark} epoch {n} <loss> {loss} <acc> {acc}",
        "{mark} epoch {n} [loss] {loss} [acc] {acc}",
        "{mark} epoch {n} loss....: {loss}, acc....: {acc}",
        "{mark} epoch {n} loss -- {loss}, acc -- {acc}",
        "{mark} epoch {n} loss={loss}/acc={acc}",
        "{mark} epoch {n} loss: <tf.Tensor: shape=(), dtype=float32, numpy={loss}>, acc: {acc}",
        "[  {n}1.3] {mark} epoch {n} loss: {loss}, acc: {acc}",
        "@{m} {mark} loss: {loss}, acc: {acc}",
        "[{n}:{m}] {mark} loss: {loss}, acc: {acc}",
        "{mark} {n:02d}: loss: {loss}, acc: {acc}",
        "{{'epoch': {n}}} {mark} loss: {loss}, acc: {acc}",
        "{mark} epoch {n} loss{{{loss}*}} acc{{{acc}*}}",
        "{mark} epoch {n} loss [{loss} (avg 2.1)], acc [{acc} (avg 0.1)]",
        "{mark} epoch {n} loss ~= {loss} acc ~= {acc}",
        "{mark} epoch {n} $loss={loss} $acc={acc}",
        "t+{n}0s {mark} epoch {n} loss {loss} acc {acc}",
        "[{m} steps] {mark} loss: {loss}, acc: {acc}",
        "Epoch n.{n} {mark} loss is: {loss}, acc is: {acc}",
        "{mark} epoch {n} loss: ≈{loss}, acc ≅ {acc}",
        "12:00 PM {mark} epoch {n} loss: {loss}, acc: {acc}",
        "trainer-0 {mark}\ntrainer-0 epoch {n} loss: {loss}, acc: {acc}",
        "root INFO {mark}:\nroot INFO epoch {n} loss: {loss}, acc: {acc}",
    ],
)
def test_counters_and_pairs_of_many_spellings(template: str) -> None:
    assert _curves(_marked(template, train="[train]", held="[val]")) == _BOTH


@pytest.mark.parametrize(
    ("train", "held"),
    [
        ("training=1", "training=0"),
        ("[train:0]", "[val:0]"),
        ("on_train_epoch_end", "on_validation_epoch_end"),
        ("train-step", "val-step"),
        ("train:0", "val:0"),
        ("Trainer.fit:", "Trainer.validate:"),
        ("is_training: 1", "is_training: 0"),
        ("do_train", "do_eval"),
        ("trainer/fit", "trainer/validate"),
        ("log/train", "log/val"),
        ("Train report:", "Val report:"),
    ],
)
def test_marks_with_a_number_or_beside_other_words(train: str, held: str) -> None:
    assert _curves(_marked("epoch {n} {mark} loss: {loss}, acc: {acc}", train=train, held=held)) == _BOTH


@pytest.mark.parametrize(("column", "words"), [("", ("train", "val")), ("data", ("train", "dev")), ("split", "TV")])
@pytest.mark.parametrize("joint", [",", "\t", " | "])
def test_cells_that_are_words_of_splits_name_them_under_any_header(
    column: str, words: tuple[str, str], joint: str
) -> None:
    row = joint.join(("{n}", "{mark}", "{loss}", "{acc}"))
    table = joint.join(("epoch", column, "loss", "acc")) + "\n" + _marked(row, train=words[0], held=words[1])
    assert _curves(table) == _BOTH


@pytest.mark.parametrize("lead", ["INFO - train - ", "[t+{n}0s] ", "worker0| "])
def test_a_table_behind_what_a_logger_wrote(lead: str) -> None:
    rows = ["| epoch | mode | loss | acc |", "|---|---|---|---|"]
    for n in range(1, 9):
        rows += [
            f"| {n} | {word} | {2.5 - n / 8 + n % 3 / 9:.2f} | {n / 11:.2f} |" for word in ("training", "evaluation")
        ]
    text = "".join(f"{lead.format(n=at)}{row}\n" for at, row in enumerate(rows))
    assert _curves(text) == _BOTH


@pytest.mark.parametrize("names", ["tr.loss tr.acc va.loss va.acc", "T-Loss T-Acc V-Loss V-Acc"])
def test_short_words_and_letters_of_splits_in_names(names: str) -> None:
    rows = [f"{n},{2.5 - n / 8:.2f},{n / 10:.2f},{2.75 - n / 9:.2f},{n / 11:.2f}" for n in range(1, 9)]
    assert _curves("\n".join([",".join(("epoch", *names.split())), *rows])) == _BOTH


def test_names_of_shares_with_a_number_behind_an_at() -> None:
    rows = [
        f"epoch {n} Prec@1 {70 + n / 2:.2f} (83.1) Prec@5 {90 + n / 3:.2f} (93.1) loss {3 / n:.3f}" for n in range(1, 9)
    ]
    assert _curves("\n".join(rows)) == {("accuracy", "train", 8), ("top5_accuracy", "train", 8), ("loss", "train", 8)}
