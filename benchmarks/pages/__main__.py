"""Write the documentation site, or compare it: python -m benchmarks.pages [--check].

With --check nothing is written; files that differ from what would be written are listed, exit code 1 if there are any.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.pages.site import MARK, files

ROOT = Path(__file__).resolve().parents[2]


def differences(root: Path, made: dict[str, str]) -> list[tuple[str, str]]:
    """Files of the site that are missing, differ or are no longer made, each with which of these."""
    found = []
    for name, text in made.items():
        file = root / name
        if not file.is_file():
            found.append((name, "missing"))
        elif file.read_text(encoding="utf-8") != text:
            found.append((name, "differs"))
    return found + [(name, "no longer made") for name in stale(root, made)]


def stale(root: Path, made: dict[str, str]) -> list[str]:
    """Generated files under docs/ that nothing makes any more; files that a person wrote there carry no mark."""
    here = sorted(p for p in (root / "docs").rglob("*") if p.suffix in (".md", ".svg"))
    names = ((p, p.relative_to(root).as_posix()) for p in here)
    return [name for p, name in names if name not in made and MARK in p.read_text(encoding="utf-8")]


def write(root: Path, made: dict[str, str]) -> int:
    """Bring the files up to date; the number that changed."""
    changed = differences(root, made)
    for name, what in changed:
        file = root / name
        if what == "no longer made":
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(made[name], encoding="utf-8")
    return len(changed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages")
    parser.add_argument("--check", action="store_true", help="compare with what is there instead of writing")
    arguments = parser.parse_args()
    made = files(ROOT)
    if not arguments.check:
        print(f"{len(made)} files, {write(ROOT, made)} changed")
        return 0
    found = differences(ROOT, made)
    for name, what in found:
        print(f"{name}: {what}")
    if found:
        print(f"{len(found)} of {len(made)} files are not up to date; run: python -m benchmarks.pages")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
