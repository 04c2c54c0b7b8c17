"""The discriminator wins: its loss is near 0 for long while the generator's rises.

## What it means
A discriminator that is always right gives the generator no direction. Oscillation is how these games look when they
work; a discriminator at 0 that stays there is the end of the game.

## How it is measured
Over the last quarter of the run the discriminator's running median is below {share} of its own early level and below
{near-zero}, and the generator's loss stands above its early level, surely ({sure} standard errors). A warning, also in
a short log: the last {behind} records of the discriminator are at most {dead} and the generator's end at {left-behind}
its first; or all of the discriminator's are, and no score of what is generated (PSNR, SSIM, FID) moved. Several
domains are judged one by one.

## Silent when
- critics of Wasserstein losses, which take negative values
- oscillation, and losses around ln 2
- the generator's loss falls

## Likely causes
- A discriminator that learns much faster: more steps, a higher rate, more capacity.
- Data too few for it not to memorise them.

## What to try
- Lower the discriminator's learning rate or its number of steps; label smoothing on the real side.
- A gradient penalty or spectral normalisation.
- Augment what the discriminator sees.

## Sources
- Goodfellow et al., arXiv 1406.2661: equilibrium at ln 2 per term, vanishing gradient of a perfect discriminator.
- Sizes: ours; no labelled run has this fault, so the check informs, but where the discriminator reads next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from lossdoc.checks._loss import number, step
from lossdoc.judge.case import Case, Need, Skip
from lossdoc.judge.merit import Course, Measure, course, measures, said
from lossdoc.model.finding import Finding, Severity, SignName
from lossdoc.model.limit import Limit
from lossdoc.signal import difference, level, median, noise, smooth

if TYPE_CHECKING:
    from lossdoc.model.run import Curve, Floats

SEVERITY: Severity = "info"
SIGN: SignName = "stable"
EXPLAINS = ("zero-loss", "loss-collapse", "divergence")
SHARE = Limit(0.2, "share of the discriminator's first level", "ours")
NEAR_ZERO = Limit(0.1, "nats", "ours: the equilibrium is ln 2 per term")
SURE = Limit(3.0, "standard errors", "ours")
RECORDS = Limit(40, "records", "ours: a median of fewer wanders")
DEAD = Limit(0.001, "nats", "ours: a discriminator that is right 999 times in 1000 leaves the generator no gradient")
BEHIND = Limit(5, "records", "ours: a discriminator that works does not read 0 five times in a row")
LEFT_BEHIND = Limit(2.0, "times the generator's first loss", "ours")
NEEDS = {
    "critic": Need("discriminator_loss", points=BEHIND, each=True),
    "maker": Need("generator_loss", points=BEHIND),
}


def check(case: Case, critic: Curve, maker: Curve) -> Iterator[Finding]:
    if dict(critic.labels) != dict(maker.labels) or np.any(critic.values < 0):
        return
    at = beaten(critic.values)
    if at is not None and (found := over(case, critic, maker, at)) is not None:
        yield found
        return
    if min(len(critic), len(maker)) < RECORDS:
        raise Skip(f"{min(len(critic), len(maker))} records are too few unless the discriminator reads next to nothing")
    d, g = smooth(critic.values), maker.values
    last = d[-(len(d) // 4) :]
    start = max(5, len(d) // 50)
    early = median(critic.values[:start])
    limit = min(NEAR_ZERO.value, SHARE * early)
    if early <= 0 or float(np.quantile(last, 0.9)) >= limit:
        return
    rise = difference(level(g[: max(5, len(g) // 50)], noise(g)), level(g[-(len(g) // 5) :], noise(g)))
    if rise.value <= 0 or rise.score < SURE:
        return
    above = np.flatnonzero(d >= limit)
    first = 0 if not len(above) else min(len(d) - 1, int(above[-1]) + 1)
    yield case.finding(
        critic,
        f"the discriminator's loss stays at {median(last):.2g} (early {early:.3g}) while the generator's rose by "
        f"{rise.value:.3g}",
        first=first,
        detected=min(len(d) - 1, first + len(d) // 10),
        confidence="medium",
        measured={"early": early, "late": median(last), "generator_rise": rise.value},
    )


def over(case: Case, critic: Curve, maker: Curve, at: int) -> Finding | None:
    """The game is lost where the generator fell behind, or where nothing that it makes got better from the start."""
    still = unmoved(case) if at == 0 else []
    measured: dict[str, float | int]
    if still:
        went = still[0][1]
        most = float(np.max(critic.values))
        text = f"at most {most:.2g} in all {len(critic)} records, and no score moved: {said(*still[0])}"
        measured = {"most": most, "records": len(critic), "first": went.first, "last": went.last, "best": went.best}
    elif median(maker.values[-int(BEHIND) :]) >= LEFT_BEHIND * float(maker.values[0]) > 0:
        most, first, last = float(np.max(critic.values[at:])), float(maker.values[0]), float(maker.values[-1])
        text = f"at most {most:.2g} from {step(critic, at)} on, and the generator's went from {number(first)}"
        text += f" to {number(last)}"
        measured = {"most": most, "generator_first": first, "generator_last": last}
    else:
        return None
    return case.finding(
        critic,
        f"the discriminator's loss is {text}",
        first=at,
        detected=min(len(critic) - 1, at + int(BEHIND) - 1),
        severity="warning",
        confidence="high" if len(critic) - at >= 2 * BEHIND else "medium",
        measured=measured,
    )


def beaten(critic: Floats) -> int | None:
    """From where on the discriminator's loss is next to nothing to the end."""
    above = np.flatnonzero(critic > DEAD)
    at = int(above[-1]) + 1 if len(above) else 0
    return at if len(critic) - at >= BEHIND else None


def unmoved(case: Case) -> list[tuple[Measure, Course]]:
    """The scores of what is generated, if there are any and none of them moved."""
    scores = [(m, c) for m in measures(case.run, case.knowledge) if m.role == "score" and (c := course(m)) is not None]
    still = all(c.went == "flat" and len(m.curve) >= BEHIND for m, c in scores)
    return scores if still else []
