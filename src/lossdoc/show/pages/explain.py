"""A word -> the page that explains it, as blocks or as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from lossdoc.knowledge.facts import Entry
from lossdoc.knowledge.schema import LossDocument, MetricDocument, TrainerDocument
from lossdoc.knowledge.words import plain
from lossdoc.show.blocks import Block
from lossdoc.show.blocks.terminal import render
from lossdoc.show.pages import Look

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge


class NotFound(LookupError):
    """Nobody knows the word, or several things go by it; the text says so, `instead` are words to ask for."""

    def __init__(self, text: str, instead: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.instead = tuple(instead)


def explain(word: str, knowledge: Knowledge, look: Look) -> str:
    """The page as text. NotFound where there is none or more than one."""
    return render(page_of(word, knowledge, look), look)


def page_of(word: str, knowledge: Knowledge, look: Look) -> Iterable[Block]:
    """The page as blocks, which begin with its title. NotFound where there is none or more than one."""
    number = _number(word)
    if number is not None:
        from lossdoc.show.pages import number as numbers

        return numbers.page(word.strip(), number, knowledge, look)
    found = knowledge.lookup(word)
    exact = [entry for entry in found if entry.exact]
    if all(entry.kind == "format" for entry in exact) and (page := _other_page(word, found, knowledge, look)):
        return page
    if not found and word.endswith("s"):
        found = [entry for entry in knowledge.lookup(word.removesuffix("s")) if entry.exact]
        exact = found
    if not found:
        near = knowledge.near(word)
        hint = f" Did you mean {', '.join(near)}?" if near else " `lossdoc list metrics` shows what there is."
        raise NotFound(f"nothing known about {word!r}.{hint}", near)
    if len(found) > 1 and not exact:
        raise NotFound(_choices(word, found), [f"{entry.kind}:{entry.id}" for entry in found])
    entry = (exact or found)[0]
    others = [e for e in found if e is not entry]
    return _page(word, entry, others, knowledge, look)


def _other_page(word: str, found: Sequence[Entry], knowledge: Knowledge, look: Look) -> list[Block] | None:
    """The page of a framework or of a word of the field, which are no documents; with what else the word may mean."""
    kind, colon, rest = word.partition(":")
    blocks: list[Block] = []
    name = knowledge.framework(rest if colon and kind == "framework" else word)
    if name is not None:
        from lossdoc.show.pages import framework

        blocks = list(framework.page(name, knowledge, look))
    elif "/" not in word:  # a key of a log, which need not pay for reading the words
        from lossdoc.knowledge.glossary import find
        from lossdoc.show.pages import word as words

        known = find(word)
        if known and known[1].page:
            return list(page_of(known[1].page, knowledge, look))
        blocks = list(words.page(*known)) if known else []
    if blocks and found:
        from lossdoc.show.pages._text import FAINT, inline

        blocks.append(inline(f"\n{_also(found)}", FAINT))
    return blocks or None


def _number(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None


def _choices(word: str, found: Sequence[Entry]) -> str:
    listed = "; ".join(f"{entry.kind}:{entry.id} ({entry.name})" for entry in found)
    first = f"{found[0].kind}:{found[0].id}"
    return f"{word!r} may mean several things: {listed}. Ask for one of them, for example: lossdoc explain {first}"


def _page(word: str, entry: Entry, others: Sequence[Entry], knowledge: Knowledge, look: Look) -> Iterator[Block]:
    note = _note(word, entry, others, knowledge, look)
    if entry.kind == "check":
        from lossdoc.show.pages import check

        yield from check.page(knowledge.check_page(entry.id), knowledge, look)
    elif entry.kind == "format":
        from lossdoc.show.pages import format

        yield from format.page(entry)
    else:
        document = knowledge.document(entry.kind, entry.id)
        if isinstance(document, MetricDocument):
            from lossdoc.show.pages import metric

            yield from metric.page(document, knowledge, look, note)
            return
        if isinstance(document, TrainerDocument):
            from lossdoc.show.pages import trainer

            yield from trainer.page(document, knowledge, look)
        elif isinstance(document, LossDocument):
            from lossdoc.show.pages import loss

            yield from loss.page(document, knowledge, look)
    if note:
        from lossdoc.show.pages._text import FAINT, inline

        yield inline(f"\n{note}", FAINT)


def _note(word: str, entry: Entry, others: Sequence[Entry], knowledge: Knowledge, look: Look) -> str:
    """How the word came to this page, and what else it may mean."""
    said = []
    if entry.kind == "metric" and plain(word) != plain(entry.id):
        framework = look.trainer.framework if look.trainer else None
        resolved = knowledge.resolve(word, framework, [look.trainer.objective] if look.trainer else [])
        if resolved and resolved.metric == entry.id:
            parts = [f"`{entry.id}`"]
            parts += [f"of the {resolved.split} split"] if resolved.split else []
            parts += [f"with {name} {value}" for name, value in resolved.labels.items()]
            parts += [f"times {resolved.factor:g}"] if resolved.factor != 1 else []
            said.append(f"`{word}` is {' '.join(parts)}.")
    if others:
        said.append(_also(others))
    return " ".join(said)


def _also(others: Sequence[Entry]) -> str:
    return f"The word also means {', '.join(f'`{e.kind}:{e.id}`' for e in others)}."
