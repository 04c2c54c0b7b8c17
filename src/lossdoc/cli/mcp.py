"""`lossdoc mcp`: a server for assistants, over standard input and output."""

from pathlib import Path
from typing import Annotated

import typer


def command(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FOLDER...", help="Folders whose logs may be read (default: the current one)."),
    ] = None,
) -> int:
    """Serve an assistant over the Model Context Protocol: read, check, compare, explain, watch.

    Logs inside of these folders are read, nothing else, and nothing is written. Needs the extra: lossdoc[mcp].

    Exit codes: 0, 2 where it cannot start.
    """
    from lossdoc.cli._errors import say
    from lossdoc.integrations.allowed import Allowed

    try:
        allowed = Allowed.of(folders or [Path.cwd()])
        from lossdoc.integrations.mcp import server
    except OSError as error:
        say(str(error))
        return 2
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types", "pydantic"):
            raise
        say("mcp is not installed; install lossdoc[mcp]")
        return 2
    from lossdoc.knowledge import Knowledge

    Knowledge.load()  # may write its index, which nothing does any more behind the guard
    made = server(allowed)
    allowed.guard()
    made.run("stdio")
    return 0
