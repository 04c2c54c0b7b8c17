"""Mutations of bytes: each takes the chance and a seed and gives another input."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable, Sequence

from benchmarks.fuzz.seeds import Seed

Mutation = Callable[[random.Random, bytes, bytes], bytes]

LARGEST = 200_000  # bytes of an input: larger ones say nothing about crashes that these do not

_NUMBER = re.compile(rb"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_NUMBERS = (
    b"nan", b"inf", b"-inf", b"NaN", b"Infinity", b"1e308", b"-1.7e308", b"1.797e+308", b"5e-324", b"0", b"-0.0", b"-1",
    b"1e-320", b"1e15", b"9007199254740993", b"18446744073709551616", b"1" + b"0" * 4500, b"9" * 320, b"1e999", b"1_000",
    b"0x10", b"1,000,000", b"1.5k", b"1.2.3", b"12%", b"True", b"None", b"null", b"", b"1/0", b"\xd9\xa1\xd9\xa2", b"1e-5",
)  # fmt: skip
_WORD = re.compile(rb"[A-Za-z_][\w/]{2,}")
HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "![x](http://evil.example/x.png)",
    "[click](javascript:alert(1))", "::error file=a,line=1::pwned", "::set-output name=a::b", "##[error]x",
    "=HYPERLINK(\"http://evil.example\")", "+cmd|' /C calc'!A0", "@SUM(1)", "\x1b]8;;http://evil\x07x\x1b]8;;\x07",
    "\x1b[2J\x1b[31m", "\u202eexe.gpj", "\u2066x\u2069", "\x00", "\x07", "a|b`c`*d*_e_", "]]>", "<!--", "--><b>", "&lt;",
    "%0A::warning::x", "${{ secrets.X }}", "{0.__class__}", "%s%n", "\\", "'", '"', "[/red]", "[link=http://evil]x[/link]",
    "\ud800", "\ufffe", "loss" * 400, "{" * 300, "[" * 3000, "(" * 500, "\u2028", "\r", "\x85", "<![CDATA[", "<!x", "<?", "|" * 50,
    "section_start:0:x[collapsed=true]\r\x1b[0K", "../../etc/passwd", "__proto__", "loss[0", "rewards/{}/mean", "eval_eval_loss",
)  # fmt: skip


def _bytes(chance: random.Random, data: bytes, _: bytes) -> bytes:
    out = bytearray(data)
    for _n in range(chance.choice((1, 3, 20, 100))):
        if out:
            out[chance.randrange(len(out))] = chance.choice((chance.randrange(256), 0, 10, 34, 39, 123, 127, 255))
    return bytes(out)


def _cut(chance: random.Random, data: bytes, _: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] if chance.random() < 0.7 else data[at:]


def _drop(chance: random.Random, data: bytes, _: bytes) -> bytes:
    a, b = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:a] + data[min(b, a + chance.choice((1, 8, 200, len(data)))) :]


def _splice(chance: random.Random, data: bytes, other: bytes) -> bytes:
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def _weave(chance: random.Random, data: bytes, other: bytes) -> bytes:
    lines, more = data.splitlines(keepends=True), other.splitlines(keepends=True)
    for line in more[:40]:
        lines.insert(chance.randrange(len(lines) + 1), line)
    return b"".join(lines)


def _lines(chance: random.Random, data: bytes, _: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    for _n in range(chance.choice((1, 5, 30))):
        if not lines:
            break
        at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
        what = chance.randrange(5)
        if what == 0:
            del lines[at]
        elif what == 1:
            lines.insert(to, lines[at])
        elif what == 2:
            lines[at], lines[to] = lines[to], lines[at]
        elif what == 3:
            lines[at] = lines[at].rstrip(b"\r\n")
        else:
            lines[at] = (lines[at] * chance.choice((2, 40)))[:LARGEST]
    return b"".join(lines)


def _numbers(chance: random.Random, data: bytes, _: bytes) -> bytes:
    share = chance.choice((0.02, 0.2, 1.0))
    constant = chance.choice(_NUMBERS) if chance.random() < 0.3 else None

    def other(match: re.Match[bytes]) -> bytes:
        if chance.random() > share:
            return match[0]
        if constant is not None:
            return constant
        kind = chance.random()
        if kind < 0.6:
            return chance.choice(_NUMBERS)
        if kind < 0.8:
            return b"%.6g" % chance.gauss(0, 10 ** chance.uniform(-12, 12))
        return match[0] + b"e%d" % chance.randrange(-330, 330)

    return _NUMBER.sub(other, data)


def _grow(chance: random.Random, data: bytes, _: bytes) -> bytes:
    """More rows of what the input ends with: checks look at runs, not at three lines."""
    lines = data.splitlines(keepends=True)
    tail = lines[-chance.choice((1, 2, 5, 20)) :]
    rows = []
    for step in range(chance.choice((5, 40, 120))):
        rows += [_NUMBER.sub(lambda m, n=step: _walked(chance, m[0], n), line) for line in tail]  # type: ignore[misc]
    return b"".join([*lines, *rows])[: LARGEST // 2]


def _walked(chance: random.Random, number: bytes, step: int) -> bytes:
    if number.isdigit() and len(number) < 15:
        return b"%d" % (int(number) + step)
    try:
        return b"%.5g" % (float(number) * chance.uniform(0.8, 1.2))
    except ValueError:
        return number


def _words(chance: random.Random, data: bytes, _: bytes) -> bytes:
    """Hostile text for a key, everywhere or once."""
    words = sorted(set(_WORD.findall(data)))
    if not words:
        return data
    old, new = chance.choice(words), chance.choice(HOSTILE).encode("utf-8", "surrogatepass")
    new = chance.choice((new, old + new, new + old, chance.choice(words), b""))
    return data.replace(old, new, chance.choice((1, -1)))


def _insert(chance: random.Random, data: bytes, _: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    new = chance.choice(HOSTILE).encode("utf-8", "surrogatepass") * chance.choice((1, 1, 1, 50))
    return data[:at] + new + data[at:]


def _encode(chance: random.Random, data: bytes, _: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    kind = chance.randrange(7)
    if kind < 4:
        return text.encode(("utf-16", "utf-16-le", "cp1252", "utf-7")[kind], "replace")
    if kind == 4:
        return b"\xef\xbb\xbf" + data
    if kind == 5:
        return data.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\x0b", b"\xe2\x80\xa8", b" ")))
    packed = gzip.compress(data, 1, mtime=0)
    return packed if chance.random() < 0.5 else packed[: chance.randrange(len(packed))]


def _delimiters(chance: random.Random, data: bytes, _: bytes) -> bytes:
    old, new = chance.choice(b",:;|=[]{}()'\"\t "), chance.choice(b",:;|=[]{}()'\"\t \n")
    count = chance.choice((1, 3, -1))
    return data.replace(bytes([old]), bytes([new]), count)


MUTATIONS: Sequence[Mutation] = (
    _bytes, _cut, _drop, _splice, _weave, _lines, _numbers, _numbers, _grow, _grow, _words, _insert, _encode, _delimiters,
)  # fmt: skip
_NAMES = (
    "",
    "",
    "",
    "log.csv",
    "log.tsv",
    "log.jsonl",
    "trainer_state.json",
    "x.ipynb",
    "x.html",
    "x.md",
    "results.txt",
)


def mutated(seeds: Sequence[Seed], seed: int, number: int) -> Seed:
    """Input `number` of a seed of chance."""
    chance = random.Random(seed * 1_000_003 + number)
    name, data = chance.choice(seeds)
    for _ in range(chance.choice((1, 1, 2, 2, 3, 4))):
        data = chance.choice(MUTATIONS)(chance, data, chance.choice(seeds)[1])[:LARGEST]
    return chance.choice(_NAMES) or name, data
