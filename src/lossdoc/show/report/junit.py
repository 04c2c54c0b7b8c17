"""JUnit XML for build servers: a training run is a suite, a finding a case, an error a failure."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from lossdoc.model.finding import Finding, NotRead, Outcome, Report
from lossdoc.show.report import Options, Result
from lossdoc.show.report._gates import GATE, failure
from lossdoc.show.report._words import curve_name, evidence, place, run_name, safe, sentence, step, verdict_sentence

NAME = "junit"
TITLE = "JUnit XML for build servers"


def write(result: Result, options: Options) -> str:  # noqa: ARG001
    """Warnings and remarks pass and are told as output of their case, so that the build follows the exit code."""
    return "\n".join(_document(result)) + "\n"


def _document(result: Result) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<testsuites name="lossdoc">'
    for report in result.worst_first:
        yield from _suite(report)
    if result.not_read:
        errors = sum(n.named for n in result.not_read)
        skipped = len(result.not_read) - errors
        count = f'tests="{len(result.not_read)}" failures="0" errors="{errors}" skipped="{skipped}"'
        yield f'  <testsuite name="no metrics" {count}>'
        for unread in result.not_read:
            yield from _not_read(unread)
        yield "  </testsuite>"
    yield "</testsuites>"


def _suite(report: Report) -> Iterator[str]:
    name, roots = _attribute(run_name(report.run)), report.roots
    failures = sum(_fails(finding) for finding in roots) + len(report.failed_gates)
    tests = 1 + len(roots) + len(report.gates) + len(report.passed) + len(report.skipped)
    yield (
        f'  <testsuite name={name} tests="{tests}" failures="{failures}" errors="0" skipped="{len(report.skipped)}">'
    )
    yield f'    <testcase classname={name} name="verdict">'
    told = [f"{report.verdict}: {verdict_sentence(report)}"]
    told += [f"{sign}: {found.answer}: {sentence(evidence(found))}" for sign, found in report.signs.items()]
    yield "      <system-out>" + _text("\n".join(told)) + "</system-out>"
    yield "    </testcase>"
    for finding in roots:
        yield from _case(finding, report, name)
    for gate in report.gates:
        yield from _gate(gate, name)
    yield from (f"    <testcase classname={name} name={_attribute(check)}/>" for check in report.passed)
    for skip in report.skipped:
        yield f"    <testcase classname={name} name={_attribute(skip.check)}>"
        yield f"      <skipped message={_attribute(skip.why)}/>"
        yield "    </testcase>"
    yield "  </testsuite>"


def _case(finding: Finding, report: Report, name: str) -> Iterator[str]:
    curve = curve_name(finding, report.run)
    title = _attribute(f"{finding.check} ({curve})" if curve else finding.check)
    body = _text("\n".join(_told(finding, report)))
    yield f"    <testcase classname={name} name={title}>"
    if _fails(finding):
        yield f'      <failure type="error" message={_attribute(finding.message)}>{body}</failure>'
    else:
        yield f"      <system-out>{body}</system-out>"
    yield "    </testcase>"


def _fails(finding: Finding) -> bool:
    return finding.severity == "error" and not finding.known


def _gate(gate: Outcome, name: str) -> Iterator[str]:
    yield f"    <testcase classname={name} name={_attribute(f'{GATE} {gate.gate}')}>"
    if gate.passed:
        yield f"      <system-out>{_text(sentence(gate.why))}</system-out>"
    else:
        yield f'      <failure type="{GATE}" message={_attribute(failure(gate))}/>'
    yield "    </testcase>"


def _told(finding: Finding, report: Report) -> Iterator[str]:
    line = f"line {finding.line}" if finding.line is not None else ""
    where = ", ".join(part for part in (safe(finding.file or report.run.source), line, place(finding)) if part)
    yield f"{finding.severity}, {finding.confidence} confidence: {sentence(finding.message)}"
    yield where
    yield from (f"Consequence: {f.check}: {sentence(f.message)}" for f in report.consequences(finding))
    yield from (f"Likely cause: {sentence(cause)}" for cause in finding.causes)
    yield from (f"What to try: {sentence(step(told))}" for told in finding.next)
    yield f"More: lossdoc explain {finding.check}"


def _not_read(unread: NotRead) -> Iterator[str]:
    tag = "error" if unread.named else "skipped"
    yield f'    <testcase classname="no metrics" name={_attribute(unread.source)}>'
    yield f"      <{tag} message={_attribute(f'found {unread.found}; {unread.why}')}/>"
    yield "    </testcase>"


def _attribute(text: str) -> str:
    return quoteattr(_printable(safe(text)))


def _text(text: str) -> str:
    return escape(_printable(text))


def _printable(text: str) -> str:
    """XML 1.0 has no way to write these two, not even as a reference."""
    return text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
