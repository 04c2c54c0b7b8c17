"""What a source looks like when it is no training log: for the readers that doubt, and the message that refuses it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from lossdoc.words.expressions import expression

if TYPE_CHECKING:
    from lossdoc.input.source import Source

Kind = Literal[
    "unknown", "pointer", "notebook", "without names", "without keys", "without a name", "things", "table", "settings",
    "packages", "data set", "vocabulary",
    "code", "markdown", "weights", "checkpoint", "progress", "empty", "server", "system log", "program", "other",
]  # fmt: skip


class Look(NamedTuple):
    """What a source seems to be: of a kind, and in the words of a noun phrase."""

    text: str
    kind: Kind = "other"

    @property
    def may_log(self) -> bool:
        """A program wrote it, and nothing in it speaks of a training."""
        return self.kind in ("unknown", "progress", "program")


_MAGIC: tuple[tuple[bytes, Look], ...] = (
    (b":W&B", Look("a wandb offline run file")),
    (b":SWL", Look("a SwanLab run file")),
    (b"SQLite format 3\0", Look("an SQLite database")),
    (b"\x89PNG", Look("an image (PNG)")),
    (b"\xff\xd8\xff", Look("an image (JPEG)")),
    (b"GIF8", Look("an image (GIF)")),
    (b"%PDF", Look("a PDF document")),
    (b"\x89HDF", Look("an HDF5 file")),
    (b"PAR1", Look("a Parquet file")),
    (b"GGUF", Look("model weights (GGUF)", "weights")),
    (b"PK\x03\x04", Look("a zip archive (a PyTorch checkpoint and NumPy's .npz are such)", "checkpoint")),
    (b"\x7fELF", Look("a program (ELF)")),
    (b"\x93NUMPY", Look("a NumPy array")),
    (b"\x80\x02", Look("a Python pickle")),
    (b"\x80\x04", Look("a Python pickle")),
    (b"\x1f\x8b", Look("a gzip archive that cannot be unpacked")),
    (b"\x28\xb5\x2f\xfd", Look("a Zstandard archive that cannot be unpacked")),
)
# Nothing that may repeat crosses a line: a text of blank lines would be looked through from each of them.
_SAFETENSORS = re.compile(rb".{8}\{\"", re.S)
_CODE = expression(
    r"^(?:import \w|from [\w.]+ import |[^\S\n]*(?:async )?def \w+\(|class \w+[:(]|if __name__ ==|[^\S\n]+return\b"
    r"|[^\S\n]*@\w+|[^\S\n]+self\.\w+ =)",
    re.M,
)
_BARS = 40  # so many bars speak for a training whatever stands between them (ours)
_FRAME = expression(r'^[^\S\n]*File "[^"\n]+", line \d+', re.M)  # each shows a line of code at most
_C_CODE = expression(
    r"^(?:#include [<\"]|using namespace |[^\S\n]*(?:export )?(?:const|let|var|function) \w+|package \w+|#!/bin/)", re.M
)
_PINNED = expression(r"^[A-Za-z][\w.-]*(?:\[[\w,]+\])? ?(?:==|>=|<=|~=|@ )\S+", re.M)
_HEADING = expression(r"^#{1,6} \S", re.M)
_MARKDOWN = expression(r"^(?:```|[-*] \S|\d+\. \S|!?\[[^\]\n]+\]\([^)\n]+\)|\|[- :|]+\|[^\S\n]*$)|\]\(https?://", re.M)
_HTTP = expression(r"\"(?:GET|POST|PUT|DELETE|HEAD|OPTIONS|PATCH) \S+ HTTP/|\"uri\": ?\"")
_SERVER = expression(r"Serving Flask app|Uvicorn running on|Starting gunicorn|nginx/\d")
_SYSLOG = expression(r"^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ [\w./-]+(?:\([\w-]+\))?(?:\[\d+\])?:", re.M)
_BAR = expression(r"\d%\|[^|\r\n]*\||\d examples \[")
_TIMED = expression(r"^\W{0,2}\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d", re.M)
_SETTING = expression(r"^[^\S\n]*([\w.-]+):(?: \S.*)?$", re.M)
_DATA_KEYS = (
    ({"chosen", "rejected"}, "a data set of preference pairs (chosen, rejected)"),
    ({"messages"}, "a data set of conversations"),
    ({"conversations"}, "a data set of conversations"),
    ({"instruction", "output"}, "a data set of instructions"),
    ({"question", "answer"}, "a data set of questions and answers"),
    ({"prompt", "completion"}, "a data set of prompts and completions"),
    ({"prompt", "response"}, "a data set of prompts and responses"),
    ({"text"}, "a data set of texts"),
    ({"prompt"}, "a data set of prompts"),
)
_POINTER = b"version https://git-lfs.github.com/spec/"
UNKNOWN = Look("a text without metrics", "unknown")
_KEY = expression(r'"(\w+)"\s*:')


def looks_like(source: Source) -> Look:
    """By its first bytes, and of a text by what stands in its beginning."""
    data = source.data
    if not data.strip(b"\0 \t\r\n"):
        return Look("a file of blanks and zero bytes" if data else "an empty file", "empty")
    for magic, name in _MAGIC:
        if data.startswith(magic):
            return name
    if source.is_binary:
        weights = _SAFETENSORS.match(data)
        return Look("model weights (safetensors)", "weights") if weights else Look("a binary file")
    if data.startswith(_POINTER):
        return Look("a Git LFS pointer, without the file it stands for", "pointer")
    if source.head.lstrip("\ufeff \t\r\n").startswith("{") and '"nbformat"' in source.text:
        return Look("a Jupyter notebook without the output of a training", "notebook")
    return text_looks_like(source.head)


def text_looks_like(head: str) -> Look:
    """The same for the beginning of a text; `UNKNOWN` when nothing fits."""
    lines = [line for line in head.splitlines() if line.strip()]
    if not lines:  # marks of no width and no meaning
        return Look("an empty file", "empty")
    count = len(lines)
    if lines[0].lstrip()[:15].lower().startswith(("<!doctype html", "<html")):
        return Look("an HTML page")
    if (data := _data_set(lines)) is not None:
        return data
    if _SERVER.search(head) or len(_HTTP.findall(head)) > count // 2:
        return Look("the log of a web server", "server")
    if len(_SYSLOG.findall(head)) > count // 5:
        return Look("a system log", "system log")
    code = len(_CODE.findall(head)) - len(_FRAME.findall(head))
    if code > max(4, count // 12) or code > 20:
        return Look("Python source code", "code")
    if len(_PINNED.findall(head)) > 0.3 * count:
        return Look("a list of packages (requirements)", "packages")
    headings = len(_HEADING.findall(head))
    if headings and (len(_MARKDOWN.findall(head)) > 3 or headings > count // 10):
        return Look("a Markdown text", "markdown")
    if len(_C_CODE.findall(head)) > max(2, count // 15):
        return Look("source code", "code")
    if len(_BAR.findall(head)) >= max(3, min(count // 4, _BARS)):
        return Look("a log of progress bars without metrics", "progress")
    if len(_TIMED.findall(head)) > count // 3:
        return Look("the log of a program, without metrics", "program")
    settings = _SETTING.findall(head)
    # Each is said once; lines that all begin with one word are no settings.
    if count > 3 and len(settings) > 0.8 * count and len(set(settings)) > 0.5 * len(settings):
        return Look("a file of settings", "settings")
    if any(line.lstrip().startswith(("Traceback (most recent call last)", "nohup:")) for line in lines):
        return Look("the output of a program, without metrics", "program")
    return UNKNOWN


def _data_set(lines: list[str]) -> Look | None:
    """JSON lines, or a JSON list, whose objects hold the fields of training data."""
    if not lines[0].lstrip().startswith(("{", "[")):
        return None
    keys = set(_KEY.findall("\n".join(lines[:40])))
    for needed, name in _DATA_KEYS:
        if needed <= keys and not keys & {"loss", "step", "log_history", "global_step"}:
            return Look(name, "data set")
    return None
