"""The tables: differences with their noise, and settings that are not the same."""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.comparison.result import Comparison, Delta, Outcome, Row
from lossdoc.show.blocks import Block, Text
from lossdoc.show.blocks.table import Column, Table
from lossdoc.show.comparison._sentences import difference, places
from lossdoc.show.comparison._words import SIGN, plain, shown, unit
from lossdoc.show.report import Options
from lossdoc.show.report._words import count, safe
from lossdoc.words.spoken import number

NARROW, WIDE = 72, 110
LONGEST = 26  # characters of a metric's name before it is folded
SHARED: tuple[Outcome, ...] = ("worse", "better", "slightly worse", "slightly better")
STYLE: dict[Outcome, str] = {"worse": "error", "better": "good", "not compared": "unsure", "same": "dim"}


def differences(found: Comparison, options: Options) -> Iterator[Block]:
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
    longest = max(len(_name(row).plain) for row in rows)
    columns = [Column("metric", share=True, least=min(longest, LONGEST if wide else 20))]
    columns += [Column("run", wrap=False)] * several
    columns += [
        Column(head, wrap=False, right=True) for head in (("level", "baseline") if wide else ("level / baseline",))
    ]
    columns += [Column("difference", wrap=False), Column("since", wrap=False, right=True), Column()]
    cells_of_rows = []
    for row in rows:
        for index, delta in enumerate(row.deltas.values()):
            cells = [Text() if index else _name(row)]
            cells += [Text(str(delta.run))] if several else []
            cells += _numbers(delta, wide, options)
            cells += [Text(number(delta.since) if delta.since is not None else ""), _meaning(row, delta, wide)]
            cells_of_rows.append(cells)
    return Table(columns, cells_of_rows)


def _narrow(found: Comparison, rows: list[Row], options: Options) -> Table:
    cells = []
    for row in rows:
        for delta in row.deltas.values():
            name = _name(row).append(f" run {delta.run}" if len(found.reports) > 2 else "")
            levels, value = _numbers(delta, False, options)
            cells.append([name.append("\n").append(_meaning(row, delta, False)), levels.append("\n").append(value)])
    return Table([Column("metric", share=True), Column("level / baseline")], cells)


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


def ends(found: Comparison) -> Iterator[Block]:
    """Where each run ended by itself and its best lasting level, for what decides."""
    rows = [row for row in found.rows if row.judged]
    if not rows:
        return
    columns = [Column("at its own end"), *(Column(f"run {run}, best at {found.by}") for run in found.reports)]
    yield Table(columns, [[_name(row), *(Text(_end(row, run)) for run in found.reports)] for row in rows])
    yield Text("")


def _end(row: Row, run: int) -> str:
    side = row.sides.get(run)
    return f"{number(side.final)}, best {number(side.best)} at {number(side.best_at)}" if side else "-"


def _meaning(row: Row, delta: Delta, wide: bool) -> Text:
    text = Text(SIGN[delta.outcome], STYLE.get(delta.outcome, ""))
    if delta.outcome in SHARED and delta.share is not None:
        text.append(f" {100 * delta.share:+.0f} %", STYLE.get(delta.outcome, ""))
    if wide and row.judged and delta.confidence != "high" and delta.outcome in SHARED:
        text.append(f", {delta.confidence} confidence", "dim")
    return text


def setup(found: Comparison, options: Options) -> Iterator[Block]:
    """Settings by run, where they differ."""
    if not found.settings:
        yield Text("settings: no difference that the logs show", "dim")
        yield Text("")
        return
    columns = [Column("settings that differ"), *(Column(f"run {run}") for run in found.reports)]
    entries = list(found.settings.items())
    few = entries if options.verbose else entries[:10]
    cells = [[Text(safe(name)), *(Text(safe(values[run])) for run in found.reports)] for name, values in few]
    yield Table(columns, cells)
    if len(few) < len(entries):
        yield Text(f"{count(len(entries) - len(few), 'more setting')} with --verbose", "dim")
    yield Text("")
