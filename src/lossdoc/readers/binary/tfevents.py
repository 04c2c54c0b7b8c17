"""TensorBoard event files: scalars of TF1 writers (simple_value) and TF2 writers (tensors), also cut ones.

Histograms, images and audio are passed over. Texts and hparams that hold settings become configuration events.
"""

from __future__ import annotations

from collections.abc import Iterator

from lossdoc.input.source import Source
from lossdoc.model.record import Columns, Event, Item
from lossdoc.readers import Sample
from lossdoc.readers._tensorboard import of_ultralytics
from lossdoc.words.splits import split_of

NAME = "tfevents"
TITLE = "TensorBoard event files"
SAMPLES: list[Sample] = []  # binary: tests write their own files

_CRC_POLYNOMIAL = 0x82F63B78


def sniff(source: Source) -> float:
    """The file begins with a record whose length has the right checksum and whose content begins with a wall time."""
    data = source.data
    if len(data) < 16 or data[12:13] != b"\x09":
        return 0.0
    return 1.0 if _masked_crc(data[:8]) == int.from_bytes(data[8:12], "little") else 0.0


def read(source: Source) -> Iterator[Item]:
    """A configuration event per text with settings, then the columns of each tag, in order of first appearance."""
    from lossdoc.readers.binary._tf_columns import Scan  # brings numpy, which looking at a file need not pay for

    scan = Scan(source.data)
    # Keras writes the same tags to train/ and validation/: the folder says whose numbers they are.
    split = split_of(source.path.absolute().parent.name) if source.path else None
    yield from scan.settings
    curves = scan.curves
    if of_ultralytics(curves):
        yield Event("config", None, "tags of a run of Ultralytics YOLO", {"framework": "ultralytics"})
    for tag, points in curves.items():
        yield Columns(tag, points.steps, points.values, split=split)
    if not curves:
        yield Event("empty", None, "a TensorBoard event file that was read and holds no scalar")
    if scan.cut:
        yield Event("cut", None, "the file ends inside a record: it is still being written, or its writer was killed")


def _masked_crc(data: bytes) -> int:
    """CRC-32C, masked as TFRecord does it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (_CRC_POLYNOMIAL if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
