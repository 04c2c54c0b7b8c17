"""`lossdoc convert`: the normalised curves as a table."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from lossdoc.cli import _options as option
from lossdoc.cli._errors import say, say_not_read
from lossdoc.cli._input import standard_input
from lossdoc.cli._screen import save
from lossdoc.model.finding import NotRead

To = Literal["csv", "jsonl", "parquet"]
_ENDINGS: dict[str, To] = {
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_OF_ANYTHING = ("", ".txt", ".dat", ".out", ".tmp")


def command(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Logs: files, folders of runs, globs, or -.")],
    to: Annotated[
        To | None, typer.Option("--to", help="The format to write (default: what the file is called, else csv).")
    ] = None,
    wide: Annotated[bool, typer.Option("--wide/--tidy", help="One row per step, or one per point (default).")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file instead of standard output.")
    ] = None,
    trainer: option.Trainer = None,
    set_: option.Settings = None,
    map_: option.Names = None,
    input_format: option.InputFormat = None,
    metrics: option.Documents = None,
    config: option.ConfigFile = None,
    isolated: option.Isolated = False,
) -> int:
    """Write the curves of logs under their canonical names: CSV, JSON lines or Parquet."""
    from lossdoc.api import read_paths
    from lossdoc.cli._in_force import gather, options_of
    from lossdoc.show import table

    try:
        kind = _kind(to, output)
        options = options_of(gather(locals()))
        data = standard_input(options) if "-" in paths else None
        results = read_paths(paths, options, data)
    except ValueError as error:
        say(str(error))
        return 2
    refused = [result for result in results if isinstance(result, NotRead)]
    runs = [run for result in results if isinstance(result, list) for run in result]
    say_not_read(refused, verbose=False)
    if not runs:
        return 2
    try:
        content = table.encode(runs, kind, wide)
    except ImportError:
        say("writing Parquet needs pyarrow: pip install 'lossdoc[parquet]'")
        return 2
    code = 2 if any(result.named for result in refused) else 0
    if output is None:
        sys.stdout.buffer.write(content)
        return code
    return save(content, output, code)


def _kind(to: To | None, output: Path | None) -> To:
    """What was asked for, or what the file is called; ValueError where the two contradict each other."""
    ending = output.suffix.lower() if output is not None else ""
    called = _ENDINGS.get(ending)
    if to is None and called is None and ending not in _OF_ANYTHING:
        raise ValueError(f"{output} is called like nothing that is written here: say --to csv, jsonl or parquet")
    if to is not None and called not in (None, to):
        raise ValueError(f"{output} is called like {called} and would hold {to}: say --to {called}, or call it .{to}")
    return to or called or "csv"
