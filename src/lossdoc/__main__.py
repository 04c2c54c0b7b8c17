"""`lossdoc` and `python -m lossdoc`: runs the command line and turns every way it can end into an exit code."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run a command and exit: 0, 1 and 2 as the command says, 2 for an error of ours, 130 after Ctrl-C."""
    # NumPy's linear algebra would start a pool of threads, 40 ms of every command; nothing here multiplies matrices.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
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
        from lossdoc.cli._errors import internal, say

        say(internal(error))
        return 2
    return 0


if __name__ == "__main__":
    main()
