"""Settings in which runs differ: what the logs say, and what the curves show (learning rate, length, intervals)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.signal import median
from lossdoc.words.spoken import number

if TYPE_CHECKING:
    from lossdoc.comparison.terms import Terms
    from lossdoc.model.run import Run

# Where the run stood when it was saved, not how it was set up; `beta` has a line of its own.
_STATE = frozenset(
    ("global_step", "epoch", "total_flos", "num_input_tokens_seen", "framework", "format", "beta", "logging_steps")
)
_LONGEST = 40


def differing(runs: Sequence[Run], terms: Terms) -> dict[str, dict[int, str]]:
    """Values by number of the run, for every setting that is not the same in all of them; "?" = not in the log."""
    tables = [dict(_settings(run)) for run in runs]
    if terms.has_beta:
        for table, beta, measured in zip(tables, terms.beta, terms.measured, strict=True):
            if beta:
                table["beta"] = number(beta) + (" (measured)" if measured else "")
    names = dict.fromkeys(name for table in tables for name in table)
    found: dict[str, dict[int, str]] = {}
    for name in names:
        values = [table.get(name) for table in tables]
        # A setting that only some logs print is no difference: the others may have had it as well.
        if len({value for value in values if value is not None}) > 1 and not _alike(values):
            found[name] = {index: value or "?" for index, value in enumerate(values, 1)}
    return found


def _alike(values: Sequence[str | None]) -> bool:
    """Numbers within 5 %: a peak that was logged every tenth step is read a little off it."""
    try:
        numbers = [float(value) for value in values if value is not None]
    except ValueError:
        return False
    return any("." in value or "e" in value for value in values if value) and max(numbers) <= 1.05 * min(numbers)


def _settings(run: Run) -> Iterator[tuple[str, str]]:
    if run.trainer.objective:  # candidates that one log leaves open and another does not are no difference
        yield "trainer", run.trainer.said
    yield from _schedule(run)
    main = max(run.curves, key=len)
    if len(main):
        yield f"last {main.axis}", number(float(main.steps[-1]))
    if len(main) > 2:
        every = median(np.diff(main.steps))
        yield "logged every", f"{number(every)} {main.axis}{'' if every == 1 else 's'}"
    if run.epochs is not None and len(run.epochs):
        yield "epochs", f"{float(run.epochs.values[-1]):.3g}"
    for key, value in _flat(run.config):
        if key not in _STATE and not (key == "max_steps" and value == run.last_step):
            text = number(value) if isinstance(value, float) else str(value)
            yield key, text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _schedule(run: Run) -> Iterator[tuple[str, str]]:
    """The learning rate as it was logged: its peak, and how it ends (ours: under 5 % of the peak is "to 0")."""
    rate = run.get("learning_rate")
    if rate is None:
        return
    values = rate.values[np.isfinite(rate.values)]
    if not len(values) or values.max() <= 0:
        return
    peak = float(values.max())
    yield "learning rate, peak", f"{peak:.3g}"
    last = float(values[-1]) / peak
    yield "learning rate, last", "near 0" if last < 0.05 else f"{100 * last:.0f} % of the peak"
    first = float(values[0]) / peak
    yield "warm-up", f"until {rate.axis} {number(float(rate.steps[int(values.argmax())]))}" if first < 0.9 else "none"


def _flat(config: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in config.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + str(key), value
