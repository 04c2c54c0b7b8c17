"""resumed, truncated-log, crash-in-log, missing-eval: judged by events and by what is there."""

from __future__ import annotations

import numpy as np
import pytest

from lossdoc.model.record import Event
from tests.checks.synthetic import curve, found, noise, ramp, saturating

LOSS = curve("loss", saturating(140, 4, 2) + noise(140, 0.1, 1))
REPLAY = Event("replay", 111, data={"from_step": 81.0, "to_step": 84.0, "dropped": 4})
END = Event("end", 300, "the trainer printed its summary")
CRASH = Event("crash", 120, "RuntimeError: CUDA error: device-side assert triggered")


def test_resumed_says_where_and_how_much() -> None:
    (finding,) = found("resumed", LOSS, trainer="dpo", events=[REPLAY, END])
    assert (finding.severity, finding.first_step, finding.line) == ("info", 84.0, 111)
    assert finding.measured["dropped_records"] == 4


def test_resumed_with_a_jump_of_the_loss() -> None:
    loss = saturating(140, 4, 2) + noise(140, 0.05, 2) + np.r_[np.zeros(80), np.full(60, 1.0)]
    (finding,) = found("resumed", curve("loss", loss), trainer="sft", events=[REPLAY])
    assert finding.severity == "warning"


def test_resumed_as_the_trainer_says() -> None:
    (finding,) = found("resumed", LOSS, trainer="sft", events=[Event("resume", 3, "Continuing", {"step": 500})])
    assert finding.first_step == 500


def test_ranks_are_no_resume() -> None:
    assert not found("resumed", LOSS, trainer="sft", events=[Event("ranks", data={"dropped": 140})])


def test_a_plain_run_is_not_resumed() -> None:
    assert not found("resumed", LOSS, trainer="sft", events=[END])


def test_cut_inside_a_record() -> None:
    (finding,) = found("truncated-log", LOSS, events=[Event("cut", 141, "{'loss': '4.7")])
    assert (finding.severity, finding.line, finding.first_step) == ("info", 141, 140.0)


def test_stops_short_of_its_total() -> None:
    bar = Event("progress", 140, "", {"n": 140, "total": 400})
    assert found("truncated-log", LOSS, events=[bar])
    assert found("truncated-log", LOSS, config={"max_steps": 400})


def test_no_summary_and_an_open_schedule() -> None:
    rate = curve("learning_rate", ramp(140, 1e-3, 6e-4))
    (finding,) = found("truncated-log", LOSS, rate, trainer="sft", format_name="hf-stdout")
    assert finding.confidence == "medium"


def test_interrupted_from_the_keyboard() -> None:
    assert found("truncated-log", LOSS, events=[Event("interrupt", 150, "KeyboardInterrupt")])


def test_finished_runs_are_whole() -> None:
    bar = Event("progress", 140, "", {"n": 140, "total": 140})
    assert not found("truncated-log", LOSS, events=[bar])
    assert not found("truncated-log", LOSS, events=[END], config={"max_steps": 400})


def test_a_checkpoint_is_no_truncated_log() -> None:
    assert not found("truncated-log", LOSS, config={"max_steps": 400}, format_name="trainer-state")


def test_formats_without_a_declared_end() -> None:
    assert not found("truncated-log", LOSS, trainer="sft")
    constant = curve("learning_rate", np.full(140, 1e-3))
    assert not found("truncated-log", LOSS, constant, trainer="sft")
    cosine = curve("learning_rate", 5e-4 * (1 + np.cos(np.linspace(0, 2.2, 140))))
    assert not found("truncated-log", LOSS, cosine, trainer="sft")


def test_a_line_that_ends_far_from_zero() -> None:
    rate = curve("learning_rate", np.r_[ramp(20, 0, 1e-3), ramp(120, 1e-3, 5e-4)])
    (finding,) = found("truncated-log", LOSS, rate, trainer="sft")
    assert (finding.severity, finding.confidence) == ("info", "medium")
    assert not found("truncated-log", LOSS, curve("learning_rate", ramp(140, 1e-3, 7e-6)), trainer="sft")


def test_interrupted_and_continued() -> None:
    events = [Event("interrupt", 100, "KeyboardInterrupt"), REPLAY]
    assert not found("truncated-log", LOSS, events=events)


def test_a_crash_is_quoted() -> None:
    (finding,) = found("crash-in-log", LOSS, trainer="sft", events=[CRASH])
    assert (finding.severity, finding.line, finding.first_step) == ("error", 120, 140.0)
    assert "device-side assert" in finding.message


def test_several_crashes() -> None:
    (finding,) = found("crash-in-log", LOSS, trainer="sft", events=[CRASH, Event("crash", 190, "Killed")])
    assert "1 more" in finding.message


def test_a_crash_that_the_run_survived_informs() -> None:
    for later in (END, Event("resume", 130, "Resuming from checkpoint")):
        assert [f.severity for f in found("crash-in-log", LOSS, trainer="sft", events=[CRASH, later])] == ["info"]


@pytest.mark.parametrize(("before", "severity"), [(1, "error"), (2, "info")])
def test_an_error_that_the_program_catches_informs(before: int, severity: str) -> None:
    caught = [Event("crash", 20 + 30 * n, "ValueError: no <answer> tag") for n in range(before)]
    last = Event("crash", 190, "ValueError: no <answer> tag")
    assert [f.severity for f in found("crash-in-log", LOSS, trainer="sft", events=[*caught, last])] == [severity]


def test_ranks_that_die_of_one_error_are_a_crash() -> None:
    """Their tracebacks stand side by side, and records that were buffered come behind them."""
    ranks = [Event("crash", 60, f"ValueError: bad batch on rank {n}") for n in range(4)]
    assert [f.severity for f in found("crash-in-log", LOSS, trainer="sft", events=ranks)] == ["error"]


def test_an_error_of_an_earlier_attempt_informs() -> None:
    late = curve("loss", np.linspace(3, 2, 50))
    late.lines[:] += 500
    assert [f.severity for f in found("crash-in-log", late, trainer="sft", events=[CRASH])] == ["info"]


def test_no_crash() -> None:
    assert not found("crash-in-log", LOSS, trainer="sft", events=[END])


def test_epochs_without_a_held_out_measure() -> None:
    epochs = curve("epoch", ramp(200, 0, 5))
    loss = curve("loss", saturating(200, 4, 1))
    assert found("missing-eval", loss, epochs, trainer="sft")
    assert found("missing-eval", curve("reward", ramp(300, 0, 1)), trainer="grpo")


def test_one_pass_or_an_eval_is_enough() -> None:
    loss = curve("loss", saturating(200, 4, 1))
    assert not found("missing-eval", loss, curve("epoch", ramp(200, 0, 1)), trainer="pretrain")
    held = curve("loss", [3.0, 2.5, 2.4], "eval", every=60)
    assert not found("missing-eval", loss, held, curve("epoch", ramp(200, 0, 5)), trainer="sft")


@pytest.mark.parametrize(("behind", "severity"), [(150, "error"), (900, "info")])
def test_more_records_behind_an_error_than_a_buffer_holds(behind: int, severity: str) -> None:
    """A dying program may flush what it had printed before; a whole training behind its error is another attempt."""
    long = curve("loss", saturating(100 + behind, 4, 2) + noise(100 + behind, 0.1, 1))
    crash = Event("crash", 100, "FileNotFoundError: 0.pth")
    assert [f.severity for f in found("crash-in-log", long, trainer="sft", events=[crash])] == [severity]
