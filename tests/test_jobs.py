"""Many logs on several processes: the same answers in the same order, whatever happens to one of them."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from lossdoc import api
from lossdoc.api import Options, Part
from lossdoc.cli import _examine, _jobs
from lossdoc.config.layers import InForce
from lossdoc.config.schema import Config
from lossdoc.model.finding import NotRead
from tests.test_cli import run

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """Three examples many times over, with something that is no log between them, and a folder of two runs."""
    logs = sorted(EXAMPLES.glob("*.log"))[:3]
    for number in range(9):
        shutil.copy(logs[number % 3], tmp_path / f"{number}.log")
    (tmp_path / "4b.log").write_bytes(b"\x89PNG\r\n" + bytes(range(256)))
    for name in ("a", "b"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        shutil.copy(logs[0], tmp_path / "runs" / name / "train.log")
    return tmp_path


@pytest.mark.parametrize("style", [["-f", "json"], ["--verbose"], ["-q"]])
def test_processes_change_nothing(sweep: Path, style: list[str]) -> None:
    paths = [str(sweep / "*.log"), str(sweep / "runs"), str(sweep / "missing.log"), str(sweep / "none*")]
    alone, together = (run("check", *paths, *style, "--jobs", jobs) for jobs in ("1", "3"))
    assert together.stdout == alone.stdout
    assert together.stderr == alone.stderr
    assert together.returncode == alone.returncode == 1
    assert str(sweep / "8.log") in alone.stdout


def test_processes_only_where_they_pay(sweep: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = api.parts_of(str(sweep / "*.log"))
    monkeypatch.setattr(_jobs, "cores", lambda: 8)
    assert _jobs._worth(parts) == 1
    monkeypatch.setattr(_jobs, "MANY_PARTS", len(parts))
    assert _jobs._worth(parts) == 8
    monkeypatch.setattr(_jobs, "MANY_PARTS", 1000)
    monkeypatch.setattr(_jobs, "MANY_BYTES", 10_000)
    assert _jobs._worth(parts) == 8
    assert _jobs._worth(parts[:1]) == 1


def test_the_parts_of_a_folder_are_its_runs(sweep: Path) -> None:
    assert [Path(part.name).name for part in api.parts_of(str(sweep / "runs"))] == ["a", "b"]
    assert api.parts_of("-") == [Part("-")]


@pytest.mark.skipif(sys.platform != "linux", reason="the processes must be forked to see what the test replaced")
def test_a_process_that_dies_takes_no_other_part_with_it(sweep: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = api.read_part

    def dying(part: Part, options: Options, data: bytes | None = None) -> object:
        if part.name.endswith("5.log"):
            os._exit(9)
        if part.name.endswith("6.log"):
            raise RuntimeError("boom")
        return read(part, options, data)

    monkeypatch.setattr(api, "read_part", dying)
    parts = api.parts_of(str(sweep / "*.log"))
    work = partial(_examine._of_part, Options(), InForce(Config()))
    answers = list(_jobs.each(parts, work, None, _jobs.Engine(2), quiet=True))
    names = {Path(part.name).name: answer for part, answer in zip(parts, answers, strict=True)}
    died, failed = names.pop("5.log"), names.pop("6.log")
    assert isinstance(died, NotRead)
    assert "ended" in died.why
    assert isinstance(failed, NotRead)
    assert "boom" in failed.why
    assert all(isinstance(answer, list) and answer for answer in names.values())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a file on which reading waits")
def test_ctrl_c_ends_all_processes_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("")
    for name in ("b", "c", "d"):
        os.mkfifo(tmp_path / f"{name}.log")
    process = subprocess.Popen(
        [sys.executable, "-m", "lossdoc", "check", str(tmp_path / "*.log"), "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    written = [_writer_of(tmp_path / name) for name in ("b.log", "c.log")]  # both processes read
    time.sleep(
        1
    )  # the second may read before the first is done with having started it, where no exception gets through
    process.send_signal(signal.SIGINT)  # to the first process alone; a terminal sends it to all
    out, err = process.communicate(timeout=60)
    for end in written:
        os.close(end)
    assert (process.returncode, out, err) == (130, b"", b"")
    for _ in _within(60):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            break
    else:
        pytest.fail("somebody of its group is left")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a file on which reading waits")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_keeps_what_is_done(sweep: Path, tmp_path: Path, jobs: str) -> None:
    (tmp_path / "empty").write_text("")  # the smallest is read first, before there are other processes
    os.mkfifo(tmp_path / "8.pipe")
    paths = [str(sweep / f"{number}.log") for number in range(3)]
    given = [*paths, str(tmp_path / "empty"), str(tmp_path / "8.pipe")]
    process = subprocess.Popen(
        [sys.executable, "-m", "lossdoc", "check", *given, "-q", "--jobs", jobs],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    end = _writer_of(tmp_path / "8.pipe")
    # One process has just opened the pipe and is about to wait; of two the other one may be at the last log still.
    time.sleep(2 if jobs == "2" else 0.5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    os.close(end)
    assert process.returncode == 130
    assert " of 5 logs were read, and are told" in err
    assert all(path in out for path in paths[: 3 if jobs == "1" else 1])


def _writer_of(pipe: Path) -> int:
    """The end of a pipe that somebody reads: opened as soon as somebody does."""
    for _ in _within(60):
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:  # nobody reads yet
                raise
    raise TimeoutError(f"nobody read {pipe}")


def _within(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.02)


def test_options_go_to_another_process_without_what_was_looked_up() -> None:
    options = Options(trainer="dpo", settings={"beta": 0.1})
    assert options.knowledge is options.knowledge
    other = pickle.loads(pickle.dumps(options))
    assert other == options
    assert "knowledge" not in other.__dict__
