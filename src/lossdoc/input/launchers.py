"""What launchers and collectors of logs write before every line: `srun -l`, pdsh, docker, Kubernetes, journald, ts.

A single line cannot tell such a label from a step or a key (`3: loss 0.5`, `loss: 0.5`), and without it lines have
their own indentation and blocks of lines their shape; a whole file can. One writer's label is taken away. Labels of
several ranks are rewritten as torchrun writes them (`[rank0]: `), which the cleaning knows. decode -> [here] -> clean.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from lossdoc.input.numbers import whole
from lossdoc.input.prefixes import CONTAINER, MPI, POD, PROGRAM, RAY, UNIX_DATE
from lossdoc.words.expressions import expression

_LOOKED_AT = 1 << 18  # characters at the beginning of a file that decide
_FEWEST = 3  # lines that decide
_NEARLY_ALL = 0.98  # of the lines have the label
_DEEPEST = 3  # labels in a row: docker compose puts one before the time
_LINE = expression(r"^.*\S.*$", re.MULTILINE)
# The groups name the writer.
_PROGRAM = rf"(?: ({PROGRAM}):)?"
_COLLECTED = expression(
    "^(?:"
    + "|".join(
        (
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)(?: std(?:out|err) [FP])?" + _PROGRAM,
            # gh run view --log: job, step, time
            r"[^\t\n]{1,100}\t[^\t\n]{1,100}\t\ufeff?\d{4}-\d\d-\d\dT[\d:.]+Z(?= |$)",
            UNIX_DATE + _PROGRAM,
            rf"({CONTAINER})\s+\|",
            rf"\[pod/({POD})\]",
            rf"\[(rank\d+|default\d+|{MPI})\](?:<std(?:out|err)>)?:",  # torchrun, mpirun
            rf"\(({RAY})\)",
        )
    )
    + ") ?",
    re.MULTILINE,
)
_LABEL = expression(r"^[ \t]*([\w.-]{1,64}): ?(.*)$", re.MULTILINE)
_NUMBER = expression(r"\d{1,4}")
_HOST = expression(r"[A-Za-z][\w.-]*\d[\w.-]*|\d{1,3}(?:\.\d{1,3}){3}|localhost|[\w-]+\.[\w.-]+")
_BARE = expression(r"[^A-Za-z]+")  # a number, alone or with a sign or a unit sign: the value of a key, no line of a log
_LINES_PER_LABEL = 8


def without_labels(text: str) -> str:
    """The text without what stands before all of its lines. Line numbers stay."""
    for _ in range(_DEEPEST):
        head = text[:_LOOKED_AT]
        whole_lines = head if len(head) == len(text) else head[: head.rfind("\n") + 1]
        if _COLLECTED.match(head) or _COLLECTED.search(head[:2000]):
            if not _one_writer(whole_lines):
                return text
            text = _COLLECTED.sub("", text)
        elif ": " in head.lstrip()[:80] and (ranks := _ranks(whole_lines)):
            return "\n".join(_relabelled(text, ranks))
        else:
            return text
    return text


def _one_writer(head: str) -> bool:
    """Nearly all lines begin with the label of one and the same writer."""
    found = list(_COLLECTED.finditer(head))
    lines = len(_LINE.findall(head))
    return lines >= _FEWEST and len(found) >= _NEARLY_ALL * lines and len({match.groups() for match in found}) == 1


def _relabelled(text: str, ranks: dict[str, int]) -> Iterator[str]:
    alone = len(ranks) == 1
    for line in text.split("\n"):
        found = _LABEL.match(line)
        if found is None or found[1] not in ranks:
            yield line
        else:
            yield found[2] if alone else f"[rank{ranks[found[1]]}]: {found[2]}"


def _ranks(head: str) -> dict[str, int]:
    """The rank of each label of srun or pdsh; {} where the labels are not those of a launcher."""
    labelled = _LABEL.findall(head)
    if not labelled:
        return {}
    lines = len(_LINE.findall(head))
    for shape in (_NUMBER, _HOST):
        found = [(label, rest) for label, rest in labelled if shape.fullmatch(label)]
        if lines < _FEWEST or len(found) < _NEARLY_ALL * lines:
            continue
        labels = [label for label, _ in found]
        distinct = list(dict.fromkeys(labels))
        values = sum(bool(_BARE.fullmatch(rest)) for _, rest in found)
        if values > 0.3 * len(found) or (len(distinct) > 1 and len(found) < _LINES_PER_LABEL * len(distinct)):
            continue
        if shape is _HOST:
            return {label: number for number, label in enumerate(distinct)}
        # Epochs and steps count upwards; the processes of a launcher write in turn, or there is one.
        if distinct == ["0"] or any(whole(b) < whole(a) for a, b in itertools.pairwise(labels)):
            return {label: whole(label) for label in distinct}
    return {}
