"""How much of a source is made curves: what goes beyond is left out, and said."""

from __future__ import annotations

from collections.abc import Sequence, Set

from msgspec.structs import replace

from lossdoc.assemble.segments import Part
from lossdoc.input.limits import KEYS, NESTING, RUNS
from lossdoc.model.record import DEEPER, Block, BulkItem, Columns, Record, Unread


def limited(items: Sequence[BulkItem]) -> Sequence[BulkItem]:
    """The items with the first keys only, as many as are read, and how many keys were left out."""
    most = int(KEYS)
    keys: dict[str, None] = {}
    layouts: set[tuple[str, ...]] = set()
    for item in items:
        if isinstance(item, Columns):
            keys[item.key] = None
        elif isinstance(item, Block):
            keys.update(dict.fromkeys(item.keys))
        elif isinstance(item, Record) and (layout := tuple(item.values)) not in layouts:
            layouts.add(layout)
            keys.update(dict.fromkeys(layout))
    deeper = [key for key in keys if key.endswith(DEEPER)]
    if len(keys) <= most and not deeper:
        return items
    kept = dict.fromkeys(list(keys)[:most])
    told = []
    if len(keys) > most:
        told.append(f"{len(keys) - most:,} of {len(keys):,} keys are left out: a log is read by its first {most:,}")
    for key in deeper:
        kept.pop(key, None)
    if deeper:
        what = "1 object that is" if len(deeper) == 1 else f"{len(deeper):,} objects that are"
        one = "is" if len(deeper) == 1 else "are"
        told.append(f"{what} nested more than {NESTING} levels deep {one} left out")
    fewer = (_with_keys(item, kept.keys()) for item in items)
    return [*(item for item in fewer if item is not None), *(Unread(None, why) for why in told)]


def first_runs(parts: Sequence[Part]) -> tuple[Sequence[Part], Sequence[Unread]]:
    """As many runs as are judged of those that only their steps tell apart, and how many were left out."""
    most = int(RUNS)
    if len(parts) <= most or not all(part.numbered for part in parts):
        return parts, ()
    why = f"{len(parts) - most:,} of {len(parts):,} runs are left out: one log is judged by its first {most:,}"
    return parts[:most], (Unread(None, why),)


def _with_keys(item: BulkItem, kept: Set[str]) -> BulkItem | None:
    if isinstance(item, Columns):
        return item if item.key in kept else None
    if isinstance(item, Block):
        columns = [(key, column) for key, column in zip(item.keys, item.columns, strict=True) if key in kept]
        return replace(item, keys=tuple(key for key, _ in columns), columns=[column for _, column in columns])
    if isinstance(item, Record) and not item.values.keys() <= kept:
        return replace(item, values={key: raw for key, raw in item.values.items() if key in kept})
    return item
