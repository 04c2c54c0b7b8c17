"""The home page, made of the README, and one table for each kind of page."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.pages.markdown import code, escape, span, table
from lossdoc.knowledge import Knowledge
from lossdoc.show.pages import tables
from lossdoc.show.pages._text import inline

# Sections of the README that speak to a user; the others are for who reads the repository.
_USER = ("Use it", "How often it is right")
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_KINDS = {
    "check": ("checks", "Checks", "What lossdoc finds. One check is one illness of a run."),
    "metric": ("metrics", "Metrics", "What trainers log, under one name whatever the framework calls it."),
    "trainer": ("trainers", "Trainers", "Training objectives: what they optimise, what is normal, how they fail."),
    "loss": ("losses", "Loss functions", "Formula, start value, curve, traps."),
}


def sections(readme: Path) -> dict[str, str]:
    """Sections of a README by heading; what stands before the first one is ""."""
    found: dict[str, str] = {}
    name = ""
    fenced = False
    # The site stands in docs/, next to the pictures.
    text = _COMMENT.sub("", readme.read_text(encoding="utf-8")).replace("](docs/", "](")
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        if line.startswith("## ") and not fenced:
            name = line.removeprefix("## ").strip()
        else:
            found[name] = found.get(name, "") + line + "\n"
    return {name: text.strip() for name, text in found.items()}


def home(readme: Path, knowledge: Knowledge) -> str:
    """The README's introduction, where everything is, and the README's sections for users."""
    said = sections(readme)
    rows = []
    for kind, (folder, title, what) in _KINDS.items():
        rows.append((f"[{title}]({folder}/index.md)", str(len(knowledge.entries(kind))), what))
    rows.append(("[Log formats](formats.md)", str(len(knowledge.entries("format"))), "What is read, with samples."))
    rows.append(("[Commands](commands/index.md)", "", "Every command with its options."))
    rows.append(("[Exit codes](exit-codes.md)", "", "What a script may rely on."))
    parts = [said.get("", "# lossdoc"), table(("Pages", "", ""), rows)]
    parts += [f"## {name}\n\n{said[name]}" for name in _USER if said.get(name)]
    return "\n\n".join(parts) + "\n"


def table_of(kind: str, knowledge: Knowledge) -> str:
    """All pages of a kind, in groups where the kind has them."""
    folder, title, what = _KINDS[kind]
    rows = tables.rows(folder, knowledge)
    groups: dict[str, list[tables.Row]] = {}
    for row in rows:
        groups.setdefault(_group(kind, row), []).append(row)
    parts = [f"# {title}", escape(what)]
    for name, members in groups.items():
        parts += [f"## {name}"] if len(groups) > 1 else []
        if kind == "check":
            parts.append(
                table(
                    ("check", "severity", "says"), ((*_first(r), escape(str(r["severity"])), _said(r)) for r in members)
                )
            )
        else:
            parts.append(table((kind, "is"), ((*_first(r), _said(r)) for r in members)))
    return "\n\n".join(parts) + "\n"


def _group(kind: str, row: tables.Row) -> str:
    if kind == "metric":
        return "Axes, timings and settings" if row["role"] else "Metrics that carry a judgement"
    return str(row["family"]).capitalize() if kind == "trainer" else ""


def _first(row: tables.Row) -> tuple[str]:
    return (f"[{code(row['id'])}]({row['id']}.md)",)


def _said(row: tables.Row) -> str:
    return span(inline(row["summary"] or row.get("name") or ""), lambda _: None) or " "
