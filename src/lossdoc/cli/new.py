"""`lossdoc new`: the skeleton of a check, a metric, a log format or an output, for contributors in a checkout."""

import re
from typing import Annotated, Literal

import typer

from lossdoc.cli._screen import emit

_NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")


def command(
    kind: Annotated[
        Literal["check", "metric", "format", "output"],
        typer.Argument(metavar="KIND", help="check, metric, format or output"),
    ],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its id, in lower case: loss-spike, grad_norm, fairseq.")],
) -> int:
    """Write the skeleton of a new check, metric, log format or output into this checkout.

    The tests fail until everything is filled in, and say what and where.

    Exit codes: 0, 2 where it cannot be written.
    """
    from lossdoc.cli._errors import say
    from lossdoc.cli._skeletons import MARK, of
    from lossdoc.knowledge.store import PACKAGE

    root = PACKAGE.parents[1]
    if not (root / "metrics").is_dir() or not (root / "tests").is_dir():
        say("this is for a checkout of lossdoc: there are no folders metrics and tests beside src")
        return 2
    if not _NAME.fullmatch(name):
        say(f"{name!r} is no id: lower case letters, digits and hyphens, such as loss-spike")
        return 2
    files = {root / path: text for path, text in of(kind, name).items()}
    if there := [path for path in files if path.exists()]:
        say(f"{there[0].relative_to(root)} is there already")
        return 2
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
        emit(f"wrote {path.relative_to(root)}\n")
    emit(
        f"Fill in what is marked with {MARK}; `make check test` says what is left, CONTRIBUTING.md what it has to be\n"
    )
    return 0
