"""`lossdoc watch`: a log that comes late, grows, rotates, is truncated, restarts and dies is judged as `check` does."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lossdoc.api import Options, diagnose, read_path
from lossdoc.cli import app
from lossdoc.cli.watch import Ends, OnFinding, Told, follow
from lossdoc.live.tail import Tail
from lossdoc.live.watcher import Watcher
from lossdoc.model.finding import Finding, Report
from lossdoc.model.run import Run
from lossdoc.show.report import Options as Dress
from lossdoc.show.screen import Screen, standing
from lossdoc.show.stream import Writer
from tests import report_maker as made

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


def append(path: Path, text: str) -> None:
    with open(path, "a") as file:
        file.write(text)


def test_a_tail_takes_in_what_comes(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    tail = Tail(log)
    assert (tail.read(), tail.seen) == (False, False)  # not there yet
    log.write_text("a 1\n")
    assert tail.read()
    assert not tail.read()
    append(log, "a 2\na")
    assert tail.read()
    assert bytes(tail.data) == b"a 1\na 2\na"


@pytest.mark.parametrize("how", ["rotated", "truncated"])
def test_a_log_that_begins_anew_is_added(tmp_path: Path, how: str) -> None:
    log = tmp_path / "run.log"
    log.write_text("step 1\nstep 2\n")
    tail = Tail(log)
    tail.read()
    append(log, "step 3")  # written after the last look, before the file is moved away
    if how == "rotated":
        log.rename(tmp_path / "run.log.1")
        assert tail.read()  # the old file is read to its end while no new one is there
        log.write_text("step 4\n")
        expected = b"step 1\nstep 2\nstep 3\nstep 4\n"
    else:
        tail.read()
        log.write_text("")
        assert not tail.read()
        log.write_text("step 4\n")
        expected = b"step 1\nstep 2\nstep 3\nstep 4\n"
    assert tail.read()
    append(log, "step 5\n")
    assert tail.read()
    assert bytes(tail.data) == expected + b"step 5\n"


@pytest.mark.parametrize("replaced", [True, False])
def test_a_file_that_is_written_anew_says_nothing_twice(tmp_path: Path, replaced: bool) -> None:
    log = tmp_path / "history.csv"
    rows = [f"{n},{1 / n:.3f}\n" for n in range(1, 30)]
    tail = Tail(log)
    for length in range(1, 30):
        text = "step,loss\n" + "".join(rows[:length])
        if replaced:
            (tmp_path / "new").write_text(text)
            os.replace(tmp_path / "new", log)
        else:
            log.write_text(text[: len(text) // 2])  # caught in the middle of writing
            tail.read()
            log.write_text(text)
        assert tail.read()
        assert bytes(tail.data).decode() == text


def test_a_longer_file_with_other_content_is_a_new_one(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    log.write_text("old 1\n")
    tail = Tail(log)
    tail.read()
    log.write_text("new 1\nnew 2\n")
    assert tail.read()
    assert bytes(tail.data) == b"old 1\nnew 1\nnew 2\n"


class World:
    """A clock that stands still while lossdoc works, and a script: one thing happens to the files in every sleep."""

    def __init__(self, script: Iterator[object]) -> None:
        self.now = 0.0
        self.script = script

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        next(self.script, None)


def watch(
    path: Path,
    script: Iterator[object],
    ends: Ends,
    capsys: pytest.CaptureFixture[str],
    command: OnFinding | None = None,
) -> tuple[int, list[dict[str, Any]]]:
    world = World(script)
    watcher = Watcher(str(path), Options(), world.clock)
    code = follow(watcher, ends, 1.0, Told(Writer("jsonl"), command), "error", world.sleep)
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def found(path: Path) -> set[str]:
    runs = [run for result in read_path(str(path), Options()) if isinstance(result, list) for run in result]
    return {finding.id for run in runs for finding in diagnose(run, Options()).findings}


def standing_of(events: list[dict[str, Any]]) -> set[str]:
    """What was told and not withdrawn: all of it has to be confirmed."""
    last = {event["finding"]["id"]: event["state"] for event in events if event["event"] == "finding"}
    assert "suspected" not in last.values()
    return {one for one, state in last.items() if state == "confirmed"}


def growing(path: Path, lines: list[str], at_once: int) -> Iterator[object]:
    for start in range(0, len(lines), at_once):
        append(path, "".join(lines[start : start + at_once]))
        yield None


IDLE = Ends(until_idle=5)


@pytest.mark.parametrize(
    "name", ["dpo-displacement.log", "keras-overfit.csv", "language-model-nan.log", "sft-healthy.log"]
)
def test_at_the_end_it_has_said_what_check_says_and_nothing_twice(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / name
    lines = (EXAMPLES / name).read_text().splitlines(keepends=True)
    code, events = watch(log, growing(log, lines, 10), IDLE, capsys)
    *findings, end = events
    assert end["event"] == "end"
    told = [
        (event["finding"]["id"], event["finding"]["severity"] == "info", event["state"], event.get("was"))
        for event in findings
    ]
    assert len(told) == len(set(told))
    assert standing_of(findings) == found(EXAMPLES / name)
    assert code == end["exit_code"] == (1 if "nan" in name else 0)


def nan_rows(first: int, last: int, sick: int) -> list[str]:
    rows = ({"step": n, "loss": float("nan") if n >= sick else 2 + 1 / n, "grad_norm": 1.0} for n in range(first, last))
    return [json.dumps(row) + "\n" for row in rows]


def test_a_fault_is_told_within_twenty_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "run.jsonl"
    _, events = watch(log, growing(log, nan_rows(1, 300, 150), 5), IDLE, capsys)
    (told,) = [e["records"] for e in events[:-1] if e["finding"]["check"] == "non-finite"]
    assert 150 <= told <= 170


def test_what_more_records_may_take_back_is_suspected_first(tmp_path: Path) -> None:
    log = tmp_path / "run.jsonl"
    rows = nan_rows(1, 200, 10**9)
    watcher = Watcher(str(log), Options(), lambda: 0.0)
    told: list[str] = []
    seen = iter([["loss-spike"], [], ["loss-spike", "eval-gap"], ["eval-gap"], ["eval-gap"], []])
    records = iter([20, 30, 40, 41, 45, 46])

    def judge(run: Run, options: Options, beside: Sequence[str]) -> Report:  # noqa: ARG001
        run.records = next(records)
        findings = [Finding(check, "error", "high", "x") for check in next(seen)]
        return Report(run, findings, [], "failing")

    watcher.judge = judge
    for n in range(6):
        append(log, "".join(rows[20 * n : 20 * (n + 1)]))
        watcher.changed()
        look = watcher.look(at_the_end=n == 5)
        told.append(", ".join(f"{news.state} {news.finding.check}" for news in look.new))
    assert told == [
        "suspected loss-spike",
        "withdrawn loss-spike",
        "suspected eval-gap",  # a spike that was suspected and withdrawn is not suspected again
        "",
        "confirmed eval-gap",
        "withdrawn eval-gap",
    ]


def test_rotation_and_restart_lose_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log, whole = tmp_path / "run.jsonl", tmp_path / "whole.jsonl"
    first, second = nan_rows(1, 200, 10**9), nan_rows(200, 400, 350)
    whole.write_text("".join(first + second))

    def script() -> Iterator[object]:
        yield from growing(log, first, 20)
        yield log.rename(tmp_path / "run.jsonl.1")
        yield from growing(log, second, 20)

    code, events = watch(log, script(), IDLE, capsys)
    assert standing_of(events) == found(whole)
    assert (code, events[-1]["runs"][0]["records"]) == (1, 399)


def test_a_folder_and_a_state_that_is_written_as_a_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    history = [json.loads(row) for row in nan_rows(1, 200, 100)]

    def script(path: Path) -> Iterator[object]:
        for length in range(20, 200, 20):
            yield path.write_text(json.dumps({"log_history": history[:length], "max_steps": 500}))

    for path, watched in ((tmp_path / "trainer_state.json", None), (tmp_path / "trainer_state.json", tmp_path)):
        path.unlink(missing_ok=True)
        code, events = watch(watched or path, script(path), IDLE, capsys)
        assert [e["finding"]["check"] for e in events[:-1]].count("non-finite") == 1
        assert code == 1


def test_the_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "run.jsonl"
    assert watch(log, iter(()), Ends(timeout=3), capsys) == (
        2,
        [{"event": "end", "exit_code": 2, "runs": [], "withdrawn": []}],
    )
    rows = growing(log, nan_rows(1, 500, 50), 5)
    code, events = watch(log, rows, Ends(fail_fast=("non-finite",)), capsys)
    assert code == 1
    assert events[-1]["runs"][0]["records"] <= 70  # the rest was never written
    assert len(list(rows)) > 80

    def interrupted() -> Iterator[object]:
        yield None
        raise KeyboardInterrupt

    assert watch(log, interrupted(), Ends(), capsys)[0] == 1
    # What comes late is waited for: idle counts from the first byte on.
    late = tmp_path / "late.jsonl"

    def script() -> Iterator[object]:
        yield from [None] * 20
        yield from growing(late, nan_rows(1, 60, 10**9), 60)

    assert watch(late, script(), Ends(until_idle=5), capsys)[1][-1]["runs"][0]["records"] == 59


def test_a_command_gets_the_finding_as_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log, out = tmp_path / "$(touch pwned).jsonl", tmp_path / "out"
    code = "import os, sys; print(os.environ['LOSSDOC_CHECK'], os.environ['LOSSDOC_SEVERITY'], sys.stdin.read())"
    command = f'{sys.executable} -c "{code}" >> {out}'
    watch(log, growing(log, nan_rows(1, 100, 50), 50), IDLE, capsys, OnFinding(command))
    line = next(line for line in out.read_text().splitlines() if line.startswith("non-finite"))
    assert line.startswith("non-finite error {")
    assert json.loads(line.split(" ", 2)[2])["finding"]["first_step"] == 50
    assert not (tmp_path / "pwned").exists()


def test_a_command_hears_of_what_is_suspected_only_where_it_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(out: Path, suspected: bool) -> OnFinding:
        code = "import os; print(os.environ['LOSSDOC_CHECK'], os.environ['LOSSDOC_STATE'])"
        return OnFinding(f'{sys.executable} -c "{code}" >> {out}', suspected)

    rows = [json.dumps({"step": n, "loss": 2 + 1 / n + (n in range(100, 103)) * 2}) + "\n" for n in range(1, 140)]
    heard = {}
    for suspected in (False, True):
        out, log = tmp_path / f"out-{suspected}", tmp_path / f"{suspected}.jsonl"
        ends = Ends(until_idle=5, fail_fast=("loss-spike",))
        _, events = watch(log, growing(log, rows, 1), ends, capsys, command(out, suspected))
        heard[suspected] = [line for line in out.read_text().splitlines() if line.startswith("loss-spike")]
        assert [e["state"] for e in events[:-1] if e["finding"]["check"] == "loss-spike"] == ["suspected", "confirmed"]
        assert events[-1]["runs"][0]["records"] > 105  # --fail-fast waits for what is sure
    assert heard == {False: ["loss-spike confirmed"], True: ["loss-spike suspected", "loss-spike confirmed"]}


def test_what_is_suspected_begins_with_that_word_and_is_dim() -> None:
    report = made.nan_run()
    finding = report.findings[0]
    plain = Writer().finding(report, finding, "suspected", None, 30)
    assert plain.startswith("suspected ✗ error ")
    dim = Writer(color=True).finding(report, finding, "withdrawn", "suspected", 30)
    assert dim.startswith("\x1b[2mwithdrawn ✗ error ")
    assert Writer().finding(report, finding, "withdrawn", "confirmed", 30).startswith("withdrawn (was confirmed) ✗")
    assert Writer().finding(report, finding, "confirmed", None, 30) == plain.removeprefix("suspected ")


def test_looks_rest_in_proportion_to_what_they_cost(tmp_path: Path) -> None:
    log = tmp_path / "run.jsonl"
    log.write_text("".join(nan_rows(1, 50, 10**9)))
    times: Iterator[float] = iter([0.0, 2.0, 9.0, 10.0])
    watcher = Watcher(str(log), Options(), times.__next__, cost=0.2)
    watcher.changed()
    watcher.look()  # takes two seconds, so it rests for eight
    append(log, "".join(nan_rows(50, 69, 10**9)))
    assert watcher.changed()
    assert not watcher.due()
    assert watcher.due()


def test_a_format_that_was_taken_for_another_is_found_when_the_log_has_doubled(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    log.write_text("".join(f"step {n} loss {3 / n:.3f}\n" for n in range(1, 9)))
    watcher = Watcher(str(log), Options(), lambda: 0.0)
    watcher.changed()
    first = watcher.look().reports[0].run.format
    append(log, "".join(nan_rows(9, 200, 10**9)))
    watcher.changed()
    assert watcher.look().reports[0].run.format == "jsonl" != first


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    log = tmp_path / "run.jsonl"
    log.write_text("".join(nan_rows(1, 50, 10**9)) + '{"step": 50, "lo')
    watcher = Watcher(str(log), Options(), lambda: 0.0)
    watcher.changed()
    assert not watcher.look().reports[0].run.unread
    assert watcher.look(at_the_end=True).reports[0].run.unread


def test_the_command_and_its_lines(tmp_path: Path) -> None:
    runner = CliRunner()
    log = EXAMPLES / "language-model-nan.log"
    done = runner.invoke(app, ["watch", str(log), "--until-idle", "0"])
    assert done.exit_code == 1
    first, *_, last = done.stdout.splitlines()
    assert first.startswith("✗ error masked-nan at step ")
    assert f"({log}:" in first
    assert last.startswith(f"failing: {log}, ")
    assert runner.invoke(app, ["watch", str(log), "--until-idle", "0", "--fail-on", "never"]).exit_code == 0
    assert runner.invoke(app, ["watch", str(log), "--fail-fast", "nan"]).exit_code == 2
    assert runner.invoke(app, ["watch", str(tmp_path / "none.log"), "--timeout", "0"]).exit_code == 2


def test_a_terminal_shows_charts_and_signs_below_the_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "run.log"
    log.write_text("".join(nan_rows(1, 60, 30)))
    with Screen(color=False) as screen:
        told = Told(Writer(), screen=screen)
        watcher = Watcher(str(log), Options(), time.monotonic)
        assert follow(watcher, Ends(until_idle=0.0), 0.01, told, "error") == 1
    told.last_words()
    out = capsys.readouterr().out
    assert out.index("non-finite at step") < out.index("generalising") < out.rindex("failing: ")
    assert out.count("failing: ") == 1


def test_the_picture_is_of_the_run_that_is_worst_off() -> None:
    text = standing([made.healthy(), made.nan_run()], 12.0, Dress(width=100))
    assert "the worst of 2 runs" in text
    assert "12 s without news" in text
    assert "waiting" in standing([], 0.0, Dress())
