"""Sections that several kinds of pages share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from lossdoc.knowledge.expect import fixed, start_value
from lossdoc.knowledge.formula import FormulaError, names
from lossdoc.show.blocks import Block, Commands, Text, Title
from lossdoc.show.pages import Look
from lossdoc.show.pages._canvas import short
from lossdoc.show.pages._text import FAINT, bullets, clean, facts, heading, inline
from lossdoc.words.spoken import brief

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge
    from lossdoc.knowledge.facts import CheckFacts
    from lossdoc.knowledge.schema import Expect, Start
    from lossdoc.knowledge.trainers import Parsed

SEVERITY_STYLE = {"error": "red", "warning": "yellow", "info": "blue"}


def title(word: str, name: str, kind: str) -> Title:
    """The first line of a page."""
    return Title(clean(word), clean(name), kind)


def listed(head: str, items: Sequence[object], style: str = "") -> Iterator[Block]:
    """A section that is a list; nothing where the list is empty."""
    if items:
        yield heading(head)
        yield from bullets(items, style)


def start_text(start: Start, settings: Mapping[str, float | str]) -> Text:
    """`1/(4 beta^2) = 25 at beta 0.1`, or what is missing to compute it."""
    if not fixed(start):
        return inline(start.note or "not fixed by theory")
    value, missing = start_value(start, settings)
    text = Text(str(short(start.value) if isinstance(start.value, float) else start.value))
    if value is not None and isinstance(start.value, str):
        text.append(f" = {value:.6g}", "bold")
        used = [f"{n} {float(settings[n]):.10g}" for n in _used(start.value) if n in settings]
        text.append(f" at {', '.join(used)}" if used else "")
    if missing:
        text.append(f"  (give {' and '.join(map(_option, missing))} for the number)", FAINT)
    if start.note:
        text.append("  ").append(inline(start.note))
    return text


def _option(setting: str) -> str:
    known = {"classes": "--classes N", "vocab_size": "--classes N", "beta": "--beta X"}
    return known.get(setting, f"--set {setting}=N")


def _used(formula: str) -> list[str]:
    try:
        return names(formula)
    except FormulaError:
        return []


def expectations(expect: Expect | None, settings: Mapping[str, float | str]) -> list[tuple[str, Text]]:
    """Rows for the table of facts: start, trend, band, each with its source."""
    rows: list[tuple[str, Text]] = []
    if expect is None:
        return rows
    if expect.start:
        rows.append(("starts at", _sourced(start_text(expect.start, settings), expect.start.source)))
    if expect.trend:
        way = {"down": "falls", "up": "rises", "flat": "stays level", "neither": "no direction is better"}
        rows.append(("trend", _sourced(Text(way[expect.trend.is_]), expect.trend.source)))
    if expect.healthy:
        low, high = expect.healthy.band
        rows.append(("healthy", _sourced(Text(band(low, high)), expect.healthy.source)))
    return rows


def band(low: float | None, high: float | None) -> str:
    """`0.1 to 10`, `at least 0`, `at most 1`."""
    if low is None and high is None:
        return "any value"
    if high is None:
        return f"at least {short(low or 0.0)}"
    return f"at most {short(high)}" if low is None else f"{short(low)} to {short(high)}"


def _sourced(text: Text, source: str) -> Text:
    return text.append("  [", FAINT).append(inline(source, FAINT)).append("]", FAINT) if source else text


def usual_settings(knowledge: Knowledge, trainer: Parsed | None) -> Iterator[Block]:
    """What the settings of a trainer usually are, each range with its source; nothing where no trainer was named."""
    if trainer is None:
        return
    rows = []
    for setting in knowledge.trainer(trainer.objective).usual:
        for row in knowledge.usual(setting, trainer.objective, trainer.framework):
            text = Text(f"{brief(row.range[0])} to {brief(row.range[1])}")
            text.append(f", {row.when}" if row.when else "")
            rows.append((setting, _sourced(text, row.source)))
    if rows:
        framework = f"{trainer.framework}-" if trainer.framework else ""
        yield heading(f"Usual settings under {framework}{trainer.objective}")
        yield from facts(rows)


def check_lines(checks: Sequence[CheckFacts]) -> list[str]:
    """`id`: title, for lists of checks."""
    return [f"`{check.id}` ({check.severity}): {check.title}" for check in checks]


def watching(knowledge: Knowledge, metric: str) -> list[CheckFacts]:
    """Checks that look at a metric."""
    return [check for check in knowledge.checks() if metric in check.metrics]


def more(words: Sequence[str], look: Look, limit: int) -> str:
    """Words with commas, shortened unless everything is asked for."""
    if look.everything or len(words) <= limit:
        return ", ".join(map(clean, words))
    return ", ".join(map(clean, words[:limit])) + f" and {len(words) - limit} more (--all)"


def see_also(commands: Sequence[str]) -> Iterator[Block]:
    """What to ask next."""
    if commands:
        yield heading("See also")
        yield Commands(clean(command) for command in dict.fromkeys(commands))
