"""What was not judged and why, what could not be read, and which keys no document knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from lossdoc.model.finding import Report
from lossdoc.model.run import Run
from lossdoc.show.report import Options
from lossdoc.show.report._words import count, join, safe

SHORT = 4  # reasons, lines or keys without --verbose


def skipped(report: Report, options: Options) -> Iterator[Table | Text]:
    """Three compact blocks, complete with --verbose."""
    yield from _skips(report, options)
    yield from _unread(report.run, options)
    yield from _unknown(report.run, options)


def _skips(report: Report, options: Options) -> Iterator[Table | Text]:
    reasons: dict[str, list[str]] = {}
    for skip in report.skipped:
        reasons.setdefault(safe(skip.why), []).append(skip.check)
    if not reasons:
        return
    # What an option would decide comes first: that the reader can change. What was not logged comes last.
    ranked = sorted(reasons.items(), key=lambda item: (_absent(item[0]) != "", "--" not in item[0], -len(item[1])))
    rows, hidden = _all(ranked) if options.verbose else _compact(ranked)
    yield from _block(f"Not judged: {count(len(report.skipped), 'check')}", rows, hidden, "check")


Reasons = list[tuple[str, list[str]]]


def _all(reasons: Reasons) -> tuple[list[tuple[str, str]], int]:
    return [(why, ", ".join(checks)) for why, checks in reasons], 0


def _compact(reasons: Reasons) -> tuple[list[tuple[str, str]], int]:
    """A few rows, and the number of checks that they leave out."""
    merged: dict[str, list[str]] = {}
    lacking: Reasons = []
    for why, checks in reasons:
        if absent := _absent(why):
            lacking.append((absent, checks))
        else:
            # A trainer's document gives each check a reason of its own; --verbose tells them.
            merged.setdefault(why.partition(":")[0] if why.startswith("not for ") else why, []).extend(checks)
    said = sorted(merged.items(), key=lambda item: ("--" not in item[0], -len(item[1])))
    rows = [(why, join(checks, 4)) for why, checks in said[:SHORT]]
    if lacking:
        lacked = join([name for name, _ in lacking], 3)
        rows.append((f"not in this log: {lacked}", join([c for _, checks in lacking for c in checks], 3)))
    return rows, sum(len(checks) for _, checks in said[SHORT:])


def _absent(why: str) -> str:
    """The curve that a check asks for and that the log does not have; "" for any other reason."""
    match = re.fullmatch(r"no (.+) in this log", why)
    return match[1] if match else ""


def _unread(run: Run, options: Options) -> Iterator[Table | Text]:
    shown = run.unread if options.verbose else run.unread[:SHORT]
    rows = [("" if u.line is None else f"line {u.line}", safe(u.why)) for u in shown]
    lines = all(u.line is not None for u in run.unread)
    what = f"{count(len(run.unread), 'line')} that looked like a record" if lines else count(len(run.unread), "part")
    if rows:
        yield from _block(f"Not read: {what}", rows, len(run.unread) - len(shown), "line" if lines else "part")


def _unknown(run: Run, options: Options) -> Iterator[Table | Text]:
    keys = list(dict.fromkeys(safe(c.key) for c in run.curves if not c.known))
    if not keys:
        return
    shown = keys if options.verbose else keys[:SHORT]
    rows = [(key, options.nearest.get(key, "")) for key in shown]
    title = f"Kept, but not judged: {count(len(keys), 'key')} that no document knows"
    yield from _block(title, rows, len(keys) - len(shown), "key")


def _block(title: str, rows: list[tuple[str, str]], hidden: int, what: str) -> Iterator[Table | Text]:
    yield Text(title, style="bold")
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=2)
    grid.add_column()
    grid.add_column(style="dim")
    for left, right in rows:
        grid.add_row("", Text(left), Text(right))
    if hidden:
        grid.add_row("", Text(f"{count(hidden, f'more {what}')}, listed with --verbose", style="dim"), "")
    yield grid
    yield Text("")
