"""Markdown for a job summary or a comment: conclusions, differences, settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lossdoc.comparison.result import Comparison, Delta, Row, Standing
from lossdoc.comparison.verdict import difference
from lossdoc.model.finding import NotRead
from lossdoc.show.comparison._words import SAID, SIGN, lead, names, shown, unit
from lossdoc.show.report import Options
from lossdoc.show.report._words import number, sentence
from lossdoc.show.report.markdown import VERDICT_SIGN, text

_SIGN: dict[Standing, str] = {
    "worse": "❌",
    "mixed": "⚠️",
    "better": "✅",
    "slightly worse": "⚠️",
    "slightly better": "✅",
    "no difference": "🟰",
    "not comparable": "❔",
}


def write(comparison: Comparison | None, not_read: Sequence[NotRead], options: Options) -> str:
    """One document; a table of what could not be read where there is something."""
    lines = ["## lossdoc compare", ""]
    if comparison:
        lines += _document(comparison, options)
    if not_read:
        lines += _table(["input", "found", "why"], [[text(n.source), text(n.found), text(n.why)] for n in not_read])
    return "\n".join(lines).rstrip() + "\n"


def _document(found: Comparison, options: Options) -> Iterator[str]:
    called = names(found)
    runs = [
        [_run(n, found), text(called[n]), f"{VERDICT_SIGN[report.verdict]} {report.verdict}", text(lead(report))]
        for n, report in found.reports.items()
    ]
    yield from _table(["run", "source", "verdict", "leading finding"], runs)
    for conclusion in found.conclusions:
        yield f"### {_SIGN[conclusion.standing]} run {conclusion.run}: {SAID[conclusion.standing]}"
        yield ""
        yield from (f"- {text(sentence(one))}" for one in conclusion.sentences)
        yield ""
    rows = [_cells(row, delta) for row in shown(found, options.verbose) for delta in row.deltas.values()]
    heads = ["metric", "run", "level", "baseline", "difference", "since", "meaning"]
    if rows:
        yield from _table(heads, rows)
    if found.settings:
        entries = [[text(name), *(text(values[n]) for n in found.reports)] for name, values in found.settings.items()]
        yield from _table(["settings that differ", *(f"run {n}" for n in found.reports)], entries)
    yield from (f"- {text(note)}" for note in found.notes)


def _run(n: int, found: Comparison) -> str:
    return f"{n} (baseline)" if n == found.baseline else str(n)


def _cells(row: Row, delta: Delta) -> list[str]:
    name = text(row.name) + (f" ({unit(row)})" if unit(row) else "")
    name = f"**{name}**" if row.judged else name
    if delta.outcome == "not compared":
        return [name, str(delta.run), "", "", "", "", text(f"{SIGN[delta.outcome]}: {delta.why}")]
    since = number(delta.since) if delta.since is not None else ""
    levels = [number(delta.level), number(delta.base_level), difference(delta)]
    return [name, str(delta.run), *levels, since, SIGN[delta.outcome]]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows), ""]
