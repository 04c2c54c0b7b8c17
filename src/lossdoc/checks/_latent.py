"""Models that encode and decode: what their decoder is trained by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lossdoc.knowledge.words import plain

if TYPE_CHECKING:
    from lossdoc.judge.case import Case
    from lossdoc.model.run import Curve

_RECONSTRUCTION = frozenset({"recon", "recons", "reconstr", "reconstruction", "rec", "reconst"})


def reconstruction(case: Case, beside: Curve) -> Curve | None:
    """The reconstruction loss of the same split; None where none is logged."""
    return next(
        (c for c in case.run.curves if c.split == beside.split and _RECONSTRUCTION & set(plain(c.key).split("_"))),
        None,
    )
