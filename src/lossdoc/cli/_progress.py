"""A progress bar on standard error for input that takes long, when standard error is a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence

LONG_BYTES = 20_000_000
MANY_PATHS = 20


def with_progress(paths: Sequence[str], *, quiet: bool) -> Iterator[str]:
    """The paths one by one; a bar counts the bytes of those that are behind us."""
    sizes = [size_of(path) for path in paths]
    if quiet or not sys.stderr.isatty() or (sum(sizes) < LONG_BYTES and len(paths) < MANY_PATHS):
        yield from paths
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.text import Text

    from lossdoc.show.report._words import safe

    name = TextColumn("{task.description}", markup=False)
    columns = (SpinnerColumn("line"), name, BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        # One file has no share to show: a bar that moves says that we are at work.
        task = progress.add_task("reading", total=sum(sizes) + len(paths) if len(paths) > 1 else None)
        for path, size in zip(paths, sizes, strict=True):
            shown = Text(safe(path))
            shown.truncate(40, overflow="ellipsis")
            progress.update(task, description=shown.plain)
            yield path
            progress.advance(task, size + 1)


def size_of(path: str) -> int:
    """Bytes of a file; 0 where nothing is known."""
    try:
        return os.path.getsize(path)
    except OSError:
        return 0
