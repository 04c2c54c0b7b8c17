"""Scores whose key says of no data, and that stand where the held-out loss stands alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lossdoc.knowledge.words import named_split

if TYPE_CHECKING:
    from lossdoc.assemble.table import Table
    from lossdoc.knowledge import Knowledge

_RARER = 2  # times fewer rows than the training loss has (ours)
_APART = 0.05  # share of the training loss: what is nearer may be the same, of a batch or of an epoch (ours)


def mark_held_out(table: Table, knowledge: Knowledge) -> None:
    """A score beside "train_loss" and "val_loss", in the rows of the latter and in no other, is of held-out data."""
    import numpy as np

    _mark_beside_training(table, knowledge)
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


def _mark_beside_training(table: Table, knowledge: Knowledge) -> None:
    """A loss without a word of its split, in the rows of a "train_loss" and far from it, is that of the other data; so
    are the scores in these rows. In one row an epoch: a batch and the mean of an epoch differ as well."""
    import numpy as np

    unnamed = [b for b in table.buckets.values() if b.split == "train" and named_split(b.key) is None]
    named = [b for b in table.buckets.values() if named_split(b.key) == "train" and b.metric == "loss"]
    if len(named) != 1 or any(bucket.split != "train" for bucket in table.buckets.values()):
        return
    rows, trained = named[0].rows, named[0].values
    beside = [b for b in unnamed if np.array_equal(b.rows, rows)]
    losses = [b for b in beside if b.metric == "loss"]
    once = len(rows) > 1 and bool((np.diff(table.epochs[rows]) > 0).all())
    if len(losses) != 1 or not once or not np.median(np.abs(losses[0].values - trained) - _APART * np.abs(trained)) > 0:
        return
    for bucket in beside:
        if bucket is losses[0] or knowledge.metric(bucket.metric).merit == "score":
            bucket.split = "eval"
