"""The reference of the command line, from the commands themselves: help texts, arguments, options, defaults."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import typer.main

from benchmarks.pages.markdown import code, escape, table
from benchmarks.pages.overview import sections
from lossdoc.cli import app

_CODES = "Exit codes:"


def _commands() -> dict[str, tuple[Any, Any]]:
    """Commands and their contexts by name, as typer makes them; the widths are fixed, whatever the terminal."""
    group: Any = typer.main.get_command(app)
    parent = group.make_context("lossdoc", ["--help"], resilient_parsing=True)
    found = {}
    for name in group.list_commands(parent):
        command = group.get_command(parent, name)
        context = command.make_context(name, [], parent=parent, resilient_parsing=True)
        context.terminal_width = context.max_content_width = 400
        found[name] = (command, context)
    return found


def pages() -> dict[str, str]:
    """One page per command and the table of them."""
    found = _commands()
    group: Any = typer.main.get_command(app)
    rows = [(f"[{code(f'lossdoc {name}')}]({name}.md)", escape(_paragraphs(c)[0])) for name, (c, _) in found.items()]
    made = {
        "commands/index.md": "\n\n".join(
            ["# Commands", escape(_paragraphs(group)[0]), table(("command", "does"), rows)]
        )
        + "\n"
    }
    return made | {f"commands/{name}.md": _page(name, *both) for name, both in found.items()}


def _page(name: str, command: Any, context: Any) -> str:
    usage = " ".join(["lossdoc", name, *command.collect_usage_pieces(context)])
    parts = [f"# lossdoc {name}", *map(_prose, _paragraphs(command)), f"```text\n{usage}\n```"]
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    for title, params in (("Argument", arguments), ("Option", options)):
        rows = [(code(record[0]), _prose(record[1]) or " ") for p in params if (record := p.get_help_record(context))]
        if rows:
            parts += [f"## {title}s", table((title.lower(), "meaning"), rows)]
    return "\n\n".join(parts) + "\n"


def exit_codes(readme: Path) -> str:
    """The README's table of exit codes, and what each command says of its own."""
    parts = ["# Exit codes"]
    lines = [line for text in sections(readme).values() for line in text.splitlines()]
    start = next((n for n, line in enumerate(lines) if line.lower().startswith("| exit code")), None)
    if start is not None:
        end = next((n for n in range(start, len(lines)) if not lines[n].startswith("|")), len(lines))
        parts.append("\n".join(lines[start:end]))
    rows = []
    for name, (command, _) in _commands().items():
        said = next((p for p in _paragraphs(command) if p.startswith(_CODES)), None)
        if said:
            rows.append((f"[{code(f'lossdoc {name}')}](commands/{name}.md)", escape(said.removeprefix(_CODES).strip())))
    parts.append(table(("command", "exit codes"), rows))
    return "\n\n".join(parts) + "\n"


def _paragraphs(command: Any) -> list[str]:
    """The help text; line ends inside a paragraph are no line ends."""
    return [" ".join(text.split()) for text in re.split(r"\n\s*\n", command.help or "") if text.strip()]


def _prose(text: str) -> str:
    """Help text as Markdown: words in backticks stay code."""
    pieces = re.split(r"(`[^`]+`)", text)
    return "".join(p if p.startswith("`") and p.endswith("`") else escape(p) for p in pieces)
