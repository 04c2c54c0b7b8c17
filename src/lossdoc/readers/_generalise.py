"""What is read of one line -> a pattern of all lines that are read alike, found by trying.

A line is read again with other numbers in the places of its own: longer and shorter ones, with and without a fraction,
an exponent, a sign, NaN. Those that leave everything else as it was may stand there. So the grammar that reads a single
line stays the only one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from lossdoc.words.expressions import expression

# What a line says beside the texts of its values (None: nothing), and these texts.
Reading = tuple[object, Sequence[str]]
Read = Callable[[str], Reading | None]

_NUMBER = expression(r"-?(?:\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|nan|inf)(?P<behind>\D*)")
_SHARE = expression(r"\d+(?P<between> ?/ ?)\d+")
_LOOSE = expression(r"(?<![\w.:/@#+-])\d+(?:\.\d+)?(?![\w:/@-]|\.\d)")  # digits that belong to no word, date or time
# Patterns of numbers, and numbers of this kind that are tried.
_KINDS = {
    r"\d+": ("7", "40", "1234567"),
    r"\d+\.\d+": ("0.5", "3.0625", "1234567.0078125"),
    r"\d+(?:\.\d+)?[eE][-+]\d+": ("1e-05", "2.5e-05", "1.0625e+06"),
    r"nan|inf": ("nan", "inf"),
    r"-\d+": ("-7", "-1234"),
    r"-\d+\.\d+": ("-0.5", "-123.0625"),
    r"-\d+(?:\.\d+)?[eE][-+]\d+": ("-1e-05", "-2.5e+06"),
    r"-inf": ("-inf",),
}
_ALL, _AS_IT_STANDS = frozenset(_KINDS), frozenset[str]()
_WITHOUT_SIGN = frozenset(list(_KINDS)[1:3])
_NEARLY_ALL = r"-?+\d++(?:\.\d++)?+(?:[eE][-+]\d++)?+"  # nothing is given back: a third of the time less
_USUAL = {kind for kind in _KINDS if "n" not in kind}
_SHARES = ("7{}9", "345{}6789", "5{}123456")
_PADDED = expression(r"(?<=\S) {2,}$")
_WIDTHS = (1, 2, 3, 6, 11)


def generalised(
    raw: str, values: Sequence[tuple[int, int]], fixed: Iterable[tuple[int, str]], read: Read
) -> re.Pattern[str] | None:
    """Lines that are read as `raw` is; None where that cannot be told.

    The groups are what stands from where to where `values` say, in order of the line; `fixed` are digits outside of
    them that belong to a word. The pattern begins with "^" and takes the line break.
    """
    first = read(raw)
    if first is None or list(first[1]) != [raw[start:end] for start, end in values] or "\n" in raw:
        return None
    line = _Line(raw, values, {at + n for at, text in fixed for n in range(len(text))}, read)
    found = [line.alternatives(at) for at in range(len(line.texts))]
    # Side by side they may mean something else: then the kinds that are rarer are left out.
    for allowed in (_ALL, _WITHOUT_SIGN, _AS_IT_STANDS):
        kinds = [line.among(at, kinds, allowed) for at, kinds in enumerate(found)]
        if not all(kinds):
            return None
        if line.holds_mixed([[other for others in each.values() for other in others] for each in kinds]):
            groups = [line.group(at, list(each)) for at, each in enumerate(kinds)]
            made = "".join(before + group for before, group in zip(line.between(), [*groups, ""], strict=True))
            return re.compile(rf"(?m)^{made}(?:\n|\Z)")
    return None


class _Line:
    """A line as texts, which may be others, and the pieces around them."""

    def __init__(self, raw: str, values: Sequence[tuple[int, int]], fixed: set[int], read: Read) -> None:
        self._read = read
        self._told = read(raw)
        places = [(start, end, True) for start, end in values]
        for loose in _LOOSE.finditer(raw):
            apart = all(loose.end() <= start or end <= loose.start() for start, end in values)
            if apart and fixed.isdisjoint(range(*loose.span())):
                places.append((*loose.span(), False))
        places.sort()
        self._starts = [0, *(end for _, end, _ in places)]
        self._pieces = [raw[a:b] for a, b in zip(self._starts, [*(p[0] for p in places), len(raw)], strict=True)]
        self._fixed = fixed
        self._is_value = [value for _, _, value in places]
        self.texts = [raw[start:end] for start, end, _ in places]

    def holds(self, texts: Sequence[str], pieces: Sequence[str] | None = None) -> bool:
        """With these texts, and perhaps other pieces around them, the line says the same."""
        parts = [part for pair in zip(pieces or self._pieces, [*texts, ""], strict=True) for part in pair]
        found = self._read("".join(parts))
        said = [text for text, value in zip(texts, self._is_value, strict=True) if value]
        return found is not None and self._told is not None and found[0] == self._told[0] and list(found[1]) == said

    def alternatives(self, at: int) -> dict[str, list[str]]:
        """Texts that may stand in the place of one, by their kinds."""
        text = self.texts[at]
        share, number = _SHARE.fullmatch(text), _NUMBER.fullmatch(text)
        if share is not None:
            between = share["between"]
            candidates = {rf"\d+{between}\d+": [each.format(between) for each in _SHARES]}
        elif number is not None:
            behind = number["behind"]
            candidates = {kind: [other + behind for other in others] for kind, others in _KINDS.items()}
        else:
            return {}
        before, after = self.texts[:at], self.texts[at + 1 :]
        return {
            kind: others
            for kind, others in candidates.items()
            if all(self.holds([*before, other, *after]) for other in others)
        }

    def among(self, at: int, kinds: dict[str, list[str]], allowed: frozenset[str]) -> dict[str, list[str]]:
        """Those of the kinds that are allowed, and the text's own; {} where that is none of them."""
        text = self.texts[at]
        behind = self._behind(text)
        own = {kind for kind in kinds if re.fullmatch(kind, text.removesuffix(behind))}
        if not own:
            return {} if self._is_value[at] else {re.sub(r"\d", r"\\d", re.escape(text)): [text]}
        return {kind: others for kind, others in kinds.items() if kind in own | allowed or kind not in _KINDS}

    def group(self, at: int, kinds: Sequence[str]) -> str:
        if not self._is_value[at]:
            return f"(?:{_either(kinds)})"
        return f"((?:{_either(kinds)}){re.escape(self._behind(self.texts[at]))})"

    @staticmethod
    def _behind(text: str) -> str:
        """A unit."""
        number = _NUMBER.fullmatch(text)
        return number["behind"] if number else ""

    def holds_mixed(self, tried: Sequence[Sequence[str]]) -> bool:
        """Numbers of all kinds may stand side by side."""
        most = max(map(len, tried), default=0)
        return all(
            self.holds([texts[(n + 5 * at) % len(texts)] for at, texts in enumerate(tried)]) for n in range(most)
        )

    def between(self) -> Iterator[str]:
        """Patterns of the pieces: other digits may stand in them, as many, and padding may be wider or narrower."""
        for number, (piece, start) in enumerate(zip(self._pieces, self._starts, strict=True)):
            padding = _PADDED.search(piece)
            bare = piece[: padding.start()] if padding else piece
            wider = ([*self._pieces[:number], bare + " " * width, *self._pieces[number + 1 :]] for width in _WIDTHS)
            free = padding is not None and all(self.holds(self.texts, pieces) for pieces in wider)
            kept = enumerate(bare if free else piece, start)
            text = "".join(r"\d" if char.isdigit() and at not in self._fixed else re.escape(char) for at, char in kept)
            yield text + (" +" if free else "")


def _either(kinds: Sequence[str]) -> str:
    """One of these kinds, in short where nearly all of them are."""
    return "|".join([_NEARLY_ALL, *(kind for kind in kinds if kind not in _USUAL)] if {*kinds} >= _USUAL else kinds)
