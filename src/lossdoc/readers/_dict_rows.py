"""Dict rows of one layout, alone or behind progress bars: taken as columns. Used by `hf_stdout`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lossdoc.input.numbers import to_float
from lossdoc.model.record import Bars, BulkItem, Event, Item, Record
from lossdoc.readers._alike import Stretches, Template
from lossdoc.words.expressions import expression

_MOST_LAYOUTS = 32
_TRIES = 20  # rows of a layout that are looked at: more are no more alike
_NUMBER = r"-?(?:0|[1-9]\d*+)(?:\.\d++)?+(?:[eE][-+]?\d++)?+|nan|-?inf"
_CELL = expression(rf"'(?P<key>[^'\\\x00-\x1f]+)': (?P<quote>'?)(?:{_NUMBER})(?P=quote)(?:, |$)")
_BAR = r"[ \r]*\d+%\|[^|\r\n\x08\x1b{}']*\| *(\d{1,15})/(\d{1,15}) \[[\d:<?, .]*(?:it/s|s/it)?\] *"
# States of a bar of training, each of which the next one wrote over; one that the row stands behind; none.
_STATES = (rf"(?:{_BAR}\r)+[ \r]*", _BAR, "")
_HINTS = ("n", "total")


class DictRows:
    """Takes rows of layouts that it has learnt, and the bars that stand beside them."""

    def __init__(self) -> None:
        self._stretches = Stretches()
        self.take = self._stretches.take
        self._tried: Counter[tuple[str, ...]] = Counter()
        self._bars: list[tuple[int, int, int, str]] = []  # line, n, total, and what the bar is called
        self._told = False

    def draw(self, bar: Event) -> None:
        """A state of a bar, read in the other way."""
        self._bars.append((bar.line or 0, bar.data["n"], bar.data["total"], bar.text))

    def learn(self, raw: str, found: Sequence[Item]) -> None:
        """Further rows are taken like this line, where that says all that was `found` in it."""
        record = found[-1] if found else None
        bars = found[:-1]
        if not isinstance(record, Record) or len(self._stretches.all) == _MOST_LAYOUTS:
            return
        keys = tuple(record.values)
        self._tried[keys] += 1
        if record != Record(record.values, record.line) or self._tried[keys] > _TRIES:
            return  # something stands beside the numbers
        said = [str(n) for bar in bars if isinstance(bar, Event) for n in bar.data.values()]
        for template in _templates(raw[raw.find("{'") :].rstrip("\r")):
            match = template.pattern.fullmatch(raw)
            if match is not None:
                hints, texts = match.groups()[: len(template.hints)], match.groups()[len(template.hints) :]
                if said == list(hints) and len(bars) < 2 and _says(texts, template, record):
                    self._stretches.learn(template)
                return

    def items(self) -> Iterator[BulkItem]:
        """What was kept: the states of the bars, then the rows by layout, as these appeared."""
        yield from self.drawn()
        yield from self._stretches.blocks()

    def drawn(self) -> Iterator[Event]:
        """The states of the bars, once."""
        import numpy as np

        if self._told:
            return
        self._told = True
        texts = list(dict.fromkeys(("", *(text for *_, text in self._bars))))
        drawn = [(line, n, total, texts.index(text)) for line, n, total, text in self._bars]
        parts = [np.array(drawn, dtype=np.int64).reshape(-1, 4).T]
        for stretch in self._stretches.all:
            if stretch.template.hints and stretch.lines:
                n, total = stretch.columns()[:2]
                parts.append(np.array([stretch.lines, n, total, 0 * n], dtype=np.int64))
        states = np.concatenate(parts, axis=1)
        states = states[:, np.argsort(states[0], kind="stable")]
        others = np.flatnonzero(np.diff(states[2]) | np.diff(states[3])) + 1
        for lines, seen, totals, names in np.split(states, others, axis=1) if states.size else ():
            data = {"n": int(seen[-1]), "total": int(totals[-1])}
            yield Bars("progress", int(lines[-1]), texts[names[-1]], data, lines=lines, states=seen)


def _templates(body: str) -> Iterator[Template]:
    """Rows of these keys, each number bare or in quotes as in `body`; none where it holds anything else."""
    cells = list(_CELL.finditer(body, 1, len(body) - 1))
    if "".join(cell[0] for cell in cells) != body[1:-1] or body[-1:] != "}":
        return
    names = tuple(cell["key"] for cell in cells)
    if len(set(names)) < len(names):
        return
    row = ", ".join(f"'{re.escape(cell['key'])}': {cell['quote']}({_NUMBER}){cell['quote']}" for cell in cells)
    bare = frozenset(cell["key"] for cell in cells if not cell["quote"])
    for states in _STATES:
        pattern = re.compile(rf"(?m)^{states}\{{{row}\}}\r*(?:\n|\Z)")
        yield Template(pattern, names, _HINTS if states else (), bare)


def _says(texts: Sequence[str], template: Template, record: Record) -> bool:
    """The texts are what the record holds."""
    if template.names != tuple(record.values):
        return False
    return all(
        raw == text or repr(to_float(raw)) == repr(float(text))
        for text, raw in zip(texts, record.values.values(), strict=True)
    )
