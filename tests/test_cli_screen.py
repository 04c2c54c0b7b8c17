"""Where output goes: width, colour, characters, the progress bar, and what standard error may show."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lossdoc.cli import _errors, _pager, _progress
from lossdoc.cli._screen import NARROWEST, WIDEST, color_of, needs_ascii, width_of
from lossdoc.model.finding import NotRead


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


PIPE, TTY = io.StringIO(), Terminal()


@pytest.mark.parametrize(
    ("wanted", "environ", "expected"),
    [
        (None, {}, 80),
        (120, {}, 120),
        (500, {}, 500),
        (3, {}, NARROWEST),
        (None, {"COLUMNS": "100"}, 100),
        (120, {"COLUMNS": "100"}, 120),
        (None, {"COLUMNS": "900"}, WIDEST),
        (None, {"COLUMNS": "wide"}, 80),
        (None, {"COLUMNS": "0"}, 80),
    ],
)
def test_width(wanted: int | None, environ: dict[str, str], expected: int) -> None:
    assert width_of(PIPE, wanted, environ) == expected


def test_colour() -> None:
    assert not color_of(PIPE, "auto", {})
    assert color_of(TTY, "auto", {"TERM": "xterm"})
    assert not color_of(TTY, "auto", {"TERM": "dumb"})
    assert not color_of(TTY, "auto", {"NO_COLOR": "1"})
    assert color_of(TTY, "auto", {"NO_COLOR": ""})
    assert color_of(PIPE, "auto", {"FORCE_COLOR": "1"})
    assert not color_of(PIPE, "auto", {"FORCE_COLOR": "0"})
    assert color_of(PIPE, "always", {"NO_COLOR": "1"})
    assert not color_of(TTY, "never", {"FORCE_COLOR": "1"})


@pytest.mark.parametrize(("encoding", "expected"), [("utf-8", False), ("ascii", True), ("cp1252", True), ("no", True)])
def test_which_streams_need_ascii(encoding: str, expected: bool) -> None:
    stream = Terminal()
    stream.encoding = encoding
    assert needs_ascii(stream) is expected


def test_progress_only_on_a_terminal_and_only_when_long(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    evil = tmp_path / "[red]\x1b[2Jx.log"
    evil.write_text("x" * 100)
    paths = [str(evil), str(tmp_path / "missing"), "-"]
    for stream, size, quiet, seen in ((PIPE, 1, False, False), (TTY, 1000, False, False), (TTY, 1, True, False)):
        monkeypatch.setattr("sys.stderr", stream)
        monkeypatch.setattr(_progress, "LONG_BYTES", size)
        assert list(_progress.with_progress(paths, quiet=quiet)) == paths
        assert bool(stream.getvalue()) is seen
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    monkeypatch.setenv("TERM", "xterm")
    assert list(_progress.with_progress(paths, quiet=False)) == paths
    assert terminal.getvalue()
    assert "\x1b[2Jx" not in terminal.getvalue()


def test_what_is_said_is_one_harmless_line(capsys: pytest.CaptureFixture[str]) -> None:
    _errors.say("a\n\x1b[2Jb\udc80")
    assert capsys.readouterr().err == "lossdoc: a \\x1b[2Jb\\udc80\n"


def test_members_of_a_folder_are_listed_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    others = [NotRead(f"{n}.txt", "text", "why", named=False) for n in range(7)]
    _errors.say_not_read([NotRead("a", "an empty file", "name another"), *others], verbose=False)
    first, second = capsys.readouterr().err.splitlines()
    assert first == "lossdoc: no metrics in a: found an empty file; name another."
    assert second.endswith("4.txt (text) and 2 more")
    _errors.say_not_read(others, verbose=True)
    assert "6.txt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("stream", "lines", "environ", "expected"),
    [
        (TTY, 100, {"PAGER": "more"}, "more"),
        (TTY, 24, {"PAGER": "less -S"}, "less -S"),
        (TTY, 23, {"PAGER": "more"}, None),
        (TTY, 100, {"PAGER": ""}, None),
        (TTY, 100, {"PAGER": "cat"}, None),
        (TTY, 100, {"PAGER": "more", "NO_PAGER": "1"}, None),
        (TTY, 100, {"PAGER": "more", "TERM": "dumb"}, None),
        (PIPE, 100, {"PAGER": "more"}, None),
    ],
)
def test_which_pages_go_through_a_pager(
    stream: io.StringIO, lines: int, environ: dict[str, str], expected: str | None
) -> None:
    assert _pager.pager_of(stream, lines, 24, environ) == expected


def test_without_a_word_of_the_user_it_is_less_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for found, expected in (("/usr/bin/less", "less"), (None, None)):
        monkeypatch.setattr("shutil.which", lambda _name, found=found: found)
        assert _pager.pager_of(TTY, 100, 24, {}) == expected


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    ("pager", "begin"), [("sed s/^/paged:/", "paged:dpo"), ("no-such-pager-anywhere 2>/dev/null", "dpo  Direct")]
)
def test_a_long_page_on_a_terminal(pager: str, begin: str) -> None:
    """On a real terminal; a pager that does not exist costs nothing."""
    import pty

    main, other = pty.openpty()
    environment = {**os.environ, "PAGER": pager, "TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "80", "NO_PAGER": ""}
    command = [sys.executable, "-m", "lossdoc", "explain", "dpo"]
    with subprocess.Popen(command, stdin=other, stdout=other, stderr=other, env=environment):
        os.close(other)
        seen = b""
        try:
            while part := os.read(main, 1 << 16):
                seen += part
        except OSError:  # the other end is closed
            pass
    os.close(main)
    assert seen.decode().startswith(begin)
    assert "See also" in seen.decode()
