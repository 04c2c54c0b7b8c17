"""The one step between readers and checks: items of a source -> Runs. reader -> records -> [here] -> Run.

`ranks.py` keeps one rank's rows, `rows.py` resolves keys and gathers values in the columns of a `table.py`,
`position.py` finds where each row stands (step, epoch, row), `segments.py` tells runs, replays and repeated rows apart,
`curves.py` builds the arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lossdoc.assemble.blocks import of_one_writer
from lossdoc.assemble.columns import columns_to_curves
from lossdoc.assemble.curves import build_curves, count_curve, epoch_curve
from lossdoc.assemble.limits import first_runs
from lossdoc.assemble.position import place_rows
from lossdoc.assemble.rows import gather
from lossdoc.assemble.segments import Part, split_runs
from lossdoc.assemble.unmarked import mark_held_out
from lossdoc.model.record import Block, BulkItem, Columns, Event, Record, Unread
from lossdoc.model.run import Run

if TYPE_CHECKING:
    from lossdoc.assemble.table import Table
    from lossdoc.knowledge import Knowledge


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
    for run in runs:
        run.config = settings
        run.unread = unread
        run.notes = [*run.notes, *(event.data["note"] for event in events if event.kind == "note")]
        run.events = [*_events_of(run, events, len(runs)), *run.events]
    return runs


def _settings(events: Iterable[Event]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for event in events:
        if event.kind == "config":
            settings.update(event.data)
    return settings


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


def _events_of(run: Run, events: Sequence[Event], runs: int) -> list[Event]:
    """The events between the first and the last line of a run; all of them if it is the only one."""
    kept = [e for e in events if e.kind not in ("config", "note", "progress")]
    # Of each progress bar the furthest state: how much of the planned run is over.
    bars = {e.data.get("total"): e for e in events if e.kind == "progress" and e.data.get("total")}
    kept += (Event(bar.kind, bar.line, bar.text, bar.data) for bar in bars.values())
    if runs == 1:
        return kept
    lines = [int(line) for c in run.curves if len(c.lines) for line in (c.lines[0], c.lines[-1])]
    if not lines:
        return kept
    return [e for e in kept if e.line is None or min(lines) <= e.line <= max(lines)]
