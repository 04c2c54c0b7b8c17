"""Progress bars of tqdm beside the records: where the trainer stood when it wrote a row."""

from __future__ import annotations

from lossdoc.input.numbers import whole
from lossdoc.model.record import Event
from lossdoc.words.expressions import expression

_BAR = expression(
    r"(?P<desc>[^|\r]*?):?\s*(?P<percent>\d+)%\|[^|]*\|\s*(?P<n>\d+)/(?P<total>\d+) \[(?P<rest>[^\]]*)\]?"
)
# Bars that count something else than steps of training.
_OTHER = expression(
    r"(?i)load|fetch|map|download|sav|writ|eval|valid|predict|generat|convert|process|tokeni|filter|format|pack|shard"
    r"|extract|concat|truncat|adding|cach|upload|epoch\s*$|test|sanity|captur|compil|prefill|rollout|infer"
)


def bar(text: str, line: int) -> Event | None:
    """The bar of training in a piece of text, if there is one: n, total."""
    at = text.rfind("%|")
    if at < 0:
        return None
    match = _BAR.match(text[max(0, text.rfind("\r", 0, at) + 1) :].lstrip())
    if match is None or _OTHER.search(match["desc"]) or "examples/s" in match["rest"] or "B/s" in match["rest"]:
        return None
    return Event("progress", line, match["desc"].strip(), {"n": whole(match["n"]), "total": whole(match["total"])})


def last_bar(text: str) -> Event | None:
    """The last bar of training of a whole log: how far it came."""
    at = len(text)
    for _ in range(200):
        at = text.rfind("%|", 0, at)
        if at < 0:
            return None
        start = max(text.rfind("\r", 0, at), text.rfind("\n", 0, at)) + 1
        end = min((e for e in (text.find("\r", at), text.find("\n", at)) if e >= 0), default=len(text))
        found = bar(text[start:end], 0)
        if found is not None:
            return Event("progress", text.count("\n", 0, at) + 1, found.text, found.data)
    return None
