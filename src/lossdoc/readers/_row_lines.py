"""Lines of names and numbers that may be rows of a home-made loop, with how often each set of names comes.

Used by `key_value`: which of them are a log is decided there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from math import isfinite
from typing import NamedTuple

from msgspec import Struct, field

from lossdoc.input.clean import Line, clean_line
from lossdoc.input.numbers import to_float
from lossdoc.input.shape import LONGEST, Memory, shape
from lossdoc.input.source import Source
from lossdoc.model.record import Raw
from lossdoc.readers._generalise import Reading
from lossdoc.readers._pairs import Cut
from lossdoc.readers._row_stretches import Rows, RowStretches, Taken
from lossdoc.readers.home_made.lead import common_lead
from lossdoc.readers.home_made.lines import Composed, composed
from lossdoc.readers.home_made.standing import header, may_head, title
from lossdoc.words.expressions import expression
from lossdoc.words.terms import is_foreign, translated
from lossdoc.words.training import is_axis, is_strong

# A cheap look before the tokenizer: without one of these letters in a line there is no name that could count.
_WORDS = (
    *("loss", "acc", "reward", "auc", "perp", "ppl", "f1", "bleu", "wer", "cer", "mse", "mae", "iou", "dice", "psnr"),
    *("ssim", "entropy", "nll", "elbo", "fid", "kl", "grad", "map", "rouge", "mcc", "precision", "recall", "objective"),
    *("return", "score", "bpb", "bpc", "likelihood", "cost", "top1", "top5", "top-1", "top-5", "err"),
)
_HINT = expression(
    rf"(?:{'|'.join(_WORDS)})(?:[-@_]\d+)?[^\d|;]{{0,24}}[^\w.]\s*[-+]?(?:\d|\.\d|nan|inf)"
    r"|float\d+\(|(?:loss|acc|accuracy)\d+\.\d\d"
)
# Announcements and wishes, not rows: "Best model saved! Acc=0.91", "Target accuracy: 84 %".
_NOT_A_ROW = expression(
    r"(?i)\b(?:best(?!\s*[:=]\s*[-+.\d])|target|goal|sav(?:ed|ing)|checkpoint|improv\w+|threshold|early.?stop\w*|baseline|expected|patience"
    r"|loading|loaded|config|default|usage|args|using)\b"
    r"|\b(?:gradient overflow|overflow detected|skipping step)\b"  # apex, fairseq: the loss scale is no loss
)
# Each of these words holds one of these pieces, which are found faster.
_PIECES = (
    *("best", "target", "goal", "sav", "checkpoint", "improv", "threshold", "stop", "baseline", "expected", "patience"),
    *("load", "config", "default", "usage", "args", "using", "overflow", "skipping"),
)
# "Config: {'lr': 0.1, ...}, Epoch 1/30, Train Loss: 1.5": what the run was given, said again in each row.
_GIVEN = expression(
    r"(?i)\b(?:config(?:uration)?|(?:hyper)?param(?:eter)?s|hparams|args|settings)\W{0,2}\{[^{}]*\}[,;:|\s]+(?=\S)"
)
# "Saved model at epoch 3 with loss: 0.5": a row where a log holds no other.
_SAVED = expression(
    r"(?i)^\W*sav(?:ed|ing)\b.{0,60}?\b(?:at|after|for|from|in) (?P<axis>epoch|step|iteration) ?(?P<n>\d+)[ ,:]+"
    r"(?:with |and )?(?P<rest>[A-Za-z].*)"
)
_DURATION = expression(r"\d\s?(?:ms|s|sec|secs|seconds|min|mins|h)$")
_MOST_NAMES = 400  # different sets of names that are counted before a text is given up as no log
_LED_BY = 40  # lines that may count say what all of them begin with (ours)
_MOST_COUNTED = 200_000  # lines that are read for rows whose names say nothing
_FEWEST_COUNTED = 5  # such rows of one shape (ours)
_LINES_OF_A_PASTE = 12  # lines with text that somebody copied out of a terminal (ours)
_ROWS_OF_A_PASTE = 0.6  # of its lines are rows: it holds nothing else that could be meant (ours)
_SHARE_COUNTED = 0.5  # of all lines (ours)
_CHANGED = ("\r", "\x1b", "\x08", " [repeated ", "/it]", "it/s]")  # what makes cleaning do more than cut a prefix
# f1 is a metric, f2 is none.
_NUMBERED = expression("|".join(re.sub(r"\d", r"\\d", word) for word in _WORDS if not word.isalpha()), re.I)
# Of tqdm, or of Keras on its way: "12/48 [===>....]".
_BAR = expression(r"%\||\[=*>\.+\]")
_LETTERS = expression(r"[^\W\d_]+")
_GLUED = expression(r"[A-Za-z]\d+")  # digits that belong to a word: top1, host7


class Entry(NamedTuple):
    """A line that may be a row, with its pairs; a header or a title without; the first of many rows like it."""

    line: Line
    row: Mapping[str, Raw] | None
    tags: tuple[str, ...] = ()  # words in the place of a mark of the split that are none we know
    rows: Rows | None = None
    bar: bool = False  # beside a progress bar stands what one batch gave, or a mean on its way


class Names(Struct):
    """The lines that have one set of names."""

    count: int = 0
    axis: bool = False
    seen: set[str] = field(default_factory=set)
    broken: bool = False  # a value is NaN or infinite, which no setting and no table of results is
    pasted: bool = False  # the text holds next to nothing else

    def add(self, row: Mapping[str, Raw]) -> None:
        self.count += 1
        self.broken |= any(map(_is_broken, row.values()))
        if len(self.seen) < 8:
            self.seen.add(" ".join(map(str, row.values())))

    @property
    def is_log(self) -> bool:
        """Repeats with changing numbers: three times beside a step or epoch, five times without; fewer in a paste.

        Twice, where a number of it is none: no setting and no table of results is NaN.
        """
        if self.pasted:
            return self.axis or self.broken or len(self.seen) > 2
        if self.broken and self.count > 1:
            return True
        return len(self.seen) > 1 and self.count >= (3 if self.axis else 5)


class _Known(NamedTuple):
    """Lines of one shape: where the text of a row begins, where its values stand; no row has no names."""

    cut: Cut
    start: int = 0
    split: str | None = None
    names: Names | None = None
    tags: tuple[str, ...] = ()
    bar: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(name for name, _, _ in self.cut.values)


Counted = tuple[dict[tuple[str, ...], Names], list[Entry]]


def count(source: Source, *, bulk: bool) -> Counted:
    """The sets of names of a source, and its lines that may count; `bulk`: of rows that are alike one for all."""
    lines = _Lines(source)
    text = source.text
    stretches = RowStretches() if bulk else None
    number = start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        number += 1
        known = lines.take(number, text[start:end])
        if lines.is_no_log:
            return {}, []
        kind = () if known is None or known.names is None else (known.keys, known.split, known.tags)
        if known and known.names and stretches and stretches.worth(kind, known.names.count):
            taken = stretches.take(kind, known.cut, lines.reading, text, (start, end), number)
            if taken is not None:
                lines.add(known, taken, number + 1)
                start, number = taken.start, taken.number
                end = text.find("\n", start)
                end = len(text) if end < 0 else end
        elif stretches and not kind:
            stretches.worth((), 0)
        start = end + 1
    return _which_count(source, lines.found, lines.entries, lines.saved)


class _Lines:
    """Lines of a source, taken one by one."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lead = common_lead(list(islice(_first_lines(source), _LED_BY)))
        self._shapes: Memory[_Known] = Memory()
        self._under_header = False
        self.found: dict[tuple[str, ...], Names] = {}
        self.entries: list[Entry] = []
        self.saved: list[Entry] = []

    @property
    def is_no_log(self) -> bool:
        return len(self.found) > _MOST_NAMES and not any(names.is_log for names in self.found.values())

    def take(self, number: int, written: str) -> _Known | None:
        """How the line was read, where further ones of its shape are read so; None where that is not known."""
        raw = written if written.isascii() else translated(written)
        look = shape(raw) if len(raw) <= LONGEST else b""
        known = self._shapes.get(look)
        if known is not None and known.cut.fits(raw):
            if known.names is not None:
                read: dict[str, Raw] = {name: raw[first:last] for name, first, last in known.cut.values}
                line = Line(number, raw[known.start :], None, known.split)
                self.entries.append(Entry(line, read, known.tags, bar=known.bar))
                known.names.add(read)
            return known if raw == written else None
        if not _may_count(raw):
            if look:
                self._shapes[look] = _nothing(raw, _NUMBERED)
            return None
        for line in self._source.parts(number, raw):
            if line.final:  # of a rewritten line only what was left standing counts
                self._take_part(raw, line, look)
        return None

    def _take_part(self, raw: str, line: Line, look: bytes) -> None:
        line, bare, whole = self._composed(line)
        if whole is None and header(line.text) is not None:
            self._under_header = True
            self.entries.append(Entry(line, None))
        elif whole is None:
            if (told := _of_saved(bare)) is not None:
                self.saved.append(Entry(line, told))
            elif title(line.text) is not None:
                self.entries.append(Entry(line, None))
            elif look and not _is_changed(raw):
                self._shapes[look] = _nothing(raw, _GLUED)
        else:
            self.entries.append(Entry(line, whole.row, whole.tags, bar=_BAR.search(line.text) is not None))
            keys = tuple(whole.row)
            names = self.found.setdefault(signature_of(keys), Names())
            names.axis |= self._under_header or has_axis(keys)
            names.add(whole.row)
            if look and (learned := _learn(raw, line, bare, names, whole)) is not None:
                self._shapes[look] = learned

    def _composed(self, line: Line) -> tuple[Line, str, Composed | None]:
        """A part of a line, what of it may be a row, and the row."""
        if self._lead and line.text.startswith(self._lead):
            line = line._replace(text=line.text[len(self._lead) :])
        bare = line.text.strip()
        bare = _GIVEN.sub("", bare) if "{" in bare else bare
        whole = composed(bare)
        if whole is None or not _is_row(bare, whole):
            return line, bare, None
        return line._replace(split=whole.split or line.split), bare, whole

    def reading(self, raw: str) -> Reading | None:
        """What `take` would read, and the texts of the values in the order of the line."""
        parts = list(clean_line(0, raw)) if _may_count(raw) else []
        if len(parts) != 1:
            return None
        line, bare, whole = self._composed(parts[0])
        if whole is None or whole.cut is None or line.stream is not None:
            return None
        values = sorted(whole.cut.values, key=lambda value: value[1])
        return (tuple(whole.row), line.split, whole.tags), [bare[first:last] for _, first, last in values]

    def add(self, known: _Known, taken: Taken, number: int) -> None:
        """Rows that were taken behind a row that is known, and the last of them; the first is line `number`."""
        assert known.names is not None
        first, last = (Line(n, "", None, known.split) for n in (number, taken.number))
        self.entries.append(Entry(first, taken.before, known.tags, taken.rows, known.bar))
        self.entries.append(Entry(last, taken.last, known.tags, bar=known.bar))
        known.names.count += taken.rows.size - 1
        known.names.add(taken.before)
        known.names.add(taken.last)


def _which_count(
    source: Source, found: dict[tuple[str, ...], Names], entries: list[Entry], saved: list[Entry]
) -> Counted:
    if saved and not any(shape.is_log for shape in found.values()):
        found, entries = {}, saved
        for _, row, *_ in saved:
            names = found.setdefault(signature_of(tuple(row or ())), Names(axis=True))
            names.add(row or {})
    if any(names.is_log for names in found.values()):
        return found, entries
    if _is_paste(source, found):
        for names in found.values():
            names.pasted = True
        return found, entries
    return _counted(source) or (found, entries)


def _is_broken(value: Raw) -> bool:
    number = to_float(value) if isinstance(value, str) else value
    return isinstance(number, float) and not isfinite(number)


def _is_paste(source: Source, found: dict[tuple[str, ...], Names]) -> bool:
    """A few lines, most of which are rows: "Epoch 1/3 - loss: 0.5 - val_loss: 0.6" and one more."""
    lines = list(islice((raw for _, raw in source.iter_raw() if raw.strip()), _LINES_OF_A_PASTE + 1))
    rows = sum(names.count for names in found.values())
    return 0 < len(lines) <= _LINES_OF_A_PASTE and rows >= _ROWS_OF_A_PASTE * len(lines)


def _first_lines(source: Source) -> Iterator[str]:
    """Lines from the beginning that may count, cleaned."""
    for number, raw in source.iter_raw():
        if _may_count(raw):
            yield from (line.text for line in source.parts(number, raw) if line.final)


def _counted(source: Source) -> Counted | None:
    """Rows whose names say nothing ("L: 4.0 C: 10.7", "train 0.02 val 0.03"), where a text holds hardly any others."""
    found: dict[tuple[str, ...], Names] = {}
    entries: list[Entry] = []
    lines = 0
    refused = Memory[_Known]()
    for line in islice(source.iter_lines(), _MOST_COUNTED):
        lines += 1
        look = shape(line.text) if len(line.text) < LONGEST else b""
        known = refused.get(look)
        whole = None
        if look and (known is None or not known.cut.fits(line.text)):
            whole = composed(line.text.strip(), counted=True)
        if whole is None:
            refused[look] = _nothing(line.text, _GLUED)
            continue
        entries.append(Entry(line._replace(split=whole.split or line.split), whole.row, whole.tags))
        found.setdefault(signature_of(tuple(whole.row)), Names(axis=True)).add(whole.row)
    rows = max((names.count for names in found.values()), default=0)
    return (found, entries) if rows >= _FEWEST_COUNTED and rows > _SHARE_COUNTED * lines else None


def _learn(raw: str, line: Line, bare: str, names: Names, whole: Composed) -> _Known | None:
    """How to read further rows of this shape, None where that cannot be told."""
    if line.stream is not None or _is_changed(raw):
        return None
    cut = whole.cut
    if cut is None or bare not in raw:
        return None
    at = raw.rindex(bare)
    literals = [(at + start, literal) for start, literal in cut.literals]
    values = [(name, at + first, at + last) for name, first, last in cut.values]
    bar = _BAR.search(line.text) is not None
    return _Known(Cut(literals, values), len(raw) - len(line.text), line.split, names, whole.tags, bar)


def _nothing(raw: str, digits: re.Pattern[str]) -> _Known:
    """Further lines of this shape hold nothing either, if the digits that decide are the same."""
    return _Known(Cut([(match.start(), match[0]) for match in digits.finditer(raw)], []))


def _is_changed(raw: str) -> bool:
    return any(mark in raw for mark in _CHANGED)


def _may_count(raw: str) -> bool:
    lowered = raw.lower()
    if any(word in lowered for word in _WORDS) and len(raw) < 20000 and _HINT.search(lowered):
        return True
    return may_head(lowered) or any(map(is_foreign, _LETTERS.findall(lowered[:LONGEST])))


def _is_row(bare: str, whole: Composed) -> bool:
    """No object of JSON, no announcement, no timing: behind its values a row may say anything ("acc 0.91, saved")."""
    if bare.startswith(('{"', "{'", '["', "[{", '"')) or any(len(name) > 48 for name in whole.row):
        return False
    before = bare[: whole.begins].lower()
    if any(piece in before for piece in _PIECES) and _NOT_A_ROW.search(before):
        return False
    # "Reward computation: 2.30s" is timing, no row.
    return not all(isinstance(v, str) and _DURATION.search(v) for k, v in whole.row.items() if is_strong(k))


def _of_saved(bare: str) -> dict[str, Raw] | None:
    """The figures that a line tells of a model that was saved, and when that was."""
    match = _SAVED.match(bare)
    told = composed(match["rest"]) if match is not None else None
    return {match["axis"]: match["n"], **told.row} if match is not None and told is not None else None


@lru_cache(4096)
def has_axis(keys: tuple[str, ...]) -> bool:
    return any(map(is_axis, keys))


@lru_cache(4096)
def signature_of(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The names with 0 in place of their numbers."""
    return tuple(re.sub(r"\d+", "0", key) for key in keys)
