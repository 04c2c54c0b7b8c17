"""What was not judged and why, what could not be read, and which keys no document knows."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from lossdoc.model.finding import Report
from lossdoc.model.run import Run
from lossdoc.show.report import Options
from lossdoc.show.report._words import count, safe

SHORT = 4  # reasons, lines or keys without --verbose


def skipped(report: Report, options: Options) -> Iterator[Table | Text]:
    """What could not be read, what is kept unjudged, and how much was judged; complete with --verbose."""
    yield from _unread(report.run, options)
    yield from _unknown(report.run, options)
    yield from _skips(report, options)


def _skips(report: Report, options: Options) -> Iterator[Table | Text]:
    """One line; which and why with --verbose."""
    judged = len(report.passed) + len({finding.check for finding in report.findings})
    line = f"{count(judged, 'check')} judged, {len(report.skipped):,} had nothing to look at"
    if not options.verbose or not report.skipped:
        yield Text(f"{line}{' (-v)' if report.skipped else ''}", style="dim")
        return
    reasons: dict[str, list[str]] = {}
    for skip in report.skipped:
        reasons.setdefault(safe(skip.why), []).append(skip.check)
    rows = [(why, ", ".join(checks)) for why, checks in sorted(reasons.items(), key=lambda item: -len(item[1]))]
    yield from _block(line, rows, 0, "check")


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
