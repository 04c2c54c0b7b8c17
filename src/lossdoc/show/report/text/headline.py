"""What was read, and the verdict with its signs."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from lossdoc.model.finding import Report
from lossdoc.model.run import Run
from lossdoc.show.report import Options
from lossdoc.show.report._words import count, join, leading, number, run_name, safe, trainer_name, verdict_sentence
from lossdoc.show.report.text._page import VERDICT_GLYPH, VERDICT_STYLE
from lossdoc.show.report.text.signs import signs

SHORT = 4  # notes without --verbose


def facts(report: Report, options: Options) -> Iterator[Text | Table]:
    """What was read: records, trainer, learning rate, settings."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(ratio=1)
    for name, value in _facts(report.run, options):
        grid.add_row(name, Text(value))
    yield grid


def headline(report: Report) -> Iterator[Text | Table]:
    """The five signs, `✗ FAILING  run.log`, and the sentence: what stays on the screen when the command returns."""
    yield Text("")
    yield signs(report)
    yield Text("")
    title = Text(f"{VERDICT_GLYPH[report.verdict]} {report.verdict.upper()}", style=VERDICT_STYLE[report.verdict])
    title.append(f"  {run_name(report.run)}", style="not bold default bold")
    yield title
    # A finding stands in the table and beside its sign already.
    if leading(report) is None:
        yield Text(verdict_sentence(report))


def one_line(report: Report) -> Text:
    """The line of --quiet: verdict, run, sentence."""
    text = Text(f"{VERDICT_GLYPH[report.verdict]} {report.verdict}", style=VERDICT_STYLE[report.verdict])
    text.append(f"  {run_name(report.run)}: {verdict_sentence(report)}", style="not bold default")
    return text


def _facts(run: Run, options: Options) -> Iterator[tuple[str, str]]:
    yield "read", _read(run)
    why = f" ({safe(run.trainer.why)})" if run.trainer.why and not run.trainer.given else ""
    given = " (as given)" if run.trainer.given else ""
    yield "trainer", trainer_name(run) + given + why
    if rate := _rate(run):
        yield "rate", rate
    if run.config:
        settings = [safe(f"{key}={_setting(value)}") for key, value in run.config.items()]
        yield "settings", join(settings, 10**9 if options.verbose else 8)
    if len(run.sources) > 1:
        yield "files", join([safe(s) for s in run.sources], 10**9 if options.verbose else 4)
    notes = [safe(note) for note in run.notes]
    if len(notes) > SHORT and not options.verbose:
        notes[SHORT:] = [f"{count(len(notes) - SHORT, 'more note')} with --verbose"]
    for index, note in enumerate(notes):
        yield "" if index else "notes" if len(notes) > 1 else "note", note


def _rate(run: Run) -> str:
    """`peak 5e-06 at step 30, 1e-08 at the end`; "" without a learning rate."""
    import numpy as np

    rate = run.get("learning_rate")
    values = None if rate is None else rate.finite().values
    if rate is None or values is None or not len(values):
        return ""
    if values.min() == values.max():
        return f"{values[0]:.4g} throughout"
    at = int(np.argmax(values))
    return f"peak {values[at]:.4g} at {rate.axis} {number(float(rate.finite().steps[at]))}, {values[-1]:.4g} at the end"


def _read(run: Run) -> str:
    parts = [f"{count(run.records, 'record')} of {count(len(run.curves), 'curve')} from {safe(run.format)}"]
    spans = [(c.axis, float(c.steps[0]), float(c.steps[-1])) for c in run.curves if len(c)]
    axis = "step" if any(a == "step" for a, _, _ in spans) else spans[0][0] if spans else ""
    if axis:
        first = min(low for a, low, _ in spans if a == axis)
        last = max(high for a, _, high in spans if a == axis)
        parts.append(f"{axis.removesuffix('s')}s {number(first)} to {number(last)}")
    if any(c.steps_inferred for c in run.curves) and not any("inferred" in note for note in run.notes):
        parts.append("steps inferred, not logged")
    if run.dropped_records:
        parts.append(f"{count(run.dropped_records, 'repeated record')} dropped")
    return ", ".join(parts)


def _setting(value: object) -> str:
    text = number(value) if isinstance(value, float) else str(value)
    return text if len(text) <= 40 else text[:37] + "..."
