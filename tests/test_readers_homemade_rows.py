"""Which lines and numbers of home-made training loops are rows and metrics."""

from lossdoc.api import Options, read_source
from lossdoc.input.source import Source
from lossdoc.model.run import Run


def runs(text: str) -> list[Run]:
    result = read_source(Source.from_text(text), Options())
    assert isinstance(result, list)
    return result


def test_the_error_of_a_split_is_a_metric() -> None:
    found = runs("".join(f"Epoch {n} train-error=0.{60 - n} test-error=0.{65 - n}\n" for n in range(1, 7)))
    assert [(run.records, [(c.metric, c.split) for c in run.curves]) for run in found] == [
        (6, [("error_rate", "train"), ("error_rate", "test")])
    ]


def test_the_time_of_a_training_is_no_metric() -> None:
    (run,) = runs("".join(f"Epoch {n:03d} loss 2.{90 - n} | train 2.{n}s | Acc 1{n}.32%\n" for n in range(10, 20)))
    assert sorted(c.metric for c in run.curves) == ["accuracy", "loss"]


def test_lines_of_saved_models_are_rows_where_there_are_no_others() -> None:
    saved = "Saved model at epoch {n} with loss: 0.{loss}\n"
    of_saved = "".join(saved.format(n=n, loss=90 - n) for n in (1, 2, 3, 5, 8, 13))
    (run,) = runs(of_saved)
    assert [(c.metric, c.axis, c.steps.tolist()) for c in run.curves] == [("loss", "epoch", [1, 2, 3, 5, 8, 13])]
    (run,) = runs("".join(f"Epoch {n} val_loss: 0.{80 - n}\n{saved.format(n=n, loss=80 - n)}" for n in range(1, 9)))
    assert (run.records, [(c.metric, c.split) for c in run.curves]) == (8, [("loss", "eval")])


def test_a_place_in_a_bracket_is_no_node_and_a_date_behind_the_values_no_pair() -> None:
    bracketed = "[epoch:{n}/90] [loss:0.{v}21] [lr:0.0012] [Time:[2022-03-04 00:{n}:40]] [total time:0:02:27]\n"
    (run,) = runs("".join(bracketed.format(n=n, v=90 - n) for n in range(10, 20)))
    assert [(c.metric, c.axis, c.steps[-1]) for c in run.curves if c.metric == "loss"] == [("loss", "epoch", 19)]
    dated = "epoch 0 step {n}00 lr 0.001 loss 0.{v} gN 0.2{n}, Wed Jul  3 17:1{n}:50 2019\n"
    (run,) = runs("".join(dated.format(n=n, v=90 - n) for n in range(1, 9)))
    assert sorted(c.metric for c in run.curves) == ["grad_norm", "learning_rate", "loss"]


def test_figures_of_each_split_stand_below_the_line_of_their_epoch() -> None:
    epoch = (
        "Epoch [{n}/50], Loss: {loss:.4f}, \n[Training] Acc: 0.9{n}, F1: 0.2{n}\n[Validation] Acc: 0.8{n}, F1: 0.1{n}\n"
    )
    (run,) = runs("".join(epoch.format(n=n, loss=22 - n) for n in range(1, 9)))
    assert {(c.metric, c.split, c.axis, c.steps[-1]) for c in run.curves} == {
        ("loss", "train", "epoch", 8),
        *((metric, split, "epoch", 8) for metric in ("accuracy", "f1") for split in ("train", "eval")),
    }


def test_the_evaluation_before_the_first_step_is_a_row() -> None:
    text = "dev | avg_loss: 2.5 | {'rougeL': 7.25}\n"
    for n in range(1, 5):
        text += f"train | epoch {n} | loss: {2 - n / 3:.4f} | lr: 4.8e-05\n"
        text += f"dev | avg_loss: 2.{n} | {{'rougeL': {18 + n}.5}}\n"
    (run,) = runs(text)
    assert [(c.metric, c.values[0], len(c)) for c in run.curves if c.split == "eval"] == [
        ("loss", 2.5, 5),
        ("rouge", 7.25, 5),
    ]
