"""What lies around a log: pipes, devices, stores that somebody writes to, rotated parts, full disks, signals."""

from __future__ import annotations

import ast
import gzip
import json
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

import lossdoc
from lossdoc.api import Options, read_path, read_paths
from lossdoc.cli._screen import deliver
from lossdoc.input import files, limits
from lossdoc.input.rotated import together
from lossdoc.model.finding import NotRead
from lossdoc.model.limit import instead
from lossdoc.model.run import Run
from lossdoc.show.notes import in_words

OPTIONS = Options()
ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "sft-healthy.log"


def rows(start: int, stop: int) -> str:
    return "".join(f"step {n}: loss {3.0 - 0.02 * n:.4f}, grad_norm 1.2500\n" for n in range(start, stop))


def only_run(path: Path) -> Run:
    (found,) = read_path(str(path), OPTIONS)
    assert isinstance(found, list)
    return found[0]


def refused(path: Path) -> NotRead:
    (found,) = read_path(str(path), OPTIONS)
    assert isinstance(found, NotRead)
    return found


def store(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE metrics (id INTEGER PRIMARY KEY, run_name TEXT, step INTEGER, metrics TEXT)")
    add(connection, 0, 30)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return connection


def add(connection: sqlite3.Connection, start: int, stop: int) -> None:
    points = [("run", n, json.dumps({"loss": 3.0 - 0.02 * n})) for n in range(start, stop)]
    connection.executemany("INSERT INTO metrics (run_name, step, metrics) VALUES (?, ?, ?)", points)
    connection.commit()


def test_a_live_store_is_read_whole_and_nothing_is_written_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "trackio.db"
    connection = store(path)
    add(connection, 30, 50)
    before = {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in tmp_path.iterdir()}
    assert f"{path.name}-wal" in before
    assert len(only_run(path).curves[0]) == 50
    assert {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in tmp_path.iterdir()} == before
    connection.close()


def test_a_store_at_rest_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "trackio.db"
    store(path).close()
    assert len(only_run(path).curves[0]) == 30
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_write_ahead_log_that_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "trackio.db"
    connection = store(path)
    add(connection, 30, 50)
    monkeypatch.setattr("lossdoc.readers.binary._sqlite.TemporaryDirectory", _no_room)
    run = only_run(path)
    assert len(run.curves[0]) == 30
    assert [u.why for u in run.unread] == ["what trackio.db-wal holds could not be read: no room"]
    connection.close()


def _no_room(**_: object) -> None:
    raise OSError("no room")


def test_a_device_and_a_socket_are_refused_by_name(tmp_path: Path) -> None:
    assert refused(Path("/dev/zero")).found == "a device"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        assert refused(tmp_path / "s").found == "a socket"


def test_a_named_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["sh", "-c", 'cat "$0" > "$1"', str(EXAMPLE), str(pipe)]):
        assert only_run(pipe).records == only_run(EXAMPLE).records


def test_a_stream_without_an_end_is_read_to_a_limit_and_said(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text(rows(0, 40))
    with log.open("rb") as file, instead({limits.STREAM: 100}):
        data, left_out = files.read_stream(file)
    assert len(data) == 100
    assert left_out == "the stream is read up to 100 bytes: it goes on, and the rest is left out"
    with log.open("rb") as file, instead({limits.STREAM: log.stat().st_size}):
        assert files.read_stream(file) == (log.read_bytes(), "")


def _append(log: Path) -> None:
    with log.open("a") as file:
        file.write("".join(json.dumps({"step": n, "loss": 1.0}) + "\n" for n in range(40_000, 50_000)))


MEANWHILE: dict[
    str, tuple[Callable[[Path], None], int | None, str]
] = {  # what becomes of a long log after it was opened: records that are read, and what is said
    "grows": (_append, 40_000, ""),
    "is cut": (lambda log: os.truncate(log, 5000), 189, "the file became shorter while it was read"),
    "is gone": (Path.unlink, None, "the file cannot be opened any more"),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_a_long_log_is_read_as_it_was_opened(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change, records, said = MEANWHILE[what]
    log = tmp_path / "log.jsonl"
    log.write_text("".join(json.dumps({"step": n, "loss": 1.0}) + "\n" for n in range(40_000)))
    begins = files.beginning(log)
    assert begins  # else it is read in one go

    def beginning(path: Path) -> bytes:
        change(path)
        return begins

    monkeypatch.setattr("lossdoc.input.source.beginning", beginning)
    (found,) = read_path(str(log), OPTIONS)
    assert (found[0].records if isinstance(found, list) else None) == records
    why = found.why if isinstance(found, NotRead) else "; ".join(unread.why for unread in found[0].unread)
    assert (said in why) if said else not why


SAID = {  # limits of reading as options, and what is said then of a log of 100 rows with two keys beside the step
    "read.file": (4000, "the file is read up to 4,000 bytes: "),
    "read.line": (20, "characters: its first 20 are read"),
    "read.keys": (2, "1 of 3 keys are left out: a log is read by its first 2"),
    "read.archive": (4000, "the archive is unpacked to at most 4,000 bytes: "),
}


@pytest.mark.parametrize("name", SAID)
def test_limits_of_reading_are_options_and_say_what_is_left_out(name: str, tmp_path: Path) -> None:
    text = "".join(f"{{'loss': {3 - n / 100:.4f}, 'grad_norm': 1.5, 'epoch': {n / 10:.2f}}}\n" for n in range(200))
    log = tmp_path / ("x.log.gz" if name == "read.archive" else "x.log")
    log.write_bytes(gzip.compress(text.encode()) if log.suffix == ".gz" else text.encode())
    value, said = SAID[name]
    assert said in _why(log, Options(limits={name: value}))
    assert said not in _why(log, OPTIONS)


def _why(log: Path, options: Options) -> str:
    (found,) = read_path(str(log), options)
    return found.why if isinstance(found, NotRead) else "; ".join(unread.why for unread in found[0].unread)


def test_parts_of_a_rotated_log_are_one_run(tmp_path: Path) -> None:
    (tmp_path / "run.log.2").write_text(rows(0, 20))
    (tmp_path / "run.log.1").write_text(rows(20, 40))
    (tmp_path / "run.log").write_text(rows(40, 60))
    run = only_run(tmp_path)
    assert run.curves[0].steps.tolist() == list(range(60))
    assert [Path(source).name for source in run.sources] == ["run.log.2", "run.log.1", "run.log"]
    begins = "run.log.2 from line 1, run.log.1 from line 21, run.log from line 41"
    assert any(begins in note for note in map(in_words, run.notes))
    (found,) = read_path(str(tmp_path / "run.log*"), OPTIONS)
    assert isinstance(found, list)
    assert found[0].curves[0].steps.tolist() == list(range(60))


def test_parts_that_are_named_one_by_one_are_one_run(tmp_path: Path) -> None:
    for part, name in enumerate(("run.log.2", "run.log.1", "run.log", "other.log")):
        (tmp_path / name).write_text(rows(20 * part, 20 * part + 20))
    named = [str(tmp_path / name) for name in ("run.log", "other.log", "run.log.1", "run.log.2")]
    run, other = [run for found in read_paths(named, OPTIONS) if isinstance(found, list) for run in found]
    assert run.curves[0].steps.tolist() == list(range(60))
    assert (Path(run.source).name, Path(other.source).name) == ("run.log", "other.log")
    assert len(read_paths(named[2:], OPTIONS)) == 2  # without the log itself nobody knows that they are its parts
    assert len(read_paths(named[:1] * 3, OPTIONS)) == 3


def test_parts_without_the_log_that_they_belong_to_are_left_alone() -> None:
    ranks = [Path("out/rank.log.0"), Path("out/rank.log.1"), Path("other/rank.log"), Path("checkpoint.1")]
    assert together(ranks) == [[path] for path in ranks]


def test_members_of_a_folder_that_cannot_be_read_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.log").write_text(rows(0, 30))
    (tmp_path / "b.log").write_text(rows(0, 30))
    (tmp_path / "gone.log").symlink_to(tmp_path / "nowhere")
    (tmp_path / "closed").mkdir()
    os.mkfifo(tmp_path / "pipe.log")
    (tmp_path / "zero.log").symlink_to("/dev/zero")
    opened, listed = files.read_path, Path.iterdir

    def read(path: Path) -> tuple[bytes, str]:
        if path.name == "b.log":
            raise PermissionError(13, "Permission denied")
        return opened(path)

    def members(path: Path) -> object:
        if path.name == "closed":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr("lossdoc.input.source.read_path", read)
    monkeypatch.setattr(Path, "iterdir", members)
    found = read_path(str(tmp_path), OPTIONS)
    assert sum(isinstance(result, list) for result in found) == 1
    told = {Path(result.source).name: result.found for result in found if isinstance(result, NotRead)}
    nothing = "nothing that can be opened"
    assert told == {
        **dict.fromkeys(("b.log", "closed", "gone.log"), nothing),
        "pipe.log": "a named pipe",
        "zero.log": "a device",
    }


def test_output_replaces_a_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, link = tmp_path / "report.txt", tmp_path / "link.txt"
    target.write_text("before")
    target.chmod(0o640)
    link.symlink_to(target)
    assert deliver("after", link, 1, machine=False) == 1
    assert (target.read_text(), link.is_symlink(), stat.S_IMODE(target.stat().st_mode)) == ("after", True, 0o640)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert deliver("never", target, 0, machine=False) == 2
    assert (target.read_text(), sorted(p.name for p in tmp_path.iterdir())) == ("after", ["link.txt", "report.txt"])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_no_fault_of_ours() -> None:
    for more in ((), ("-f", "json"), ("-o", "/dev/full")):
        with open("/dev/full", "wb") as full:
            command = [sys.executable, "-m", "lossdoc", "check", str(EXAMPLE), *more]
            ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert ended.returncode == 2
        assert "No space left on device" in ended.stderr
        assert "internal error" not in ended.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_quietly(number: signal.Signals, code: int) -> None:
    command = [sys.executable, "-m", "lossdoc", "check", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdin is not None
        running.stdin.write(b"\n" * (1 << 20))  # more than a pipe holds: written when lossdoc reads
        running.stdin.flush()
        running.send_signal(number)
        out, error = running.communicate(timeout=30)
    assert (running.returncode, out, error) == (code, b"", b"")


_FORBIDDEN = frozenset({"eval", "exec", "compile", "__import__", "input", "breakpoint"})
_MODULES = frozenset(
    [
        "socket",
        "ssl",
        "http",
        "urllib",
        "ftplib",
        "smtplib",
        "requests",
        "aiohttp",
        "pickle",
        "marshal",
        "shelve",
        "subprocess",
        "ctypes",
    ]
)


# `watch --on-finding COMMAND` runs what the user wrote on the command line, with the finding as data on its input; a
# person at a terminal reads a page of `explain` in the pager of the environment.
_ON_REQUEST = (("cli/watch.py", {"subprocess"}), ("cli/_pager.py", {"subprocess"}))


def test_no_network_no_evaluation_no_pickle_in_the_source() -> None:
    package = Path(lossdoc.__file__).parent
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            where = f"{path.relative_to(package)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in _FORBIDDEN, where
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("yaml.load", "os.system", "os.popen"):
                # By a name that is made of a safe loader in the same file: libyaml's where there is one.
                assert ast.unparse(node.keywords[0].value) in ("loader", "_Loader"), where
                assert 'getattr(yaml, "CSafeLoader", yaml.SafeLoader)' in path.read_text("utf-8"), where
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.load":
                assert "allow_pickle=False" in ast.unparse(node), where
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            used = {name.split(".")[0] for name in names if name != "urllib.parse"} & _MODULES
            assert not used or (path.relative_to(package).as_posix(), used) in _ON_REQUEST, where


def test_a_check_opens_no_connection_starts_nothing_and_writes_nothing(tmp_path: Path) -> None:
    """Python tells of each such call: the hook stands in a process of its own, as no hook can be taken away again."""
    program = textwrap.dedent("""
        import os, sys
        told = []
        names = ("socket.connect", "socket.getaddrinfo", "urllib.Request", "pickle.find_class", "subprocess.Popen",
                 "os.system", "os.exec", "os.rename", "os.remove", "os.mkdir", "shutil.rmtree")
        def hook(event, arguments):
            writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
            if event in names or writes and arguments[0] != os.devnull:
                told.append((event, str(arguments[0])))
        os.environ["XDG_CACHE_HOME"] = os.environ["HOME"] = sys.argv[1]
        from lossdoc.api import Options, diagnose, read_path
        from lossdoc.show import report
        sys.addaudithook(hook)
        runs = [run for found in read_path(sys.argv[2], Options()) for run in found]
        result = report.Result([diagnose(run, Options()) for run in runs])
        for name in report.writer_names():
            report.load(name).write(result, report.Options())
        print([entry for entry in told if sys.argv[1] not in entry[1]])
    """)
    command = [sys.executable, "-c", program, str(tmp_path), str(EXAMPLE)]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    )
    assert ended.stdout == "[]\n"
    assert ended.stderr == ""
