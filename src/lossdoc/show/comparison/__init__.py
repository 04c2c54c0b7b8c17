"""Writers of comparisons: one module per format with `write(comparison, not_read, options) -> str`, pure functions."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lossdoc.comparison.result import Comparison
    from lossdoc.model.finding import NotRead
    from lossdoc.show.report import Options


class Writer(Protocol):
    """The interface of a writer; modules satisfy it. `comparison` is None where nothing could be compared."""

    def write(self, comparison: Comparison | None, not_read: Sequence[NotRead], options: Options) -> str: ...


def writer_names() -> list[str]:
    """Names of the formats, without importing any."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))


@cache
def load(name: str) -> Writer:
    """The writer of a format."""
    return importlib.import_module(f"{__name__}.{name}")
