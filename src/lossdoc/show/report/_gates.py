"""Gates in the words of all writers, and sources as the repository calls them."""

from __future__ import annotations

from lossdoc.model.finding import Outcome, Report
from lossdoc.show.report import Options
from lossdoc.show.report._words import safe, sentence

# What a gate is called where findings are called by their check.
GATE = "gate"


def failure(gate: Outcome) -> str:
    """`expected eval/loss.last < 1.2: measured 1.31.`"""
    return f"expected {safe(gate.gate)}: {sentence(gate.why)}"


def shown_path(source: str, options: Options) -> str:
    """The path that a build server knows a source by."""
    return options.paths.get(source, source)


def place_of(report: Report, file: str | None, options: Options) -> str:
    return shown_path(file or report.run.source, options)
