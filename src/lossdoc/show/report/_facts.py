"""What was read, what could not be read or judged, and how much was judged, as blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from lossdoc.model.finding import Report
from lossdoc.model.run import Run
from lossdoc.show.blocks import Block, Cut, Facts, Text
from lossdoc.show.blocks.table import Column, Table
from lossdoc.show.notes import in_words
from lossdoc.show.report import Options
from lossdoc.show.report._words import count, join, safe
from lossdoc.words.spoken import number

SHORT = 4  # reasons, lines or keys without --verbose
_MARGIN = 10  # columns of the names on the left
# Settings that say how the run was logged and where it stood.
_OF_THE_LOG = {"epoch", "global_step", "total_flos", "trial_name"} | {
    f"{what}_{how}" for what in ("logging", "eval", "save") for how in ("steps", "strategy")
}


def facts(report: Report, options: Options) -> Iterator[Block]:
    """Records, trainer, learning rate, settings, notes."""
    yield Facts([(name, Text(value)) for name, value in _facts(report.run, options)], indent=0)


def in_short(report: Report) -> Block:
    """The same in one line."""
    run = report.run
    first, *others = run.trainer.candidates or ("unknown",)
    short = safe(replace(run.trainer, candidates=(first,)).said)
    trainer = f"{short} or {count(len(others), 'other')}" if others else short
    told = f"{count(run.records, 'record')}{_span(run)}, {trainer}, {_judged(report)} checks judged (-v)"
    return Cut(Text(told, "dim"))


def _facts(run: Run, options: Options) -> Iterator[tuple[str, str]]:
    yield "read", _read(run)
    why = f" ({safe(run.trainer.why)})" if run.trainer.why and not run.trainer.given else ""
    given = " (as given)" if run.trainer.given else ""
    yield "trainer", safe(run.trainer.said) + given + why
    if rate := _rate(run):
        yield "rate", rate
    beside, file = run.beside
    if own := _settings({key: value for key, value in run.config.items() if key not in beside}, options):
        yield "settings", own
    if beside and (told := _settings(beside, options, f" (from {safe(file)})")):
        yield "" if own else "settings", told
    if len(run.sources) > 1:
        yield "files", join([safe(s) for s in run.sources], 10**9 if options.verbose else 4)
    notes = [safe(in_words(note)) for note in run.notes]
    if len(notes) > 1 and not options.verbose:
        notes = [f"{notes[0]} ({len(notes) - 1} more with -v)"]
    for index, note in enumerate(notes):
        yield "" if index else "notes" if len(notes) > 1 else "note", note


def _settings(config: Mapping[str, object], options: Options, end: str = "") -> str:
    """As many as a line holds, those that shape the training first, and how many more there are."""
    keys = [*sorted(config, key=lambda key: key in _OF_THE_LOG)]
    told = [safe(f"{key}={_setting(config[key])}") for key in keys]
    if options.verbose:
        return ", ".join(told) + end * bool(told)
    shown = max(1, sum(key not in _OF_THE_LOG for key in keys))
    while shown > 1 and len(join(told, shown) + end) > options.width - _MARGIN:
        shown -= 1
    return join(told, shown) + end if told else ""


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
    place = f"{rate.axis.removesuffix('s')} {number(float(rate.finite().steps[at]))}"
    return f"peak {values[at]:.4g} at {place}, {values[-1]:.4g} at the end"


def _read(run: Run) -> str:
    parts = [f"{count(run.records, 'record')} of {count(len(run.curves), 'curve')} from {safe(run.format)}{_span(run)}"]
    if any(c.steps_inferred for c in run.curves) and not any(note.kind == "steps inferred" for note in run.notes):
        parts.append("steps inferred, not logged")
    if run.dropped_records:
        parts.append(f"{count(run.dropped_records, 'repeated record')} dropped")
    return ", ".join(parts)


def _span(run: Run) -> str:
    """`, steps 10 to 300`."""
    spans = [(c.axis, float(c.steps[0]), float(c.steps[-1])) for c in run.curves if len(c)]
    axis = "step" if any(a == "step" for a, _, _ in spans) else spans[0][0] if spans else ""
    if not axis:
        return ""
    first = min(low for a, low, _ in spans if a == axis)
    last = max(high for a, _, high in spans if a == axis)
    return f", {axis.removesuffix('s')}s {number(first)} to {number(last)}"


def _setting(value: object) -> str:
    text = number(value) if isinstance(value, float) else str(value)
    return text if len(text) <= 40 else text[:37] + "..."


def judged(report: Report, options: Options) -> Iterator[Block]:
    """How much was judged, in one line; which checks had nothing to look at and why with --verbose."""
    if options.verbose and report.skipped:
        yield Text(how_much(report), "bold")
        yield from not_judged(report)
    else:
        yield Text(f"{how_much(report)}{' (-v)' if report.skipped else ''}", "dim")


def how_much(report: Report) -> str:
    """`23 checks judged, 48 had nothing to look at`."""
    return f"{count(_judged(report), 'check')} judged, {len(report.skipped):,} had nothing to look at"


def _judged(report: Report) -> int:
    return len(report.passed) + len({finding.check for finding in report.findings})


def not_judged(report: Report) -> Iterator[Block]:
    """Why which checks did not judge."""
    reasons: dict[str, list[str]] = {}
    for skip in report.skipped:
        reasons.setdefault(safe(skip.why), []).append(skip.check)
    rows = [(why, ", ".join(checks)) for why, checks in sorted(reasons.items(), key=lambda item: -len(item[1]))]
    yield from _listed(("why", "checks"), rows, 0, "check")


def left_out(report: Report, options: Options) -> Iterator[Block]:
    """Lines that could not be read, and keys that no document knows."""
    yield from _unread(report.run, options)
    yield from _unknown(report.run, options)


def _unread(run: Run, options: Options) -> Iterator[Block]:
    shown = run.unread if options.verbose else run.unread[:SHORT]
    rows = [("" if u.line is None else f"line {u.line}", safe(u.why)) for u in shown]
    lines = all(u.line is not None for u in run.unread)
    what = f"{count(len(run.unread), 'line')} that looked like a record" if lines else count(len(run.unread), "part")
    if rows:
        yield Text(f"Not read: {what}", "bold")
        yield from _listed(("where", "why"), rows, len(run.unread) - len(shown), "line" if lines else "part")


def _unknown(run: Run, options: Options) -> Iterator[Block]:
    keys = list(dict.fromkeys(safe(c.key) for c in run.curves if not c.known))
    if not keys:
        return
    shown = keys if options.verbose else keys[:SHORT]
    rows = [(key, options.nearest.get(key, "")) for key in shown]
    yield Text(f"Kept, but not judged: {count(len(keys), 'key')} that no document knows", "bold")
    yield from _listed(("key", "nearest"), rows, len(keys) - len(shown), "key")


def _listed(heads: tuple[str, str], rows: list[tuple[str, str]], hidden: int, what: str) -> Iterator[Block]:
    cells = [[Text(f"  {left}"), Text(right, "dim")] for left, right in rows]
    if hidden:
        cells.append([Text(f"  {count(hidden, f'more {what}')}, listed with --verbose", "dim"), Text()])
    yield Table([Column(head) for head in heads], cells, bare=True)
    yield Text("")
