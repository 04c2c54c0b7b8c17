"""Blocks of a page -> Markdown. Words that are ids of other pages become links to them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from benchmarks.pages.picture import gallery, plot
from lossdoc.show.blocks import Block, Bullets, Commands, Cut, Facts, Grid, Heading, Text, Title, Verbatim
from lossdoc.show.pages._canvas import Plot
from lossdoc.show.pages._drawings import Gallery

# A word and the heading it stands under -> the page to link, None where there is none.
Link = Callable[[str], str | None]

_FORMULA = 88  # columns of formulas and pieces of logs: what the page has room for
_SPECIAL = re.compile(r"([\\`*\[\]]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|<|&(?=[A-Za-z#])|\|)")
_LIST = re.compile(r"^([-+#>]|\d+[.)])(?=\s)")
_HTML = {"<": "&lt;", "&": "&amp;", "|": "&#124;"}


def escape(text: str) -> str:
    """Text that Markdown shows as it is, also inside a table."""
    return _SPECIAL.sub(lambda m: _HTML.get(m[1], "\\" + m[1]), text)


def code(text: str) -> str:
    """A word as code; `<code>` where backticks or pipes would break it."""
    if "`" in text or "|" in text:
        return f"<code>{html.escape(text, quote=False).replace('|', '&#124;').replace('`', '&#96;')}</code>"
    return f"`{text}`"


def linked(text: str, link: Link) -> str:
    """A word as code, linked where it has a page."""
    target = link(text)
    return f"[{code(text)}]({target})" if target else code(text)


def span(text: Text, link: Link) -> str:
    """One paragraph."""
    made = []
    for part, style in text.spans:
        if not part.strip():
            made.append(part)
        elif "cyan" in style:
            made.append(linked(part, link))
        elif "bold" in style or "italic" in style:
            mark = "**" if "bold" in style else "*"
            bare = part.strip()
            before, after = part[: part.index(bare)], part[part.index(bare) + len(bare) :]
            made.append(f"{before}{mark}{escape(bare)}{mark}{after}")
        else:
            made.append(escape(part))
    joined = "".join(made).replace("\n", " ").strip()
    return _LIST.sub(lambda m: "\\" + m[1] if not m[1][0].isdigit() else m[1][:-1] + "\\" + m[1][-1], joined)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table of cells that are Markdown already."""
    lines = [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


class Page:
    """One page: its Markdown, and the picture beside it."""

    def __init__(self, name: str, link: Link) -> None:
        self.name, self._link = name, link  # name: of the page's file without folder and extension
        self.pictures: dict[str, str] = {}

    def markdown(self, blocks: Iterable[Block]) -> str:
        """The whole page, with one newline at the end."""
        made: list[str] = []
        cut = False
        for block in blocks:
            parts = list(self._block(block))
            if isinstance(block, Cut) and cut:
                made[-1] += "\n" + parts[0]
            else:
                made += parts
            cut = isinstance(block, Cut)
        return "\n\n".join(part for part in made if part) + "\n"

    def _block(self, block: Block) -> Iterator[str]:
        if isinstance(block, Title):
            yield f"# {escape(block.word)}"
            yield f"*{escape(' · '.join(w for w in (block.kind, block.name) if w and w != block.word))}*"
        elif isinstance(block, Heading):
            yield f"## {escape(block.plain.strip())}"
        elif isinstance(block, Text):
            yield span(block, self._link)
        elif isinstance(block, Bullets):
            yield "\n".join(f"- {span(item, self._link)}" for item in block.items)
        elif isinstance(block, Facts):
            yield "\n".join(f"- {self._name(name)}{span(value, self._link)}".rstrip() for name, value in block.rows)
        elif isinstance(block, Grid):
            yield table(block.heads, ([span(cell, self._link) or " " for cell in row] for row in block.rows))
        elif isinstance(block, Verbatim):
            lines = ("".join(text for text, _ in line)[2:].rstrip() for line in block.lines(_FORMULA))
            yield "```text\n" + "\n".join(lines) + "\n```"
        elif isinstance(block, Commands):
            yield "\n".join(f"- {self._command(word)}" for word in block.words)
        elif isinstance(block, Cut):
            yield block.text.plain.strip()
        elif isinstance(block, Gallery):
            yield self._picture(gallery(block), "curves: " + ", ".join(p.title for p in block.panels))
            yield "\n".join(self._caption(block))
        elif isinstance(block, Plot):
            yield self._picture(plot(block.series), "curve: " + ", ".join(s.name for s in block.series))
        else:
            raise TypeError(f"no Markdown for {type(block).__name__}")

    def _name(self, name: str) -> str:
        """The name of a fact; an empty one continues the fact before it."""
        if not name:
            return ""
        return f"{linked(name, self._link)}: " if self._link(name) else f"**{escape(name)}**: "

    def _command(self, word: str) -> str:
        target = self._link(word.partition(" ")[0])
        return f"[{code(word)}]({target})" if target else code(word)

    def _picture(self, svg: str, title: str) -> str:
        name = f"{self.name}{f'-{len(self.pictures) + 1}' if self.pictures else ''}.svg"
        self.pictures[name] = svg
        return f"![{escape(title)}]({name})"

    def _caption(self, block: Gallery) -> Iterator[str]:
        for panel in block.panels:
            drawing = panel.drawing
            by = (
                f" Found by {', '.join(linked(check, self._link) for check in drawing.finds)}." if drawing.finds else ""
            )
            yield f"- **{escape(panel.title)}.**{by} {escape(drawing.analysis)}".rstrip()
