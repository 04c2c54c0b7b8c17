"""Labels that a launcher writes before every line of all its processes: `srun -l` (`0: `), pdsh (`node-1: `).

A single line cannot tell such a label from a step or a key (`3: loss 0.5`, `loss: 0.5`); a whole file can. Labels are
rewritten as torchrun writes ranks (`[rank0]: `), which the cleaning knows. decode -> [here] -> clean.
"""

from __future__ import annotations

import itertools
import re

_LOOKED_AT = 1 << 18  # characters at the beginning of a file that decide
_FEWEST = 3  # lines that decide
_LABEL = re.compile(r"^[ \t]*([\w.-]{1,64}): ?(.*)$", re.MULTILINE)
_LINE = re.compile(r"^.*\S.*$", re.MULTILINE)
_NUMBER = re.compile(r"\d{1,4}")
_HOST = re.compile(r"[A-Za-z][\w.-]*\d[\w.-]*|\d{1,3}(?:\.\d{1,3}){3}|localhost|[\w-]+\.[\w.-]+")
_BARE = re.compile(r"[^A-Za-z]*")  # a number, alone or with a sign or a unit sign: the value of a key, no line of a log
_LINES_PER_LABEL = 8


def without_launcher(text: str) -> str:
    """The text, its labels rewritten when a launcher has labelled all of it. Line numbers stay."""
    head = text[:_LOOKED_AT]
    if ": " not in head.lstrip()[:80]:
        return text
    ranks = _ranks(head if len(head) == len(text) else head[: head.rfind("\n") + 1])
    if not ranks:
        return text
    return _LABEL.sub(lambda m: f"[rank{ranks[m[1]]}]: {m[2]}" if m[1] in ranks else m[0], text)


def _ranks(head: str) -> dict[str, int]:
    """The rank of each label; {} where the labels are not those of a launcher."""
    labelled = _LABEL.findall(head)
    lines = len(_LINE.findall(head))
    for shape in (_NUMBER, _HOST):
        found = [(label, rest) for label, rest in labelled if shape.fullmatch(label)]
        if lines < _FEWEST or len(found) < 0.98 * lines:
            continue
        labels = [label for label, _ in found]
        distinct = list(dict.fromkeys(labels))
        values = sum(bool(_BARE.fullmatch(rest)) for _, rest in found)
        if values > 0.3 * len(found) or (len(distinct) > 1 and len(found) < _LINES_PER_LABEL * len(distinct)):
            continue
        if shape is _HOST:
            return {label: number for number, label in enumerate(distinct)}
        # Epochs and steps count upwards; the processes of a launcher write in turn, or there is one.
        if distinct == ["0"] or any(int(b) < int(a) for a, b in itertools.pairwise(labels)):
            return {label: int(label) for label in distinct}
    return {}
