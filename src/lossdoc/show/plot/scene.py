"""What one plot shows, in whatever medium: curves, findings, the ranges of both axes, and what may be left out.

`canvas.py` draws a scene in a terminal, `svg.py` in a page, `spark.py` on one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from lossdoc.show.plot.thin import pieces, thin
from lossdoc.show.plot.ticks import labels, power_labels, powers, ticks, widened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lossdoc.model.finding import Severity

    Floats = NDArray[np.float64]

_LARGEST = 1e300  # differences of larger values are not finite


class Series(Struct, frozen=True, eq=False):
    """A curve as drawn: x, y of shape (points,). `rank` says which pen and ink; `behind`: faintly, as what was logged
    lies behind its smoothed curve."""

    x: Floats
    y: Floats
    name: str = ""
    rank: int = 0
    behind: bool = False


class Mark(Struct, frozen=True):
    """Where a finding begins: a line across the plot with a short label, and what it stands for in full."""

    x: float
    label: str
    severity: Severity
    name: str = ""


class Scene(Struct, frozen=True, eq=False, dict=True):
    """Curves in the order of their legend, on one pair of axes; `axis` names the x axis."""

    series: Sequence[Series]
    marks: Sequence[Mark] = ()
    axis: str = "step"
    log: bool = False

    def drawn(self) -> Iterator[Series]:
        """What lies behind comes first, what was asked for last, so that nothing hides it."""
        yield from (one for one in self.series if one.behind)
        yield from (one for one in reversed(self.series) if not one.behind)

    def heights(self, one: Series) -> Floats:
        """Where its points stand on the y axis: by their logarithms, or bounded; shape (points,)."""
        import numpy as np

        with np.errstate(all="ignore"):  # minus infinity has no logarithm and is drawn as what it is
            y = np.log10(one.y) if self.log else np.clip(one.y, -_LARGEST, _LARGEST)
        return np.where(np.isfinite(one.y), y, one.y)

    @cached_property
    def x(self) -> tuple[float, float]:
        import numpy as np

        return _range([*(one.x for one in self.series), np.array([mark.x for mark in self.marks])])

    @cached_property
    def y(self) -> tuple[float, float]:
        """On a log axis these are exponents."""
        return _range([self.heights(one) for one in self.series])

    @property
    def broken(self) -> bool:
        """Something is no number, or infinite."""
        import numpy as np

        return any(not np.isfinite(self.heights(one)).all() for one in self.series)

    def x_ticks(self, most: int) -> list[tuple[float, str]]:
        values = ticks(*self.x, most=most, whole=self.axis != "epoch")
        return [*zip(values, labels(values), strict=True)]

    def y_ticks(self, most: int) -> list[tuple[float, str]]:
        values = powers(*self.y, most=most) if self.log else ticks(*self.y, most=most)
        return [*zip(values, power_labels(values) if self.log else labels(values), strict=True)]

    def courses(self, one: Series, columns: int) -> Iterator[tuple[Floats, Floats]]:
        """The pieces of a curve that `columns` columns cannot do without, none across what is not finite."""
        y = self.heights(one)
        for part in pieces(thin(one.x, y, *self.x, columns), y):
            yield one.x[part], y[part]

    def sick(self, one: Series, columns: int) -> Iterator[tuple[float, bool]]:
        """Where what is not finite is marked, one mark a column: x, and whether it stands above (infinity)."""
        import numpy as np

        y, (low, high) = self.heights(one), self.x
        for found, above in ((np.isnan(y) | np.isneginf(y), False), (np.isposinf(y), True)):
            x = one.x[found]
            first = np.unique(((x - low) / (high - low) * columns).astype(np.int64), return_index=True)[1]
            yield from ((at, above) for at in x[first].tolist())


def _range(arrays: Sequence[Floats]) -> tuple[float, float]:
    import numpy as np

    values = np.concatenate([a[np.isfinite(a)] for a in arrays])
    return widened(float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
