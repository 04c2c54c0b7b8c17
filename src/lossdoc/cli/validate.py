"""`lossdoc validate`: check a folder of documents."""

from pathlib import Path
from typing import Annotated

import typer

from lossdoc.cli._screen import emit


def command(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="DIR...", help="Folders of documents, laid out as metrics/ (trainers/, losses/ inside)."
        ),
    ] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of the documents for editors.")
    ] = False,
) -> int:
    """Check your own metric, trainer and loss documents: file, line, field and the reason of every fault.

    A key that one of our documents has as well is no fault: yours takes it over, which is said.

    Exit codes: 0 no fault, 1 faults, 2 bad arguments.
    """
    from lossdoc.cli._errors import say

    if schema:
        from lossdoc.knowledge.jsonschema import json_schema

        emit(json_schema(), machine=True)
        return 0
    if not folders:
        say("name a folder of documents, or --schema")
        return 2
    from lossdoc.cli._in_force import no_documents
    from lossdoc.knowledge.validate import validate
    from lossdoc.show.report._words import count, safe

    faults = taken = 0
    for folder in folders:
        if not folder.is_dir():
            say(f"{folder}: no such folder")
            return 2
        if why := no_documents(folder):
            say(f"{folder}: {why}")
            return 2
        problems = validate(folder, str(folder).rstrip("/"))
        faults += sum(problem.fault for problem in problems)
        taken += sum(not problem.fault for problem in problems)
        emit("".join(f"{safe(problem)}\n" for problem in problems))
    told = [
        count(faults, "fault") if faults else "no faults",
        *([count(taken, "key") + " taken over"] if taken else []),
    ]
    emit(f"{', '.join(told)}\n")
    return 1 if faults else 0
