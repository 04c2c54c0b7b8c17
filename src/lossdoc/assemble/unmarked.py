"""Scores whose key says of no data, and that stand where the held-out loss stands alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lossdoc.knowledge.words import named_split

if TYPE_CHECKING:
    from lossdoc.assemble.table import Table
    from lossdoc.knowledge import Knowledge

_RARER = 2  # times fewer rows than the training loss has (ours)


def mark_held_out(table: Table, knowledge: Knowledge) -> None:
    """A score beside "train_loss" and "val_loss", in the rows of the latter and in no other, is of held-out data."""
    import numpy as np

    buckets = table.buckets.values()
    held_out = [bucket for bucket in buckets if bucket.split == "eval"]
    most = max((len(bucket.rows) for bucket in buckets if bucket.split == "train" and bucket.known), default=0)
    elsewhere = {bucket.metric for bucket in held_out}
    for bucket in buckets:
        if (
            bucket.split == "train"
            and bucket.metric not in elsewhere
            and most >= _RARER * len(bucket.rows)
            and knowledge.metric(bucket.metric).merit == "score"
            and named_split(bucket.key) is None
            and any(np.array_equal(bucket.rows, other.rows) for other in held_out)
        ):
            bucket.split = "eval"
