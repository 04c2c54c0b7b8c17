"""The moving part of the page: every curve, to zoom, smooth, search and lay over each other. uPlot draws them.

The script and the styles stand in the page and are named to the browser by their hashes: nothing else can run, whatever
a log holds. Without scripts the drawings beneath are shown instead.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.resources import files

from lossdoc.model.finding import Report
from lossdoc.show.report.html.explorer import data

CHARTS = data.CHARTS


def styles() -> str:
    """uPlot's and ours."""
    return _asset("uplot.css") + _asset("explorer.css")


def policy(style: str) -> str:
    """The content of the header that forbids all but our script and this style: no network, no frame, no form."""
    allowed = " ".join(_hash(script) for script in programs())
    return f"default-src 'none'; base-uri 'none'; form-action 'none'; style-src {_hash(style)}; script-src {allowed}"


def charts(run: int, still: str) -> Iterator[str]:
    """The place of a run's charts; `still` are the drawings that stand there where no script runs, and on paper."""
    yield f'<div class="explorer"><div class="still charts">{still}</div>'
    yield f'<div class="live-charts" id="run{run}-live"></div><div class="finder" id="run{run}-finder"></div></div>'


def scripts(reports: Sequence[Report]) -> Iterator[str]:
    """What stands at the end of the page: the curves as data, the licence of uPlot, the programs."""
    curves = json.dumps(data.of(reports), allow_nan=False, separators=(",", ":"))
    # No word of a log can end the element or begin another.
    yield f'<script type="application/json" id="curves">{curves.replace("<", chr(92) + "u003c")}</script>'
    yield f"<!-- uPlot, used below:\n{_asset('uplot.LICENSE')}-->"
    yield from (f"<script>{script}</script>" for script in programs())


def programs() -> tuple[str, ...]:
    """All that may run in the page."""
    return _asset("uplot.js"), _asset("explorer.js")


def _asset(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
