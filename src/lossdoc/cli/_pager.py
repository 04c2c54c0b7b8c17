"""A page that is longer than the terminal goes through the user's pager, as git does it; never in a pipe."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from typing import TextIO

from lossdoc.cli._screen import emit, is_terminal

_COMMAND_NOT_FOUND = 127  # what a shell says of a program that it does not know


def show(text: str) -> None:
    """To the pager where there is one and the text does not fit, else to standard output."""
    pager = pager_of(sys.stdout, text.count("\n"))
    if pager is None or not _paged(pager, text):
        emit(text)


def pager_of(
    stream: TextIO, lines: int, rows: int | None = None, environ: Mapping[str, str] = os.environ
) -> str | None:
    """The command to page so many lines with: PAGER, else less. None where they fit, NO_PAGER is set, or nobody reads
    a terminal (TERM=dumb, a pipe, a file); an empty PAGER and `cat` are a no as well."""
    if not is_terminal(stream) or environ.get("NO_PAGER") or environ.get("TERM") == "dumb":
        return None
    if lines < (rows or shutil.get_terminal_size().lines):
        return None
    pager = environ.get("PAGER", "less" if shutil.which("less") else "").strip()
    return None if pager in ("", "cat") else pager


def _paged(pager: str, text: str) -> bool:
    import signal
    import subprocess  # only for a person at a terminal, so not paid for by a page

    # F: no pager for what fits after all, R: colours stay colours, X: the text stays on the screen.
    environment = {"LESS": "FRX", **os.environ}
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the pager
    try:
        done = subprocess.run(pager, shell=True, input=text.encode("utf-8", "replace"), env=environment, check=False)
    finally:
        signal.signal(signal.SIGINT, before)
    return done.returncode != _COMMAND_NOT_FOUND
