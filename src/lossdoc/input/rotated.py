"""Parts of one log that a logger or logrotate put aside: `run.log.2`, `run.log.1.gz` and `run.log` are read as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from lossdoc.input.source import Source
from lossdoc.model.note import Note
from lossdoc.model.record import Unread
from lossdoc.words.expressions import expression

# logrotate and logging.handlers.RotatingFileHandler number older parts upwards. Dates are left alone: a run a day is as
# usual as a log that goes on over midnight.
_PART = expression(r"(?P<name>.+\.(?:log|out|err|txt|jsonl?|csv|tsv))\.(?P<number>\d{1,3})(?:\.(?:gz|bz2|xz|zst))?")


def together(paths: Iterable[Path]) -> list[list[Path]]:
    """The paths in their order, parts of one log together and oldest first, where the log they belong to is there."""
    order = list(dict.fromkeys(paths))
    known = set(order)
    parts: dict[Path, list[tuple[int, Path]]] = {}
    for path in order:
        found = _PART.fullmatch(path.name)
        if found is not None and (base := path.with_name(found["name"])) in known:
            parts.setdefault(base, []).append((int(found["number"]), path))
    aside = {path for older in parts.values() for _, path in older}
    return [[*(p for _, p in sorted(parts.get(path, ()), reverse=True)), path] for path in order if path not in aside]


def joined(paths: Sequence[Path]) -> Source:
    """One source of the parts of a log, oldest first; line numbers count through all of them, which is said."""
    sources = [Source.from_path(path) for path in paths]
    whole = Source(str(paths[-1]), b"", paths[-1])
    content = bytearray()
    begins: list[tuple[str, int]] = []
    for path, source in zip(paths, sources, strict=True):
        if content and not content.endswith(b"\n"):
            content += b"\n"
        begins.append((path.name, content.count(10) + 1))
        content += source.data
        whole.beside += [item for item in source.beside if isinstance(item, Unread) or source is sources[-1]]
    whole.raw = bytes(content)
    whole.files = [str(path) for path in paths]
    whole.note = Note("parts of one log", {"begins": begins})
    return whole
