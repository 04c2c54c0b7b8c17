"""Words shared by writers: numbers, places, names, and what makes untrusted text harmless."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from lossdoc.model.finding import Finding, Report, Sign, Step
from lossdoc.model.run import Curve, Run
from lossdoc.words.expressions import expression
from lossdoc.words.spoken import number

# Controls (C0, DEL, C1), line and paragraph separators, direction overrides and other invisible marks, surrogates.
_UNSAFE = expression(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
# What Azure Pipelines, TeamCity and older runners of GitHub take for a command wherever in a line it stands.
_COMMAND = expression(r"##(?=\w*\[)")
_SPACE = expression(r"[\t\r\n\f\v ]+")
_LETTERS = expression(r"[^\W\d_]+")


def safe(text: object) -> str:
    """Text from a log as one line in which every invisible or controlling character is spelled out."""
    one_line = _COMMAND.sub("# #", _SPACE.sub(" ", str(text)).strip())
    return _UNSAFE.sub(lambda m: ascii(m.group())[1:-1], one_line)


def count(how_many: int, what: str, plural: str = "") -> str:
    """`1 record`, `12 records`, `3 losses`."""
    return f"{how_many:,} {what if how_many == 1 else plural or what + 's'}"


def place(finding: Finding) -> str:
    """Where on the axis a finding lies: `step 180`, `steps 40 to 300`, "" when it has no step."""
    if finding.first_step is None:
        return ""
    axis = {"row": "record"}.get(finding.axis, finding.axis.removesuffix("s"))
    last = finding.last_step
    if last is None or last <= finding.first_step:
        return f"{axis} {number(finding.first_step)}"
    return f"{axis}s {number(finding.first_step)} to {number(last)}"


def onset(finding: Finding) -> str:
    """`at step 180`, "" when it has no step."""
    where = place(replace(finding, last_step=None))
    return f"at {where}" if where else ""


def curve_name(finding: Finding, run: Run) -> str:
    """The curve of a finding in the log's words; "" when it has none."""
    curve = finding.curve(run)
    return logged_name(curve) if curve is not None else safe(finding.metric or "")


def logged_name(curve: Curve) -> str:
    """`val_loss`, `Epsilon (exploration_rate)`: the log's own name, with ours where they have nothing in common."""
    ours = [word[:3] for word in _LETTERS.findall(curve.metric.lower())]
    theirs = [word[:3] for word in _LETTERS.findall(curve.said.lower())]
    foreign = curve.known and not set(ours) & set(theirs)
    return safe(f"{curve.said} ({curve.metric})" if foreign else curve.said)


def run_name(run: Run) -> str:
    """The source, and which of its runs when there are several."""
    return safe(f"{run.source} [{run.name}]" if run.name else run.source)


def leading(report: Report) -> Finding | None:
    """The first root finding, if it is more than information."""
    roots = report.roots
    return roots[0] if roots and roots[0].severity != "info" else None


def verdict_sentence(report: Report) -> str:
    """The verdict and the leading finding in one sentence that claims no more than was judged."""
    lead, roots = leading(report), report.roots
    if lead is not None:
        others = len([f for f in roots if f.severity != "info"]) - 1
        asides = [f"{lead.confidence} confidence"] if lead.confidence != "high" else []
        asides += [count(others, "more finding")] if others > 0 else []
        aside = f" ({'; '.join(asides)})" if asides else ""
        return f"{' '.join((lead.check, onset(lead))).strip()}{aside}: {sentence(lead.message)}"
    if report.verdict == "healthy":
        noted = f"; {count(len(roots), 'remark')} of no alarm" if roots else ""
        holds = report.signs["generalising"]
        caveat = f"; {evidence(holds)}" if holds.answer == "unknown" else ""
        return sentence(f"{evidence(report.signs['learning'])}{caveat}{noted}")
    open_signs = [f"{name}: {evidence(sign)}" for name, sign in report.signs.items() if decides(name, sign)]
    return sentence("; ".join(open_signs) or "nothing in this log shows how the training went")


def decides(name: str, sign: Sign) -> bool:
    """An unknown that stands between this run and a verdict."""
    return sign.answer == "unknown" and not sign.excused and name != "running"


def sentence(text: str) -> str:
    """Safe text that ends like a sentence."""
    text = safe(text)
    return text if text.endswith((".", "!", "?", "`")) else text + "."  # what is to be pasted stays as it is


def step(told: Step) -> str:
    """What to try, with the line to paste."""
    return f"{told.text.removesuffix('.')}: `{told.line}`" if told.line else told.text


def evidence(sign: Sign) -> str:
    """What shows the answer, in one line."""
    return "; ".join(sign.evidence)


def join(words: Sequence[str], limit: int) -> str:
    """`a, b, c and 4 more`."""
    shown = ", ".join(words[:limit])
    return f"{shown} and {len(words) - limit} more" if len(words) > limit else shown
