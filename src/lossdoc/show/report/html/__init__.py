"""One HTML file that loads nothing: opens from a disk, in a mail, and as a build artifact.

Its one script moves the charts (see `explorer`); where it may not run, drawings stand in their place.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from lossdoc import __version__
from lossdoc.show.blocks import Text
from lossdoc.show.blocks.html import render
from lossdoc.show.report import Options, Result
from lossdoc.show.report._document import document
from lossdoc.show.report._words import count
from lossdoc.show.report.html import explorer
from lossdoc.show.report.html._figure import place
from lossdoc.show.report.html._style import STYLE

NAME = "html"
TITLE = "one HTML page with charts that load nothing"


def write(result: Result, options: Options) -> str:
    """All runs in full, worst first."""
    return "\n".join(_page(result, options)) + "\n"


def _page(result: Result, options: Options) -> Iterator[str]:
    reports = result.worst_first
    style = STYLE + explorer.styles() if options.plots else STYLE
    title = Text("lossdoc ").append(__version__, "dim")
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{explorer.policy(style)}">'
    yield f"<title>lossdoc: {count(len(reports), 'run')}</title><style>{style}</style></head><body>"
    yield render(document(result, replace(options, verbose=True), title, reports, folded=False), place)
    if options.plots and reports:
        yield from explorer.scripts(reports)
    yield "</body></html>"
