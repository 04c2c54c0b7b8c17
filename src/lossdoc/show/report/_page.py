"""The report of one run as blocks, in the order in which every medium shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from lossdoc.model.finding import Answer, Finding, Report, Severity, Sign, Step, Verdict
from lossdoc.model.run import Run
from lossdoc.show.blocks import Block, Lists, Text
from lossdoc.show.blocks.table import Column, Table
from lossdoc.show.report import Options
from lossdoc.show.report._numbers import anchor, numbered
from lossdoc.show.report._words import count, curve_name, place, run_name, safe, sentence, step, verdict_sentence

SEVERITY_GLYPH: dict[Severity, str] = {"error": "✗", "warning": "▲", "info": "•"}
VERDICT_STYLE: dict[Verdict, str] = {
    "failing": "error",
    "suspicious": "warning",
    "not judged": "unsure",
    "healthy": "good",
}
VERDICT_GLYPH: dict[Verdict, str] = {"failing": "✗", "suspicious": "▲", "not judged": "?", "healthy": "✓"}
ANSWER_STYLE: dict[Answer, str] = {"yes": "good", "no": "error", "unknown": "unsure"}
ANSWER_GLYPH: dict[Answer, str] = {"yes": "✓", "no": "✗", "unknown": "?"}

NARROW, NARROWEST = 100, 64  # columns below which a finding's place, and its text, stand under its name


class Room(Struct, frozen=True):
    """How much of a report is shown, so that it fits where it goes.

    rows: of a chart; evidence: each sign with its own on a line; facts: all of what was read, else one line;
    brief: the first clause of causes and steps, no heads and no empty lines; findings: rows of the table, with advice
    on the first one only, None = all of both; advice: causes and steps of a finding; run: its number on a page with
    several.
    """

    rows: int = 12
    evidence: bool = True
    facts: bool = True
    brief: bool = False
    findings: int | None = None
    advice: int = 3
    run: int = 0


def gates(report: Report) -> Iterator[Block]:
    """A line that counts, and a row for each gate, failed ones first; nothing where none was asked for."""
    if not report.gates:
        return
    failed = report.failed_gates
    told = f"{len(failed)} of {len(report.gates)} failed" if failed else "all passed"
    yield Text(f"Gates: {told}", "error" if failed else "good")
    columns = [Column(wrap=False), Column("gate", most=40), Column("what was measured", share=True)]
    rows = [
        [Text("✓", "good") if gate.passed else Text("✗", "error"), _code(gate.gate), Text(sentence(gate.why))]
        for gate in sorted(report.gates, key=lambda gate: gate.passed)
    ]
    yield Table(columns, rows, bare=True)
    yield Text("")


def findings(report: Report, width: int, room: Room) -> Iterator[Block]:
    """The table of root findings, worst first."""
    if not report.roots:
        return
    heads = _heads(width)
    columns = [Column("#", wrap=False), Column("severity", wrap=False)]
    columns += [Column(head, most=width * 2 // 5) for head in heads[:-1]]
    columns.append(Column(heads[-1], share=True))
    rows = []
    for index, finding in enumerate(report.roots[: room.findings], 1):
        place_of = anchor(room.run, str(index))
        where = Text("\n".join(_where(finding, report.run)), "dim" if len(heads) < 3 else "", anchor=place_of)
        parts = [_code(finding.check), where, Text(sentence(finding.message))]
        merged = _stacked([part for part in parts[: 4 - len(heads)] if part.plain])
        rows.append([Text(str(index)), severity(finding), merged, *parts[4 - len(heads) :]])
    yield Table(columns, rows, heads=not room.brief)
    if len(rows) < len(report.roots):
        yield Text(f"{count(len(report.roots) - len(rows), 'more finding')} (-v)", "dim")
    yield Text("")


def _stacked(parts: Sequence[Text]) -> Text:
    made = Text()
    for number, part in enumerate(parts):
        made.append("\n" if number else "").append(part)
    return made


def _heads(width: int) -> list[str]:
    if width < NARROWEST:
        return ["finding"]
    return ["check", "what was measured"] if width < NARROW else ["check", "where", "what was measured"]


def _where(finding: Finding, run: Run) -> Iterator[str]:
    if name := curve_name(finding, run):
        yield name
    line = f"line {finding.line}" if finding.line is not None else ""
    spot = ", ".join(part for part in (place(finding), line) if part)
    if spot:
        yield safe(spot)
    if finding.confidence != "high":
        yield f"{finding.confidence} confidence"


def advice(report: Report, options: Options, room: Room) -> Iterator[Block]:
    """Of each root finding: its consequences, likely causes, next steps, and what the log cannot prove."""
    pairs = numbered(report)
    whole = options.verbose or report.verdict == "not judged"  # what is only noted says what to do then
    loud = [pair for pair in pairs if pair[1].because_of is None and (whole or pair[1].severity != "info")]
    shown = loud if room.findings is None else loud[:1]
    for number, root in shown:
        lead = Text(number, root.severity) if len(report.roots) > 1 else None
        rows = list(_advice(root, report.run, [pair for pair in pairs if pair[1].because_of == root.id], options, room))
        if rows:
            yield Lists(rows, lead)
            yield Text("")


def _advice(
    root: Finding, run: Run, consequences: Sequence[tuple[str, Finding]], options: Options, room: Room
) -> Iterator[tuple[str, Sequence[Text]]]:
    so = [_consequence(number, finding, run, anchor(room.run, number)) for number, finding in consequences]
    if room.brief and so:
        so = [Text(", ".join(f"{number} {finding.check}" for number, finding in consequences))]
    listed = [
        ("so", so),
        ("causes", [_told(cause, room) for cause in root.causes]),
        ("try", [_tried(one, room) for one in root.next]),
        ("unsure", [_told(limit, room) for limit in root.cannot_tell] if not room.brief else []),
    ]
    for name, items in listed:
        if items:
            yield name, items if options.verbose else items[: room.advice]
    if options.verbose:
        yield "more", [Text("lossdoc explain ").append(root.check, "code")]


def _told(words: str, room: Room) -> Text:
    """Advice of a document, whose `names` are code; the first clause where room is short."""
    from lossdoc.show.pages._text import inline

    return inline(first_clause(safe(words)) if room.brief else sentence(words))


def _tried(one: Step, room: Room) -> Text:
    """The same of a step, and the line to paste."""
    from lossdoc.show.pages._text import inline

    if not (room.brief and one.line):
        return _told(step(one), room)
    return inline(step(Step(first_clause(safe(one.text)), safe(one.line))))


_CLAUSE_ENDS = (": ", "; ", ". ", " (", ", ")
_WHEN = ("For ", "If ", "With ", "Where ", "When ", "In ")
_SHORTEST = 12  # characters of a clause that says something


def first_clause(words: str) -> str:
    """What stands before the first colon, semicolon, full stop or bracket outside code; else the whole.

    What only says when (`For reinforcement learning: ...`) is no clause that says what.
    """
    if words.startswith(_WHEN):
        return words.removesuffix(".")
    for ends in (_CLAUSE_ENDS[:-1], _CLAUSE_ENDS[-1:]):
        cuts = [at for end in ends if (at := words.find(end, _SHORTEST)) > 0 and words.count("`", 0, at) % 2 == 0]
        if cuts and (ends != _CLAUSE_ENDS[-1:] or len(words) > 66):
            return words[: min(cuts)]
    return words.removesuffix(".")


def _consequence(number: str, finding: Finding, run: Run, place_of: str) -> Text:
    where = ", ".join(part for part in (curve_name(finding, run), place(finding)) if part)
    text = Text(f"{number} ", anchor=place_of).append(finding.check, "code").append(f" ({where})" if where else "")
    return text.append(f": {sentence(finding.message)}")


def signs(report: Report, width: int, room: Room) -> Iterator[Block]:
    """The five vital signs; where there is little room in one line, with what keeps the run from being judged."""
    if not room.evidence:
        line = Text()
        for name, sign in report.signs.items():
            line.append("  " if line.spans else "").append(ANSWER_GLYPH[sign.answer], ANSWER_STYLE[sign.answer])
            line.append(f" {name}")
        yield line
        if report.verdict == "not judged":
            yield Text(verdict_sentence(report))
        return
    heads = [f"{name}{sign.answer}" for name, sign in report.signs.items()]
    width -= 2 * _GAP + max(map(len, heads), default=0)
    rows = []
    told: list[str] = []
    found = {finding.id: number for number, finding in enumerate(report.roots, 1)}
    for name, sign in report.signs.items():
        row = found.get(sign.finding or "")
        told += (evidence := [f"finding {row}"] if row else _evidence(sign, width, told))
        why = Text("; ".join(evidence), target=f"#{anchor(room.run, str(row))}" if row else "")
        rows.append([Text(name), Text(sign.answer, ANSWER_STYLE[sign.answer]), why])
    yield Table(
        [Column("sign", wrap=False), Column("answer", wrap=False), Column("evidence", share=True)], rows, bare=True
    )


_GAP = 2  # columns between those of a table without lines


def _evidence(sign: Sign, width: int, told: Sequence[str]) -> list[str]:
    """Of several measures those that a line holds, at least one, and none that an earlier sign told."""
    measures = [safe(one) for one in sign.evidence]
    measures = [one for one in measures if one not in told] or measures
    while len(measures) > 1 and len("; ".join(measures)) > width:
        measures.pop()
    return measures


def verdict(report: Report) -> Text:
    """`✗ FAILING  run.log`."""
    title = Text(f"{VERDICT_GLYPH[report.verdict]} {report.verdict.upper()}", VERDICT_STYLE[report.verdict])
    return title.append("  ").append(run_name(report.run), "bold")


def one_line(report: Report) -> Text:
    """The line of --quiet: verdict, run, sentence."""
    text = Text(f"{VERDICT_GLYPH[report.verdict]} {report.verdict}", VERDICT_STYLE[report.verdict])
    return text.append(f"  {run_name(report.run)}: {verdict_sentence(report)}")


def severity(finding: Finding) -> Text:
    return Text(f"{SEVERITY_GLYPH[finding.severity]} {finding.severity}", finding.severity)


def _code(words: str) -> Text:
    return Text(safe(words), "code")
