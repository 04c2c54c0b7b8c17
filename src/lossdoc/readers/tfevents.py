"""TensorBoard event files: scalars of TF1 writers (simple_value) and TF2 writers (tensors), also cut ones.

Histograms, images and audio are passed over. Texts and hparams that hold settings become configuration events.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lossdoc.readers import Sample
from lossdoc.readers import _tf_event as event
from lossdoc.readers._settings import from_hparams, from_text
from lossdoc.record import Columns, Event, Item
from lossdoc.source import Source

NAME = "tfevents"
TITLE = "TensorBoard event files"
SAMPLES: list[Sample] = []  # binary: tests write their own files

_LENGTH = struct.Struct("<Q").unpack_from
_CRC_POLYNOMIAL = 0x82F63B78


@dataclass(slots=True)
class _Curve:
    """One tag. `floats` are the bytes of its numbers as they stand in the file, made into an array at the end."""

    steps: list[int] = field(default_factory=list)
    floats: list[bytes] = field(default_factory=list)
    wide: bool = False  # some numbers are no float32


# Events that look alike: the bytes behind the number, the number's width, and for what stands between step and number
# the two lists to append to (as bound methods: this is the innermost loop) and the bytes behind the number.
_Entry = tuple[Callable[[int], None], Callable[[bytes], None], bytes]
_Shape = tuple[int, int, dict[bytes, _Entry]]


def sniff(source: Source) -> float:
    """The file begins with a record whose length has the right checksum and whose content begins with a wall time."""
    data = source.data
    if len(data) < 16 or data[12:13] != b"\x09":
        return 0.0
    return 1.0 if _masked_crc(data[:8]) == int.from_bytes(data[8:12], "little") else 0.0


def read(source: Source) -> Iterator[Item]:
    """A configuration event per text with settings, then the columns of each tag, in order of first appearance."""
    import numpy as np

    curves, found, cut = _scan(source.data)
    yield from found
    for tag, curve in curves.items():
        if curve.wide:
            numbers = (struct.unpack("<f" if len(raw) == 4 else "<d", raw)[0] for raw in curve.floats)
            values = np.fromiter(numbers, dtype=np.float64, count=len(curve.floats))
        else:
            values = np.frombuffer(b"".join(curve.floats), dtype="<f4").astype(np.float64)
        yield Columns(tag, np.array(curve.steps, dtype=np.float64), values)
    if not curves:
        yield Event("empty", None, "a TensorBoard event file that was read and holds no scalar")
    if cut:
        yield Event("cut", None, "the file ends inside a record: it is still being written, or its writer was killed")


def _scan(data: bytes) -> tuple[dict[str, _Curve], list[Event], bool]:
    """All records of a file.

    Events of one tag differ only in wall time, step and number. What stands between step and number is looked up in
    `known`, so a message is taken apart once per tag and not once per point: ten times faster than parsing each.
    """
    curves: dict[str, _Curve] = {}
    found: list[Event] = []
    known: list[_Shape] = []
    plugins: dict[str, str] = {}
    at, size = 0, len(data)
    while at + 12 <= size:
        start = at + 12
        end = start + _LENGTH(data, at)[0]
        at = end + 4
        if at > size:
            return curves, found, True
        here = start + 9
        step = 0
        if end > here and data[here] == 16:  # the field "step"; a step of zero is left out
            here += 1
            byte = step = data[here]
            here += 1
            if byte > 127:
                step &= 127
                shift = 7
                while byte > 127 and here < end:
                    byte = data[here]
                    here += 1
                    step |= (byte & 127) << shift
                    shift += 7
                step -= step >> 63 << 64  # negative steps are two's complement
        for tail, width, table in known:
            behind = end - tail
            place = behind - width
            entry = table.get(data[here:place])
            if entry is not None and (not tail or data[behind:end] == entry[2]):
                entry[0](step)
                entry[1](data[place:behind])
                break
        else:
            try:
                _learn(data, start, here, end, curves, known, plugins, found)
            except (ValueError, struct.error):
                return curves, found, True
    return curves, found, at < size


def _learn(
    data: bytes,
    start: int,
    here: int,
    end: int,
    curves: dict[str, _Curve],
    known: list[_Shape],
    plugins: dict[str, str],
    found: list[Event],
) -> None:
    """Take one event apart. If it holds a single float, later events that look the same need not be."""
    values = list(event.values(data, start, end))
    if not values:
        return
    step = event.step(data, start, end)
    for value in values:
        plugin = value.plugin or plugins.get(value.tag, "")
        plugins.setdefault(value.tag, plugin)
        settings = from_hparams(value.content) if plugin == "hparams" else from_text(value.text)
        if settings:
            found.append(Event("config", None, value.tag, settings))
        if value.number is None or plugin != "scalars":
            continue
        curve = curves.setdefault(value.tag, _Curve())
        behind = value.at + value.width
        curve.wide = curve.wide or value.width != 4
        curve.floats.append(data[value.at : behind] if value.width else struct.pack("<d", value.number))
        if value.width and len(values) == 1 and data[start] == 9:
            suffix = data[behind:end]
            shape = next((table for tail, width, table in known if (tail, width) == (len(suffix), value.width)), None)
            if shape is None:
                shape = {}
                known.append((len(suffix), value.width, shape))
            shape[data[here : value.at]] = (curve.steps.append, curve.floats.append, suffix)
        curve.steps.append(step)


def _masked_crc(data: bytes) -> int:
    """CRC-32C, masked as TFRecord does it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_CRC_POLYNOMIAL if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
