"""What `plot` draws: chosen curves of one or several runs, one plot per metric, all in one picture.

`arrange` chooses and prepares (range, smoothing); `text.py` and `svg.py` draw what it returns, pure functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from lossdoc.model.finding import Finding, Report
from lossdoc.model.run import Curve
from lossdoc.show.plot.scene import Scene, Series
from lossdoc.show.plot.thin import wants_log
from lossdoc.show.report._numbers import numbered
from lossdoc.show.report._panels import choose, marks
from lossdoc.show.report._summary import names
from lossdoc.show.report._words import safe

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge

MOST = 6  # plots where no metric was asked for


class Choice(Struct, frozen=True):
    """What to draw. words: metrics, keys or patterns of keys, empty = what `check` would draw. steps: the range on the
    axis of each curve, ends included. smooth: the weight of what came before, 0 (as logged) to below 1, as in
    TensorBoard. log: None = where a linear axis would hide the course. findings: mark them.
    """

    words: Sequence[str] = ()
    steps: tuple[float, float] = (float("-inf"), float("inf"))
    smooth: float = 0.0
    log: bool | None = None
    findings: bool = True


class Line(Struct, frozen=True):
    """A curve as drawn, its name in the legend, and the curve as logged where it was smoothed."""

    curve: Curve
    name: str
    raw: Curve | None = None

    @property
    def legend(self) -> str:
        """Its name, and how many of its values are no number: `train (3 NaN, 1 infinite)`."""
        import numpy as np

        values = (self.raw or self.curve).values
        counts = (("NaN", int(np.isnan(values).sum())), ("infinite", int(np.isinf(values).sum())))
        words = ", ".join(f"{count} {word}" for word, count in counts if count)
        return safe(self.name) + (f" ({words})" if words else "")


class Plot(Struct, frozen=True):
    """The curves of one metric on one axis; findings with their labels; notes say what is not drawn."""

    title: str
    lines: Sequence[Line]
    findings: Sequence[tuple[str, Finding]]
    log: bool
    notes: Sequence[str] = ()

    def scene(self) -> Scene:
        """What every medium draws."""
        several = [*enumerate(self.lines)]
        raw = [Series(line.raw.steps, line.raw.values, "", n, behind=True) for n, line in several if line.raw]
        series = [Series(line.curve.steps, line.curve.values, safe(line.name), n) for n, line in several]
        return Scene([*series, *raw], marks(self.findings), self.lines[0].curve.axis, self.log)


def packed(lengths: Sequence[float], room: float) -> list[list[int]]:
    """Which entries of a legend share a line, one at least: as many in their order as there is room for."""
    lines: list[list[int]] = [[]]
    used = 0.0
    for index, length in enumerate(lengths):
        if lines[-1] and used + length > room:
            lines.append([])
            used = 0.0
        lines[-1].append(index)
        used += length
    return lines


def arrange(reports: Sequence[Report], knowledge: Knowledge, choice: Choice) -> list[Plot]:
    """One plot per metric and axis, in the order asked for. ValueError for a word that no run knows."""
    groups: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[tuple[int, Curve]]] = {}
    for number, curve in _chosen(reports, knowledge, choice):
        labels = tuple(sorted((k, v) for k, v in curve.labels.items()))
        groups.setdefault((curve.metric, curve.axis, labels), []).append((number, curve))
    plots = [_plot(members, reports, choice) for members in groups.values()]
    return [plot for plot in plots if plot.lines]


def _chosen(reports: Sequence[Report], knowledge: Knowledge, choice: Choice) -> list[tuple[int, Curve]]:
    if not choice.words:
        panels = [(n, panel) for n, report in enumerate(reports) for panel in choose(report, MOST)]
        return [(number, curve) for number, panel in panels for curve in panel.curves]
    found: list[tuple[int, Curve]] = []
    for word in choice.words:
        some = [(n, c) for n, report in enumerate(reports) for c in _named(word, report, knowledge) if len(c)]
        if not some:
            there = sorted({curve.name for report in reports for curve in report.run.curves})
            raise ValueError(f"no run logs {word!r}; there are {', '.join(there)}")
        found += [entry for entry in some if all(entry[1] is not other for _, other in found)]
    return found


def _named(word: str, report: Report, knowledge: Knowledge) -> list[Curve]:
    """Curves of a key as logged, of a pattern of keys, else of a metric: of one split if the word names it."""
    run = report.run
    exact = [c for c in run.curves if word.lower() in (c.key.lower(), c.name.lower())]
    pattern = [c for c in run.curves if fnmatchcase(c.key, word)] if set(word) & set("*?[") else []
    if pattern or (exact and word != exact[0].metric):
        return pattern or exact
    resolved = knowledge.resolve(word, run.trainer.framework, run.trainer.candidates)
    metric, split = (resolved.metric, resolved.split) if resolved and not run.all(word) else (word, None)
    curves = run.all(metric, split)
    plain = [c for c in curves if not c.labels]
    return sorted(plain or curves, key=lambda c: c.split != "train")


def _plot(members: Sequence[tuple[int, Curve]], reports: Sequence[Report], choice: Choice) -> Plot:
    first = members[0][1]
    lines: list[Line] = []
    notes: list[str] = []
    runs = names(reports) if len(reports) > 1 else []
    cut = [(number, _between(curve, choice.steps)) for number, curve in members]
    cut = [(number, curve) for number, curve in cut if len(curve)]
    log = choice.log if choice.log is not None else bool(cut) and wants_log([curve.values for _, curve in cut])
    for number, curve in cut:
        name = f"{runs[number]} {curve.split}" if runs else curve.split
        if log and (dark := int((curve.values <= 0).sum())):
            notes.append(f"{dark} of {len(curve)} values of {name} are 0 or less and not on a log axis")
            curve = curve.where(~(curve.values <= 0))
        if len(curve):
            lines.append(Line(smoothed(curve, choice.smooth), name, curve if choice.smooth else None))
    title = first.metric + "".join(f" ({value})" for value in first.labels.values())
    return Plot(title, lines, _findings(lines, members, reports, choice), log, notes)


def _between(curve: Curve, steps: tuple[float, float]) -> Curve:
    return curve.where((curve.steps >= steps[0]) & (curve.steps <= steps[1]))


def smoothed(curve: Curve, weight: float) -> Curve:
    """The exponential mean of the points so far, without the pull of the start to 0; NaN stays and counts for nothing.

    mean = sum of weight^k x[n-k] / sum of weight^k, as TensorBoard draws it.
    """
    import numpy as np

    if not weight:
        return curve
    total = share = 0.0
    values = curve.values.copy()
    for index, value in enumerate(curve.values.tolist()):
        if np.isfinite(value):
            total, share = weight * total + value, weight * share + 1.0
            values[index] = total / share
    return replace(curve, values=values)


def _findings(
    lines: Sequence[Line], members: Sequence[tuple[int, Curve]], reports: Sequence[Report], choice: Choice
) -> list[tuple[str, Finding]]:
    """Findings of these curves that begin within what is drawn; of several runs with the number of the run: `2:1`."""
    if not choice.findings or not lines:
        return []
    low = max(choice.steps[0], min(float(line.curve.steps[0]) for line in lines))
    high = min(choice.steps[1], max(float(line.curve.steps[-1]) for line in lines))
    found = []
    for number in sorted({number for number, _ in members}):
        places = {(c.metric, c.split, tuple(sorted(c.labels.items()))) for n, c in members if n == number}
        for label, finding in numbered(reports[number]):
            place = (finding.metric, finding.split, tuple(sorted(finding.labels.items())))
            if place in places and finding.first_step is not None and low <= finding.first_step <= high:
                found.append((f"{number + 1}:{label}" if len(reports) > 1 else label, finding))
    return found
