"""What `explain` and `list` print: documents and checks as pages for a terminal.

A page is a pure function of the knowledge and a `Look`: it yields rich renderables and touches no screen. Text of
documents is data: it becomes `rich.text.Text`, never markup. No module here imports numpy, pandas or plotext.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from lossdoc.knowledge import Knowledge
from lossdoc.knowledge.trainers import Parsed


class Look(Struct, frozen=True):
    """How a page looks and for whom: columns, colour, characters, the trainer and the settings that were given."""

    width: int = 80
    color: bool = False
    ascii: bool = False
    everything: bool = False  # shorten no list
    drawings: bool = True
    trainer: Parsed | None = None
    settings: Mapping[str, float | str] = field(default_factory=dict)


def trainer_of(word: str | None, knowledge: Knowledge) -> Parsed | None:
    """Whose page is asked for; None for a framework alone, of which pages say nothing. ValueError for no trainer."""
    return None if word is None or knowledge.framework_alone(word) else knowledge.parse_trainer(word)
