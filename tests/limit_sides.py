"""Made runs on both sides of limits: small runs, changed by a strength until a check changes its mind.

A row of `tests/data/limit_sides.json` names a small run of that file, a change and two strengths that are close to each
other: what a check (or a vital sign) says of the one it does not say of the other. `python -m benchmarks.mutants.find`
makes rows for limits that have none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from lossdoc import checks
from lossdoc.judge.case import Case
from lossdoc.judge.engine import examine
from lossdoc.judge.shares import as_shares
from lossdoc.judge.signs import deciding, signs, verdict
from lossdoc.knowledge import Knowledge
from lossdoc.model.record import Event
from lossdoc.model.run import Curve, Run, Trainer
from tests.checks.synthetic import Floats

FILE = Path(__file__).parent / "data" / "limit_sides.json"
SIGNS = "signs"  # in place of a check: what the vital signs say


@dataclass(frozen=True)
class Family:
    """Runs of one strength: `change` says what the strength does, to `of` (`eval/loss`) or, where empty, to all."""

    check: str
    base: str
    change: str
    of: str = ""


class Row(Struct, frozen=True):
    """Two runs of a family, and what is said of each. `limits`: those without which it would not be so."""

    family: Family
    low: float
    high: float
    says_low: str
    says_high: str
    limits: tuple[str, ...]


@cache
def knowledge() -> Knowledge:
    return Knowledge.load(())


def made(run: Run, family: Family, strength: float) -> Run:
    """A run, changed."""
    change = CHANGES[family.change]
    curves = [change(c, strength) if family.of in ("", name_of(c)) else c for c in run.curves]
    return replace(run, curves=[c for c in curves if len(c)], records=max(len(c) for c in curves))


def name_of(curve: Curve) -> str:
    labels = "".join(f"[{k}={v}]" for k, v in sorted(curve.labels.items()))
    return f"{curve.split}/{curve.metric}{labels}"


def _start(y: Floats) -> float:
    finite = y[np.isfinite(y)]
    return float(finite[0]) if len(finite) else 0.0


def _amount(curve: Curve, s: float) -> Curve:
    """The way from its first value, so many times."""
    first = _start(curve.values)
    return replace(curve, values=first + s * (curve.values - first))


def _size(curve: Curve, s: float) -> Curve:
    return replace(curve, values=s * curve.values)


def _shift(curve: Curve, s: float) -> Curve:
    finite = curve.values[np.isfinite(curve.values)]
    span = float(np.ptp(finite)) if len(finite) else 0.0
    return replace(curve, values=curve.values + s * (span or abs(_start(curve.values)) or 1.0))


def _cut(curve: Curve, s: float) -> Curve:
    return curve.where(slice(0, max(1, round(s * len(curve)))))


def _late(curve: Curve, s: float) -> Curve:
    """The same shape, the more of it late the larger the strength."""
    n = len(curve)
    if n < 2:
        return curve
    at = np.linspace(0, 1, n)
    finite = np.isfinite(curve.values)
    moved = np.interp(at**s, at[finite], curve.values[finite]) if finite.any() else curve.values
    if not finite.all():
        moved = curve.values[np.minimum(n - 1, np.round(at**s * (n - 1)).astype(int))]
    return replace(curve, values=np.asarray(moved, dtype=float))


def _back(curve: Curve, s: float) -> Curve:
    """From a share of the run on, back the way it came."""
    n = len(curve)
    at = np.arange(n)
    turn = round(s * (n - 1))
    return replace(curve, values=curve.values[np.where(at <= turn, at, np.maximum(0, 2 * turn - at))])


def _held(curve: Curve, s: float) -> Curve:
    """From a share of the run on, where it stands then."""
    n = len(curve)
    return replace(curve, values=curve.values[np.minimum(np.arange(n), round(s * (n - 1)))])


def _digits(curve: Curve, s: float) -> Curve:
    return replace(curve, values=np.round(curve.values, round(s)), decimals=round(s))


def _peak(width: int) -> Callable[[Curve, float], Curve]:
    def change(curve: Curve, s: float) -> Curve:
        y = curve.values.copy()
        finite = y[np.isfinite(y)]
        at = round(0.6 * len(y))
        y[at : at + width] += s * (float(np.ptp(finite)) if len(finite) else 1.0)
        return replace(curve, values=y)

    return change


def _swing(curve: Curve, s: float) -> Curve:
    """Up and down at every other point."""
    finite = curve.values[np.isfinite(curve.values)]
    size = s * (float(np.ptp(finite)) if len(finite) else 1.0)
    return replace(curve, values=curve.values + size * (-1.0) ** np.arange(len(curve)))


def _thin(curve: Curve, s: float) -> Curve:
    """So many points, evenly spread."""
    n = len(curve)
    return curve.where(np.unique(np.round(np.linspace(0, n - 1, max(1, min(n, round(s))))).astype(int)))


def _tail(curve: Curve, s: float) -> Curve:
    """The last share of the run alone."""
    return curve.where(slice(len(curve) - max(1, round(s * len(curve))), None))


def _smooth(curve: Curve, s: float) -> Curve:
    """Its own scatter around the running mean, so many times."""
    if len(curve) < 5 or not np.isfinite(curve.values).all():
        return curve
    course = np.convolve(np.pad(curve.values, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    return replace(curve, values=course + s * (curve.values - course))


CHANGES: dict[str, Callable[[Curve, float], Curve]] = {
    "amount": _amount,
    "size": _size,
    "shift": _shift,
    "cut": _cut,
    "late": _late,
    "back": _back,
    "held": _held,
    "digits": _digits,
    "peak": _peak(1),
    "rise of four": _peak(4),
    "swing": _swing,
    "points": _thin,
    "end": _tail,
    "scatter": _smooth,
}


def says(check: str, run: Run) -> str:
    """What a check says of a run: severities and confidences of its findings, `skipped`, or nothing.

    Of the signs their answers and the verdict, as if no check had found anything.
    """
    run = as_shares(run, knowledge())
    with np.errstate(all="ignore"):
        if check == SIGNS:
            found = signs(run, knowledge(), deciding(run, knowledge()), [])
            return " ".join(sign.answer for sign in found.values()) + f" {verdict(found, [])}"
        case = Case(check, checks.load(check).severity, run, knowledge(), run.config)
        findings, judged, _ = examine(case)
    return " ".join(sorted(f"{f.severity}/{f.confidence}" for f in findings)) or ("" if judged else "skipped")


MORE = ("axis", "steps_inferred", "unit", "aggregation", "decimals", "significant", "known")


def as_data(run: Run) -> dict[str, Any]:
    """A small run as it stands in the file."""
    return {
        "trainer": list(run.trainer.candidates),
        "framework": run.trainer.framework,
        "loss_type": run.trainer.loss_type,
        "format": run.format,
        "config": {k: v for k, v in run.config.items() if isinstance(v, int | float | str)},
        "events": [[event.kind, event.line, event.text, dict(event.data)] for event in run.events],
        "curves": [_curve_as_data(c) for c in run.curves],
    }


def _curve_as_data(curve: Curve) -> dict[str, Any]:
    data: dict[str, Any] = {"name": name_of(curve), "key": curve.key}
    data["values"] = [float(f"{v:.4g}") if np.isfinite(v) else str(v) for v in curve.values]
    for field in ("steps", "records"):
        numbers = getattr(curve, field)
        spacing = np.diff(numbers)
        even = len(spacing) > 0 and bool(np.all(spacing == spacing[0]))
        data[field] = [float(numbers[0]), float(spacing[0])] if even else [float(v) for v in numbers]
    if len(data["steps"]) > 2 and np.array_equal(np.diff(curve.steps), np.diff(curve.records)):
        data["steps"] = data["steps"][:1]
    plain = Curve("", "", "", curve.steps, curve.values, curve.records, curve.lines)
    return data | {name: getattr(curve, name) for name in MORE if getattr(curve, name) != getattr(plain, name)}


def as_run(data: Mapping[str, Any]) -> Run:
    """A small run of the file."""
    curves = [_curve(one) for one in data["curves"]]
    trainer = Trainer(tuple(data["trainer"]), data["framework"], data["loss_type"])
    events = [Event(kind, line=line, text=text, data=more) for kind, line, text, more in data["events"]]
    run = Run("made", data["format"], curves, trainer=trainer, config=dict(data["config"]), events=events)
    return replace(run, records=max(len(c) for c in curves))


def _curve(data: Mapping[str, Any]) -> Curve:
    split, _, rest = data["name"].partition("/")
    metric, *pairs = rest.replace("]", "").split("[")
    values = np.asarray([float(v) for v in data["values"]])
    steps, records = (_even(data[field], len(values)) for field in ("steps", "records"))
    if len(data["steps"]) == 1:  # as far from each other as the records
        steps = data["steps"][0] + records - records[0]
    whole = records.astype(np.int64)
    labels = dict(pair.split("=", 1) for pair in pairs)
    more = {field: data[field] for field in MORE if field in data}
    return Curve(metric, split, data["key"], steps, values, whole, whole + 1, labels=labels, **more)


def _even(numbers: list[float], count: int) -> Floats:
    """All numbers, or those that a first one and a distance stand for."""
    if len(numbers) == count != 2:
        return np.asarray(numbers, dtype=float)
    return np.asarray(numbers[0] + (numbers[1] if len(numbers) > 1 else 1.0) * np.arange(count), dtype=float)


@cache
def table() -> tuple[dict[str, Run], list[Row]]:
    """The small runs of the file, and its rows."""
    data = json.loads(FILE.read_text()) if FILE.exists() else {"runs": {}, "rows": []}
    runs = {name: as_run(one) for name, one in data["runs"].items()}
    return runs, [row_of(*one) for one in data["rows"]]


def row_of(of: Sequence[str], strengths: Sequence[float], said: Sequence[str], limits: Sequence[str]) -> Row:
    """A row as it stands in the file."""
    return Row(Family(*of), strengths[0], strengths[1], said[0], said[1], tuple(limits))


def holds(row: Row, run: Run) -> bool:
    """Whether still the same is said on both sides."""
    return all(
        says(row.family.check, made(run, row.family, strength)) == said
        for strength, said in ((row.low, row.says_low), (row.high, row.says_high))
    )
