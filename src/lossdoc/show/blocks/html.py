"""Blocks -> HTML. Every text is escaped; where charts go and who draws them is said by a function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from html import escape

from lossdoc.show.blocks import Block, Bullets, Cut, Facts, Folded, Heading, Lists, Rule, Text, Whole
from lossdoc.show.blocks.chart import Chart, Charts
from lossdoc.show.blocks.table import Table

Place = Callable[[Charts], str]
_CLASSES = ("error", "warning", "info", "good", "unsure", "dim", "bold", "italic")


def render(parts: Iterable[Block], place: Place) -> str:
    """A piece of a page."""
    return "\n".join(piece for part in parts for piece in _block(part, place))


def _block(block: Block, place: Place) -> Iterator[str]:
    if isinstance(block, Heading):
        anchor = f' id="{escape(block.anchor)}"' if block.anchor else ""
        yield f"<h{block.level}{anchor}>{inline(block.title)}</h{block.level}>"
    elif isinstance(block, Text):
        if block.plain.strip():
            yield f"<p>{inline(block)}</p>"
    elif isinstance(block, Cut | Whole):
        yield f"<p>{inline(block.text)}</p>"
    elif isinstance(block, Bullets):
        yield _bullets(block.items)
    elif isinstance(block, Facts):
        yield _terms((name, inline(value)) for name, value in block.rows)
    elif isinstance(block, Lists):
        yield f"<h3>{inline(block.number)}</h3>" if block.number.spans else ""
        yield _terms((name, _bullets(items)) for name, items in block.rows)
    elif isinstance(block, Table):
        yield from _table(block)
    elif isinstance(block, Charts):
        yield place(block)
    elif isinstance(block, Chart):
        yield place(Charts([block]))
    elif isinstance(block, Folded):
        yield f"<details><summary>{escape(block.title)}</summary>{render(block.blocks, place)}</details>"
    elif isinstance(block, Rule):
        yield "<hr>"
    else:
        raise TypeError(f"no HTML for {type(block).__name__}")


def _terms(rows: Iterable[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{value}</dd>' for name, value in rows)}</dl>"


def _bullets(items: Iterable[Text]) -> str:
    return f"<ul>{''.join(f'<li>{inline(item)}</li>' for item in items)}</ul>"


def _table(table: Table) -> Iterator[str]:
    heads = [column.head for column in table.columns]
    head = f"<tr>{''.join(f'<th>{escape(head)}</th>' for head in heads)}</tr>" if any(heads) else ""
    begins = ["<td>" if column.wrap else '<td class="whole">' for column in table.columns]
    kind = ' class="bare"' if table.bare else ""
    yield f"<table{kind}>{head}"
    for row in table.rows:
        yield f"<tr>{''.join(f'{begin}{inline(cell)}</td>' for begin, cell in zip(begins, row, strict=True))}</tr>"
    yield "</table>"


def inline(text: Text) -> str:
    """Spans with what they mean as classes."""
    made = []
    for part, style in text.spans:
        words = style.split()
        shown = escape(part.replace("\n", ", "))
        if {"code", "cyan"} & set(words):
            shown = f"<code>{shown}</code>"
        elif classes := " ".join(word for word in words if word in _CLASSES):
            shown = f'<span class="{classes}">{shown}</span>'
        made.append(f'<a href="{escape(text.target)}">{shown}</a>' if text.target else shown)
    whole = "".join(made)
    return f'<span id="{escape(text.anchor)}">{whole}</span>' if text.anchor else whole
