"""One file per illness. The module's name is the check's id (loss_spike.py is loss-spike).

A check is a module of this folder (not starting with "_") with
- a docstring in Markdown, which is its `explain` page, under fixed headings: a first line (what is wrong, one
  sentence), then `## What it means`, `## How it is measured`, `## Silent when`, `## Likely causes`, `## What to try`,
  `## Sources`. Causes and remedies are bullet lists: findings quote them, so they stand here and nowhere else;
- `SEVERITY`: a literal, the usual one; `EXPLAINS`: a literal tuple of check ids it makes consequences of;
- `SIGN`: a literal, the vital sign that a finding of it answers with no (`lossdoc.model.finding.SIGNS`);
- `NEEDS`: what it asks for, by parameter name (`lossdoc.judge.case.Need`, `Setting`); a dict, its first entry is
  the main curve;
- `check(case, **needs) -> Iterator[Finding]`: called once per combination of curves; `case.finding(...)` makes
  findings, `raise Skip("why")` when the data do not allow a judgement.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Protocol

from lossdoc.judge.case import Case, Needs
from lossdoc.model.finding import Finding, Severity, SignName


class Check(Protocol):
    """The interface of a check; modules satisfy it."""

    __doc__: str
    SEVERITY: Severity
    SIGN: SignName
    EXPLAINS: Sequence[str]
    NEEDS: Needs

    def check(self, case: Case, **needs: Any) -> Iterable[Finding]: ...


def check_ids() -> list[str]:
    """Ids of all checks, without importing any."""
    return list(_found())


@cache
def _found() -> tuple[str, ...]:
    names = (m.name for m in pkgutil.iter_modules(__path__))
    return tuple(sorted(name.replace("_", "-") for name in names if not name.startswith("_")))


@cache
def load(check_id: str) -> Check:
    """The module of a check."""
    module: Any = importlib.import_module(f"{__name__}.{check_id.replace('-', '_')}")
    found: Check = module
    return found
