"""Ultralytics YOLO (v5 to 11) on the console: a header per epoch, a row rewritten by its bar, validation rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lossdoc.input.clean import Line
from lossdoc.input.numbers import to_float
from lossdoc.input.source import Source
from lossdoc.model.record import Item, Raw, Record
from lossdoc.readers import Sample
from lossdoc.readers._events import events, merged
from lossdoc.words.expressions import expression

NAME = "ultralytics"
FRAMEWORK = "ultralytics"
TITLE = "Ultralytics YOLO console tables"

_TRAIN = expression(r"\s*Epoch\s+gpu_mem\s+(?P<names>\S.*?)\s*", re.I)
_VALID = expression(r"\s*Class\s+Images\s+(?P<names>\S.*?)(?::\s+\d+%.*)?\s*")
_BAR = expression(r":?\s+\d+%.*$")
_ALL = expression(r"\s*all\s+[\d.e+]+\s+(?P<cells>[-\d.\snaeE+]+?)\s*")
_EPOCH = expression(r"\s*(?P<epoch>\d+)/\d+\s+\S+\s+(?P<cells>\S.*?):?\s*")

SAMPLES = [
    Sample(
        program="Ultralytics 8 console",
        cite="ultralytics/engine/trainer.py progress_string, models/yolo/detect/val.py get_desc",
        text="""
      Epoch    GPU_mem   box_loss   cls_loss  Instances       Size
        1/2      2.30G      1.250      2.500         10        640:  50%|█████     | 1/2\r\
        1/2      2.31G      1.125      2.250         12        640: 100%|██████████| 2/2 [00:02<00:00,  1.5it/s]
                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100%|██████████| 1/1 [00:00]
                   all        128        929      0.500      0.250      0.375      0.125
      Epoch    GPU_mem   box_loss   cls_loss  Instances       Size
        2/2      2.31G      1.000      2.000         11        640: 100%|██████████| 2/2 [00:02<00:00,  1.5it/s]
""",
        records=[
            Record(
                {"box_loss": "1.125", "cls_loss": "2.250", "Instances": "12", "Size": "640"},
                3,
                1,
                axis="epoch",
                epoch=1,
            ),
            Record(
                {"Instances": "929", "P": "0.500", "R": "0.250", "mAP50": "0.375", "mAP50-95": "0.125"},
                5,
                1,
                axis="epoch",
                epoch=1,
                split="eval",
            ),
            Record(
                {"box_loss": "1.000", "cls_loss": "2.000", "Instances": "11", "Size": "640"},
                7,
                2,
                axis="epoch",
                epoch=2,
            ),
        ],
    ),
    Sample(
        program="Ultralytics 8.4 console",
        cite="ultralytics/utils/tqdm.py, ultralytics/engine/trainer.py, ultralytics/models/yolo/detect/val.py get_desc",
        text="\n      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n"
        "\r\x1b[K        1/2       2.3G       1.25        2.5      1.125         10        640: "
        "50% ━━━━━━────── 1/2 1.5it/s 0.7s<0.7s"
        "\r\x1b[K        1/2       2.3G      1.125       2.25      1.025         12        640: "
        "100% ━━━━━━━━━━━━ 2/2 1.5it/s 1.3s\n"
        "\r\x1b[K                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): "
        "100% ━━━━━━━━━━━━ 1/1 1.5it/s 0.7s\n"
        "                   all        128        929        0.5       0.25      0.375      0.125\n",
        records=[
            Record(
                {"box_loss": "1.125", "cls_loss": "2.25", "dfl_loss": "1.025", "Instances": "12", "Size": "640"},
                3,
                1,
                axis="epoch",
                epoch=1,
            ),
            Record(
                {"Instances": "929", "P": "0.5", "R": "0.25", "mAP50": "0.375", "mAP50-95": "0.125"},
                5,
                1,
                axis="epoch",
                epoch=1,
                split="eval",
            ),
        ],
    ),
    Sample(
        program="YOLOv5 6 console",
        cite="yolov5/train.py",
        text="""     Epoch   gpu_mem       box       obj    labels  img_size
     0/299     3.01G    0.0625   0.03125       107       640: 100%|██████████| 8/8 [00:03<00:00,  2.3it/s]
               Class     Images     Labels          P          R     mAP@.5 mAP@.5:.95: 100%|██████████| 4/4 [00:01]
                 all   5.57e+04   1.74e+05        0.5       0.25      0.375      0.125
""",
        records=[
            Record(
                {"box": "0.0625", "obj": "0.03125", "labels": "107", "img_size": "640"}, 2, 0, axis="epoch", epoch=0
            ),
            Record(
                {"Labels": "1.74e+05", "P": "0.5", "R": "0.25", "mAP@.5": "0.375", "mAP@.5:.95": "0.125"},
                4,
                0,
                axis="epoch",
                epoch=0,
                split="eval",
            ),
        ],
    ),
]


def sniff(source: Source) -> float:
    if "GPU_mem" not in source.text and "gpu_mem" not in source.text:
        return 0.0
    return 0.96 if any(isinstance(item, Record) for item in _records(source)) else 0.0


def read(source: Source) -> Iterator[Item]:
    yield from merged(_records(source), events(source))


def _records(source: Source) -> Iterator[Item]:
    """The last state of each epoch's row, and the first "all" row after it: the final test repeats the best one."""
    names: list[str] = []
    measures: list[str] = []
    row: Record | None = None
    epoch: float | None = None
    for line in source.iter_lines():
        if (head := _TRAIN.fullmatch(line.text)) is not None:
            names = head["names"].split()
        elif (head := _VALID.fullmatch(line.text)) is not None:
            measures = [re.sub(r"^\w+\(|\)$", "", name) for name in head["names"].split()]
        elif names and (found := _EPOCH.fullmatch(_BAR.sub("", line.text))) is not None:
            new = _row(names, found["cells"].split(), line, float(found["epoch"]))
            if new is not None:
                if row is not None and row.step != new.step:
                    yield row
                row, epoch = new, new.step
        elif measures and epoch is not None and (found := _ALL.fullmatch(line.text)) is not None:
            result = _row(measures, found["cells"].split(), line, epoch, "eval")
            if row is not None:
                yield row
            if result is not None:
                yield result
            row = epoch = None
    if row is not None:
        yield row


def _row(names: list[str], cells: list[str], line: Line, epoch: float, split: str | None = None) -> Record | None:
    if len(cells) != len(names) or any(to_float(cell) is None for cell in cells):
        return None
    values: dict[str, Raw] = dict(zip(names, cells, strict=True))
    return Record(values, line.number, epoch, "epoch", epoch, split)
