"""`lossdoc` and `python -m lossdoc`: runs the command line and turns every way it can end into an exit code."""

from __future__ import annotations

import errno
import gc
import os
import signal
import sys
from types import FrameType

# Errors of the place that output goes to: none of them is a fault of ours.
_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
_OBJECTS = 50_000  # new ones after which cycles are looked for


class _Terminated(BaseException):
    """SIGTERM: files that were begun are taken away on the way out."""


def main() -> None:
    """Run a command and exit: 0, 1 and 2 as it says, 2 for an error of ours, 130 after Ctrl-C, 143 after SIGTERM."""
    # NumPy's linear algebra would start a pool of threads, 40 ms of every command; nothing here multiplies matrices.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Imports and documents make objects that stay: to look for cycles every 700 of them costs a twentieth of a check.
    gc.set_threshold(_OBJECTS)
    _open_streams()
    try:
        signal.signal(signal.SIGTERM, _terminate)
        code = _run()
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`| head -1`) has what it wanted. Python would complain again when it flushes at exit.
        _forget_output()
        code = 0
    except OSError as error:
        code = _unwritable(error)
    except KeyboardInterrupt:
        _forget_output()
        code = 130
    except _Terminated:
        _forget_output()
        code = 143
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
        if isinstance(error, OSError) and error.errno in _UNWRITABLE:
            raise
        from lossdoc.cli._errors import internal, say

        say(internal(error))
        return 2
    return 0


def _terminate(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise _Terminated


def _open_streams() -> None:
    """A stream that the caller closed (`>&-`) is one that nobody reads."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _forget_output() -> None:
    """What is left in the buffer of standard output goes nowhere: Python writes it once more at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):  # no file stands behind it
        return


def _unwritable(error: OSError) -> int:
    from lossdoc.cli._errors import say

    _forget_output()
    say(f"cannot write the output: {error.strerror or error}")
    return 2


if __name__ == "__main__":
    main()
