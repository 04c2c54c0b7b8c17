"""What TensorBoard's download button writes for one curve: CSV or JSON. The curve is named only by the file."""

from __future__ import annotations

import re
from pathlib import PurePath

from lossdoc.source import Source

HEADER = ["Wall time", "Step", "Value"]
# TensorBoard offers "run-<run>-tag-<tag>.csv", with "_" for what no file name may hold.
_OFFERED = re.compile(r"(?:run-(?P<run>.*?)-)?tag-(?P<tag>.+)")
_COPY = re.compile(r" ?\(\d+\)$")
_SPLITS = {"train": "train", "validation": "eval", "val": "eval", "valid": "eval", "eval": "eval", "test": "test"}


def tag_and_split(source: Source) -> tuple[str, str | None]:
    """The name of the curve, and the split where the run of it is named after one."""
    if source.path is None:
        return HEADER[2], None
    stem = _COPY.sub("", PurePath(source.name).stem)
    offered = _OFFERED.fullmatch(stem)
    if offered is None:
        return stem, None
    run = re.split(r"[_/\\.-]", offered["run"] or "")[-1].lower()
    return offered["tag"], _SPLITS.get(run)
