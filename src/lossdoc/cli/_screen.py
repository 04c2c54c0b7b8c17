"""Where output goes: width, colour and characters of a stream, and how text is written to it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, TextIO

Color = Literal["auto", "always", "never"]

PIPE_WIDTH = 80
WIDEST = 160  # wider lines are hard to read; --width goes beyond
NARROWEST = 40
_GLYPHS = "─│┊⣿✗▲✓×"


def width_of(stream: TextIO, wanted: int | None, environ: Mapping[str, str] = os.environ) -> int:
    """--width, else COLUMNS, else the terminal's width (up to `WIDEST`), else 80."""
    if wanted is not None:
        return max(NARROWEST, wanted)
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return max(NARROWEST, min(int(columns), WIDEST))
    if not is_terminal(stream):
        return PIPE_WIDTH
    return max(NARROWEST, min(shutil.get_terminal_size((PIPE_WIDTH, 24)).columns, WIDEST))


def height_of(stream: TextIO, environ: Mapping[str, str] = os.environ) -> int | None:
    """LINES, else the terminal's lines; None where the text does not stay on a screen."""
    lines = environ.get("LINES", "")
    if not is_terminal(stream):
        return None
    return int(lines) if lines.isdecimal() and int(lines) > 0 else shutil.get_terminal_size((PIPE_WIDTH, 24)).lines


def color_of(stream: TextIO, wanted: Color, environ: Mapping[str, str] = os.environ) -> bool:
    """--color, else NO_COLOR, else FORCE_COLOR, else whether this is a terminal that knows colours."""
    if wanted != "auto":
        return wanted == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return is_terminal(stream) and environ.get("TERM") != "dumb"


def needs_ascii(stream: TextIO) -> bool:
    """True where the stream cannot encode what plots and tables are made of."""
    try:
        _GLYPHS.encode(getattr(stream, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def emit(text: str, *, machine: bool = False) -> None:
    """Write to standard output. Machine formats are UTF-8 whatever the terminal speaks.

    A reader that has gone away (`| head -1`) has what it wanted: no complaint, and the exit code stays what it is.
    """
    buffer: Any = getattr(sys.stdout, "buffer", None)
    try:
        if machine and buffer is not None:
            sys.stdout.flush()
            buffer.write(text.encode("utf-8", "replace"))
            buffer.flush()
        else:
            sys.stdout.write(text)
            sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at exit, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def deliver(text: str, output: Path | None, code: int, *, machine: bool) -> int:
    """To a file or to standard output; the exit code is `code`, or 2 where the file cannot be written."""
    if output is None:
        emit(text, machine=machine)
        return code
    return save(text.encode("utf-8", "replace"), output, code)


def save(content: bytes, output: Path, code: int) -> int:
    """Write a file whole or not at all; the exit code is `code`, or 2 where it cannot be written."""
    try:
        replace_file(output, content)
    except OSError as error:
        from lossdoc.cli._errors import say  # not needed where all goes well, so not paid for by a page

        say(f"cannot write {output}: {error.strerror or error}")
        return 2
    return code


def replace_file(output: Path, content: bytes) -> None:
    """Through a file beside it, which then takes its place: a full disk or Ctrl-C leaves what stood there before."""
    import tempfile  # what goes to the screen, as pages do, needs none

    target = output.resolve()  # a link stays one
    if target.exists() and not target.is_file():  # a pipe, /dev/stdout
        target.write_bytes(content)
        return
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    except PermissionError:  # a file that may be written, in a folder that may not
        target.write_bytes(content)
        return
    try:
        with open(handle, "wb") as file:
            file.write(content)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~mask)
        os.replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def is_terminal(stream: TextIO) -> bool:
    """Whether a person sees what is written."""
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False
