"""The curves that matter: those with findings first, then what every reader wants to see of such a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from lossdoc.finding import SEVERITIES, Finding, Report
from lossdoc.outputs import Options
from lossdoc.outputs._words import safe
from lossdoc.outputs.text._canvas import Mark, Series, Size, draw, wants_log
from lossdoc.outputs.text._numbers import numbered
from lossdoc.outputs.text._page import SEVERITY_INK, SEVERITY_STYLE
from lossdoc.run import Curve, Run

# What to show when no finding asks for more. Where a run has rewards, its loss says little.
USUAL = ("loss", "reward_margin", "accuracy", "grad_norm", "learning_rate")
USUAL_WITH_REWARD = ("reward", "kl", "entropy", "completion_length", "loss")
# Curves that say little without each other.
PARTNERS = {
    "logp_chosen": "logp_rejected",
    "logp_rejected": "logp_chosen",
    "reward_chosen": "reward_rejected",
    "reward_rejected": "reward_chosen",
}
# (unicode pen, ASCII pen, colour): told apart by their pens where there is no colour.
PENS = (("braille", "*", "cyan"), ("•", "o", "magenta"), ("·", ".", "green"), ("+", "+", "blue"))


@dataclass(frozen=True, slots=True)
class Panel:
    """The curves of one plot and the findings that are marked in it, each with its number in the table."""

    curves: Sequence[Curve]
    findings: Sequence[tuple[str, Finding]]


def plots(report: Report, options: Options) -> Iterator[Table | Text]:
    """Plots side by side where the width allows it, else stacked."""
    columns = max(1, options.width // 66)
    panels = choose(report, 9 if options.verbose else 4 if columns > 1 else 3)
    gap = 2
    width = (options.width - gap * (columns - 1)) // columns
    boxes = [_box(panel, Size(width, 12), options) for panel in panels]
    for start in range(0, len(boxes), columns):
        grid = Table.grid(padding=(0, gap, 0, 0), pad_edge=False)
        row = boxes[start : start + columns]
        for _ in row:
            grid.add_column(width=width, vertical="bottom")
        grid.add_row(*(heading for heading, _ in row))
        grid.add_row(*(body for _, body in row))
        yield grid
        yield Text("")


def choose(report: Report, most: int) -> list[Panel]:
    """Panels of the curves with findings, roots first and worst first; at least two panels where the run has two."""
    run = report.run
    panels: list[Panel] = []
    shown: set[int] = set()
    findings = numbered(report)
    ranked = sorted(findings, key=lambda pair: (pair[1].because_of is not None, SEVERITIES.index(pair[1].severity)))
    wanted: list[tuple[str, Mapping[str, str], str]] = [
        (f.metric, f.labels, f.split or "train") for _, f in ranked if f.metric is not None
    ]
    asked = len(wanted)
    wanted += [(metric, {}, "train") for metric in (USUAL_WITH_REWARD if run.all("reward") else USUAL)]
    for index, (metric, labels, split) in enumerate(wanted):
        if len(panels) >= most or (index >= asked and len(panels) >= 2):
            break
        curves = _together(run, metric, labels, split)
        if not curves or id(curves[0]) in shown:
            continue
        shown |= {id(c) for c in curves}
        panels.append(Panel(curves, [p for p in findings if any(_is_of(p[1], c) for c in curves)]))
    return panels


def _together(run: Run, metric: str, labels: Mapping[str, str], split: str) -> list[Curve]:
    """The curve that is asked for, the same metric of other splits, and its partner, all on one axis."""
    first = run.get(metric, split, labels) or next(iter(run.all(metric)), None)
    if first is None or len(first) < 2:
        return []
    same = [run.get(metric, other, labels) for other in ("train", "eval", "test") if other != first.split]
    partner = run.get(PARTNERS.get(metric, ""), first.split, labels)
    others = [c for c in (*same, partner) if c is not None and len(c) and c.axis == first.axis]
    return sorted([first, *others], key=lambda c: (c.metric != metric, c.split != "train"))


def _is_of(finding: Finding, curve: Curve) -> bool:
    place = (curve.metric, curve.split, dict(curve.labels))
    return (finding.metric, finding.split, dict(finding.labels)) == place and finding.first_step is not None


def _box(panel: Panel, size: Size, options: Options) -> tuple[Text, Text]:
    curves = panel.curves
    pens = [(ascii if options.ascii else pen, ink) for (pen, ascii, ink), _ in zip(PENS, curves, strict=False)]
    series = [Series(c.steps, c.values, pen, ink) for c, (pen, ink) in zip(curves, pens, strict=False)]
    log = wants_log(series)
    marks: dict[float, Mark] = {}
    for label, finding in panel.findings:
        x = float(finding.first_step or 0)
        old = marks.get(x)
        marks[x] = Mark(x, f"{old.label},{label}", old.ink) if old else Mark(x, label, SEVERITY_INK[finding.severity])
    # The curve that is asked for is drawn last, so that no other hides it.
    body = draw(series[::-1], list(marks.values()), size, curves[0].axis, log=log, ascii=options.ascii)
    return _heading(panel, pens, log, size.width), Text.from_ansi(body.rstrip("\n"), no_wrap=True)


def _heading(panel: Panel, pens: Sequence[tuple[str, str]], log: bool, width: int) -> Text:
    """`loss  ⣿ train  • eval  × 3 NaN  ┊1 non-finite`; the findings on a line of their own where they do not fit."""
    import numpy as np

    first = panel.curves[0]
    text = Text(" " + safe(first.metric + "".join(f" ({v})" for v in first.labels.values())), style="bold")
    several = len(panel.curves) > 1
    for curve, (pen, ink) in zip(panel.curves, pens, strict=False):
        if several:
            word = curve.split if curve.metric == first.metric else safe(curve.name)
            text.append("  " + ("⣿" if pen == "braille" else pen), style=ink)
            text.append(f" {word}", style="not bold")
        for word, sick in (("NaN", np.isnan(curve.values).sum()), ("infinite", np.isinf(curve.values).sum())):
            if sick:
                text.append(f"  × {sick} {word}", style="not bold red")
    if log:
        text.append("  log scale", style="not bold dim")
    marks = Text()
    for label, finding in panel.findings:
        marks.append(f"  ┊{label} ", style=SEVERITY_STYLE[finding.severity])
        marks.append(finding.check)
    lines = [text + marks] if text.cell_len + marks.cell_len <= width else [text, marks]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return Text("\n").join(lines)
