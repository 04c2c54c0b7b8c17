"""What is said on standard error: inputs that gave nothing, and errors of our own."""

from __future__ import annotations

import os
import sys

from lossdoc.cli._screen import is_terminal, width_of
from lossdoc.model.finding import NotRead
from lossdoc.show.blocks import Text
from lossdoc.show.report._words import safe, sentence

SHOWN = 5  # members of a folder or glob that are no logs, without --verbose


def say(text: str) -> None:
    """One line to the person, broken between words on a terminal; standard output stays free for the report.

    Never fails on an odd encoding.
    """
    encoding = getattr(sys.stderr, "encoding", None) or "ascii"
    line = f"lossdoc: {safe(text)}"
    if is_terminal(sys.stderr):
        line = "\n".join("".join(part for part, _ in row) for row in Text(line).lines(width_of(sys.stderr, None)))
    print(line.encode(encoding, "backslashreplace").decode(encoding), file=sys.stderr)


def say_not_read(not_read: list[NotRead], *, verbose: bool) -> None:
    """Named inputs one by one with what to do; members of a folder or a glob in one line."""
    for unread in not_read:
        if unread.named:
            meant = _meant(unread.source)
            say(f"no metrics in {unread.source}: found {unread.found}; {sentence(unread.why)}{meant}")
    others = [unread for unread in not_read if not unread.named]
    if others:
        shown = others if verbose else others[:SHOWN]
        listed = ", ".join(f"{unread.source} ({unread.found})" for unread in shown)
        more = f" and {len(others) - len(shown)} more" if len(others) > len(shown) else ""
        say(f"passed over, no logs: {listed}{more}")


def _meant(source: str) -> str:
    """For a path that does not exist: the one with almost these names, as far as there is one."""
    import difflib
    from pathlib import Path

    path = Path(source)
    there = next((parent for parent in path.parents if parent.is_dir()), None)
    if os.path.lexists(source) or there is None:
        return ""
    found = there
    for name in path.relative_to(there).parts:
        close = difflib.get_close_matches(name, os.listdir(found), n=1) if found.is_dir() else []
        if not close:
            break
        found /= close[0]
    return f" Did you mean {found}?" if found != there else ""


def internal(error: Exception) -> str:
    """One line for an exception that nobody expected: what, where, and how to report it."""
    import traceback

    if os.environ.get("LOSSDOC_TRACEBACK"):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if f"{os.sep}lossdoc{os.sep}" in f.filename] or frames
    where = f"{os.path.basename(ours[-1].filename)}:{ours[-1].lineno}" if ours else "an unknown place"
    what = safe(f"{type(error).__name__}: {error}")[:300]
    return (
        f"internal error in {where}: {what}. This is a fault of lossdoc, not of the run: please report this line "
        "together with the command (LOSSDOC_TRACEBACK=1 shows more)"
    )


def unexpected(source: str, error: Exception) -> NotRead:
    """An input on which lossdoc itself failed; the other inputs are still judged."""
    return NotRead(source, "something that this version fails on", internal(error))
