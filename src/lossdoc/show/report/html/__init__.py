"""One HTML file that loads nothing: opens from a disk, in a mail, and as a build artifact.

Its one script moves the charts (see `explorer`); where it may not run, drawings stand in their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from lossdoc import __version__
from lossdoc.model.finding import Finding, Report
from lossdoc.show.report import Options, Result
from lossdoc.show.report._numbers import numbered
from lossdoc.show.report._panels import Panel, choose
from lossdoc.show.report._words import (
    count,
    curve_name,
    leading,
    onset,
    place,
    run_name,
    safe,
    sentence,
    trainer_name,
    verdict_sentence,
)
from lossdoc.show.report.html import explorer
from lossdoc.show.report.html._style import STYLE
from lossdoc.show.report.html._svg import chart

NAME = "html"
TITLE = "one HTML page with charts that load nothing"

_PASSED = {True: "passed", False: '<span class="error">failed</span>'}


def write(result: Result, options: Options) -> str:
    """All runs in full, worst first."""
    return "\n".join(_page(result, options)) + "\n"


def _page(result: Result, options: Options) -> Iterator[str]:
    reports = result.worst_first
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    style = STYLE + explorer.styles() if options.plots else STYLE
    yield f'<meta http-equiv="Content-Security-Policy" content="{explorer.policy(style)}">'
    yield f"<title>lossdoc: {count(len(reports), 'run')}</title><style>{style}</style></head><body>"
    yield f'<h1>lossdoc <span class="dim">{__version__}</span></h1>'
    if len(reports) > 1:
        yield from _table(("run", "verdict", "leading finding"), [_summary(n, r) for n, r in enumerate(reports)])
    for index, report in enumerate(reports):
        yield from _run(index, report, options)
    if result.not_read:
        yield "<h2>Without metrics</h2>"
        yield from _table(("input", "found", "why"), [(_t(n.source), _t(n.found), _t(n.why)) for n in result.not_read])
    if options.plots and reports:
        yield from explorer.scripts(reports)
    yield "</body></html>"


def _summary(index: int, report: Report) -> tuple[str, str, str]:
    lead = leading(report)
    finding = f"<code>{_t(lead.check)}</code> {_t(onset(lead))}" if lead else ""
    return f'<a href="#run{index}">{_t(run_name(report.run))}</a>', _verdict(report), finding


def _run(index: int, report: Report, options: Options) -> Iterator[str]:
    run = report.run
    yield f'<h2 id="run{index}">{_verdict(report)} {_t(run_name(run))}</h2><p>{_t(verdict_sentence(report))}</p>'
    yield from _table(("sign", "", "evidence"), [(n, s.answer, _t(s.evidence)) for n, s in report.signs.items()])
    facts = [("read", f"{count(run.records, 'record')} of {count(len(run.curves), 'curve')} from {run.format}")]
    facts.append(("trainer", trainer_name(run) + (f" ({run.trainer.why})" if run.trainer.why else "")))
    facts += [("settings", ", ".join(f"{key}={value}" for key, value in run.config.items()))] if run.config else []
    facts += [("note", note) for note in run.notes]
    yield f"<dl>{''.join(f'<dt>{name}</dt><dd>{_t(value)}</dd>' for name, value in facts)}</dl>"
    if report.signs:
        signs = [(name, sign.answer, _t(sentence(sign.evidence))) for name, sign in report.signs.items()]
        yield from _table(("sign", "answer", "evidence"), signs)
    if report.gates:
        gates = [(_PASSED[g.passed], f"<code>{_t(g.gate)}</code>", _t(sentence(g.why))) for g in report.gates]
        yield from _table(("", "gate", "what was measured"), gates)
    if options.plots:
        yield from explorer.charts(index, "".join(_figure(panel) for panel in choose(report, explorer.CHARTS)))
    pairs = numbered(report)
    roots = [(number, finding) for number, finding in pairs if finding.because_of is None]
    if roots:
        yield from _table(("#", "severity", "check", "where", "what was measured"), [_row(n, f) for n, f in roots])
    for number, finding in roots:
        yield from _details(index, number, finding, [p for p in pairs if p[1].because_of == finding.id])
    if report.skipped:
        yield f"<details><summary>{count(len(report.skipped), 'check')} not judged</summary>"
        yield from _table(("check", "why"), [(f"<code>{_t(s.check)}</code>", _t(s.why)) for s in report.skipped])
        yield "</details>"


def _figure(panel: Panel) -> str:
    first = panel.curves[0]
    names = [c.split if c.metric == first.metric else c.name for c in panel.curves]
    legend = "".join(f' <span class="k{rank}">&#9632; {_t(name)}</span>' for rank, name in enumerate(names))
    title = _t(first.metric + "".join(f" ({value})" for value in first.labels.values()))
    return f"<figure><figcaption><b>{title}</b>{legend}</figcaption>{chart(panel)}</figure>"


def _row(number: str, finding: Finding) -> tuple[str, ...]:
    line = f"line {finding.line}" if finding.line is not None else ""
    where = ", ".join(part for part in (curve_name(finding), place(finding), line) if part)
    severity = f'<span class="{finding.severity}">{finding.severity}</span>'
    return number, severity, f"<code>{_t(finding.check)}</code>", _t(where), _t(sentence(finding.message))


def _details(run: int, number: str, finding: Finding, consequences: Sequence[tuple[str, Finding]]) -> Iterator[str]:
    names = [f"{n} {f.check}: {sentence(f.message)}" for n, f in consequences]
    blocks = [
        ("likely causes", [sentence(cause) for cause in finding.causes]),
        ("what to try", [sentence(step) for step in finding.next]),
        ("cannot tell", [sentence(limit) for limit in finding.cannot_tell]),
    ]
    yield f'<h3 id="{explorer.anchor(run, number)}" class="{finding.severity}">{number} {_t(finding.check)}</h3>'
    yield f'<p class="dim">{finding.severity}, {finding.confidence} confidence; more: '
    yield f"<code>lossdoc explain {_t(finding.check)}</code></p><dl>"
    if consequences:
        items = (
            f'<li id="{explorer.anchor(run, n)}">{_t(name)}</li>'
            for (n, _), name in zip(consequences, names, strict=True)
        )
        yield f"<dt>consequences</dt><dd><ul>{''.join(items)}</ul></dd>"
    for title, bullets in blocks:
        if bullets:
            yield f"<dt>{title}</dt><dd><ul>{''.join(f'<li>{_t(bullet)}</li>' for bullet in bullets)}</ul></dd>"
    yield "</dl>"


def _verdict(report: Report) -> str:
    return f'<span class="badge {report.verdict.replace(" ", "-")}">{report.verdict}</span>'


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Cells are HTML already."""
    yield f"<table><tr>{''.join(f'<th>{cell}</th>' for cell in head)}</tr>"
    for row in rows:
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
    yield "</table>"


def _t(words: object) -> str:
    """Untrusted words as harmless text of one line."""
    return escape(safe(words))
