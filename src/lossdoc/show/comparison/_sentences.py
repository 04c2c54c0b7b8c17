"""Reasons and notes of a comparison, each kind in a sentence that claims what was measured and no more."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from lossdoc.comparison.result import Axis, Comparison, Conclusion, Delta, Row
from lossdoc.model.note import Note
from lossdoc.words.spoken import number

Data = Mapping[str, Any]
_PLAIN = {
    "baseline fails": "the baseline itself fails ({check}): a run like it is not yet a good one",
    "fails alone": "judged alone the run fails ({check}): read the numbers with that in mind",
    "objectives differ": "losses, rewards and margins are not compared: {why}",
    "losses differ": "losses are not compared: {why}",
    "starts differ": "{why}; floors on other data, tokenisers or models are no measure: confidence is low",
    "batches differ": "batch sizes differ: the same step is not the same number of samples (--by epoch, tokens or "
    "samples)",
    "steps inferred": "steps of a run are inferred, not logged: confidence is low",
    "held out in some": "not all runs log held-out data: training curves alone do not show overfitting",
    "beta unknown": "margins and rewards contain beta, which no log shows: it is taken as equal (else say --set "
    "1:beta=0.1)",
    "betas differ": "beta differs: losses are not compared, and a larger margin is a longer way from the reference, "
    "not a better model",
}


def sentences(conclusion: Conclusion, found: Comparison) -> list[str]:
    """Why a run stands as it does, the weightiest first."""
    return [in_words(reason, found) for reason in conclusion.reasons]


def in_words(note: Note, found: Comparison) -> str:
    """The sentence of a reason or a note."""
    made = _MADE.get(note.kind)
    return made(note.data, found) if made else _PLAIN[note.kind].format_map(note.data)


def _new(data: Data, found: Comparison) -> str:
    has_not = "the baseline does not have it" if len(found.baselines) == 1 else "no baseline has it"
    return f"{data['finding'].check} is new, {has_not}: {data['finding'].message}"


def _lost(data: Data, found: Comparison) -> str:
    return f"{data['row'].name} ends in NaN or in the zeros that hide it from {_place(found, data['at'])} on"


def _void(data: Data, found: Comparison) -> str:
    place = f"{found.by} {number(data['at'])}"
    return f"run {data['run']} is compared up to {place}: from there on NaN, or zeros that hide it"


def _same(data: Data, found: Comparison) -> str:
    row, delta = data["row"], data["delta"]
    levels, span = _levels(delta), _span(delta, found)
    return f"{row.name}: no difference beyond the noise at {span} ({levels.rstrip(',')}, {difference(delta)})"


def _other(data: Data, found: Comparison) -> str:
    row, delta = data["row"], data["delta"]
    parts = [difference(delta)]
    if delta.ratio is not None and row.direction == "down" and 1.1 <= delta.ratio < 100:
        parts.append(f"{delta.ratio:.2g} times the baseline's")
    gained = delta.share or 0
    parts.append(f"{100 * abs(gained):.0f} % of the baseline's progress {'lost' if gained < 0 else 'more'}")
    since = f", since {_place(found, delta.since)}" if delta.since is not None else ""
    small = _ends(row, delta, found)
    if delta.outcome.startswith("slightly"):
        small += f"; below the tolerance of {100 * delta.tolerance:.0f} %" if delta.tolerance else "; not at the ends"
    outcome = delta.outcome.removeprefix("slightly ")
    return f"{row.name} is {outcome}: {_levels(delta)} at {_span(delta, found)} ({', '.join(parts)}){since}{small}"


def _levels(delta: Delta) -> str:
    levels = f"{number(delta.level)} against {number(delta.base_level)}"
    if not delta.seeds:
        return levels
    low, high = number(min(delta.seeds)), number(max(delta.seeds))
    return f"{levels}, the mean of {len(delta.seeds)} baselines ({low} to {high}),"


def _span(delta: Delta, found: Comparison) -> str:
    if not delta.window:
        return "the end"
    return f"{places(found.by)} {number(delta.window[0])} to {number(delta.window[1])}"


def _ends(row: Row, delta: Delta, found: Comparison) -> str:
    """The last levels of both runs, where one goes on far beyond the other."""
    one, base = row.sides[delta.run], row.sides[found.baseline]
    if min(one.x[-1], base.x[-1]) >= 0.8 * max(one.x[-1], base.x[-1]):
        return ""
    return f"; at their own ends {number(one.final)} against {number(base.final)}"


def _slower(data: Data, found: Comparison) -> str:
    if math.isinf(data["times"]):
        return f"{data['row'].name} never gets through four fifths of the baseline's progress"
    needed = f"{data['times']:.2g} times the {places(found.by)}"
    return f"{data['row'].name} needs {needed} for four fifths of the baseline's progress"


def _drift(data: Data, found: Comparison) -> str:  # noqa: ARG001
    row, delta = data["row"], data["delta"]
    as_logged = f"{number(row.raw[delta.run])} against {number(row.raw[0])}"
    far = "no difference beyond the noise" if delta.outcome == "same" else difference(delta)
    nats = f"{number(delta.level)} nats against {number(delta.base_level)}"
    return f"{row.name} / beta: {nats} ({far}); as logged {as_logged}"


def _refused(data: Data, found: Comparison) -> str:  # noqa: ARG001
    return f"{data['row'].name} was not compared: {data['delta'].why}"


def _look(data: Data, found: Comparison) -> str:  # noqa: ARG001
    changed = "; ".join(f"{name} {value} against {base}" for name, value, base in data["settings"])
    where = "the data (labels, order of pairs, masking, tokeniser)"
    if changed:
        return f"no scalar says why: look first at what differs ({changed}), then at {where}"
    return f"no scalar says why: what the logs show of the settings is the same, so look first at {where}"


def _nothing(data: Data, found: Comparison) -> str:  # noqa: ARG001
    if data["why"]:
        return f"no metric that says which is better could be compared: {data['why']}"
    return "the runs share no metric that says which is better"


def _lengths(data: Data, found: Comparison) -> str:
    end, base = data["end"], data["baseline"]
    return (
        f"run {data['run']} ends at {found.by} {number(end)}, the baseline at {number(base)}: levels are compared up "
        f"to {number(min(end, base))}, where a schedule that depends on the length is at another place (--by progress)"
    )


def _nats(data: Data, found: Comparison) -> str:  # noqa: ARG001
    seen = ", measured on held-out pairs as the slope of reward over log-probability" if data["measured"] else ""
    return f"margins and rewards are divided by beta{seen} and shown in nats"


_MADE: Mapping[str, Callable[[Data, Comparison], str]] = {
    "new finding": _new,
    "lost": _lost,
    "void from there": _void,
    "no difference": _same,
    "difference": _other,
    "slower": _slower,
    "drift": _drift,
    "not compared": _refused,
    "where to look": _look,
    "nothing in common": _nothing,
    "lengths differ": _lengths,
    "in nats": _nats,
}


def difference(delta: Delta) -> str:
    """`+0.396 ± 0.02`: the sign, and as many digits as the noise leaves sense in."""
    digits = 4 if not delta.error or not math.isfinite(delta.error) else 3
    return f"{delta.value:+.{digits}g} ± {number(float(f'{delta.error:.1g}'))}"


def _place(found: Comparison, at: float) -> str:
    return f"{_axis_word(found.by)} {number(at)}"


def _axis_word(by: Axis) -> str:
    return {"tokens": "token", "samples": "sample", "episodes": "episode", "time": "second", "row": "record"}.get(
        by, by
    )


def places(by: Axis) -> str:
    """The plural of the axis: steps, tokens, shares of the run."""
    return "shares of the run" if by == "progress" else _axis_word(by) + "s"
