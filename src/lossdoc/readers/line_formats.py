"""All formats of `lines/*.yaml` as readers. A file is opened as YAML only when one of its anchors stands in the log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from itertools import islice
from typing import Any

from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Record
from lossdoc.readers import Reader, Sample, key_value
from lossdoc.readers._line_engine import LineFormat
from lossdoc.readers._line_kinds import Kind
from lossdoc.words.expressions import expression

_ANCHORS = expression(r"^anchors: (\[.*\])$", re.M)
_TITLE = expression(r"^title: (.*)$", re.M)
_SUMMED_UP = 0.3  # below what rows of a loop are worth


class LazyFormat:
    """A line format whose patterns are compiled when they are needed."""

    CEILING = 0.88  # lines of one known program

    def __init__(self, name: str, text: str) -> None:
        """ValueError when the file has no title or its anchors are not one JSON list on one line."""
        anchors, title = _ANCHORS.search(text), _TITLE.search(text)
        if anchors is None or title is None:
            raise ValueError(f"{name}: title and anchors must each stand on one line")
        self.NAME = name
        self.TITLE = title[1].strip("'\" ")
        self.anchors: tuple[str, ...] = tuple(json.loads(anchors[1]))
        self._text = text

    @cached_property
    def _data(self) -> dict[str, Any]:
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        data: dict[str, Any] = yaml.load(self._text, Loader=loader)
        return data

    @property
    def FRAMEWORK(self) -> str | None:
        """Whose words the keys are (fairseq's loss is in bits): the name of the file, or what it says."""
        framework: str | None = self._data.get("framework", self.NAME)
        return framework

    @cached_property
    def SAMPLES(self) -> Sequence[Sample]:
        return tuple(
            Sample(
                sample["text"],
                [Record(**record) for record in sample["records"]],
                sample.get("program", ""),
                sample.get("cite", ""),
                [Event(**event) for event in sample.get("events", ())],
            )
            for sample in self._data.get("samples", ())
        )

    @cached_property
    def format(self) -> LineFormat:
        kinds = tuple(Kind.of(kind) for kind in self._data["lines"])
        return LineFormat(self.NAME, self.TITLE, self.anchors, kinds, base=self._data.get("base", 0.8))

    def sniff(self, source: Source) -> float:
        if not any(source.kinds.may_hold(anchor) and anchor in source.excerpt for anchor in self.anchors):
            return 0.0
        score = self.format.sniff(source)
        return _SUMMED_UP * score if score and self._data.get("summed_up") and self._is_summed_up(source) else score

    def _is_summed_up(self, source: Source) -> bool:
        """The loop's own rows tell of training and held-out data, the lines of this format of training alone; or of a
        number that is none."""
        records = (item for item in self.read(source) if isinstance(item, Record))
        shown = {part for record in islice(records, 50) for part in [record.split, *key_value.splits_of(record.values)]}
        alone = shown <= {None, "train", "tra"}
        return alone and (key_value.tells_both_splits(source) or key_value.tells_of_broken(source))

    def read(self, source: Source) -> Iterator[Item]:
        return self.format.read(source)


@cache
def readers() -> tuple[Reader, ...]:
    """One reader per YAML file, in order of name."""
    from lossdoc.knowledge.store import package_dir  # importlib.resources brings zipfile and tempfile

    folder = package_dir() / "readers" / "lines"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return tuple(LazyFormat(f.name.removesuffix(".yaml"), f.read_text("utf-8")) for f in files)
