"""Every file of the site as text. Deterministic: the same documents and code give the same bytes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path

from benchmarks.pages import commands, formats, nav, overview
from benchmarks.pages.markdown import Link, Page
from benchmarks.pages.more import variations
from benchmarks.pages.picture import MARK
from lossdoc.knowledge import Knowledge
from lossdoc.knowledge.facts import Entry
from lossdoc.knowledge.schema import LossDocument, MetricDocument, TrainerDocument
from lossdoc.show.blocks import Block
from lossdoc.show.pages import Look, check, loss, metric, trainer

__all__ = ["MARK", "files"]

FOLDERS = {"check": "checks", "metric": "metrics", "trainer": "trainers", "loss": "losses"}
_HEAD = f"<!-- {MARK} -->\n\n"
LOOK = Look(width=100, everything=True)


def files(root: Path) -> dict[str, str]:
    """Names from the root of the checkout, and contents."""
    knowledge = Knowledge.load()
    made: dict[str, str] = {"index.md": overview.home(root / "README.md", knowledge)}
    targets = targets_of(knowledge)
    for kind, folder in FOLDERS.items():
        made[f"{folder}/index.md"] = overview.table_of(kind, knowledge)
        for entry in knowledge.entries(kind):
            page = Page(entry.id, linker(targets, folder, entry.id))
            made[f"{folder}/{entry.id}.md"] = page.markdown(blocks(entry, knowledge))
            made |= {f"{folder}/{name}": svg for name, svg in page.pictures.items()}
    made["formats.md"] = formats.page()
    made |= commands.pages()
    made["exit-codes.md"] = commands.exit_codes(root / "README.md")
    site = {f"docs/{name}": text if name.endswith(".svg") else _HEAD + text for name, text in made.items()}
    site["mkdocs.yml"] = nav.mkdocs(root, site)
    return dict(sorted(site.items()))


def blocks(entry: Entry, knowledge: Knowledge) -> Iterator[Block]:
    """What `lossdoc explain` shows of an entry, in full, and what a terminal has no room for."""
    if entry.kind == "check":
        yield from check.page(knowledge.check_page(entry.id), knowledge, LOOK)
        return
    document = knowledge.document(entry.kind, entry.id)
    if isinstance(document, MetricDocument):
        yield from metric.page(document, knowledge, LOOK)
        yield from variations(document, knowledge, LOOK)
    elif isinstance(document, TrainerDocument):
        yield from trainer.page(document, knowledge, LOOK)
    elif isinstance(document, LossDocument):
        yield from loss.page(document, knowledge, LOOK)


def targets_of(knowledge: Knowledge) -> dict[str, str]:
    """Words and the pages they lead to, from the root of the site. Where two kinds share an id the check is meant, then
    the metric, then the trainer; `loss:ipo` names the kind."""
    targets: dict[str, str] = {}
    for kind, folder in FOLDERS.items():
        for entry in knowledge.entries(kind):
            targets.setdefault(entry.id, f"{folder}/{entry.id}.md")
            targets[f"{kind}:{entry.id}"] = f"{folder}/{entry.id}.md"
    for facts in knowledge.trainers():
        for framework in facts.frameworks:
            targets.setdefault(f"{framework}-{facts.id}", f"trainers/{facts.id}.md")
    return targets


def linker(targets: dict[str, str], folder: str, own: str) -> Link:
    """Links of one page: relative, and none to itself."""

    def link(word: str) -> str | None:
        target = targets.get(word)
        if target is None or target == f"{folder}/{own}.md":
            return None
        return posixpath.relpath(target, folder)

    return link
