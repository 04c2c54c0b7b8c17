"""Standard input as bytes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from lossdoc.cli._errors import say

if TYPE_CHECKING:
    from lossdoc.api import Options


def standard_input(options: Options) -> bytes:
    """What comes in up to its end; of a stream that goes on for ever the beginning, and that is said."""
    from lossdoc.input.files import read_stream

    if sys.stdin is None:  # closed by the caller: `<&-`
        return b""
    if sys.stdin.isatty():
        say("reading standard input; end it with Ctrl-D")
    with options.in_force():
        data, left_out = read_stream(sys.stdin.buffer)
    if left_out:
        say(left_out)
    return data
