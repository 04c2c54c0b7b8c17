"""lossdoc, the linter for training runs.

>>> import lossdoc
>>> report = lossdoc.check("examples/language-model-nan.log")
>>> report.verdict
'failing'

`check` judges a run, `check_all` several, `read` only reads, `compare` holds runs against each other, `explain` gives
the page of a word. What is behind them is imported when it is used: the import itself costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lossdoc.calls import (
        Comparison,
        NotALog,
        Report,
        SeveralRuns,
        check,
        check_all,
        compare,
        explain,
        read,
    )

__version__ = "0.1.0"
__all__ = [
    "Comparison",
    "NotALog",
    "Report",
    "SeveralRuns",
    "__version__",
    "check",
    "check_all",
    "compare",
    "explain",
    "read",
]


if not TYPE_CHECKING:  # a type checker would take any name for one of ours

    def __getattr__(name: str) -> Any:
        if name in __all__:
            from lossdoc import calls

            return getattr(calls, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
