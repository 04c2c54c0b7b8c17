"""A page for programs, schema 1: its title and its sections. Drawings are left out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, TypedDict

from lossdoc import __version__
from lossdoc.show.blocks import Block, Bullets, Commands, Cut, Facts, Grid, Heading, Text, Title, Verbatim
from lossdoc.show.schema import about


class FactFields(TypedDict):
    """A name and what stands beside it."""

    name: str
    value: str


class SectionFields(TypedDict):
    """A section; what it has none of is empty."""

    title: Annotated[str, about("Empty for what stands above the first heading.")]
    paragraphs: list[str]
    items: Annotated[list[str], about("Lists: likely causes, what to try, what to look for, sources.")]
    facts: list[FactFields]
    code: Annotated[list[str], about("Formulas and pieces of a log.")]
    rows: Annotated[list[list[str]], about("A table, its heads first.")]


class PageFields(TypedDict):
    """The page of a word."""

    kind: Annotated[str, about("metric, loss, trainer, check, format, framework, word or number.")]
    id: str
    name: str
    sections: list[SectionFields]
    see_also: Annotated[list[str], about("What to ask `explain` for next.")]


class PageDocument(TypedDict):
    """What `lossdoc explain --format json` writes. Under schema 1 fields are added, never renamed or removed."""

    schema: Literal[1]
    lossdoc: Annotated[str, about("The version that wrote it.")]
    word: Annotated[str, about("What was asked for.")]
    page: Annotated[PageFields | None, about("null where nobody knows the word, or several things go by it.")]
    why: Annotated[str, about("Why there is no page; else empty.")]
    instead: Annotated[list[str], about("Where there is no page: words to ask for.")]


def write(word: str, page: Iterable[Block] | None, why: str = "", instead: Sequence[str] = ()) -> str:
    """One valid JSON object, also where there is no page."""
    document: PageDocument = {
        "schema": 1,
        "lossdoc": __version__,
        "word": word,
        "page": _page(page) if page is not None else None,
        "why": why,
        "instead": list(instead),
    }
    return json.dumps(document, indent=2) + "\n"


def _page(blocks: Iterable[Block]) -> PageFields:
    made: PageFields = {"kind": "", "id": "", "name": "", "sections": [], "see_also": []}
    section = _section("")
    for block in blocks:
        if isinstance(block, Title):
            made["kind"], made["id"], made["name"] = block.kind, block.word, block.name or block.word
        elif isinstance(block, Commands):
            made["see_also"] += block.words
        elif isinstance(block, Heading):
            made["sections"].append(section)
            section = _section(block.title.plain)
        else:
            _add(block, section)
    made["sections"] = [one for one in (*made["sections"], section) if any(v for k, v in one.items() if k != "title")]
    return made


def _section(title: str) -> SectionFields:
    return {"title": title, "paragraphs": [], "items": [], "facts": [], "code": [], "rows": []}


def _add(block: Block, section: SectionFields) -> None:
    if isinstance(block, Text | Cut):
        text = (block if isinstance(block, Text) else block.text).plain.strip()
        section["paragraphs"] += [text] if text else []
    elif isinstance(block, Bullets):
        section["items"] += [item.plain for item in block.items]
    elif isinstance(block, Facts):
        section["facts"] += [{"name": name, "value": value.plain} for name, value in block.rows]
    elif isinstance(block, Verbatim):
        section["code"].append(block.text)
    elif isinstance(block, Grid):
        section["rows"] += [list(block.heads), *([cell.plain for cell in row] for row in block.rows)]
