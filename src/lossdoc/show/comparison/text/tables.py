"""The tables: differences with their noise, and settings that are not the same."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.table import Table
from rich.text import Text

from lossdoc.comparison.result import Comparison, Delta, Outcome, Row
from lossdoc.comparison.verdict import difference, places
from lossdoc.show.comparison._words import SIGN, plain, shown, unit
from lossdoc.show.report import Options
from lossdoc.show.report._words import count, number, safe

NARROW, WIDE = 72, 110
LONGEST = 26  # characters of a metric's name before it is folded
SHARED: tuple[Outcome, ...] = ("worse", "better", "slightly worse", "slightly better")
STYLE: dict[Outcome, str] = {"worse": "bold red", "better": "bold green", "not compared": "cyan", "same": "dim"}


def differences(found: Comparison, options: Options) -> Iterator[Table | Text]:
    """One row for each metric and run: levels over the last common stretch, the difference, what it means.

    Below `NARROW` columns a row stands on two lines.
    """
    rows = shown(found, options.verbose)
    if not rows:
        return
    yield _narrow(found, rows, options) if options.width < NARROW else _table(found, rows, options)
    hidden = len(found.rows) - len(rows)
    more = f"; {count(hidden, 'more metric')} with --verbose" if hidden else ""
    yield Text(f"bold: decides; levels: medians of the last common {places(found.by)}; %: of progress{more}", "dim")
    for why, names in _refusals(rows).items():
        yield Text(f"not compared: {', '.join(names)} ({safe(why)})", "cyan")
    yield Text("")


def _table(found: Comparison, rows: list[Row], options: Options) -> Table:
    wide = options.width >= WIDE
    several = len(found.reports) > 2
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True, header_style="dim", padding=(0, 1))
    longest = max(len(_name(row).plain) for row in rows)
    grid.add_column("metric", overflow="fold", min_width=min(longest, LONGEST if wide else 20), ratio=1)
    if several:
        grid.add_column("run", no_wrap=True)
    for head in ("level", "baseline") if wide else ("level / baseline",):
        grid.add_column(head, no_wrap=True, justify="right")
    grid.add_column("difference", no_wrap=True)
    grid.add_column("since", no_wrap=True, justify="right")
    grid.add_column("", overflow="fold")
    for row in rows:
        for index, delta in enumerate(row.deltas.values()):
            cells = [Text() if index else _name(row)]
            cells += [Text(str(delta.run))] if several else []
            cells += _numbers(delta, wide, options)
            cells += [Text(number(delta.since) if delta.since is not None else ""), _meaning(row, delta, wide)]
            grid.add_row(*cells)
    return grid


def _narrow(found: Comparison, rows: list[Row], options: Options) -> Table:
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=True, header_style="dim", padding=(0, 1))
    grid.add_column("metric", overflow="fold", ratio=1)
    grid.add_column("level / baseline", overflow="fold")
    for row in rows:
        for delta in row.deltas.values():
            run = Text(f" run {delta.run}" if len(found.reports) > 2 else "")
            levels, value = _numbers(delta, False, options)
            grid.add_row(
                Text("\n").join([_name(row) + run, _meaning(row, delta, False)]), Text("\n").join([levels, value])
            )
    return grid


def _refusals(rows: list[Row]) -> dict[str, list[str]]:
    """Reasons why metrics were not compared, each with the metrics."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for why in {delta.why for delta in row.deltas.values() if delta.outcome == "not compared"}:
            found.setdefault(why, []).append(safe(row.name))
    return found


def _numbers(delta: Delta, wide: bool, options: Options) -> list[Text]:
    if delta.outcome == "not compared":
        return [Text("-") for _ in range(3 if wide else 2)]
    level, base = number(delta.level), number(delta.base_level)
    levels = [Text(level), Text(base)] if wide else [Text(f"{level} / {base}")]
    return [*levels, Text(plain(difference(delta), options))]


def _name(row: Row) -> Text:
    return Text(safe(row.name) + (f" [{unit(row)}]" if unit(row) else ""), "bold" if row.judged else "")


def ends(found: Comparison) -> Iterator[Table | Text]:
    """Where each run ended by itself and its best lasting level, for what decides."""
    rows = [row for row in found.rows if row.judged]
    if not rows:
        return
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim", padding=(0, 1))
    grid.add_column("at its own end", overflow="fold")
    for run in found.reports:
        grid.add_column(f"run {run}, best at {found.by}", overflow="fold")
    for row in rows:
        grid.add_row(_name(row), *(_end(row, run) for run in found.reports))
    yield grid
    yield Text("")


def _end(row: Row, run: int) -> str:
    side = row.sides.get(run)
    return f"{number(side.final)}, best {number(side.best)} at {number(side.best_at)}" if side else "-"


def _meaning(row: Row, delta: Delta, wide: bool) -> Text:
    text = Text(SIGN[delta.outcome], STYLE.get(delta.outcome, ""))
    if delta.outcome in SHARED and delta.share is not None:
        text.append(f" {100 * delta.share:+.0f} %", "not bold")
    if wide and row.judged and delta.confidence != "high" and delta.outcome in SHARED:
        text.append(f", {delta.confidence} confidence", "not bold dim")
    return text


def setup(found: Comparison, options: Options) -> Iterator[Table | Text]:
    """Settings by run, where they differ."""
    if not found.settings:
        yield Text("settings: no difference that the logs show", style="dim")
        yield Text("")
        return
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim", padding=(0, 1))
    grid.add_column("settings that differ", overflow="fold")
    for run in found.reports:
        grid.add_column(f"run {run}", overflow="fold")
    entries = list(found.settings.items())
    few = entries if options.verbose else entries[:10]
    for name, values in few:
        grid.add_row(safe(name), *(safe(values[run]) for run in found.reports))
    yield grid
    if len(few) < len(entries):
        yield Text(f"{count(len(entries) - len(few), 'more setting')} with --verbose", style="dim")
    yield Text("")
