"""One file per illness. The module's name is the check's id (loss_spike.py is loss-spike).

A check is a module of this folder (not starting with "_") with
- a docstring in Markdown, which is its `explain` page, under fixed headings: a first line (what is wrong, one
  sentence), then `## What it means`, `## How it is measured`, `## Silent when`, `## Likely causes`, `## What to try`,
  `## Sources`. Causes and remedies are bullet lists: findings quote them, so they stand here and nowhere else;
- `SEVERITY`: a literal, the usual one; `EXPLAINS`: a literal tuple of check ids it makes consequences of;
- `SIGN`: a literal, the vital sign that a finding of it answers with no (`lossdoc.model.finding.SIGNS`);
- `NEEDS`: what it asks for, by parameter name (`lossdoc.judge.case.Need`, `Setting`); a dict, its first entry is
  the main curve;
- its numbers as `Limit`s at the top level, literals all of them; the docstring names them in braces (`{rise}`);
- `check(case, **needs) -> Iterator[Finding]`: called once per combination of curves; `case.finding(...)` makes
  findings, `raise Skip("why")` when the data do not allow a judgement.

`load` makes a `Check` of it, which is what everybody else knows.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, get_args

from msgspec import Struct

from lossdoc.judge.case import Needs
from lossdoc.model.finding import SIGNS, Finding, Severity, SignName

_PARTS = ("SEVERITY", "SIGN", "EXPLAINS", "NEEDS", "check")


class IncompleteCheck(TypeError):
    """A module of this folder that is no check yet; the text says what is missing."""


class Check(Struct, frozen=True):
    """An illness: how bad it usually is, which vital sign it bears on, what it looks at, and what follows from it."""

    id: str
    severity: Severity
    sign: SignName
    needs: Needs
    explains: Sequence[str]
    judge: Callable[..., Iterable[Finding]]  # (case, **needs)


def check_ids() -> list[str]:
    """Ids of all checks, without importing any."""
    return list(_found())


@cache
def _found() -> tuple[str, ...]:
    names = (m.name for m in pkgutil.iter_modules(__path__))
    return tuple(sorted(name.replace("_", "-") for name in names if not name.startswith("_")))


@cache
def load(check_id: str) -> Check:
    """The check of an id. IncompleteCheck where its module lacks something."""
    module = importlib.import_module(f"{__name__}.{check_id.replace('-', '_')}")
    said: dict[str, Any] = vars(module)
    if missing := [part for part in _PARTS if part not in said]:
        raise IncompleteCheck(f"{module.__file__}: {', '.join(missing)} missing")
    check = Check(check_id, said["SEVERITY"], said["SIGN"], said["NEEDS"], said["EXPLAINS"], said["check"])
    for part, value, known in (("SEVERITY", check.severity, get_args(Severity)), ("SIGN", check.sign, SIGNS)):
        if value not in known:
            raise IncompleteCheck(f"{module.__file__}: {part} is {value!r}, not one of {', '.join(known)}")
    return check
