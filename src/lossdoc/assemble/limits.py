"""How much of a source is made curves: what goes beyond is left out, and said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lossdoc.input.limits import KEYS
from lossdoc.model.record import Block, BulkItem, Columns, Record, Unread


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
    if len(keys) <= most:
        return items
    kept = set(list(keys)[:most])
    why = f"{len(keys) - most:,} of {len(keys):,} keys are left out: a log is read by its first {most:,}"
    fewer = (_with_keys(item, kept) for item in items)
    return [*(item for item in fewer if item is not None), Unread(None, why)]


def _with_keys(item: BulkItem, kept: set[str]) -> BulkItem | None:
    if isinstance(item, Columns):
        return item if item.key in kept else None
    if isinstance(item, Block):
        columns = [(key, column) for key, column in zip(item.keys, item.columns, strict=True) if key in kept]
        return replace(item, keys=tuple(key for key, _ in columns), columns=[column for _, column in columns])
    if isinstance(item, Record) and not item.values.keys() <= kept:
        return replace(item, values={key: raw for key, raw in item.values.items() if key in kept})
    return item
