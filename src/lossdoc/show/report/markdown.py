"""Markdown for a job summary or a comment: the verdicts in a table, then what is wrong with each run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lossdoc.model.finding import Answer, Finding, Report, Severity, Verdict
from lossdoc.show.report import Options, Result
from lossdoc.show.report._words import (
    count,
    curve_name,
    leading,
    place,
    run_name,
    safe,
    sentence,
    trainer_name,
    verdict_sentence,
)

NAME = "markdown"
TITLE = "Markdown for a job summary"

VERDICT_SIGN: dict[Verdict, str] = {"failing": "❌", "suspicious": "⚠️", "not judged": "❔", "healthy": "✅"}
SEVERITY_SIGN: dict[Severity, str] = {"error": "❌", "warning": "⚠️", "info": "ℹ️"}

_PASSED = {True: "✅", False: "❌"}
_ANSWER: dict[Answer, str] = {"yes": "✅", "no": "❌", "unknown": "❔"}

# Everything that begins markup in Markdown or HTML, a table cell, a mention or a formula.
_MARKUP = re.compile(r"[&<>|`*\[\]\\~$@#]|(?<=:)//|(?i:(?<=www)\.)")  # the last two: addresses become links unasked
# A name, an option, an assignment. What is longer or holds markup is no code of a document.
_CODE = re.compile(r"`([A-Za-z_][\w.=/, -]{1,60})`")


def write(result: Result, options: Options) -> str:
    """Sections worst first; `options.verbose` also lists what was not judged."""
    return "\n".join(_document(result, options)).rstrip() + "\n"


def _document(result: Result, options: Options) -> Iterator[str]:
    reports = result.worst_first
    yield "## lossdoc"
    yield ""
    if len(reports) > 1:
        yield from _table(("run", "verdict", "leading finding"), [_summary(report) for report in reports])
    for report in reports:
        if len(reports) == 1 or options.verbose or report.failed_gates or report.verdict in ("failing", "suspicious"):
            yield from _section(report, options)
    if result.not_read:
        yield "### Not read"
        yield ""
        rows = [(text(n.source), text(n.found), text(n.why)) for n in result.not_read]
        yield from _table(("input", "found", "why"), rows)


def _summary(report: Report) -> tuple[str, str, str]:
    lead = leading(report)
    where = place(lead) if lead else ""
    finding = f"`{lead.check}` {where}" if lead else ""
    return text(run_name(report.run)), f"{VERDICT_SIGN[report.verdict]} {report.verdict}", finding.strip()


def _section(report: Report, options: Options) -> Iterator[str]:
    run = report.run
    yield f"### {VERDICT_SIGN[report.verdict]} {report.verdict}: {text(run_name(run))}"
    yield ""
    yield text(verdict_sentence(report))
    yield ""
    if report.signs:
        rows = [(name, sign.answer, text(sign.evidence)) for name, sign in report.signs.items()]
        yield from _table(("sign", "", "evidence"), rows)
    yield f"{count(run.records, 'record')} from {text(run.format)}, trainer {text(trainer_name(run))}."
    yield ""
    if report.signs:
        signs = [
            (f"{_ANSWER[sign.answer]} {name}", sign.answer, text(sentence(sign.evidence)))
            for name, sign in report.signs.items()
        ]
        yield from _table(("sign", "answer", "evidence"), signs)
    if report.gates:
        gates = [(_PASSED[gate.passed], f"`{_code(gate.gate)}`", text(sentence(gate.why))) for gate in report.gates]
        yield from _table(("", "gate", "what was measured"), gates)
    if report.roots:
        found = [(_severity(f), f"`{f.check}`", _where(f), text(sentence(f.message))) for f in report.roots]
        yield from _table(("severity", "check", "where", "what was measured"), found)
    for finding in report.roots:
        yield from _details(finding, report)
    if report.skipped and options.verbose:
        skips = [(f"`{s.check}`", text(s.why)) for s in report.skipped]
        yield from _folded(f"{count(len(skips), 'check')} not judged", [*_table(("check", "why"), skips)])
    elif report.skipped:
        yield f"{count(len(report.skipped), 'check')} could not judge this run."
        yield ""


def _details(finding: Finding, report: Report) -> Iterator[str]:
    consequences = [f"`{f.check}`: {text(sentence(f.message))}" for f in report.consequences(finding)]
    blocks = [
        ("Consequences", consequences),
        ("Likely causes", [_advice(sentence(c)) for c in finding.causes]),
        ("What to try", [_advice(sentence(n)) for n in finding.next]),
        ("What the log cannot tell", [text(sentence(c)) for c in finding.cannot_tell]),
    ]
    lines: list[str] = []
    for title, bullets in blocks:
        if bullets:
            lines += [f"**{title}**", "", *(f"- {bullet}" for bullet in bullets), ""]
    if lines:
        yield from _folded(f"{finding.check} ({finding.confidence} confidence): what it means", lines)


def _folded(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield f"<details><summary>{title}</summary>"
    yield ""
    yield from lines
    yield "</details>"
    yield ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def _severity(finding: Finding) -> str:
    return f"{SEVERITY_SIGN[finding.severity]} {finding.severity}"


def _advice(words: str) -> str:
    """Advice of a document: names and settings that it writes as code stay code, everything else is plain text."""
    parts = _CODE.split(safe(words))
    return "".join(f"`{part}`" if index % 2 else _escaped(part) for index, part in enumerate(parts))


def _code(words: str) -> str:
    """Words of the user inside a code span of a table."""
    return safe(words).replace("`", "'").replace("|", "\\|")


def _where(finding: Finding) -> str:
    line = f"line {finding.line}" if finding.line is not None else ""
    return text(", ".join(part for part in (curve_name(finding), place(finding), line) if part))


def text(words: str) -> str:
    """Untrusted words as plain text of one line: what could be markup becomes a character reference."""
    return _escaped(safe(words))


def _escaped(words: str) -> str:
    return _MARKUP.sub(lambda m: "".join(f"&#{ord(char)};" for char in m.group()), words)
