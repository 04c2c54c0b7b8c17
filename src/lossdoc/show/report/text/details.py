"""Under each root finding: its consequences, likely causes, next steps, and what the log cannot prove."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from lossdoc.model.finding import Finding, Report
from lossdoc.show.report import Options
from lossdoc.show.report._numbers import numbered
from lossdoc.show.report._words import count, curve_name, place, sentence
from lossdoc.show.report.text._page import SEVERITY_STYLE

SHORT = 3  # bullets per heading without --verbose


def details(report: Report, options: Options) -> Iterator[Table | Text]:
    """A block per root finding. Findings of severity info are explained with --verbose only."""
    pairs = numbered(report)
    hidden = 0
    for number, root in pairs:
        if root.because_of is not None:
            continue
        if root.severity == "info" and not options.verbose:
            hidden += 1
            continue
        title = Text(f"{number} {root.check}", style=SEVERITY_STYLE[root.severity])
        title.append(f"  {root.severity}, {root.confidence} confidence", style="not bold default")
        yield title
        yield _block(root, [pair for pair in pairs if pair[1].because_of == root.id], options)
        yield Text("")
    if hidden:
        yield Text(f"{count(hidden, 'remark')} of severity info: causes and next steps with --verbose.", style="dim")
        yield Text("")


def _block(root: Finding, consequences: Sequence[tuple[str, Finding]], options: Options) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=2)
    grid.add_column(no_wrap=True, style="dim", width=13)
    grid.add_column(width=2, no_wrap=True)
    grid.add_column(ratio=1)
    rows = [
        ("consequences", [(number, _consequence(f)) for number, f in consequences]),
        ("likely causes", [("•", sentence(c)) for c in root.causes]),
        ("what to try", [("•", sentence(n)) for n in root.next]),
        ("cannot tell", [("•", sentence(c)) for c in root.cannot_tell]),
        ("read more", [("", f"lossdoc explain {root.check}")]),
    ]
    for heading, bullets in rows:
        shown = bullets if options.verbose else bullets[:SHORT]
        for index, (bullet, text) in enumerate(shown):
            grid.add_row("", heading if index == 0 else "", bullet, Text(text))
        if len(shown) < len(bullets):
            grid.add_row("", "", "", Text(f"{len(bullets) - len(shown)} more with --verbose", style="dim"))
    return grid


def _consequence(finding: Finding) -> str:
    where = ", ".join(part for part in (curve_name(finding), place(finding)) if part)
    return f"{finding.check}{f' ({where})' if where else ''}: {sentence(finding.message)}"
