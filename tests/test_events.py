"""Crash, end, resume and settings: seen where a program says them, not where a text only mentions them."""

from __future__ import annotations

import pytest

from lossdoc.input.looks import looks_like
from lossdoc.input.source import Source
from lossdoc.readers._events import events

TRACEBACK = (
    "Traceback (most recent call last):\n"
    '  File "train.py", line 3, in <module>\n'
    "    main()\n"
    "    ~~~~^^\n"
)  # fmt: skip


def told(text: str) -> list[tuple[str, int | None]]:
    return [(event.kind, event.line) for event in events(Source.from_text(text))]


@pytest.mark.parametrize(
    "error",
    [
        "RuntimeError: CUDA error: device-side assert triggered",
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.",
        "NotImplementedError",
        "ray.exceptions.RayTaskError(ValueError): boom",
    ],
)
def test_a_traceback_is_told_at_its_own_last_line(error: str) -> None:
    (event,) = events(Source.from_text("loss: 1\n" + TRACEBACK + error + "\n"))
    assert (event.kind, event.line, event.text) == ("crash", 6, error)
    assert event.data == {"traceback": 2}


@pytest.mark.parametrize("prefix", ["2026-01-01T10:00:00.0Z ", "[rank0]: ", "Jan  1 10:00:00 ", "(main_task pid=7) "])
def test_a_prefix_does_not_hide_which_line_of_a_traceback_is_the_error(prefix: str) -> None:
    code = TRACEBACK + '  File "b.py", line 2, in run\n    run_ppo(config)\n'
    text = "".join(f"{prefix}{line}\n" for line in [*code.splitlines(), "NotImplementedError"])
    assert [event.text for event in events(Source.from_text(text))] == ["NotImplementedError"]


def test_ranks_write_tracebacks_between_each_other() -> None:
    one = "".join(f"[rank0]: {line}\n" for line in [*TRACEBACK.splitlines(), "ValueError: a"])
    two = "".join(f"[rank1]: {line}\n" for line in [*TRACEBACK.splitlines(), "ValueError: b"])
    mixed = "\n".join(part for pair in zip(one.splitlines(), two.splitlines(), strict=True) for part in pair)
    assert [event.text for event in events(Source.from_text(mixed))] == ["ValueError: a", "ValueError: b"]


@pytest.mark.parametrize(
    "line",
    [
        "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB",
        "./run.sh: line 12: 4711 Killed                  python train.py",
        "Segmentation fault (core dumped)",
        "slurmstepd: error: *** JOB 1 ON node CANCELLED AT 2024-01-01 DUE TO TIME LIMIT ***",
        "  exitcode   : -9 (pid: 4711)",
        "[rank0]:[E123 10:00:00 ProcessGroupNCCL.cpp:5] Watchdog caught collective operation timeout: WorkNCCL",
        "❌ Training failed: Memory usage exceeded safe threshold",
    ],
)
def test_crashes_without_a_traceback(line: str) -> None:
    assert told("loss: 1\n" + line + "\n" + "loss: 1\n" * 9) == [("crash", 2)]


@pytest.mark.parametrize(
    "line",
    [
        "The answer is: Traceback (most recent call last) means the program failed.",
        "He was Killed in action, and a Segmentation fault followed.",
        "{'text': 'RuntimeError: CUDA out of memory', 'loss': 0.5}",
        "ValueError: extract action failed",
        "raise RuntimeError: x",
        "training will resume from there",
        "if the exitcode is not 0, training failed",
        "Epoch 3: training finished",
        "    print('Training complete')",
    ],
)
def test_mentions_are_no_events(line: str) -> None:
    assert told("loss: 1\n" + line + "\n" + "loss: 1\n" * 9) == []


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("  Continuing training from global step 500", "resume"),
        ("Resuming from checkpoint out/checkpoint-500", "resume"),
        ("Training completed. Do not forget to share your model on huggingface.co/models =)", "end"),
        ("***** train metrics *****", "end"),
        ("  Total optimization steps = 1,500", "config"),
        ("   \\\\   /|    Num examples = 1,000 | Num Epochs = 1 | Total steps = 60", "config"),
        ("KeyboardInterrupt", "interrupt"),
        ("⏹️ Training interrupted by user", "interrupt"),
    ],
)
def test_sentences(line: str, kind: str) -> None:
    assert {found for found, _ in told("loss: 1\n" + line + "\n")} == {kind}


def test_settings_hold_numbers() -> None:
    (event,) = events(Source.from_text("  Total optimization steps = 1,500\n"))
    assert event.data == {"max_steps": 1500}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "an empty file"),
        (b" \n\0\0", "a file of blanks and zero bytes"),
        (b":W&B\xe1\xbe\0", "a wandb offline run file"),
        (b"\x89PNG\r\n", "an image (PNG)"),
        (
            b"import os\n\n\ndef f(x):\n    return x\n\n\nclass A:\n    def g(self):\n        return 1\n",
            "Python source code",
        ),
        (b"# Title\n\n- [a](http://b)\n- c\n- d\n- e\n", "a Markdown text"),
        (b'{"prompt": "a", "chosen": "b", "rejected": "c"}\n', "a data set of preference pairs (chosen, rejected)"),
        (b'1.2.3.4 - - [x] "GET / HTTP/1.1" 200 5\n' * 5, "the log of a web server"),
        (b"Jan  1 10:00:00 host sshd[12]: ok\nJan  1 10:00:01 host cron[7]: done\n" * 5, "a system log"),
        (b"Map: 50%|###  | 5/10 [00:01<00:01]\r" * 5, "a log of progress bars without metrics"),
        (b"a: 1\nb: 2\nc:\n  d: 3\n", "a file of settings"),
        (b"2024-01-01 10:00:00 hello\n" * 5, "the log of a program, without metrics"),
        (b"hello\n", "a text without metrics"),
    ],
)
def test_what_else_it_is(data: bytes, kind: str) -> None:
    assert looks_like(Source("x", data)).text == kind


def test_what_logging_says_of_its_own_message_is_no_crash() -> None:
    error = TRACEBACK + "TypeError: not all arguments converted during string formatting\n"
    call = "Call stack:\n" + '  File "train.py", line 3, in <module>\n    main()\n'
    assert told("step 1\n--- Logging error ---\n" + error + call + "step 2\n") == []
    assert told("step 1\n" + error) == [("crash", 6)]


def test_a_loss_scale_that_is_cut_is_none() -> None:
    line = "Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to "
    assert told(f"{line}0.5\n{line}6.103...\n") == [("loss_scale", 1)]
