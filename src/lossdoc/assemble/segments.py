"""Which rows belong to which run: several runs in one file, interleaved writers, resumes, repeated ranks."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from lossdoc.assemble.bucket import Bucket
from lossdoc.assemble.rows import Table
from lossdoc.model.record import Event

# Interleaved writers go back at a large share of rows; a resume or a restart goes back once. Ours: the public log of
# two processes goes back on half of its rows, resumed ones on less than one row in fifty.
_INTERLEAVED_SHARE = 0.1
_INTERLEAVED_ROWS = 6
_MOST_WRITERS = 8
# More returns than this in one run are no resumes: the rows are simply not in order.
_MOST_RESUMES = 30


@dataclass(slots=True)
class Part:
    """One run: the rows that count, in order, and what was set aside."""

    rows: list[int]
    name: str = ""
    records: int = 0
    dropped: int = 0
    events: list[Event] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def split_runs(table: Table, events: Sequence[Event], of_other_ranks: int) -> list[Part]:
    """Parts of a table, in the order in which they begin. `of_other_ranks` are rows that the table no longer holds."""
    metric_rows = [row for row in range(len(table)) if table.kinds[row]]
    groups: dict[str | None, list[int]] = {}
    if any(table.runs):
        for row in metric_rows:
            groups.setdefault(table.runs[row], []).append(row)
    elif metric_rows:
        groups[None] = metric_rows
    parts: list[Part] = []
    for name, rows in groups.items():
        if _only_forward(table, rows):  # nothing repeats, nothing goes back: there is nothing to tell apart
            parts.append(Part(rows, name or "", len(rows)))
            continue
        unique, repeated = _without_ranks(table, rows)
        for chain in _runs_of(table, unique, events):
            part = _replayed(table, chain)
            part.name = name or ""
            parts.append(part)
        of_other_ranks += repeated
    if of_other_ranks and parts:
        parts[-1].records += of_other_ranks
        parts[-1].dropped += of_other_ranks
        parts[-1].events.append(Event("ranks", data={"dropped": of_other_ranks}))
    parts.sort(key=lambda part: part.rows[0] if part.rows else 0)
    if len(parts) > 1:
        for number, part in enumerate(parts, 1):
            part.name = part.name or f"run {number}"
    return parts


def _only_forward(table: Table, rows: Sequence[int]) -> bool:
    """Each row stands further on than the row before it."""
    import numpy as np

    places = np.asarray(table.places, dtype=np.float64)[rows]
    return bool((places[1:] > places[:-1]).all())


def _without_ranks(table: Table, rows: Sequence[int]) -> tuple[list[int], int]:
    """Drop rows that repeat an earlier row at the same place with the same values.

    Other ranks write such rows side by side; a booster prints its best round again as its last line. A replay after a
    resume may repeat values too, but it comes after rows that stand further on: that is kept and told apart later.
    """
    times = Counter(table.places[row] for row in rows)
    if len(times) == len(rows):
        return list(rows), 0
    filled = {row for _, bucket in _telling(table) for row in bucket.rows.tolist()}
    cells = _cells(table, [row for row in rows if times[table.places[row]] > 1])
    kept: list[int] = []
    seen: dict[tuple[object, ...], tuple[str | None, int]] = {}
    last, returns = -math.inf, 0
    for row in rows:
        here = table.places[row]
        if row not in filled or (table.steps[row] is None and table.epochs[row] is None):
            kept.append(row)
            continue
        back = here < last
        returns += back
        last = here
        if row not in cells:  # nothing else stands at its place
            kept.append(row)
            continue
        content = (here, table.epochs[row], table.kinds[row], *cells[row])
        if content in seen:
            stream, before = seen[content]
            other_rank = table.streams[row] is not None and table.streams[row] != stream
            if returns == before or other_rank or (back and row == rows[-1]):
                continue
        seen[content] = (table.streams[row], returns)
        kept.append(row)
    return kept, len(rows) - len(kept)


def _runs_of(table: Table, rows: list[int], events: Sequence[Event]) -> list[list[int]]:
    """Split where a new run starts: rows go back to the beginning, or two writers alternate."""
    leading = _leading_kind(table, rows)
    sequence = [row for row in rows if table.kinds[row] == leading]
    back = [i for i in range(1, len(sequence)) if table.places[sequence[i]] < table.places[sequence[i - 1]]]
    if len(back) >= _INTERLEAVED_ROWS and len(back) >= _INTERLEAVED_SHARE * len(sequence):
        chains = _chains(table, sequence)
        if chains is not None:
            return _with_others(table, rows, chains, leading)
    restarts = {event.line for event in events if event.kind == "restart" and event.line is not None}
    starts: list[int] = []
    first = table.places[sequence[0]]
    for i in back:
        before = max(table.places[row] for row in sequence[starts[-1] if starts else 0 : i])
        here = table.places[sequence[i]]
        spacing = _spacing(table, sequence[starts[-1] if starts else 0 : i])
        declared = any(
            line is not None and (table.lines[sequence[i - 1]] or 0) < line <= (table.lines[sequence[i]] or 0)
            for line in restarts
        )
        if here <= first + max(0.0, min(spacing, 0.02 * (before - first))) or (declared and here <= first + spacing):
            starts.append(i)
    bounds = [sequence[i] for i in starts]
    parts: list[list[int]] = [[]]
    for row in rows:
        if bounds and row >= bounds[0]:
            parts.append([])
            bounds.pop(0)
        parts[-1].append(row)
    return _pull_headers(table, [part for part in parts if part], leading)


def _reprinted(table: Table, rows: Sequence[int], leading: str) -> set[int]:
    """Rows that a launcher prints a second time (the tail of each run in the log of them all): all of the last stretch,
    which goes back, says what stood there before. A replay trains anew: its rows differ, or lead further on.
    """
    places = [table.places[row] for row in rows if table.kinds[row] == leading]
    highest = max(places, default=0.0)
    if not places or places.index(highest) == len(places) - 1:
        return set()
    furthest = next(row for row in rows if table.kinds[row] == leading and table.places[row] == highest)
    before, stretch = rows[: rows.index(furthest) + 1], rows[rows.index(furthest) + 1 :]
    cells = _cells(table, rows)
    seen = {(table.places[row], table.kinds[row], *cells[row]) for row in before if row in cells}
    same = all(row in cells and (table.places[row], table.kinds[row], *cells[row]) in seen for row in stretch)
    return set(stretch) if same else set()


def _telling(table: Table) -> list[tuple[int, Bucket]]:
    """The metrics by which rows are told apart, with their numbers: those that a document knows."""
    return [(n, b) for n, b in enumerate(table.buckets.values()) if b.known or len(table.buckets) == 1]


def _cells(table: Table, rows: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """What rows say of these metrics."""
    import numpy as np

    asked = np.zeros(len(table), dtype=bool)
    asked[list(rows)] = True
    cells: dict[int, list[tuple[int, str]]] = {}
    for number, bucket in _telling(table):
        keep = asked[bucket.rows]
        for row, value in zip(bucket.rows[keep].tolist(), bucket.values[keep].tolist(), strict=True):
            cells.setdefault(row, []).append((number, repr(value)))
    return cells


def _pull_headers(table: Table, parts: list[list[int]], leading: str) -> list[list[int]]:
    """An evaluation before the first step of a new run (nanoGPT's step 0) belongs to that run."""
    for before, after in itertools.pairwise(parts):
        first = table.places[after[0]]
        while before and table.kinds[before[-1]] != leading and table.places[before[-1]] <= first:
            tail = before[-1]
            ends = [table.places[row] for row in before[:-1] if table.kinds[row] == leading]
            if not ends or table.places[tail] >= max(ends):
                break
            after.insert(0, before.pop())
    return [part for part in parts if part]


def _leading_kind(table: Table, rows: Sequence[int]) -> str:
    counts: dict[str, int] = {}
    for row in rows:
        counts[table.kinds[row]] = counts.get(table.kinds[row], 0) + 1
    if counts.get("train", 0) > 1:
        return "train"
    return max(counts, key=lambda kind: counts[kind])


def _spacing(table: Table, rows: Sequence[int]) -> float:
    gaps = sorted(b - a for a, b in zip(_places(table, rows), _places(table, rows[1:]), strict=False) if b > a)
    return gaps[len(gaps) // 2] if gaps else 0.0


def _places(table: Table, rows: Sequence[int]) -> list[float]:
    return [table.places[row] for row in rows]


def _chains(table: Table, sequence: Sequence[int]) -> list[list[int]] | None:
    """Rows of writers that alternate: each row continues the chain whose last place is the closest below it."""
    chains: list[list[int]] = []
    for row in sequence:
        here = table.places[row]
        fits = [chain for chain in chains if table.places[chain[-1]] <= here]
        if fits:
            max(fits, key=lambda chain: table.places[chain[-1]]).append(row)
        else:
            chains.append([row])
            if len(chains) > _MOST_WRITERS:
                return None
    return chains


def _with_others(table: Table, rows: Sequence[int], chains: list[list[int]], leading: str) -> list[list[int]]:
    """Give rows of other kinds to the chain that wrote last before them."""
    owner = {row: number for number, chain in enumerate(chains) for row in chain}
    result: list[list[int]] = [[] for _ in chains]
    last = 0
    for row in rows:
        last = owner.get(row, last) if table.kinds[row] == leading else last
        result[last].append(row)
    return result


def _replayed(table: Table, rows: list[int]) -> Part:
    """Where steps go back inside a run the newest segment counts; what it replaces is dropped and counted."""
    part = Part([], records=len(rows))
    leading = _leading_kind(table, rows)
    trained = {row for row in rows if table.kinds[row] == leading}
    with_loss = trained & {row for bucket in table.buckets.values() if bucket.metric == "loss" for row in bucket.rows}
    if len(with_loss) > 0.5 * len(trained):
        trained = with_loss  # rows without a loss among many with one were measured later, on an older checkpoint
    places = [table.places[row] for row in rows if row in trained]
    if sum(b < a for a, b in itertools.pairwise(places)) > _MOST_RESUMES:
        part.rows = rows
        part.notes.append("the steps are not in order: the rows were sorted by step, none was dropped")
        return part
    again = _reprinted(table, rows, leading)
    part.dropped += len(again)
    kept: list[int] = []
    furthest = -math.inf
    for row in rows:
        if row in again:
            continue
        here = table.places[row]
        if row in trained:
            if here < furthest:
                gone = [old for old in kept if table.places[old] >= here]
                kept = [old for old in kept if table.places[old] < here]
                part.dropped += len(gone)
                data = {"from_step": here, "to_step": furthest, "dropped": len(gone), "row": row}
                part.events.append(Event("replay", table.lines[row], data=data))
                furthest = here
            furthest = max(furthest, here)
        kept.append(row)
    part.rows = kept
    return part
