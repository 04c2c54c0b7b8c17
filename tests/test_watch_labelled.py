"""watch ends with what check says, of labelled runs and examples, whether a log grows, rotates or is written anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.diagnosis.watched import WAYS, differences, logs

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SAMPLE = [*(path for path in sorted(EXAMPLES.iterdir()) if path.is_file()), *logs()[::40]]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("log", SAMPLE, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_watch_ends_as_check(log: Path, way: Callable[[Path, bytes], Iterator[None]]) -> None:
    assert differences(log, way) == []
