"""Labels of srun and pdsh are ranks; steps, epochs and keys before a colon are not."""

from __future__ import annotations

import pytest

from lossdoc.input.launchers import without_labels

CHAT = ["starting up", "loaded the model", "step 10 loss 0.52", "step 20 loss 0.41"]


def labelled(labels: list[str]) -> str:
    return "".join(f"{label}: {line}\n" for line in CHAT * 3 for label in labels)


@pytest.mark.parametrize("label", ["0", "node-1", "10.0.0.1", "gpu01.cluster"])
def test_the_label_of_one_process_goes(label: str) -> None:
    assert without_labels(labelled([label])).splitlines() == CHAT * 3


@pytest.mark.parametrize(
    "label",
    [
        "2026-01-01T10:00:00.123456789Z",
        "2026-01-01T10:00:00.123456789Z stdout F",
        "2026-01-01T10:00:00+0000 node17 train.sh[7]:",
        "train\tRun python train.py\t2026-01-01T10:00:00.1234567Z",
        "Jan  1 10:00:00",
        "Jan  1 10:00:00 node17 python[42]:",
        "trainer-1  |",
        "trainer-1  | 2026-01-01T10:00:00Z",
        "[pod/trainer-0/main]",
        "[rank0]:",
        "[1,0]<stdout>:",
        "(TaskRunner pid=42)",
    ],
)
def test_a_collectors_label_goes_and_indentation_stays(label: str) -> None:
    lines = ["start", "  loss: 0.5", "| box |", "    deep", "", "end"]
    assert without_labels("\n".join(f"{label} {line}" for line in lines)) == "\n".join(lines)


def test_a_loggers_own_marks_stay() -> None:
    text = "2026-01-01T10:00:00 - INFO - loss: 0.5\n" * 9
    assert without_labels(text) == text


def test_labels_of_several_writers_stay() -> None:
    text = "".join(f"Jan  1 10:00:00 node17 {program}[4]: x\n" for program in ("sshd", "kernel", "cron") * 4)
    assert without_labels(text) == text
    text = "".join(f"[rank{n}]: loss 0.5\n" for n in (0, 1) * 9)
    assert without_labels(text) == text


@pytest.mark.parametrize("labels", [["1", "0", "2"], ["10.0.0.1", "10.0.0.2"], ["gpu01.cluster", "gpu02.cluster"]])
def test_labels_of_several_processes_become_ranks(labels: list[str]) -> None:
    text = without_labels(labelled(labels))
    assert all(line.startswith("[rank") for line in text.splitlines())
    assert text.count("]: step 10 loss 0.52") == 3 * len(labels)
    assert len({line.split("]")[0] for line in text.splitlines()}) == len(labels)


def test_a_blank_line_and_a_stray_one_change_nothing() -> None:
    text = labelled(["0", "1"]) * 10 + "\nsrun: error\n"
    assert without_labels(text).splitlines()[-2:] == ["", "srun: error"]
    assert without_labels(text).startswith("[rank0]: starting up\n")


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{n}: loss 0.5, accuracy 0.9\n" for n in range(50)),  # steps
        "".join(f"{n // 5}: iteration {n} loss 0.5\n" for n in range(50)),  # epochs
        "".join("loss: 0.5\naccuracy: 0.9\n" for _ in range(50)),  # keys
        "".join("layer1: 0.5\nlayer2: 0.9\n" for _ in range(50)),  # keys with numbers
        "".join("train: loss 0.5 accuracy 0.9\nval: loss 0.4 accuracy 0.8\n" for _ in range(50)),  # splits
        "key: value of it\n",
        "",
    ],
)
def test_other_words_before_a_colon_stay(text: str) -> None:
    assert without_labels(text) == text
