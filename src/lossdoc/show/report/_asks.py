"""What to say to lossdoc so that the answer may change, as the command to run, as blocks."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from lossdoc.model.finding import Report
from lossdoc.show.blocks import Block, Text
from lossdoc.show.report._words import safe

MOST = 3  # commands below a table of runs


def asks(reports: Sequence[Report], *, brief: bool = False) -> Iterator[Block]:
    """A line for each command, with the first run that it is for; `brief`: without the other trainers."""
    lines: dict[str, Text] = {}
    for report in reports:
        if said := _options(report):
            text = Text("Would change the answer: ", "dim").append(_command(report, said), "code")
            lines.setdefault(said, text if brief else text.append(_others(report), "dim"))
    yield from list(lines.values())[:MOST]


def _options(report: Report) -> str:
    """`--map my_dev=loss --trainer dpo --set beta=VALUE`; "" where nothing would change the answer."""
    unknown = [curve.key for curve in report.run.curves if not curve.known]
    signs = report.signs
    nothing = report.verdict == "not judged" and ("learning" not in signs or signs["learning"].answer != "yes")
    names = [f"--map {shlex.quote(safe(unknown[0]))}=loss"] if unknown and nothing else []
    names += [_option(name, report) for name in report.asks]
    return " ".join(names)


def _option(name: str, report: Report) -> str:
    return f"--trainer {report.run.trainer.candidates[0]}" if name == "trainer" else f"--set {name}=VALUE"


def _others(report: Report) -> str:
    others = report.run.trainer.candidates[1:] if "trainer" in report.asks else ()
    return f" (or {', '.join(others)})" if others else ""


def _command(report: Report, options: str) -> str:
    return f"lossdoc check {shlex.quote(safe(report.run.source))} {options}"
