"""What a benchmark writes into a page, between the marks that bear its name."""

from __future__ import annotations

from pathlib import Path


def put(page: Path, mark: str, text: str) -> None:
    """Replaces what stands between `<!-- mark -->` and `<!-- /mark -->`; ValueError where the page has no such marks."""
    begin, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
    head, found, rest = page.read_text().partition(begin)
    if not found or end not in rest:
        raise ValueError(f"{page} has no {begin.strip()} ... {end}")
    page.write_text(f"{head}{begin}{text}\n{rest[rest.index(end) :]}")
