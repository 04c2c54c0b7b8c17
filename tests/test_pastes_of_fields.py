"""What people of many fields paste: detectors, recognisers, scalers, epochs that are the same, numbers in brackets.

Each text is of our own making. Beside it stand the verdict that an expert would sign and the root that leads.
"""

from __future__ import annotations

from math import exp

import pytest

from lossdoc.api import Options, diagnose, read_input
from lossdoc.model.finding import Report

OPTIONS = Options()
AP = " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = {:.3f}\n"
REGION = "Region 82 Avg IOU: {0}, Class: {0}, Obj: {0}, No Obj: 0.01, .5R: {0}, .75R: 0.1,  count: {1}\n"
APEX = "Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to {}\n"
WER = "%WER {0:.2f} [ {1} / 10000, 10 ins, 20 del, 30 sub ] exp/tri{2}/decode/wer_11\n"
HF = "{{'loss': {}, 'learning_rate': 2e-05, 'epoch': {}}}\n"
BLOWN = (2.31, 2.28, 2.41, 9.8, 45.0, 120.0)
SWINGS = (220, 95, 410, 88, 520, 79, 460, 90, 610, 85, 505, 92)


def epochs(form: str, *rows: tuple[float, ...]) -> str:
    return "".join(form.format(i, *row) + "\n" for i, row in enumerate(rows, 1))


def mmdet(e: int) -> str:
    rows = (
        f"2021-05-01 10:0{e}:0{k},000 - mmdet - INFO - Epoch [{e}][{50 * k}/300]\tlr: 2.000e-02, eta: 1:00:00, "
        f"time: 0.4, loss_cls: {1 / e - 0.01 * k:.4f}, loss: {1.8 / e - 0.02 * k:.4f}\n"
        for k in range(1, 6)
    )
    return "".join(rows) + AP.format(0.1 + 0.05 * e)


CASES = {
    "four epochs that are the same": (
        epochs("Epoch {}/4: train_loss: {:.4f} val_loss: {:.4f}", *[(0.4821, 0.4713)] * 4),
        "failing",
        "no-learning",
    ),
    "three losses of 0": (
        epochs("Epoch {} | loss: {:.4f} | accuracy: {:.2f}", *[(0, 100)] * 3),
        "failing",
        "zero-loss",
    ),
    "a loss that leaves its level": (
        "".join(HF.format(loss, i / 100) for i, loss in enumerate(BLOWN)),
        "failing",
        "divergence",
    ),
    "a loss that jumps at once": (
        epochs("Epoch {} train_loss: {}", *[(y,) for y in (2.9, 6.8, 6.93, 6.92, 6.91, 6.91)]),
        "failing",
        "divergence",
    ),
    "a part of a loss alone that is the same": (
        epochs("Epoch {} - contrastive loss: {:.4f}", *[(0.25,)] * 6),
        "failing",
        "no-learning",
    ),
    "a recogniser that recognises nothing": (
        epochs("Epoch {}: loss_ctc={:.2f}, valid cer={:.3f}, wer={:.3f}", *[(30 - i, 1, 1) for i in range(7)]),
        "failing",
        "chance-level",
    ),
    "a policy that loses its entropy": (
        "".join(
            f"step:{i} - actor/entropy_loss:{1.2 * exp(-i / 2):.4f} - critic/score/mean:{0.3 - i / 99:.3f} - "
            "actor/pg_loss:0.01\n"
            for i in range(1, 11)
        ),
        "suspicious",
        "entropy-collapse",
    ),
    "errors in percent that stand": (
        epochs("Epoch {}: train err {:.2f}% test err {:.2f}%", *[(90 + i % 4 / 100, 90) for i in range(11)]),
        "failing",
        "no-learning",
    ),
    "a gap at three epochs": (
        epochs("Epoch {}: train acc {:.2f} val acc {:.2f}", (0.80, 0.52), (0.95, 0.53), (0.99, 0.52)),
        "suspicious",
        "no-generalisation",
    ),
    "a perplexity that swings": (
        epochs("| epoch {:3d} | valid ppl {:8.2f}", *[(p,) for p in SWINGS]),
        "suspicious",
        "oscillation",
    ),
    "nothing recognised in three epochs": (
        epochs("epoch {} train_loss {:.2f} val_loss {:.2f} val_cer {:.3f}", (21, 21, 1), (15, 15, 1), (11, 11, 1)),
        "not judged",
        None,
    ),
    "seven classes at chance": (
        epochs(
            "Epoch {}: loss {:.4f} acc {:.2f}%", *[(1.9459 + d, 14.29 + 100 * d) for d in (9e-4, -8e-4, 4e-4, 1e-3, 0)]
        ),
        "failing",
        "chance-level",
    ),
    "several values in a bracket": (
        epochs(
            "Epoch {}: loss {:.3f}, Acc ({:.2f}, {:.2f})",
            *[(2 - i / 5, 0.4 + i / 20, 0.9 + i / 99) for i in range(1, 8)],
        ),
        "healthy",
        None,
    ),
    "a NaN in a bracket": (
        "".join(f"Epoch {i}, losses: [{1 / i if i < 4 else float('nan'):.3f} 0.3]\n" for i in range(1, 8)),
        "failing",
        "non-finite",
    ),
    "an evaluation of COCO alone": (AP.format(0.354), "not judged", None),
    "a detector with evaluations of COCO": ("".join(map(mmdet, range(1, 7))), "healthy", None),
    "layers of darknet": ("".join(REGION.format("-nan", 4) for _ in range(6)), "failing", "non-finite"),
    "layers of darknet without an object": (
        "".join(REGION.format(f"{0.3 + i / 99:.3f}", 4) + REGION.format("-nan", 0) for i in range(6)),
        "healthy",
        None,
    ),
    "scores of Kaldi": ("".join(WER.format(40 - 3 * i, 4000 - 300 * i, i) for i in range(4)), "not judged", None),
    "a scaler alone": ("".join(APEX.format(2.0**-i) for i in range(-2, 4)), "failing", "loss-scale-collapse"),
    "a scaler beside the loss": (
        "".join(f"step {i} loss {2.3 * exp(-i / 9):.3f}\n" + APEX.format(2.0 ** (3 - i)) for i in range(9)),
        "failing",
        "loss-scale-collapse",
    ),
    "a scaler that finds its scale": (
        "".join(APEX.format(2.0 ** (15 - i)) for i in range(4))
        + "".join(f"step {i} loss {2.3 * exp(-i / 9):.3f}\n" for i in range(9)),
        "healthy",
        None,
    ),
}
YOLOX = (
    "2023-01-02 10:{0:02d}:00 | INFO     | yolox.core.trainer:261 - epoch: {0}/8, iter: 100/200, mem: 5120Mb, "
    "iter_time: 0.312s, data_time: 0.002s, total_loss: {1:.1f}, iou_loss: {2:.1f}, conf_loss: {3:.1f}, lr: 1.0e-03\n"
)
TRAINED = "".join(YOLOX.format(i, 4 + 6 * exp(-i / 3), 2 + exp(-i / 3), 2 + 5 * exp(-i / 3)) for i in range(1, 9))
DONE = (
    "2023-01-02 11:00:00 | INFO     | yolox.core.trainer:196 - Training of experiment is done and the best AP is {}\n"
)
WANDERS = (0.3, -0.9, 0.7, 0.1, -0.4, 1.2, -1.1, 0.6, -0.2, 0.8, -0.7, 0.4, 1.0, -0.5, 0.2, -1.0, 0.9, -0.3)
LN2 = ((0.6941, 0.503, 0.6935, 0.498), (0.6936, 0.501, 0.6932, 0.502), (0.6934, 0.499, 0.6931, 0.498))
BOTH = "Epoch {}/4 loss: {:.4f} acc: {:.3f} val_loss: {:.4f} val_acc: {:.3f}"
CASES |= {
    "a perplexity alone that stands": (
        epochs("epoch {}: valid perplexity {:.2f}", *[(412 + y,) for y in WANDERS]),
        "suspicious",
        "no-learning",
    ),
    "a perplexity alone that falls": (
        epochs("epoch {}: valid perplexity {:.2f}", *[(80 + 330 * exp(-i / 5) + y,) for i, y in enumerate(WANDERS)]),
        "healthy",
        None,
    ),
    "a part of a loss alone that stays at its margin": (
        epochs("Epoch {}: triplet_loss {:.5f}", *[(0.2 + y / 1e4,) for y in WANDERS]),
        "failing",
        "no-learning",
    ),
    "a part of a loss alone that falls": (
        epochs("Epoch {}: triplet_loss {:.5f}", *[(0.2 * exp(-i / 20) + y / 1e4,) for i, y in enumerate(WANDERS)]),
        "healthy",
        None,
    ),
    "a detector that says at the end that it found nothing": (TRAINED + DONE.format("0.00"), "failing", "chance-level"),
    "a detector that says at the end what it found": (TRAINED + DONE.format("37.52"), "healthy", None),
    "a total of three letters": (
        "".join(
            f"Epoch {i}/3: 100%|##| 40/40 [00:12<00:00, 3.2it/s, Tot: {9 / i:.3f} | Rec: {6 / i:.3f}]\n"
            for i in (1, 2, 3)
        ),
        "healthy",
        None,
    ),
    "an area under the curve that is lost": (
        epochs("epoch {} train_loss {} val_auc {}", (0.412, 0.981), (0.298, 0.463)),
        "suspicious",
        "divergence",
    ),
    "an area under the curve that slips": (
        epochs("epoch {} train_loss {} val_auc {}", (0.412, 0.981), (0.298, 0.943)),
        "not judged",
        None,
    ),
    "four epochs at ln 2": (epochs(BOTH, *LN2, (0.6933, 0.502, 0.6931, 0.498)), "failing", "chance-level"),
    "four epochs that leave ln 2": (epochs(BOTH, *LN2, (0.6901, 0.552, 0.6895, 0.578)), "healthy", None),
    "what Keras returns of an evaluation": (
        epochs("epoch {} train: [{:.4f}, {:.2f}] val: [{:.4f}, {:.2f}]", *[(0.69, 0.51, 0.6932, 0.5)] * 9),
        "failing",
        "chance-level",
    ),
    "what Keras returns of evaluations that get better": (
        epochs(
            "epoch {} train: [{:.4f}, {:.2f}] val: [{:.4f}, {:.2f}]",
            *[(0.7 / i, 1 - 0.5 / i, 0.72 / i, 0.98 - 0.5 / i) for i in range(1, 9)],
        ),
        "healthy",
        None,
    ),
}
BATCH = "{} --- Current batch:{}00/800  loss:[ {:.4f}]\n"
SUM = "Epoch [{}]/[9] \t {} Phase Loss: {:.4f} \t Accuracy: {:.4f}\n"
KERAS = "Epoch {0}/9\n40/40 [=======] - 9s - loss: {1:.4f} - acc: {2:.4f}\n"


def phases(e: int) -> str:
    """Batches that count anew in each epoch, and the lines that sum the epoch up."""
    batches = "".join(BATCH.format("train", k, 0.7 / (e + 1) + 0.01 * (k % 3)) for k in (2, 4, 6, 8))
    return (
        batches
        + SUM.format(e, "Training", 0.07 / (e + 1), 0.6 + e / 30)
        + SUM.format(e, "Validation", 0.08 / (e + 1), 0.6 + e / 32)
    )


CASES |= {
    "batches that begin anew before the line of their epoch": ("".join(map(phases, range(10))), "healthy", None),
    "a detector that was stopped": (TRAINED.replace("/8,", "/300,") + DONE.format("0.00"), "not judged", None),
    "a loss at ln 2 to the last digit while one class is rare": (
        epochs("step {} loss: {:.4f} accuracy: {:.2f}", *[(0.6931, 0.66 + y / 20) for y in WANDERS]),
        "failing",
        "chance-level",
    ),
    "a loss near ln 2 while one class is rare": (
        epochs("step {} loss: {:.4f} accuracy: {:.2f}", *[(0.69 + y / 300, 0.66 + y / 20) for y in WANDERS]),
        "failing",
        "no-learning",
    ),
    "three epochs that are the same in all": (
        epochs(KERAS, (5.7178, 0.6446), *[(5.7257, 0.6448)] * 3),
        "suspicious",
        "no-learning",
    ),
    "three losses that are the same": (
        epochs(KERAS, (5.7178, 0.6446), (5.7257, 0.6448), (5.7257, 0.6471), (5.7257, 0.6502)),
        "not judged",
        None,
    ),
    "right answers of all in brackets": (
        "".join(f"epoch {e}\nloss: {6 / e:.4f}\ntest accuracy: {8 * e}.0%, ({80 * e}/1000)\n" for e in range(1, 11)),
        "healthy",
        None,
    ),
    "a recogniser after eight epochs": (
        "".join(f"epoch: {e} | loss: {32 - e / 9:.3f} | dev-WER: {w}\n" for e, w in ((8, 99.5), (9, 99.9), (10, 99.9))),
        "failing",
        "chance-level",
    ),
    "a recogniser after three epochs": (
        "".join(f"epoch: {e} | loss: {32 - e / 9:.3f} | dev-WER: {w}\n" for e, w in ((1, 99.5), (2, 99.9), (3, 99.9))),
        "not judged",
        None,
    ),
}


def check(text: str) -> list[Report]:
    found = read_input(None, OPTIONS, text.encode())
    return [diagnose(run, OPTIONS) for run in found] if isinstance(found, list) else []


@pytest.mark.parametrize(("text", "verdict", "first"), CASES.values(), ids=CASES)
def test_gets_the_verdict_that_an_expert_would_sign(text: str, verdict: str, first: str | None) -> None:
    (report,) = check(text)
    loud = [finding.check for finding in report.roots if finding.severity != "info"]
    assert (report.verdict, loud) == (verdict, [first] if first else [])


def test_a_wrong_start_is_no_lack_of_learning() -> None:
    (report,) = check("".join(HF.format(round(5 + 280 * exp(-i / 8), 3), i / 30) for i in range(60)))
    assert [finding.check for finding in report.roots] == ["wrong-start"]
    assert (report.signs["stable"].answer, report.signs["learning"].answer) == ("no", "yes")


def test_an_error_rate_at_its_worst_is_not_generalising() -> None:
    (report,) = check(epochs("Epoch {}: val loss {:.2f} CER {:.2f}", *[(4 / i + 1, 100) for i in range(1, 9)]))
    assert (report.signs["learning"].answer, report.signs["generalising"].answer) == ("no", "unknown")


HEAD = "================ Training Loss (Mon Feb 14 16:5{}:32 2022) ================\n"
GAN = "(epoch: {}, iters: {}, time: 0.481, data: 0.198) D_A: 0.281 G_A: 0.841 cycle_A: {:.3f} idt_A: 0.501\n"


def gan(*places: tuple[int, int]) -> str:
    return "".join(GAN.format(epoch, step, 2 / epoch - step / 1e3) for epoch, step in places)


def test_a_log_that_is_opened_again_holds_another_run() -> None:
    trained = [(epoch, step) for epoch in range(1, 6) for step in (100, 200)]
    stopped = HEAD.format(0) + gan((1, 100)).replace("0.841", "0.793") + HEAD.format(1) + gan(*trained)
    assert [report.run.records for report in check(stopped)] == [1, 10]
    resumed = HEAD.format(0) + gan(*trained[:4]) + HEAD.format(1) + gan(*trained[4:])
    assert [report.run.records for report in check(resumed)] == [10]


ROW = '{{"epoch": {}, "train_loss": {:.4f}, "loss": {:.4f}, "f1": {:.4f}}}'


@pytest.mark.parametrize("apart", [0.08, 0.0])
def test_a_loss_beside_the_training_loss_is_of_other_data_where_it_is_another(apart: float) -> None:
    rows = [(e, 0.2 - e / 180, 0.2 - e / 180 + apart * e / 9, 0.5 - e / 300) for e in range(1, 25)]
    (report,) = check("[" + ",\n".join(ROW.format(*row) for row in rows) + "]")
    assert [curve.split for curve in report.run.curves] == ["train", *["eval" if apart else "train"] * 2]
    assert (report.verdict == "suspicious") == bool(apart)


def test_a_training_that_begins_after_the_summary_of_another_is_another() -> None:
    end = "{'train_runtime': 100.0, 'train_steps_per_second': 3.0, 'train_loss': 0.4, 'epoch': 3.0}\n"
    first = "".join(HF.format(round(2 / n, 3), n / 4) for n in range(1, 13))
    second = "".join(HF.format(round(1 / n, 3), n / 2) for n in range(2, 7))
    assert [report.run.records for report in check(first + end + second + end)] == [13, 6]
    assert all(any(event.kind == "end" for event in report.run.events) for report in check(first + end + second + end))


def test_carriage_returns_end_the_lines_of_a_file_that_has_no_other() -> None:
    text = epochs("{} {:.4f} {:.1f}", *[(2 / n, 10.0 * n) for n in range(1, 13)])
    (report,) = check("Iteration Critic_Loss Test_Return\n".replace("\n", "\r") + text.replace("\n", "\r"))
    assert report.run.records == 12


@pytest.mark.parametrize(("gained", "loud"), [(4.0, []), (0.0, ["reward-flat"])])
def test_of_several_agents_one_may_learn(gained: float, loud: list[str]) -> None:
    rows = "".join(
        f"{200 * n},{-0.22 + WANDERS[n % 18] / 99:.4f},{0.13 + gained * 0.4 * (1 - exp(-n / 20)) / 4:.4f}\n"
        for n in range(1, 101)
    )
    (report,) = check("Episode,Avg prey reward,Avg predator reward\n" + rows)
    assert [finding.check for finding in report.roots if finding.severity != "info"] == loud
