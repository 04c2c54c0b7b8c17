"""Numbers of findings: roots are 1, 2, 3; consequences of the first are 1a, 1b. They tie table, plots and details."""

from __future__ import annotations

from lossdoc.model.finding import Finding, Report


def numbered(report: Report) -> list[tuple[str, Finding]]:
    """Every finding with its number, roots in their order and each followed by its consequences."""
    pairs: list[tuple[str, Finding]] = []
    for index, root in enumerate(report.roots, 1):
        pairs.append((str(index), root))
        pairs += [(f"{index}{_letters(n)}", finding) for n, finding in enumerate(report.consequences(root))]
    return pairs


def anchor(run: int, number: str) -> str:
    """The place of a finding on a page of several runs."""
    return f"run{run}-finding{number}"


def _letters(n: int) -> str:
    return (_letters(n // 26 - 1) if n >= 26 else "") + chr(ord("a") + n % 26)
