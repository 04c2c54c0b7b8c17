"""Holds the sentences of a report against the log and against what the finding says it measured."""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Iterable, Iterator

from lossdoc.model.finding import Finding, Report
from lossdoc.model.limit import Limit
from lossdoc.model.run import Curve, Run
from lossdoc.signal import died

_NUMBER = re.compile(
    r"(?<![\w.-])(?P<place>(?:steps?|epochs?|rows?|records?|lines?|tokens|samples?) )?"
    r"(?:(?P<to>(?:\d[\d.]* )?(?:to|until|and) ))?"
    r"(?P<value>[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)(?P<percent> ?%)?(?![\w.]*[A-Za-z_])",
    re.I,
)
_COURSE = re.compile(r"(?P<name>.+?) (?P<first>\S+) to (?P<last>\S+?)(?:, best (?P<best>\S+))?$")
_FORMULA = re.compile(r"\bln \d+(?: \+ \d+)?|\b\d ln \d+|in a line to 0")  # names of values: "ln 2 = 0.693"


def untrue(report: Report) -> Iterator[str]:
    """Each sentence of a report with a number in it that nothing of the report and of its log bears out."""
    for finding in report.findings:
        if finding.check == "crash-in-log":
            continue  # it quotes the log
        text = _FORMULA.sub("", _without_names(finding.message, report.run))
        places = [float(s) for c in report.run.curves for s in c.steps] if "step" in text or "epoch" in text else []
        for match in _NUMBER.finditer(text):
            if not _borne_out(match, finding, [*places, *_places(finding)]):
                yield f"{finding.check}: {match['value']} in {finding.message!r} is not in {dict(finding.measured)}"
    for name, sign in report.signs.items():
        for part in sign.evidence:
            course = _COURSE.search(part.split(": ")[-1])
            curve = _curve(report.run, course["name"]) if course is not None else None
            if course is not None and curve is not None and (wrong := _unlike(course, curve)):
                yield f"{name}: {wrong} in {sign.evidence!r}"


def _unlike(course: re.Match[str], curve: Curve) -> str:
    """What a course says that its curve does not: its first, last and best value."""
    y = curve.finite().values
    living = y[: max(1, died(y))]  # a hidden NaN reads 0 ever after
    if course["first"] and not close(course["first"], float(y[0])):
        return f"the first is {y[0]:.6g}"
    if not any(close(course["last"], float(end)) for end in (y[-1], living[-1])):
        return f"the last is {y[-1]:.6g}"
    best = {float(extreme) for points in (y, living) for extreme in (points.max(), points.min())}
    if course["best"] and not any(close(course["best"], value) for value in best):
        return f"the best is one of {sorted(best)}"
    return ""


def _curve(run: Run, name: str) -> Curve | None:
    return next((curve for curve in run.curves if curve.said == name), None)


def _without_names(text: str, run: Run) -> str:
    names = {n for c in run.curves for n in (c.said, c.key, c.name, c.metric, *c.labels.values()) if n}
    for name in sorted(names, key=len, reverse=True):
        if any(map(str.isdigit, name)) and any(map(str.isalpha, name)):
            text = text.replace(name, "#")
    return text


def _places(finding: Finding) -> list[float]:
    said = (finding.first_step, finding.detected_step, finding.last_step, finding.line)
    return [float(value) for value in said if value is not None]


def _borne_out(match: re.Match[str], finding: Finding, places: Iterable[float]) -> bool:
    written = match["value"]
    known = [float(v) for v in finding.measured.values() if isinstance(v, (int, float))]
    known += [abs(v) for v in known]
    if "more" in finding.message:
        known += [v - 1 for v in known]
    if match["percent"]:
        known += [100 * v for v in known] + [100 - 100 * v for v in known]
    if any(close(written, value) for value in known) or any(close(written, v) for v in _limits(finding.check)):
        return True
    return bool(match["place"] or match["to"]) and any(close(written, value) for value in places)


def _limits(check: str) -> list[float]:
    module = importlib.import_module(f"lossdoc.checks.{check.replace('-', '_')}")
    own = [float(value.value) for value in vars(module).values() if isinstance(value, Limit)]
    return own + [100 * value for value in own]


def close(written: str, value: float) -> bool:
    """Whether a number rounds to what is written."""
    said = float(written)
    if not (math.isfinite(said) and math.isfinite(value)):
        return said == value or (math.isnan(said) and math.isnan(value))
    digits, _, power = written.lower().partition("e")
    behind = len(digits.partition(".")[2])
    half = 0.51 * 10.0 ** (int(power or 0) - behind)
    if not behind and len(digits.lstrip("+-")) > 3:
        half = max(half, 5e-4 * abs(said))  # four significant digits
    return abs(said - value) <= half
