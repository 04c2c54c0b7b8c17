"""The one step between readers and checks: items of a source -> Runs. reader -> records -> [here] -> Run.

`ranks.py` keeps one rank's rows, `rows.py` resolves keys and gathers values in the columns of a `table.py`,
`position.py` finds where each row stands (step, epoch, row), `segments.py` tells runs, replays and repeated rows apart,
`curves.py` builds the arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING, Any

from lossdoc.assemble.blocks import of_one_writer
from lossdoc.assemble.columns import columns_to_curves
from lossdoc.assemble.curves import build_curves, count_curve, epoch_curve
from lossdoc.assemble.limits import first_runs
from lossdoc.assemble.position import place_rows
from lossdoc.assemble.rows import gather
from lossdoc.assemble.segments import Part, split_runs
from lossdoc.assemble.unmarked import mark_held_out
from lossdoc.input.numbers import LARGEST_COUNT
from lossdoc.model.record import Block, BulkItem, Columns, Event, Record, Unread
from lossdoc.model.run import Run

if TYPE_CHECKING:
    from lossdoc.assemble.table import Table
    from lossdoc.knowledge import Knowledge

# What a log says behind the last row of a run, before the first of the next.
_ENDS = frozenset({"end", "crash", "interrupt", "non_finite"})


def assemble(
    items: Iterable[BulkItem],
    knowledge: Knowledge,
    source: str,
    format_name: str,
    framework: str | None = None,
    objectives: Sequence[str] = (),
    config: Mapping[str, Any] | None = None,
) -> list[Run]:
    """The runs of one source, in the order in which they begin; an empty list if it holds no metric."""
    records: list[Record] = []
    blocks: list[Block] = []
    columns: list[Columns] = []
    events: list[Event] = []
    unread: list[Unread] = []
    for item in items:
        if isinstance(item, Record):
            records.append(item)
        elif isinstance(item, Event):
            events.append(item)
        elif isinstance(item, Block):
            blocks.append(item)
        elif isinstance(item, Columns):
            columns.append(item)
        else:
            unread.append(item)
    settings = _settings(events) | dict(config or {})
    runs: list[Run] = []
    if columns:
        for name, curves, count, replays in columns_to_curves(columns, knowledge, framework, objectives):
            dropped = sum(int(event.data["dropped"]) for event in replays if event.kind == "replay")
            runs.append(
                Run(
                    source,
                    format_name,
                    curves,
                    (source,),
                    events=[event for event in replays if event.kind != "note"],
                    notes=[event.data["note"] for event in replays if event.kind == "note"],
                    records=count,
                    dropped_records=dropped,
                    name=name,
                )
            )
    if records or blocks:
        kept, kept_blocks, left_out = of_one_writer(records, blocks)
        table = gather(kept, knowledge, framework, objectives, kept_blocks)
        if table.buckets:
            mark_held_out(table, knowledge)
            place_rows(table, events, settings)
            parts, beyond = first_runs(split_runs(table, events, left_out))
            unread += beyond
            runs += [_run(table, part, parts, source, format_name) for part in parts]
    runs = [run for run in runs if run.curves]
    starts = [lines[0] for run in runs if (lines := _lines(run))]
    for run in runs:
        run.config = settings
        run.unread = unread
        run.notes = [*run.notes, *(event.data["note"] for event in events if event.kind == "note")]
        run.events = [*_events_of(run, events, starts), *run.events]
    return runs


def _settings(events: Iterable[Event]) -> dict[str, Any]:
    """What the log says that was set, but for integers that count nothing and that no float may hold."""
    return {
        key: value
        for event in events
        if event.kind == "config"
        for key, value in event.data.items()
        if not (isinstance(value, int) and abs(value) > LARGEST_COUNT)
    }


def _run(table: Table, part: Part, parts: Sequence[Part], source: str, format_name: str) -> Run:
    return Run(
        source,
        format_name,
        build_curves(table, part),
        (source,),
        events=part.events,
        records=part.records,
        dropped_records=part.dropped,
        notes=[*table.notes, *part.notes],
        name=part.name if len(parts) > 1 else "",
        epochs=epoch_curve(table, part),
        counts=count_curve(table, part),
    )


def _lines(run: Run) -> list[int]:
    """The lines of the first and the last points of its curves, in order."""
    return sorted(int(line) for c in run.curves if len(c.lines) for line in (c.lines[0], c.lines[-1]))


def _events_of(run: Run, events: Sequence[Event], starts: Sequence[int]) -> list[Event]:
    """The events between the first and the last line of a run, and what is said of its end before the next one starts;
    all of them if it is the only one."""
    lines = _lines(run)
    if len(starts) > 1 and lines:
        until = min((start for start in starts if start > lines[-1]), default=inf)
        ends = {kind: until if kind in _ENDS else lines[-1] + 1 for kind in {e.kind for e in events}}
        events = [e for e in events if e.line is None or lines[0] <= e.line < ends[e.kind]]
    kept = [e for e in events if e.kind not in ("config", "note", "progress")]
    # Of each progress bar the furthest state: how much of the planned run is over.
    bars = {e.data.get("total"): e for e in events if e.kind == "progress" and e.data.get("total")}
    return [*kept, *(Event(bar.kind, bar.line, bar.text, bar.data) for bar in bars.values())]
