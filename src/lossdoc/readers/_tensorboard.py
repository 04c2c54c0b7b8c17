"""What names a curve of TensorBoard beside its tag: folders of event files, file names of downloads (CSV, JSON)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePath

from lossdoc.input.source import Source
from lossdoc.words.expressions import expression
from lossdoc.words.splits import split_of

HEADER = ["Wall time", "Step", "Value"]
# TensorBoard offers "run-<run>-tag-<tag>.csv", with "_" for what no file name may hold.
_OFFERED = expression(r"(?:run-(?P<run>.*?)-)?tag-(?P<tag>.+)")
_COPY = expression(r" ?\(\d+\)$")


def run_of(path: PurePath) -> str | None:
    """The run that a file name offered by TensorBoard names, without the split; None for any other file."""
    offered = _OFFERED.fullmatch(_COPY.sub("", path.stem))
    if offered is None or path.suffix not in (".csv", ".json"):
        return None
    parts = re.split(r"[_/\\.-]", offered["run"] or "")
    return "_".join(parts[:-1] if split_of(parts[-1]) is not None else parts)


def tag_and_split(source: Source) -> tuple[str, str | None]:
    """The name of the curve, and the split where the run of it is named after one."""
    if source.path is None:
        return HEADER[2], None
    stem = _COPY.sub("", PurePath(source.name).stem)
    offered = _OFFERED.fullmatch(stem)
    if offered is None:
        return stem, None
    return offered["tag"], split_of(re.split(r"[_/\\.-]", offered["run"] or "")[-1])


def of_ultralytics(names: Iterable[str]) -> bool:
    """The names of a run of Ultralytics YOLO: its measures of held-out data do not say that they are."""
    return any(name.startswith("metrics/mAP") for name in names)
