"""Reports written to where they go, each in its format."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from lossdoc.cli._errors import say
from lossdoc.cli._screen import Color, color_of, emit, height_of, needs_ascii, replace_file, width_of
from lossdoc.cli._targets import Target
from lossdoc.show import report as outputs


def write(result: outputs.Result, wanted: Sequence[Target], look: outputs.Options) -> bool:
    """All targets; False where a file could not be written. `look` is how text on this screen looks."""
    look = replace(look, paths=repository_paths(result))
    done = True
    for target in wanted:
        writer = outputs.load(target.format)
        if target.file is None:
            emit(writer.write(result, look), machine=target.format != "text")
            continue
        text = writer.write(result, look)
        try:
            if target.append:
                with target.file.open("a", encoding="utf-8", errors="replace", newline="") as file:
                    file.write(text)
            else:
                replace_file(target.file, text.encode("utf-8", "replace"))
        except OSError as error:
            say(f"cannot write {target.file}: {error.strerror or error}")
            done = False
    return done


def look_of(
    wanted: Sequence[Target], *, width: int | None, color: Color, plots: bool, quiet: bool, verbose: bool
) -> outputs.Options:
    """How text looks: as the terminal wants it where it goes there, plain in a file."""
    stream = sys.stdout
    on_screen = any(target.file is None for target in wanted)
    text = any(target.file is None and target.format == "text" for target in wanted)
    return outputs.Options(
        width=width_of(stream, width) if on_screen else width or 80,
        height=height_of(stream) if text else None,
        color=color_of(stream, color) if on_screen else color == "always",
        ascii=text and needs_ascii(stream),
        plots=plots,
        quiet=quiet,
        verbose=verbose,
    )


def repository_paths(result: outputs.Result, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Sources as the build server's repository calls them: annotations on other paths are not shown."""
    root = environ.get("GITHUB_WORKSPACE") or environ.get("CI_PROJECT_DIR")
    if not root:
        return {}
    files = [f.file for report in result.reports for f in report.findings if f.file]
    sources = {*files, *(r.run.source for r in result.reports), *(n.source for n in result.not_read)}
    found: dict[str, str] = {}
    for source in sources:
        path = Path(os.path.abspath(source))
        if path.exists() and path.is_relative_to(os.path.abspath(root)):
            found[source] = path.relative_to(os.path.abspath(root)).as_posix()
    return found
