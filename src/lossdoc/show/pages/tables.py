"""The tables of `lossdoc list`: what lossdoc knows, as rows for people and for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lossdoc.knowledge.evidence import evidence, experimental
from lossdoc.knowledge.words import plain
from lossdoc.show.blocks.terminal import to_stream
from lossdoc.show.pages import Look
from lossdoc.show.pages._common import SEVERITY_STYLE
from lossdoc.show.pages._text import CODE, FAINT, HEAD, clean, inline

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge

Row = Mapping[str, Any]


def _metrics(knowledge: Knowledge) -> Iterator[Row]:
    names = {entry.id: entry.name for entry in knowledge.entries("metric")}
    for metric in sorted(knowledge.metrics(), key=lambda m: (m.role is not None, m.id)):
        yield {
            "id": metric.id,
            "name": names.get(metric.id, metric.name),
            "unit": metric.unit,
            "direction": metric.direction,
            "role": metric.role,
            "summary": knowledge.summary("metric", metric.id),
        }


def _losses(knowledge: Knowledge) -> Iterator[Row]:
    for entry in knowledge.entries("loss"):
        yield {"id": entry.id, "name": entry.name, "summary": knowledge.summary("loss", entry.id)}


def _trainers(knowledge: Knowledge) -> Iterator[Row]:
    for trainer in sorted(knowledge.trainers(), key=lambda t: (t.family, t.id)):
        yield {
            "id": trainer.id,
            "name": trainer.name,
            "family": trainer.family,
            "frameworks": list(trainer.frameworks),
            "loss_types": list(trainer.lossTypes),
            "summary": knowledge.summary("trainer", trainer.id),
        }


def _checks(knowledge: Knowledge) -> Iterator[Row]:
    for check in knowledge.checks():
        yield {
            "id": check.id,
            "severity": check.severity,
            "metrics": list(check.metrics),
            "explains": list(check.explains),
            "experimental": experimental(knowledge.check_page(check.id), evidence()),
            "summary": check.title,
        }


def _formats(knowledge: Knowledge) -> Iterator[Row]:
    for entry in knowledge.entries("format"):
        yield {"id": entry.id, "summary": entry.name}


def _limits(knowledge: Knowledge) -> Iterator[Row]:
    for limit in knowledge.limits().values():
        yield {"id": limit.name, "value": limit.value, "unit": limit.unit, "source": limit.source}


_ROWS: dict[str, Callable[[Knowledge], Iterator[Row]]] = {
    "metrics": _metrics,
    "losses": _losses,
    "trainers": _trainers,
    "checks": _checks,
    "formats": _formats,
    "limits": _limits,
}
# What people see; programs get every column.
_SHOWN = {
    "metrics": ("id", "unit", "direction", "summary"),
    "losses": ("id", "name", "summary"),
    "trainers": ("id", "family", "summary", "frameworks"),
    "checks": ("id", "severity", "summary"),
    "formats": ("id", "summary"),
    "limits": ("id", "value", "unit"),
}
_NARROW = 100  # below this a table shows only the first and the last of its words


def rows(what: str, knowledge: Knowledge, filters: Sequence[str] = ()) -> list[Row]:
    """Rows of one kind. Each filter must be in one of a row's words, or be an alias of it."""
    found = list(_ROWS[what](knowledge))
    for word in filters:
        ids = {entry.id for entry in knowledge.lookup(word)}
        found = [row for row in found if row["id"] in ids or _has(row, word)]
    return found


def _has(row: Row, word: str) -> bool:
    texts = [str(part) for value in row.values() for part in (value if isinstance(value, list) else [value or ""])]
    return any(word.lower() in text.lower() or plain(word) in plain(text) for text in texts)


def table(what: str, found: Sequence[Row], look: Look) -> str:
    """One line per row where the width has room, and how many there are."""
    from io import StringIO

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    columns = _SHOWN[what]
    if look.width < _NARROW and what in ("metrics", "trainers", "losses"):
        columns = ("id", "family", "summary") if what == "trainers" else ("id", "summary")
    made = Table(box=None, padding=(0, 2, 0, 0), header_style=HEAD, pad_edge=False)
    for name in columns:
        made.add_column(name, no_wrap=name in ("id", "family", "severity", "direction"), overflow="fold")
    for row in found:
        made.add_row(*(Text(_words(row[name]), _style(name, row[name])) for name in columns))
    out = StringIO()
    console = Console(
        file=out,
        width=look.width,
        color_system="standard" if look.color else None,
        force_terminal=look.color,
        legacy_windows=False,
        markup=False,
        highlight=False,
        emoji=False,
        _environ={},
    )
    console.print(made)
    more = "Another number for a run: --limit ID=VALUE" if what == "limits" else "More about one: lossdoc explain ID"
    console.print(Text(f"\n{len(found)} {what}. {more}", style=FAINT))
    return to_stream("".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines()), look)


def _words(value: Any) -> str:
    return ", ".join(map(clean, value)) if isinstance(value, list) else inline(value or "").plain


def _style(name: str, value: Any) -> str:
    return CODE if name == "id" else SEVERITY_STYLE.get(value, "") if name == "severity" else ""
