"""The last resort: repeated lines of names and numbers, one of which a trainer writes (loss, accuracy, reward, ...).

Home-made training loops print thousands of grammars; this reader knows none of them. It takes the lines whose set of
names repeats, and refuses texts in which such words stand once, in prose, in code or in settings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from weakref import WeakKeyDictionary

from lossdoc.input.clean import Line
from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import BulkItem, Event, Item, Raw, Record
from lossdoc.readers import Sample
from lossdoc.readers._events import events, merged
from lossdoc.readers._row_lines import Counted, Entry, count, has_axis, signature_of
from lossdoc.readers._row_stretches import Many, blocks_of
from lossdoc.readers.home_made.marks import (
    Curve,
    counts_up,
    names_of_runs,
    stand_once,
    tagged_differently,
    told_apart,
    unknown_marks,
    without_writer,
)
from lossdoc.readers.home_made.standing import Header, header, title
from lossdoc.words.expressions import expression
from lossdoc.words.splits import IN_NAMES
from lossdoc.words.training import is_axis, is_strong, tokens

NAME = "key-value"
TITLE = "Lines of names and numbers (any program)"
LAST_RESORT = True

# "PER: precision:  91.20%; recall:  90.10%; FB1:  90.65  512" (conlleval): the figures of one class, not of all.
_CLASS = expression(r"^\s*([\w.-]+): +precision:")
_FOREIGN = ("code", "system log", "server", "settings", "data set")


_MOSTLY = 0.6  # of the lines of a text are rows beside a counter: whatever it looks like, it is a log (ours)
_LINES_OF_A_RECORD = 3  # how far below one line of a step the next one may stand

_COUNTED: WeakKeyDictionary[Source, dict[bool, Counted]] = WeakKeyDictionary()


def sniff(source: Source) -> float:
    """0.2 to 0.36. Foreign texts (code, server logs) must hold twenty rows, Markdown ten, or hardly anything else."""
    shapes, _ = _shapes(source)
    rows = sum(shape.count for shape in shapes.values() if shape.is_log)
    if not rows:
        return 0.0
    kind = source.looks_like.kind
    counted = any(shape.axis and shape.is_log for shape in shapes.values())
    mostly = counted and rows > _MOSTLY * (source.text.count("\n") + 1)
    if kind in _FOREIGN:
        return 0.2 if mostly or (rows >= 20 and counted) else 0.0
    if kind == "markdown" and rows < 10 and not mostly:
        return 0.0
    return 0.26 + 0.1 * rows / (rows + 20)


def read(source: Source) -> Iterator[Item]:
    yield from merged(_read(_rows(source, bulk=False)), events(source))


def read_blocks(source: Source) -> Iterator[BulkItem]:
    """The same, rows that are alike as blocks. They come last: their lines say where they stand."""
    rows = list(_rows(source, bulk=True))
    many = [row for row in rows if isinstance(row, Many)]
    once = None if any(rows.unsure for rows in many) else stand_once(rows)
    if not many or once is None:
        yield from read(source)
        return
    yield from merged(_read(rows, once), events(source))
    yield from blocks_of(many)


def _shapes(source: Source, *, bulk: bool = True) -> Counted:
    """The sets of names of a source, and its lines that may count: worked out once for `sniff` and `read`."""
    known = _COUNTED.setdefault(source, {})
    if not bulk and True in known and not any(entry.rows for entry in known[True][1]):
        return known[True]
    if bulk not in known:
        known[bulk] = count(source, bulk=bulk)
    return known[bulk]


def splits_of(names: Iterable[str]) -> frozenset[str]:
    """The splits that names of a row say, each by its first letters."""
    return _splits(tuple(names))


def tells_both_splits(source: Source) -> bool:
    """Rows of a loop name measures of the training data and of held-out data."""
    shapes, _ = _shapes(source)
    said = {part for names, shape in shapes.items() if shape.is_log for part in _splits(names)}
    return "tra" in said and len(said) > 1


def tells_of_broken(source: Source) -> bool:
    """Rows of a loop, beside no bar, hold a number that is none."""
    shapes, entries = _shapes(source)
    rows = {signature_of(tuple(entry.row)) for entry in entries if entry.row is not None and not entry.bar}
    return any(shape.is_log and shape.broken and names in rows for names, shape in shapes.items())


@lru_cache(4096)
def _splits(keys: tuple[str, ...]) -> frozenset[str]:
    """The splits that names say, each by its first letters."""
    return frozenset(IN_NAMES[part][:3] for key in keys if not is_axis(key) for part in tokens(key) if part in IN_NAMES)


def _read(found: Iterable[Item | Many], once: Collection[Curve] = ()) -> Iterator[Item]:
    """Rows in order; lines of one step that hold different names are one record."""
    open_record: Record | None = None
    last = 0
    rows = list(found)
    if (note := told_apart([item for item in rows if isinstance(item, Record)], once)) is not None:
        yield note
    for item in rows:
        if isinstance(item, Many):  # like the row before them, which they do not continue
            if open_record is not None:
                yield open_record
            open_record = None
            continue
        if not isinstance(item, Record):
            yield item
            continue
        line = item.line or 0
        if open_record is not None and line - last <= _LINES_OF_A_RECORD and _continues(open_record, item):
            open_record.values = {**open_record.values, **item.values}
        else:
            if open_record is not None:
                yield open_record
            open_record = item
        last = line
    if open_record is not None:
        yield open_record


def _continues(before: Record, record: Record) -> bool:
    """Other names at the same place and of the same split, said again or, right below, not said at all."""
    if before.values.keys() == record.values.keys():
        return False
    if _says_no_place(record):
        own = {key for key in before.values if not is_axis(key)}
        said = before.step is not None or before.epoch is not None or len(own) < len(before.values)
        same = before.split == record.split and _splits(tuple(before.values)) == _splits(tuple(record.values))
        return said and same and before.labels == record.labels and not own & record.values.keys()
    if (before.step, before.epoch, before.split, before.stream) != (
        record.step,
        record.epoch,
        record.split,
        record.stream,
    ):
        return False
    axes = {key: value for key, value in record.values.items() if is_axis(key)}
    if before.step is None and before.epoch is None and not axes:
        return False
    if axes != {key: value for key, value in before.values.items() if is_axis(key)}:
        return False
    names = tuple(record.values)
    return _splits(names) == _splits(tuple(before.values)) and not (before.values.keys() - axes.keys()) & set(names)


def _near(before: Record, line: Line) -> bool:
    return line.number - (before.line or 0) <= _LINES_OF_A_RECORD


def _says_no_place(record: Record) -> bool:
    return record.step is None and record.epoch is None and record.stream is None and not has_axis(tuple(record.values))


def _rows(source: Source, *, bulk: bool) -> Iterator[Item | Many]:
    shapes, entries = _shapes(source, bulk=bulk)
    entries = without_writer(entries)
    numbered = counts_up(entries)
    logs = {signature for signature, shape in shapes.items() if shape.is_log}
    in_full = {signature_of(tuple(e.row)) for e in entries if e.row is not None and not e.bar} & logs
    if any(map(is_strong, (name for signature in in_full for name in signature))):
        entries = [entry for entry in entries if not entry.bar]
    known = {key for signature in logs for key in signature}
    longest = max((len(signature) for signature in logs), default=0)
    unfinished = 0 if source.text.endswith("\n") else source.text.count("\n") + 1
    above: Header | None = None
    started = False
    named: str | None = None  # the split in the title on the line before
    titled: str | None = None  # the split that a title named for the last record
    lasting = _titles_last(entries)
    marks = unknown_marks(entries)
    several = tagged_differently(entries)
    runs = names_of_runs(entries)
    lasting_split: str | None = None
    last: Record | None = None
    for entry in entries:
        line, row = entry.line, entry.row
        if row is None:
            found = header(line.text)
            above, named = (found, named) if found is not None else (above, title(line.text))
            continue
        signature = signature_of(tuple(row))
        if line.number == unfinished and signature not in logs and known.issuperset(signature[:-1]):
            yield Event("cut", line.number, line.text[:200])
        # A line with fewer repeats is a row too when it names a split: after the first rows the final test result, and
        # before them, where it comes again, the evaluation before the first step.
        owned = line.split is not None or bool(_splits(tuple(row)) - {"tra"})
        again = owned and shapes[signature].count > 1
        if signature not in logs and not (again or (started and (owned or known.issuperset(signature)))):
            continue
        if len(signature) > 3 * longest + 8:
            continue
        started = True
        if above is not None and above.epoch is not None and _own_epoch(row) not in (None, above.epoch):
            above = None  # a row that contradicts a heading ("epochs: 300" among settings) ends it
        record = _record(entry, row, above)
        if numbered:
            record.step, record.axis, record.stream = to_float(record.stream), "step", None
        if runs:
            record.run = " ".join(entry.tags)
        elif signature in marks and entry.tags:
            record.labels = {"mark": " ".join(entry.tags)}
        if last is not None and line.number == (last.line or 0) + 1 and not has_axis(tuple(row)):
            named = named or (titled if last.values.keys().isdisjoint(row) else None)  # further figures below the first
        titled = None
        if record.split is None and lasting and not _splits(tuple(row)):
            named = named or lasting_split
        if named is not None and record.split is None and not _splits(tuple(row)):
            record.split = titled = named
            lasting_split = named
        elif record.labels and record.split is None and last is not None and _near(last, line):
            record.split = last.split  # the figures of a class stand below those of all
        named = None
        last = record
        if entry.rows is None:
            yield record
        else:
            counted = above is not None and above.epoch is not None and _own_epoch(row) is not None
            yield Many(entry.rows, record, counted or bool(record.labels) or signature in several)


def _titles_last(entries: list[Entry]) -> bool:
    """Titles of two splits or more stand above rows, each of them twice: a title holds until the next one."""
    above: dict[str, int] = {}
    for before, entry in pairwise(entries):
        if (
            before.row is None
            and entry.row is not None
            and entry.line.number - before.line.number <= _LINES_OF_A_RECORD
        ):
            said = title(before.line.text)
            if said is not None:
                above[said] = above.get(said, 0) + 1
    return len(above) > 1 and min(above.values()) > 1


def _own_epoch(row: Mapping[str, Raw]) -> float | None:
    """The epoch that a row says itself."""
    said = next((row[key] for key in row if is_axis(key) and "epoch" in tokens(key)), None)
    return to_float(str(said).partition("/")[0]) if said is not None else None


def _record(entry: Entry, row: Mapping[str, Raw], above: Header | None) -> Record:
    line = entry.line
    record = Record(row, line.number, split=line.split, stream=line.stream)
    keys = tuple(row)
    if keys[0] == "precision" and (of_class := _CLASS.match(line.text)) is not None:
        record.labels = {"class": of_class[1]}
    return _headed(record, keys, above)


def _headed(record: Record, keys: tuple[str, ...], above: Header | None) -> Record:
    """What the header above says of a row that does not say it itself."""
    if has_axis(keys):
        if above is not None and not any({"epoch", "epochs"} & set(tokens(key)) for key in keys):
            record.epoch = above.epoch  # "[Update 1/4]" counts within the epoch that the header says
        return record
    if above is not None:
        record.epoch, record.step = above.epoch, above.step
    if record.split is None and not _splits(keys):
        # A best value so far is kept of evaluations only.
        kept = any("best" in tokens(key) for key in keys)
        record.split = "eval" if kept else above.split if above is not None else None
    return record


SAMPLES = [
    Sample(
        "Epoch [ 1/40] | LR=0.000010 | Train loss=0.6512 acc=0.7612 | Val loss=0.2812 acc=0.9012 | time=30.1s\n"
        "Epoch [ 2/40] | LR=0.000108 | Train loss=0.4512 acc=0.8312 | Val loss=0.4612 acc=0.8512 | time=30.7s\n"
        "Best model saved! Acc=0.9012\n"
        "Epoch [ 3/40] | LR=0.000206 | Train loss=0.4412 acc=0.8412 | Val loss=0.2912 acc=0.8912 | time=30.8s\n",
        [
            Record(
                {
                    "Epoch": "1/40",
                    "LR": "0.000010",
                    "Train loss": "0.6512",
                    "Train acc": "0.7612",
                    "Val loss": "0.2812",
                    "Val acc": "0.9012",
                    "time": "30.1s",
                },
                1,
            ),
            Record(
                {
                    "Epoch": "2/40",
                    "LR": "0.000108",
                    "Train loss": "0.4512",
                    "Train acc": "0.8312",
                    "Val loss": "0.4612",
                    "Val acc": "0.8512",
                    "time": "30.7s",
                },
                2,
            ),
            Record(
                {
                    "Epoch": "3/40",
                    "LR": "0.000206",
                    "Train loss": "0.4412",
                    "Train acc": "0.8412",
                    "Val loss": "0.2912",
                    "Val acc": "0.8912",
                    "time": "30.8s",
                },
                4,
            ),
        ],
        "home-made loops",
        "shapes seen in public logs",
    ),
    Sample(
        "Epoch 1: Train Loss: 2.5125, Val Loss: 2.2513\n"
        "Epoch 2: Train Loss: 1.7512, Val Loss: 1.8125\n"
        "Epoch 3: Train Loss: 1.2518, Val Loss: 1.6251\n",
        [
            Record({"Epoch": "1", "Train Loss": "2.5125", "Val Loss": "2.2513"}, 1),
            Record({"Epoch": "2", "Train Loss": "1.7512", "Val Loss": "1.8125"}, 2),
            Record({"Epoch": "3", "Train Loss": "1.2518", "Val Loss": "1.6251"}, 3),
        ],
        "home-made loops",
        "shapes seen in public logs",
    ),
    Sample(
        "Epoch: [0/12] Iter:[0/40], Time: 0.51, lr: [0.0125], Loss: 3.125, Acc:0.251\n"
        "Epoch: [0/12] Iter:[10/40], Time: 0.49, lr: [0.0124], Loss: 2.875, Acc:0.312\n"
        "Epoch: [0/12] Iter:[20/40], Time: 0.50, lr: [0.0123], Loss: 2.512, Acc:0.375\n",
        [
            Record(
                {"Epoch": "0/12", "Iter": "0/40", "Time": "0.51", "lr": "0.0125", "Loss": "3.125", "Acc": "0.251"}, 1
            ),
            Record(
                {"Epoch": "0/12", "Iter": "10/40", "Time": "0.49", "lr": "0.0124", "Loss": "2.875", "Acc": "0.312"}, 2
            ),
            Record(
                {"Epoch": "0/12", "Iter": "20/40", "Time": "0.50", "lr": "0.0123", "Loss": "2.512", "Acc": "0.375"}, 3
            ),
        ],
        "home-made loops",
        "shapes seen in public logs",
    ),
]
