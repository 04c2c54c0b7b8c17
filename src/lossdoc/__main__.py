"""`lossdoc` and `python -m lossdoc`: runs the command line and turns every way it can end into an exit code."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run a command and exit: 0, 1 and 2 as the command says, 2 for an error of ours, 130 after Ctrl-C."""
    try:
        code = _run()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`| head -1`) has what it wanted. Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


def _run() -> int:
    try:
        from lossdoc.cli import ClosedPipe, app

        app(prog_name="lossdoc")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except ClosedPipe:
        raise BrokenPipeError from None
    except Exception as error:
        print(_internal(error), file=sys.stderr)
        return 2
    return 0


def _internal(error: Exception) -> str:
    """One line for an exception that nobody expected: what, where, and how to report it."""
    import traceback

    if os.environ.get("LOSSDOC_TRACEBACK"):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if f"{os.sep}lossdoc{os.sep}" in f.filename] or frames
    where = f"{os.path.basename(ours[-1].filename)}:{ours[-1].lineno}" if ours else "an unknown place"
    what = ascii(" ".join(f"{type(error).__name__}: {error}".split()))[1:-1]
    return (
        f"lossdoc: internal error in {where}: {what}. This is a fault of lossdoc, not of the run: please report this "
        "line together with the command (LOSSDOC_TRACEBACK=1 shows the whole traceback)."
    )


if __name__ == "__main__":
    main()
