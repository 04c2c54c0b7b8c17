"""Records to runs: steps, splits, runs in one file, replays, ranks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossdoc.assemble import assemble
from lossdoc.input.limits import RUNS
from lossdoc.knowledge import Knowledge
from lossdoc.model.record import Columns, Event, Item, Raw, Record
from lossdoc.model.run import Run
from lossdoc.show.notes import in_words

KNOWLEDGE = Knowledge.load()


def runs_of(*items: Item, **settings: Any) -> list[Run]:
    return assemble(items, KNOWLEDGE, "test.log", "test", config=settings)


def rows(*values: Mapping[str, Raw]) -> list[Record]:
    return [Record(value, line=number) for number, value in enumerate(values, 1)]


def loss_of(run: Run, split: str = "train") -> list[tuple[float, float]]:
    curve = run.get("loss", split)
    assert curve is not None
    return list(zip(curve.steps.tolist(), curve.values.tolist(), strict=True))


def test_steps_splits_and_lines() -> None:
    (run,) = runs_of(
        *rows({"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.5, "grad_norm": 3}, {"step": 2, "eval_loss": 1.7})
    )
    assert loss_of(run) == [(1, 2.0), (2, 1.5)]
    assert loss_of(run, "eval") == [(2, 1.7)]
    grad = run.get("grad_norm")
    assert grad is not None
    assert (grad.line(0), grad.records.tolist()) == (2, [1])
    assert run.records == 3


def test_the_axis_is_that_of_the_rows_with_a_step() -> None:
    """A line that sums an epoch up says "epoch" and no step: it does not rename the steps of the others."""
    (run,) = runs_of(
        *(
            item
            for epoch in (1, 2, 3)
            for item in (
                Record({"loss": 2.0 / epoch}, step=10.0 * epoch, epoch=epoch),
                Record({"loss": 2.5 / epoch}, axis="epoch", epoch=epoch, split="eval"),
            )
        )
    )
    train, evaluation = run.get("loss"), run.get("loss", "eval")
    assert train is not None
    assert evaluation is not None
    assert (train.axis, evaluation.axis) == ("step", "step")
    assert loss_of(run, "eval") == [(10, 2.5), (20, 1.25), (30, 2.5 / 3)]


@pytest.mark.parametrize(
    ("framework", "name", "labels"), [("setfit", "embedding", {}), ("transformers", "gsm", {"dataset": "gsm"})]
)
def test_a_loss_known_by_its_whole_name_is_of_no_data_set(framework: str, name: str, labels: dict[str, str]) -> None:
    """SetFit's eval_embedding_loss is the loss of its embedding model; eval_gsm_loss is the loss on the set gsm."""
    row = Record({f"eval_{name}_loss": 0.4, f"eval_{name}_runtime": 1, "step": 1})
    (run,) = assemble([row], KNOWLEDGE, "test.log", "test", framework)
    (loss,) = (curve for curve in run.curves if curve.metric == "loss")
    assert loss.labels == labels


def test_missing_is_not_nan() -> None:
    (run,) = runs_of(*rows({"step": 1, "loss": None}, {"step": 2, "loss": "nan"}, {"step": 3, "loss": "n/a"}))
    curve = run.get("loss")
    assert curve is not None
    assert curve.steps.tolist() == [2]
    assert np.isnan(curve.values[0])


def test_printed_precision() -> None:
    logged: list[Mapping[str, Raw]] = [
        {"step": n, "loss": f"{1 / (n + 1):.3f}", "learning_rate": 1 / (n + 3)} for n in range(9)
    ]
    (run,) = runs_of(*rows(*logged))
    loss, rate = run.get("loss"), run.get("learning_rate")
    assert loss is not None
    assert rate is not None
    assert (loss.decimals, rate.decimals) == (3, None)


def test_rows_without_steps_are_counted_and_said() -> None:
    (run,) = runs_of(*rows({"loss": 2.0}, {"loss": 1.0}))
    assert loss_of(run) == [(1, 2.0), (2, 1.0)]
    assert run.curves[0].axis == "row"
    assert run.curves[0].steps_inferred
    assert any("no step" in note for note in map(in_words, run.notes))


def test_whole_epochs_are_the_axis() -> None:
    (run,) = runs_of(*rows(*({"epoch": n, "loss": 3.0 - n} for n in range(3))))
    assert (run.curves[0].axis, run.curves[0].steps_inferred) == ("epoch", False)


@pytest.mark.parametrize("decimals", [2, 6])
def test_steps_from_rounded_epochs_and_the_closing_speed(decimals: int) -> None:
    """transformers 4 prints two decimals of the epoch: 300 steps over 3 epochs, logged every 5."""
    items: list[Item] = [
        Record({"loss": 3 - s / 300, "epoch": round(s / 100, decimals)}, line=s) for s in range(5, 301, 5)
    ]
    items.insert(40, Record({"eval_loss": 2.5, "epoch": 2.0}, line=200))
    items.append(
        Record({"train_runtime": 50.0, "train_steps_per_second": 6.0, "train_loss": 2.0, "epoch": 3.0}, line=400)
    )
    (run,) = runs_of(*items)
    assert [step for step, _ in loss_of(run)] == list(range(5, 301, 5))
    assert loss_of(run, "eval") == [(200, 2.5)]
    assert run.curves[0].steps_inferred


def test_rows_closer_than_the_rounding_of_the_epoch() -> None:
    """120 records in one epoch, two decimals: neighbours print the same epoch."""
    items: list[Item] = [Record({"loss": 9.0 / n, "epoch": round(n / 120, 2)}, line=n) for n in range(1, 121)]
    items.append(Record({"train_runtime": 3600.0, "train_steps_per_second": 0.3333, "epoch": 1.0}, line=121))
    (run,) = runs_of(*items)
    assert [step for step, _ in loss_of(run)] == list(range(10, 1201, 10))


def test_epochs_that_repeat_and_leap_are_no_positions() -> None:
    """An excerpt that somebody copied by hand."""
    (run,) = runs_of(*rows(*({"epoch": e, "loss": 1.0 + n} for n, e in enumerate([0.09, 0.1, 0.1, 0.46, 0.46, 0.46]))))
    assert [step for step, _ in loss_of(run)] == [1, 2, 3, 4, 5, 6]


def test_steps_from_the_progress_bar() -> None:
    items: list[Item] = []
    for step in range(10, 101, 10):
        items.append(Event("progress", step, data={"n": step, "total": 200}))
        items.append(Record({"loss": 1.0 / step, "epoch": step / 100}, line=step))
    (run,) = runs_of(*items)
    assert [step for step, _ in loss_of(run)] == list(range(10, 101, 10))


def test_closing_row_is_no_point_of_the_curve() -> None:
    (run,) = runs_of(
        *rows({"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.0}, {"step": 2, "train_loss": 1.5, "train_runtime": 9.0})
    )
    assert loss_of(run) == [(1, 2.0), (2, 1.0)]
    assert run.records == 3


def test_resume_keeps_the_newest_segment() -> None:
    first = [{"step": s, "loss": 10.0 - s} for s in range(1, 8)]
    second = [{"step": s, "loss": 20.0 - s} for s in range(5, 11)]
    (run,) = runs_of(*rows(*first, *second))
    assert [step for step, _ in loss_of(run)] == list(range(1, 11))
    assert dict(loss_of(run))[6] == 14.0
    assert run.dropped_records == 3
    (replay,) = [e for e in run.events if e.kind == "replay"]
    assert (replay.data["from_step"], replay.data["to_step"], replay.line) == (5, 7, 8)


def test_resume_that_repeats_the_same_values() -> None:
    values = [{"step": s, "loss": 10.0 - s} for s in [*range(1, 9), *range(5, 13)]]
    (run,) = runs_of(*rows(*values))
    assert [step for step, _ in loss_of(run)] == list(range(1, 13))
    assert run.dropped_records == 4


def test_a_tail_printed_twice_is_no_resume() -> None:
    values = [{"step": s, "val_loss": 10.0 - s / 10} for s in [*range(10, 100, 10), 70, 90]]
    (run,) = runs_of(*rows(*values))
    assert [step for step, _ in loss_of(run, "eval")] == list(range(10, 100, 10))
    assert (run.records, run.dropped_records) == (11, 2)
    assert not [event for event in run.events if event.kind == "replay"]


def test_two_runs_one_after_the_other() -> None:
    one = [{"step": s, "loss": 10.0 - s} for s in range(1, 8)]
    two = [{"step": s, "loss": 30.0 - s} for s in range(1, 5)]
    runs = runs_of(*rows(*one, *two))
    assert [run.name for run in runs] == ["run 1", "run 2"]
    assert [len(loss_of(run)) for run in runs] == [7, 4]


@pytest.mark.parametrize(("folds", "epochs"), [(10, 5), (40, 3), (7, 2)])
def test_folds_of_a_few_epochs_are_runs_and_no_writers(folds: int, epochs: int) -> None:
    """They go back as often as writers that alternate, but each time to where the first began."""
    found = runs_of(*rows(*({"epoch": 1 + n % epochs, "loss": 2.0 - 0.01 * n} for n in range(folds * epochs))))
    assert [len(loss_of(run)) for run in found] == [epochs] * folds


def test_rows_in_no_order_are_one_run() -> None:
    """Also where the log begins in the middle, so that half of its rows stand before the first."""
    steps = np.random.default_rng(1).permutation(1000)
    steps = np.roll(steps, -int(np.flatnonzero(steps == 500)[0]))
    (run,) = runs_of(*rows(*({"step": int(step), "loss": 2.0 - 0.001 * int(step)} for step in steps)))
    assert loss_of(run) == [(step, 2.0 - 0.001 * step) for step in range(1000)]
    assert "rows sorted" in [note.kind for note in run.notes]


def test_runs_beyond_the_limit_are_left_out_and_counted() -> None:
    most = int(RUNS)
    found = runs_of(*rows(*({"epoch": 1 + n % 3, "loss": 2.0 - 0.001 * n} for n in range(3 * (most + 20)))))
    assert len(found) == most
    assert [u.why for u in found[0].unread] == [
        f"20 of {most + 20} runs are left out: one log is judged by its first {most}"
    ]
    named = [
        {"run": f"trial {trial}", "epoch": epoch, "loss": 2.0 / epoch} for trial in range(most + 20) for epoch in (1, 2)
    ]
    assert (
        len(runs_of(*(Record({k: v for k, v in row.items() if k != "run"}, run=str(row["run"])) for row in named)))
        == most + 20
    )


def test_two_writers_that_alternate() -> None:
    values = []
    for step in range(1, 40):
        values += [{"step": step + 30, "loss": 1.0}, {"step": step, "loss": 2.0}]
    runs = runs_of(*rows(*values))
    assert len(runs) == 2
    assert {float(value) for _, value in loss_of(runs[0])} == {1.0}
    assert {float(value) for _, value in loss_of(runs[1])} == {2.0}


def test_ranks_that_repeat_a_row_count_once() -> None:
    values = [{"step": s, "loss": 5.0 - s, "runtime": rank} for s in range(1, 4) for rank in (0.1, 0.2)]
    (run,) = runs_of(*rows(*values))
    assert [step for step, _ in loss_of(run)] == [1, 2, 3]
    assert (run.records, run.dropped_records) == (6, 3)
    assert not [e for e in run.events if e.kind == "replay"]


def test_coarse_steps_keep_all_points() -> None:
    (run,) = runs_of(*rows(*({"step": 49000, "loss": 1.0 + n} for n in range(3)), {"step": 50000, "loss": 0.5}))
    assert len(loss_of(run)) == 4


def test_steps_that_begin_anew_each_epoch() -> None:
    values = [{"epoch": epoch, "step": step, "loss": 1.0} for epoch in (1, 2, 3) for step in (10, 20, 30)]
    (run,) = runs_of(*rows(*values))
    assert [step for step, _ in loss_of(run)] == [10, 20, 30, 40, 50, 60, 70, 80, 90]


def test_a_row_with_an_epoch_alone_ends_it_or_opens_the_next() -> None:
    values: list[dict[str, Raw]] = []
    for epoch in (1, 2, 3):
        values.append({"epoch": epoch, "lr": 0.1})
        values += [{"epoch": epoch, "step": n, "loss": 1.0} for n in (0, 10, 20)]
        values.append({"epoch": epoch, "train_accuracy": 0.9})
    (run,) = runs_of(*rows(*values))
    mean, rate = run.get("accuracy"), run.get("learning_rate")
    assert mean is not None
    assert rate is not None
    assert mean.steps.tolist() == [30, 60, 90]
    assert rate.steps.tolist() == [0, 30, 60]


def test_runs_with_epochs_of_different_lengths() -> None:
    first = [{"epoch": epoch, "step": step, "loss": 1.0} for epoch in (1, 2, 3) for step in (10, 20, 30)]
    other = [{"epoch": epoch, "step": step, "loss": 2.0} for epoch in (1, 2, 3) for step in (10, 20)]
    one, two = runs_of(*rows(*first, *other))
    assert [step for step, _ in loss_of(one)] == [10, 20, 30, 40, 50, 60, 70, 80, 90]
    assert [step for step, _ in loss_of(two)] == [10, 20, 30, 40, 50, 60]


def test_the_batch_places_a_row_inside_its_epoch() -> None:
    values = [{"epoch": epoch, "batch_id": n, "loss": 1.0} for epoch in (0, 1, 2) for n in (0, 50, 100)]
    (run,) = runs_of(*rows(*values))
    assert [step for step, _ in loss_of(run)] == [0, 50, 100, 150, 200, 250, 300, 350, 400]


def test_older_checkpoints_measured_later_replay_nothing() -> None:
    values: list[dict[str, Raw]] = [{"epoch": n, "loss": 2 - n / 10, "auc": 0.5} for n in range(10)]
    values += [{"epoch": n, "auc": 0.6} for n in (7, 8)]
    (run,) = runs_of(*rows(*values))
    assert (len(loss_of(run)), run.dropped_records) == (10, 0)


def test_data_set_of_an_evaluation_row() -> None:
    (run,) = runs_of(
        *rows(
            {"step": 1, "loss": 2.0},
            {"step": 1, "eval_wiki_loss": 2.1, "eval_wiki_runtime": 1.0, "eval_mean_token_accuracy": 0.5},
        )
    )
    (wiki,) = run.all("loss", "eval")
    (accuracy,) = run.all("token_accuracy", "eval")
    assert dict(wiki.labels) == dict(accuracy.labels) == {"dataset": "wiki"}


def test_unknown_keys_are_kept() -> None:
    (run,) = runs_of(*rows({"step": 1, "loss": 1.0, "Zorp Factor": 3.0}, {"step": 2, "loss": 1.0, "Zorp Factor": 4.0}))
    (curve,) = [c for c in run.curves if not c.known]
    assert (curve.metric, curve.key) == ("zorp factor", "Zorp Factor")


def test_two_keys_of_one_meaning_do_not_mix() -> None:
    (run,) = runs_of(*rows(*({"step": s, "loss": 1.0, "train/loss": 2.0} for s in range(3))))
    assert len(run.all("loss")) == 2
    assert {float(v) for _, v in loss_of(run)} == {1.0}


def test_columns_of_an_event_file_with_a_replay() -> None:
    steps = np.array([1.0, 2, 3, 4, 3, 4, 5])
    (run,) = runs_of(Columns("train/loss", steps, np.arange(7.0)))
    assert loss_of(run) == [(1, 0), (2, 1), (3, 4), (4, 5), (5, 6)]
    assert (run.records, run.dropped_records) == (7, 2)
    assert not len(run.curves[0].lines)


def test_nothing_but_progress_makes_no_run() -> None:
    assert runs_of(*rows({"step": 1, "epoch": 0.1}, {"step": 2, "epoch": 0.2})) == []


_VALUE = st.one_of(st.none(), st.floats(), st.integers(-10, 10), st.text(max_size=6))
_ROW = st.dictionaries(
    st.sampled_from(["step", "epoch", "loss", "eval_loss", "x", "train_runtime"]), _VALUE, max_size=5
)


@given(st.lists(_ROW, max_size=30))
def test_any_rows_make_well_formed_curves(values: list[dict[str, Raw]]) -> None:
    for run in runs_of(*rows(*values)):
        for curve in run.curves:
            assert len(curve.steps) == len(curve.values) == len(curve.records) == len(curve.lines) > 0


def test_rows_that_only_stand_behind_steps_do_not_take_the_steps_away() -> None:
    held = [{"accuracy": 0.5}, {"f1/a": 0.1}, {"f1/b": 0.2}]
    values: list[Mapping[str, Raw]] = []
    for step in range(0, 600, 100):
        values += [{"step": step, "loss": 3 - step / 500}, *held]
    (run,) = runs_of(*rows(*values))
    assert {(c.axis, float(c.steps[-1])) for c in run.curves} == {("step", 500.0)}
    values = [{**value, "epoch": value["step"]} if "step" in value else value for value in values]
    (run,) = runs_of(*rows(*({k: v for k, v in value.items() if k != "step"} for value in values)))
    assert {(c.axis, float(c.steps[-1])) for c in run.curves} == {("epoch", 500.0)}
    many = [{"loss": 2.0 - n / 99} for n in range(30)]
    (run,) = runs_of(*rows(*many, {"step": 1, "eval_loss": 1.5}, *many, {"step": 2, "eval_loss": 1.4}))
    assert {c.axis for c in run.curves} == {"row"}


def test_two_runs_that_end_on_the_same_value_both_keep_it() -> None:
    def run(first: float) -> list[Mapping[str, Raw]]:
        values: list[Mapping[str, Raw]] = []
        for epoch in range(1, 6):
            values += [{"step": 1000 * epoch + step, "loss": first - step / 900} for step in range(100, 1100, 100)]
            values.append({"epoch": epoch, "Average loss": first / epoch if epoch < 5 else 0.5})
        return values

    found = runs_of(*rows(*run(3.0), *run(3.1)))
    assert [(part.records, part.dropped_records) for part in found] == [(55, 0), (55, 0)]
