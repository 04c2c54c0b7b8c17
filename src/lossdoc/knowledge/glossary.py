"""Words of `metrics/words.yaml`: what people ask about and what has no document of its own."""

from __future__ import annotations

from functools import cache

import msgspec

from lossdoc.knowledge.store import metrics_dir
from lossdoc.knowledge.words import squeezed


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One word: paragraphs that say what it is, what to ask next, and where it was read; or whose page answers it."""

    name: str = ""
    says: list[str] = []
    see: list[str] = []
    sources: list[str] = []
    also: list[str] = []
    page: str = ""  # `non-finite`, `framework:sb3`: it is another way to ask for that page


@cache
def glossary() -> dict[str, Word]:
    """All words by their id."""
    import yaml  # 20 ms that pages of documents need not pay for

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    text = metrics_dir().joinpath("words.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.load(text, Loader=loader), dict[str, Word])


def find(word: str) -> tuple[str, Word] | None:
    """A word by its id or another spelling of it, whatever its case, number and separators."""
    wanted = {squeezed(word), squeezed(word).removesuffix("s")}
    for word_id, entry in glossary().items():
        if wanted & {squeezed(word_id), *map(squeezed, entry.also)}:
            return word_id, entry
    return None
