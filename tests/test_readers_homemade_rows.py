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
