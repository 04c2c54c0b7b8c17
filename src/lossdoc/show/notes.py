"""Notes on how a log was read, each kind in its sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lossdoc.model.note import Note

Data = Mapping[str, Any]
_PLAIN = {
    "rows counted": "the log prints no step: positions are counted in logged rows",
    "intervals counted": "the log prints no step: positions are counted in logging intervals",
    "steps inferred": "steps are inferred from the epochs and {by}",
    "rows sorted": "the steps are not in order: the rows were sorted by step, none was dropped",
    "rows unmarked": "each place stands twice with different values and no word says whose they are: the rows are kept "
    "apart as 1 of 2 and 2 of 2, none is taken for the evaluation of the other",
}


def _begin_anew(data: Data) -> str:
    said = " or ".join(f"{length:g}" for length in data["per_epoch"])
    return f"steps begin anew in each epoch: {said} steps per epoch are assumed"


def _spread(data: Data) -> str:
    first, *others = data["keys"]
    count = f"{first} and {len(others)} more count" if others else f"{first} counts"
    return f"{count} epochs or episodes: spread evenly over the {data['steps']:g} steps"


def _one_file(data: Data) -> str:
    why = "the highest checkpoint" if data["highest_checkpoint"] else "the fullest source"
    beside = f"; not used: {', '.join(data['not_used'])}" if data["not_used"] else ""
    return f"read {data['file']} as {why}{beside}"


def _parts(data: Data) -> str:
    begins = ", ".join(f"{name} from line {line:,}" for name, line in data["begins"])
    return f"read as one log, its lines counted through: {begins}"


def _trainer(data: Data) -> str:
    looks = f"the keys look like {' or '.join(data['looks_like'])} ({data['keys']})"
    return f"--trainer {data['given']} was given, but {looks}; judged as {data['judged_as']}"


_MADE: Mapping[str, Callable[[Data], str]] = {
    "steps begin anew": _begin_anew,
    "spread over steps": _spread,
    "one of several files": _one_file,
    "parts of one log": _parts,
    "trainer contradicted": _trainer,
}


def in_words(note: Note) -> str:
    """The sentence of a note of a run."""
    made = _MADE.get(note.kind)
    return made(note.data) if made else _PLAIN[note.kind].format_map(note.data)
