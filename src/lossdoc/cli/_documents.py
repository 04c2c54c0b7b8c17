"""What `explain` and `list` take from the configuration, which they look into only where there is one to read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from lossdoc.knowledge import Knowledge

Documents = Annotated[
    list[Path] | None,
    typer.Option(metavar="DIR", help="A folder of your own documents. Repeatable.", exists=True, file_okay=False),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="This configuration instead of the nearest lossdoc.toml or pyproject.toml."),
]
Isolated = Annotated[bool, typer.Option("--isolated", help="Read no configuration file.")]


def known(told: Mapping[str, Any]) -> tuple[Knowledge, str | None, dict[str, Any]]:
    """Documents, trainer and settings for a command that was told this. ValueError for what cannot be used."""
    from lossdoc.config.find import nearest
    from lossdoc.knowledge import Knowledge

    folders, names = tuple(told["metrics"] or ()), {}
    trainer, settings = told.get("trainer"), {}
    if told["config"] is not None or told.get("set_") or not (told["isolated"] or nearest(Path.cwd()) is None):
        from lossdoc.cli._in_force import gather

        config = gather(told).config
        folders, names, trainer, settings = (
            tuple(map(Path, config.metrics)),
            config.map,
            config.trainer,
            config.settings,
        )
    knowledge = Knowledge.load(folders, names)
    for problem in knowledge.problems_in(folders):
        from lossdoc.cli._errors import say

        say(str(problem))
    return knowledge, trainer, dict(settings)
