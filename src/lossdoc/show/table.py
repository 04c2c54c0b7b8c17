"""Runs as tables: tidy (one row per point) or wide (one row per step). Run -> [here] -> CSV, JSON lines, Parquet."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace

from lossdoc.words.expressions import expression

if TYPE_CHECKING:
    import pandas as pd

    from lossdoc.model.run import Curve, Run

Format = Literal["csv", "jsonl", "parquet"]

_FORMULA = frozenset("=+-@")
_LONGEST = 200  # characters of a setting: longer ones are texts, which no check reads
_CONTROL = expression("[\x00-\x1f\x7f]")  # a bare carriage return ends a row for many programs, and is never quoted
_WORDS = frozenset({"NaN", "Infinity", "-Infinity"})  # what `wide` writes of a number that is not finite


def tidy(runs: Sequence[Run]) -> pd.DataFrame:
    """Columns source, run, metric, split, labels, key, axis, step, value, record, line, about."""
    import pandas as pd

    frames = []
    for run in runs:
        frame = replace(run, curves=_all_curves(run)).to_pandas()
        frame.insert(0, "source", run.source)
        frame.insert(1, "run", run.name)
        frames.append(_with_about(frame, run))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def wide(runs: Sequence[Run], text: bool = False) -> pd.DataFrame:
    """Columns source, run, axis, step, then one per curve (`eval/loss[dataset=wiki]`), and about.

    A step that a curve has more than once keeps as many rows. With `text` non-finite values are words (NaN, Infinity,
    -Infinity), which keeps a logged NaN apart from a blank: not logged at this step.
    """
    import pandas as pd

    frames = []
    for run in runs:
        columns = []
        for curve in _all_curves(run):
            values = [_word(value) for value in curve.values.tolist()] if text else curve.values
            series = pd.DataFrame({"step": curve.steps, column_name(curve): values})
            series["turn"] = series.groupby("step").cumcount()
            columns.append(series.set_index(["step", "turn"]))
        frame = pd.concat(columns, axis=1).sort_index().copy().reset_index().drop(columns="turn")
        frame.insert(0, "axis", run.curves[0].axis)
        frame.insert(0, "run", run.name)
        frame.insert(0, "source", run.source)
        frames.append(_with_about(frame, run))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _all_curves(run: Run) -> list[Curve]:
    """What was measured, and what else the records count: epochs, tokens."""
    return [*run.curves, *(curve for curve in (run.epochs, run.counts) if curve is not None)]


def _with_about(frame: pd.DataFrame, run: Run) -> pd.DataFrame:
    """What the log says beside its numbers, in the first row of the run: by it the table is judged as the log is."""
    about = {
        "trainer": {
            "candidates": list(run.trainer.candidates),
            "framework": run.trainer.framework,
            "loss_type": run.trainer.loss_type,
        },
        "config": {key: value for key, value in run.config.items() if _is_short(value)},
        "events": [
            {"kind": event.kind, "text": event.text, "data": {k: v for k, v in event.data.items() if _is_short(v)}}
            for event in run.events
            if event.kind != "config"
        ],
    }
    frame["about"] = [json.dumps(about), *[None] * (len(frame) - 1)][: len(frame)]
    return frame


def _is_short(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and len(value) <= _LONGEST)


def _word(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def column_name(curve: Curve) -> str:
    """`loss`, `eval/loss`, `reward[component=format]`."""
    labels = ",".join(f"{name}={value}" for name, value in curve.labels.items())
    split = "" if curve.split == "train" else f"{curve.split}/"
    return f"{split}{curve.metric}{f'[{labels}]' if labels else ''}"


def encode(runs: Sequence[Run], form: Format, as_wide: bool) -> bytes:
    """The table as bytes. ImportError where Parquet is asked for and no engine is installed."""
    if form == "parquet":
        buffer = BytesIO()
        (_numbers_and_blanks(wide(runs, text=True)) if as_wide else tidy(runs)).to_parquet(buffer, index=False)
        return buffer.getvalue()
    frame = wide(runs, text=True) if as_wide else tidy(runs)
    if not as_wide:
        frame["value"] = [_word(value) for value in frame["value"].tolist()]
    if form == "csv":
        for name in frame.select_dtypes(exclude="number").columns:
            frame[name] = frame[name].map(_harmless)
        return frame.rename(columns=_harmless).to_csv(index=False).encode("utf-8", "replace")
    lines = (
        json.dumps({name: value for name, value in row.items() if not _blank(value)}, ensure_ascii=False)
        for row in frame.to_dict("records")
    )
    return "".join(line + "\n" for line in lines).encode()


def _numbers_and_blanks(frame: pd.DataFrame) -> pd.DataFrame:
    """Curves as numbers again: a blank is null, and a NaN was logged."""
    import numpy as np
    import pandas as pd

    for name in frame.columns[4:-1]:
        blank = frame[name].isna().to_numpy()
        values = [0.0 if left_out else float(value) for value, left_out in zip(frame[name], blank, strict=True)]
        frame[name] = pd.arrays.FloatingArray(np.asarray(values), blank)
    return frame


def _harmless(cell: Any) -> Any:
    """Text of a log as one cell: controls spelled out, a quote before what a spreadsheet would take for a formula."""
    if not isinstance(cell, str) or cell in _WORDS:
        return cell
    cell = _CONTROL.sub(lambda m: ascii(m.group())[1:-1], cell)
    return f"'{cell}" if cell[:1] in _FORMULA else cell


def _blank(value: object) -> bool:
    """What pandas puts where nothing was logged."""
    return value is None or (isinstance(value, float) and math.isnan(value))
