"""Which rows belong to which run: several runs in one file, interleaved writers, resumes, repeated ranks."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field

from lossdoc.model.note import Note
from lossdoc.model.record import Event

if TYPE_CHECKING:
    from lossdoc.assemble.bucket import Bucket
    from lossdoc.assemble.table import Mask, Numbers, Rows, Table

# Interleaved writers go back at a large share of rows; a resume or a restart goes back once. Ours: the public log of
# two processes goes back on half of its rows, resumed ones on less than one row in fifty.
_INTERLEAVED_SHARE = 0.1
_INTERLEAVED_ROWS = 6
_MOST_WRITERS = 8
# More returns than this in one run are no resumes: the rows are simply not in order.
MOST_RESUMES = 30


class Part(Struct):
    """One run: the rows that count, in order, and what was set aside."""

    rows: Rows
    name: str = ""
    numbered: bool = False  # only the order of the rows tells it from other runs
    records: int = 0
    dropped: int = 0
    events: list[Event] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def split_runs(table: Table, events: Sequence[Event], of_other_ranks: int) -> list[Part]:
    """Parts of a table, in the order in which they begin. `of_other_ranks` are rows that the table no longer holds."""
    import numpy as np

    metric_rows = np.flatnonzero(table.kinds.codes)
    groups = [("", metric_rows)]
    if table.runs.codes.any():
        names = ["", *table.runs.among(metric_rows)]
        groups = [(name, metric_rows[table.runs.are(name)[metric_rows]]) for name in names]
    parts: list[Part] = []
    for name, rows in groups:
        if not len(rows):
            continue
        if _only_forward(table, rows):  # nothing repeats, nothing goes back: there is nothing to tell apart
            parts.append(Part(rows, name, records=len(rows)))
            continue
        unique = rows[~_of_ranks(table, rows)]
        with_loss = _with_loss(table)
        for chain in _runs_of(table, unique, events):
            part = _replayed(table, chain, with_loss)
            part.name = name
            parts.append(part)
        of_other_ranks += len(rows) - len(unique)
    if of_other_ranks and parts:
        parts[-1].records += of_other_ranks
        parts[-1].dropped += of_other_ranks
        parts[-1].events.append(Event("ranks", data={"dropped": of_other_ranks}))
    parts.sort(key=lambda part: part.rows[0] if len(part.rows) else 0)
    if len(parts) > 1:
        for number, part in enumerate(parts, 1):
            part.numbered = not part.name
            part.name = part.name or f"run {number}"
    return parts


def _only_forward(table: Table, rows: Rows) -> bool:
    """Each row stands further on than the row before it."""
    places = table.places[rows]
    return bool((places[1:] > places[:-1]).all())


def _of_ranks(table: Table, rows: Rows) -> Mask:
    """Which of the rows repeat an earlier row at the same place with the same values.

    Other ranks write such rows side by side; a booster prints its best round again as its last line. A replay after a
    resume may repeat values too, but it comes after rows that stand further on: that is kept and told apart later.
    """
    import numpy as np

    repeated = np.zeros(len(rows), dtype=bool)
    filled = np.zeros(len(table), dtype=bool)
    for _, bucket in _telling(table):
        filled[bucket.rows] = True
    own = np.flatnonzero(filled[rows] & ~(np.isnan(table.steps[rows]) & np.isnan(table.epochs[rows])))
    places = table.places[rows[own]]
    back = np.append(False, places[1:] < places[:-1])[: len(own)]
    returns = np.cumsum(back)
    shared = _not_alone(table.places[rows])[own]  # something else stands at their place
    cells = _cells(table, rows[own[shared]])
    seen: dict[tuple[object, ...], tuple[int, int]] = {}
    for at, turned, times in zip(own[shared].tolist(), back[shared].tolist(), returns[shared].tolist(), strict=True):
        row = int(rows[at])
        # Rows without an epoch are alike in that.
        epoch = None if np.isnan(table.epochs[row]) else table.epochs[row]
        content = (table.places[row], epoch, table.kinds.codes[row], *cells[row])
        stream = int(table.streams.codes[row])
        if content in seen:
            written, before = seen[content]
            if times == before or (stream and written != stream) or (turned and at == len(rows) - 1):
                repeated[at] = True
                continue
        seen[content] = (stream, times)
    return repeated


def _not_alone(places: Numbers) -> Mask:
    """Which of the places stand there more than once."""
    import numpy as np

    order = np.argsort(places, kind="stable")
    same = np.append(False, np.diff(places[order]) == 0)[: len(order)]
    found = np.zeros(len(places), dtype=bool)
    found[order] = same | np.append(same[1:], False)[: len(order)]
    return found


def _runs_of(table: Table, rows: Rows, events: Sequence[Event]) -> list[Rows]:
    """Split where a new run starts: rows go back to the beginning, or two writers alternate."""
    import numpy as np

    leading = _leading(table, rows)
    sequence = rows[leading[rows]]
    places = table.places[sequence]
    back = (np.flatnonzero(np.diff(places) < 0) + 1).tolist()
    # Folds and trials of a few epochs go back often too, but each time to where the first of them began.
    from_within = np.count_nonzero(places[back] > places[0])
    if from_within >= _INTERLEAVED_ROWS and from_within >= _INTERLEAVED_SHARE * len(sequence):
        chains = _chains(table, sequence)
        if chains is not None:
            return _with_others(table, rows, chains, leading)
    restarts, ends = (sorted(e.line for e in events if e.kind == kind and e.line) for kind in ("restart", "end"))
    lines = table.lines[sequence]
    starts: list[int] = []
    first = float(places[0])
    begun = np.searchsorted(restarts, lines, side="right")  # how many had been declared by each row
    ended = [np.searchsorted(ends, lines, side=side) for side in ("left", "right")]
    again = (np.flatnonzero((np.diff(begun) > 0) & (np.diff(places) == 0)) + 1).tolist()  # one row alone was written
    for i in sorted([*back, *again]):
        since = places[starts[-1] if starts else 0 : i]
        before, here, spacing = float(since.max()), float(places[i]), _spacing(since)
        declared, over = begun[i] > begun[i - 1], ended[1][i] > ended[0][i - 1]
        near = here <= first + max(0.0, min(spacing, 0.02 * (before - first)))
        if near or over or (declared and here <= first + spacing):
            starts.append(i)
    if len(np.unique(places[starts])) > MOST_RESUMES:  # a run begins where runs begin, not anywhere
        starts = []
    parts = np.split(rows, np.searchsorted(rows, sequence[starts]))
    return _pull_headers(table, [part for part in parts if len(part)], leading)


def _reprinted(table: Table, rows: Rows, leading: Mask) -> Mask:
    """Rows that a launcher prints a second time (the tail of each run in the log of them all): all of the last stretch,
    which goes back, says what stood there before. A replay trains anew: its rows differ, or lead further on.
    """
    import numpy as np

    again = np.zeros(len(rows), dtype=bool)
    own = np.flatnonzero(leading[rows])
    furthest = int(np.argmax(table.places[rows[own]])) if len(own) else 0
    if furthest >= len(own) - 1:
        return again
    end = int(own[furthest]) + 1
    before, stretch = rows[:end], rows[end:]
    places = set(table.places[stretch].tolist())
    before = before[[place in places for place in table.places[before].tolist()]]
    cells = _cells(table, np.concatenate([before, stretch]))
    content = {row: (table.places[row], table.kinds.codes[row], *said) for row, said in cells.items()}
    seen = {content[row] for row in before.tolist() if row in content}
    again[end:] = all(row in content and content[row] in seen for row in stretch.tolist())
    return again


def _telling(table: Table) -> list[tuple[int, Bucket]]:
    """The metrics by which rows are told apart, with their numbers: those that a document knows."""
    return [(n, b) for n, b in enumerate(table.buckets.values()) if b.known or len(table.buckets) == 1]


def _cells(table: Table, rows: Rows) -> dict[int, list[tuple[int, str]]]:
    """What rows say of these metrics."""
    import numpy as np

    asked = np.zeros(len(table), dtype=bool)
    asked[rows] = True
    cells: dict[int, list[tuple[int, str]]] = {}
    for number, bucket in _telling(table) if len(rows) else ():
        keep = asked[bucket.rows]
        for row, value in zip(bucket.rows[keep].tolist(), bucket.values[keep].tolist(), strict=True):
            cells.setdefault(row, []).append((number, repr(value)))
    return cells


def _pull_headers(table: Table, parts: Sequence[Rows], leading: Mask) -> list[Rows]:
    """An evaluation before the first step of a new run (nanoGPT's step 0) belongs to that run."""
    import numpy as np

    whole = list(parts)
    for number, (before, after) in enumerate(itertools.pairwise(parts), 1):
        first = table.places[after[0]]
        own = before[leading[before]]
        furthest = table.places[own].max() if len(own) else np.inf
        # Rows behind the last one that trains, from the end of the run before.
        tail = before[int(np.searchsorted(before, own[-1])) + 1 :] if len(own) else before[:0]
        stays = np.flatnonzero((table.places[tail] > first) | (table.places[tail] >= furthest))
        pulled = tail[int(stays[-1]) + 1 if len(stays) else 0 :]
        if len(pulled):
            whole[number - 1] = whole[number - 1][: len(whole[number - 1]) - len(pulled)]
            whole[number] = np.concatenate([pulled, whole[number]])
    return [part for part in whole if len(part)]


def _leading(table: Table, rows: Rows) -> Mask:
    """Rows of the kind that a run mostly consists of: that train, where there are any to speak of."""
    trained = table.kinds.are("train")
    if trained[rows].sum() > 1:
        return trained
    return table.kinds.are(table.kinds.commonest(rows) or "")


def _spacing(places: Numbers) -> float:
    import numpy as np

    gaps = np.diff(places)
    gaps = np.sort(gaps[gaps > 0])
    return float(gaps[len(gaps) // 2]) if len(gaps) else 0.0


def _chains(table: Table, sequence: Rows) -> list[list[int]] | None:
    """Rows of writers that alternate: each row continues the chain whose last place is the closest below it."""
    chains: list[list[int]] = []
    ends: list[float] = []
    for row, here in zip(sequence.tolist(), table.places[sequence].tolist(), strict=True):
        fits = [number for number, end in enumerate(ends) if end <= here]
        if fits:
            number = max(fits, key=ends.__getitem__)
            chains[number].append(row)
            ends[number] = here
        else:
            chains.append([row])
            ends.append(here)
            if len(chains) > _MOST_WRITERS:
                return None
    return chains


def _with_others(table: Table, rows: Rows, chains: Sequence[Iterable[int]], leading: Mask) -> list[Rows]:
    """Give rows of other kinds to the chain that wrote last before them."""
    import numpy as np

    owner = np.zeros(len(table), dtype=np.int64)
    for number, chain in enumerate(chains):
        owner[list(chain)] = number
    own = np.flatnonzero(leading[rows])
    last = np.searchsorted(own, np.arange(len(rows)), side="right") - 1
    owners = np.where(last >= 0, owner[rows[own[last]]], 0)
    return [rows[owners == number] for number in range(len(chains))]


def _with_loss(table: Table) -> Mask:
    """Rows that hold a loss."""
    import numpy as np

    with_loss: Mask = np.zeros(len(table), dtype=bool)
    for bucket in table.buckets.values():
        if bucket.metric == "loss":
            with_loss[bucket.rows] = True
    return with_loss


def _replayed(table: Table, rows: Rows, with_loss: Mask) -> Part:
    """Where steps go back inside a run the newest segment counts; what it replaces is dropped and counted."""
    import numpy as np

    part = Part(rows, records=len(rows))
    leading = _leading(table, rows)
    trained = leading[rows]
    if (trained & with_loss[rows]).sum() > 0.5 * trained.sum():
        trained &= with_loss[
            rows
        ]  # rows without a loss among many with one were measured later, on an older checkpoint
    places = table.places[rows[trained]]
    if np.count_nonzero(np.diff(places) < 0) > MOST_RESUMES:
        part.notes.append(Note("rows sorted"))
        return part
    again = _reprinted(table, rows, leading)
    part.dropped = int(again.sum())
    rows, trained = rows[~again], trained[~again]
    if (np.diff(table.places[rows[trained]]) >= 0).all():
        part.rows = rows
        return part
    kept: list[int] = []
    furthest = -np.inf
    for row, counts, here in zip(rows.tolist(), trained.tolist(), table.places[rows].tolist(), strict=True):
        if counts:
            if here < furthest:
                stands = [old for old in kept if table.places[old] < here]
                gone = len(kept) - len(stands)
                kept = stands
                part.dropped += gone
                data = {"from_step": here, "to_step": furthest, "dropped": gone, "row": row}
                part.events.append(Event("replay", int(table.lines[row]) or None, data=data))
                furthest = here
            furthest = max(furthest, here)
        kept.append(row)
    part.rows = np.array(kept, dtype=np.int64)
    return part
