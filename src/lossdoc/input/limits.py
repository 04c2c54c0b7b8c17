"""How much is read at most of what has no end or blows up. What goes beyond is left out, and that is said."""

from __future__ import annotations

from lossdoc.model.limit import Limit

FILE = Limit(4_000_000_000, "bytes", "ours: what fits into the memory of a machine that runs a linter")
STREAM = Limit(1_000_000_000, "bytes", "ours: a pipe may have no end, as `yes | lossdoc check -` has none")
ARCHIVE = Limit(4_000_000_000, "bytes", "ours: no log that a person keeps compressed is larger")
RATIO = Limit(
    200,
    "times the packed size",
    "ours: of 94 public logs the median shrinks to a seventh of its size, the one that repeats itself most to a 75th",
)
HARMLESS = Limit(64_000_000, "bytes", "ours: any archive may hold as much, whatever its ratio")
LINE = Limit(
    20_000,
    "characters",
    "ours: the longest line of metrics in the public logs collected has 15,367, and grammars look for a pair at every "
    "place. Objects of JSON are not read by lines and have no limit",
)
KEYS = Limit(
    10_000,
    "keys",
    "ours: every key is looked for in the documents and becomes a curve, a quarter of a millisecond each; a log whose "
    "keys hold a number that counts up has no end of them",
)
NESTING = Limit(
    100,
    "levels",
    "ours: the deepest metric of the public logs collected stands in the fifth object. What is nested deeper than the "
    "interpreter can follow, about a thousand levels, is no JSON to it, and is told as such",
)
RUNS = Limit(
    200,
    "runs",
    "ours: runs that follow one another in one text and are told apart by steps that begin again cost some "
    "milliseconds each; the public log with the most holds 87. Runs that a store or a table names are not counted",
)
