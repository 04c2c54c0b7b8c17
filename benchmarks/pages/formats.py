"""The page of the log formats: what each reader reads, with the sample lines that its tests use."""

from __future__ import annotations

from benchmarks.pages.markdown import code, escape, table
from lossdoc.readers import Reader, all_readers

_LINES, _COLUMNS = 8, 160  # of a sample that are shown


def page() -> str:
    """A table of all formats, then their samples."""
    readers = all_readers()
    rows = [(f"[{code(r.NAME)}](#{r.NAME})", escape(r.TITLE)) for r in readers]
    parts = [
        "# Log formats",
        "A format is found by content, never by the name of the file. `--input-format NAME` overrides.",
        table(("format", "what it is"), rows),
    ]
    for reader in readers:
        parts += _section(reader)
    return "\n\n".join(parts) + "\n"


def _section(reader: Reader) -> list[str]:
    parts = [f"## {reader.NAME}", escape(reader.TITLE)]
    for sample in reader.SAMPLES[:1]:
        if not sample.text.isprintable() and any(ord(c) < 9 for c in sample.text):
            continue
        said = ", ".join(word for word in (sample.program, sample.cite) if word)
        lines = [line.rstrip() for line in sample.text.strip("\n").splitlines()]
        shown = [line if len(line) <= _COLUMNS else line[: _COLUMNS - 1] + "…" for line in lines[:_LINES]]
        parts += [*([f"*{escape(said)}*"] if said else []), "````text\n" + "\n".join(shown) + "\n````"]
    return parts
