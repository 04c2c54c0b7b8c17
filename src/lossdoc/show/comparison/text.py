"""The comparison for people: runs, conclusions, one picture, differences with their noise, settings, notes."""

from __future__ import annotations

from collections.abc import Sequence

from lossdoc.comparison.result import Comparison
from lossdoc.model.finding import NotRead
from lossdoc.show.blocks.terminal import render
from lossdoc.show.comparison._page import page
from lossdoc.show.report import Options


def write(comparison: Comparison | None, not_read: Sequence[NotRead], options: Options) -> str:  # noqa: ARG001
    """Nothing where nothing could be compared: standard error has said why."""
    return render(page(comparison, options), options) if comparison else ""
