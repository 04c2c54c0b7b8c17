"""lossdoc compare against several baselines: one training with other seeds, whose spread is the noise."""

from __future__ import annotations

import json
from pathlib import Path

from lossdoc.comparison import Choice, compare
from lossdoc.model.finding import Finding
from lossdoc.model.run import Run
from lossdoc.show.comparison._sentences import sentences
from tests.test_compare import OPTIONS, call, decay, held, reported, run, written


def of_seed(seed: int, floor: float) -> Run:
    return run(f"seed{seed}", [decay(300, floor, seed=seed)])


SEEDS = [of_seed(1, 1.0), of_seed(201, 1.02), of_seed(401, 0.99), of_seed(601, 1.01)]
FOUR = (1, 2, 3, 4)


def test_the_spread_of_several_baselines_is_the_noise() -> None:
    worse, alike = of_seed(801, 1.3), of_seed(1001, 1.015)
    assert held(SEEDS[0], worse).regressions == []  # half of the progress is far away
    found = held(*SEEDS, worse, alike, baselines=FOUR)
    assert [c.standing for c in found.conclusions] == ["worse", "no difference"]
    assert found.regressions == [(5, "loss")]
    assert "the mean of 4 baselines (" in sentences(found.conclusions[0], found)[0]
    assert held(*SEEDS, worse, baselines=FOUR, tolerance=0.3).regressions == []
    # Which of them comes first changes nothing, and neither does a run between them.
    assert held(worse, *SEEDS, baselines=[5, 2, 3, 4]).regressions == [(1, "loss")]


def test_a_run_among_baselines_that_lie_far_apart_is_no_regression() -> None:
    far = [of_seed(1, 1.0), of_seed(201, 3.4), of_seed(401, 1.2)]
    assert held(*far, of_seed(601, 3.0), baselines=[1, 2, 3]).regressions == []
    assert held(far[0], of_seed(601, 3.0)).regressions


def test_a_finding_of_one_baseline_is_known() -> None:
    spike = Finding("loss-spike", "warning", "high", "one spike of 7", "loss", "train")
    new = reported(of_seed(801, 1.0), spike)
    without = [reported(one) for one in SEEDS]
    had = [reported(SEEDS[0], spike), *without[1:]]
    assert compare([*had, new], OPTIONS.knowledge, Choice(baselines=FOUR)).regressions == []
    found = compare([*without, new], OPTIONS.knowledge, Choice(baselines=FOUR))
    assert sentences(found.conclusions[0], found)[0].startswith("loss-spike is new, no baseline has it")


def test_a_folder_of_baselines_is_the_yardstick(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    seeds = [written(tmp_path / "seeds", f"seed{number}", 1.0, 100 * number) for number in range(1, 5)]
    folder, new = str(tmp_path / "seeds"), written(tmp_path, "new", 1.4, 601)
    first = json.loads(call(folder, new, "-f", "json").stdout)["compare"]
    assert first["baselines"] == [1, 2, 3, 4]
    assert first["conclusions"][0]["regressions"] == ["loss"]
    second = json.loads(call(new, *seeds, "-f", "json", "--baseline", "2,3", "--baseline", "4,5").stdout)["compare"]
    assert second["conclusions"][0] == {**first["conclusions"][0], "run": 1}
    assert call(new, folder).exit_code == 2  # several runs as one that is held against a baseline
    assert call(folder, new, "--baseline", "1,2").exit_code == 2  # nothing is left that could be
    assert call(folder, new, "--baseline", "first").exit_code == 2
