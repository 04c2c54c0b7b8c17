"""Shapes of home-made training loops: where their rows stand, and which lines count."""

from lossdoc.api import Options, read_source
from lossdoc.input.source import Source
from lossdoc.model.run import Run


def runs(text: str) -> list[Run]:
    result = read_source(Source.from_text(text), Options())
    assert isinstance(result, list)
    return result


def test_a_loss_of_each_batch_keeps_all_rows_of_an_epoch() -> None:
    lines = [f"Epoch {n // 20} - Batch loss: {3 - n / 50:.4f}" for n in range(100)]
    (run,) = runs("\n".join(lines) + "\n")
    loss = run.get("loss")
    assert (run.records, run.dropped_records, loss and len(loss), loss and loss.axis) == (100, 0, 100, "row")


def test_lines_without_a_counter_do_not_part_the_run() -> None:
    lines = []
    for epoch in range(6):
        lines += [
            f"Epoch: [{epoch}/6] Iter:[{n}/40], Loss: {3 - epoch / 4:.3f}, Acc:0.{n + 10}" for n in range(0, 40, 10)
        ]
        lines.append(f"Loss: {3 - epoch / 4:.3f}, MeanIU: 0.{epoch + 20}")
    (run,) = runs("\n".join(lines) + "\n")
    loss = run.get("loss")
    assert run.records == 30
    assert loss is not None
    assert (loss.axis, loss.steps[0], loss.steps[-1]) == ("step", 0, 230)


def test_a_logger_writes_behind_a_bar() -> None:
    bar = "Train:  1%|#   | {n}/900 [00:41<06:47,  1.61s/it]2025-10-19 20:17:28 - INFO - Step {n}, Loss: 0.{n}\n"
    (run,) = runs("".join(bar.format(n=n) for n in range(100, 900, 100)))
    loss = run.get("loss")
    assert loss is not None
    assert (len(loss), loss.steps[-1], loss.values[-1]) == (8, 800, 0.8)


def test_results_that_hold_only_the_closing_row() -> None:
    (run,) = runs('{\n "epoch": 2.0,\n "train_loss": 0.25,\n "train_runtime": 12.5\n}\n')
    assert (run.records, [float(c.values[-1]) for c in run.curves]) == (1, [0.25])


def test_a_place_before_a_row() -> None:
    rows = "".join(f"2025-02-22 12:15:45,882 - run - INFO - Epoch {n % 4}: {{'loss': {2 - n / 8}}}\n" for n in range(8))
    assert [(r.records, r.curves[0].axis) for r in runs(rows)] == [(4, "epoch"), (4, "epoch")]


def test_one_line_that_many_programs_print_proves_no_format() -> None:
    rows = "".join(
        f"Epoch {n}, loss 0.{90 - n}, train accuracy: {50 + n}.67%\nValidation accuracy: {40 + n}.00%\n"
        for n in range(9)
    )
    (run,) = runs(rows)
    assert (run.format, run.records) == ("key-value", 18)


def test_lines_of_one_step_are_one_record() -> None:
    lines = []
    for epoch in range(1, 6):
        lines += [f"Training epoch: {epoch}", f"mean loss: {3 / epoch:.3f}", "Done."]
        lines += [f"Eval epoch: {epoch}", f"mean loss: {4 / epoch:.3f}", f"Top1: {epoch}0.00%", f"Top5: {epoch}1.00%"]
    (run,) = runs("\n".join(lines) + "\n")
    top1 = run.get("accuracy", "eval")
    assert (run.records, [c.axis for c in run.curves if len(c) != 5]) == (10, [])
    assert top1 is not None
    assert (top1.axis, top1.steps.tolist()) == ("epoch", [1, 2, 3, 4, 5])


def test_counters_without_names() -> None:
    shapes = (
        "Epoch[{e:03d}/004], Step[{s:04d}/0040], Avg Loss: {loss:.3f}",
        "Epoch {e}[{s}/40]: loss:{loss:.3f}, lr:0.10",
        "Train | Epoch {e} | {s}/40 | 1.4 it/sec | Loss {loss:.3f}",
        "[{e}/4], [{s}/40] loss: {loss:.3f}, batch: 16",
    )
    for shape in shapes:
        (run,) = runs("".join(shape.format(e=e, s=s, loss=9 - e) + "\n" for e in range(1, 5) for s in (10, 20, 30, 40)))
        loss = run.get("loss")
        assert loss is not None
        assert (len(loss), loss.steps[0], loss.steps[-1]) == (16, 10, 160), shape


def test_a_batch_size_beside_the_step_is_no_step() -> None:
    (run,) = runs("".join(f"[{n}/900] A | loss 0.{99 - n} | batch 16\n" for n in range(10, 90, 10)))
    loss = run.get("loss")
    assert loss is not None
    assert loss.steps.tolist() == list(range(10, 90, 10))


def test_best_values_are_kept_of_evaluations() -> None:
    lines = []
    for epoch in range(6):
        lines += [f"Epoch: [{epoch}/6] Iter:[{n}/40], Loss: {3 - epoch / 4:.3f}" for n in range(0, 40, 10)]
        lines.append(f"Loss: {4 - epoch / 4:.3f}, MeanIU: 0.{epoch + 20}, Best_mIoU: 0.{epoch + 20}")
    (run,) = runs("\n".join(lines) + "\n")
    train, held_out = run.get("loss"), run.get("loss", "eval")
    assert train is not None
    assert held_out is not None
    assert (len(train), len(held_out), held_out.values[0]) == (24, 6, 4)


def test_scores_in_a_dict_are_not_the_log_of_a_trainer() -> None:
    lines = [f"[LINE:148] INFO     [2022-07-24 21:17:17,{n}]  Step {n}: Loss = 0.{n}" for n in range(100, 120)]
    lines.append("[LINE:33] INFO     [2022-07-24 21:17:27,790]  {'accuracy': 0.85, 'f1_score': 0.86}")
    (run,) = runs("\n".join(lines) + "\n")
    assert (run.format, {c.key for c in run.curves} & {"Loss", "LINE"}) == ("key-value", {"Loss"})


def test_warnings_between_a_header_and_its_first_row() -> None:
    head = "2021-01-25 05:58:00 [INFO]:    Epoch       Batch       box_loss      conf     time\n"
    rows = "".join(
        f"2021-01-25 06:00:00 [INFO]:     {epoch}/4     {n}/160     0.{227 - n}      2.0{epoch}     59.6\n"
        for epoch in range(4)
        for n in range(0, 160, 40)
    )
    (run,) = runs(head + "import of a layer succeeded\nUserWarning: gathered along dimension 0\n" + rows)
    (box,) = run.all("loss_component")
    assert (run.records, box.axis, box.steps[0], box.steps[-1]) == (16, "step", 0, 600)


def test_numbers_alone_are_read_only_in_a_file_named_after_them() -> None:
    numbers = "".join(f"{3 / n:.4f}\n" for n in range(1, 40))
    named = read_source(Source.from_text(numbers, "out/val-losses_2.txt"), Options())
    assert isinstance(named, list)
    (curve,) = named[0].curves
    assert (curve.metric, curve.split, curve.axis, len(curve)) == ("loss", "eval", "row", 39)
    for name, text in (
        ("ports.txt", numbers),
        ("loss_weights.txt", numbers),
        ("loss.txt", numbers.replace("\n", " 1 2\n")),
        ("loss.txt", numbers + "done\n"),
    ):
        assert not isinstance(read_source(Source.from_text(text, name), Options()), list), name


def test_a_counter_of_evaluation_batches_names_the_split_of_the_row() -> None:
    lines = [f"Epoch[{e}/3], Step[{s}/40], Avg Loss: {9 - e}.5" for e in (1, 2, 3) for s in (10, 20, 30)]
    lines += [f"Val Step[{s}/90], Avg Loss: 7.{s}" for s in (10, 20, 30, 40)]
    (run,) = runs("\n".join(lines) + "\n")
    assert [len(run.all("loss", split)[0]) for split in ("train", "eval")] == [9, 4]


def test_loops_of_tutorials() -> None:
    shapes = {
        "[{e},  {b}000] loss: {x}\n": ("step", 8),
        "[Epoch {e}/9] [Batch {b}/300] [D loss: {x}] [G loss: 0.7{b}]\n": ("step", 8),
        "[session 1][epoch  {e}][iter    {b}/5011] loss: {x}, lr: 1.00e-03\n": ("step", 8),
        "{n}/900 (epoch 0.0{n}), train_loss = {x}, time/batch = 0.123\n": ("step", 8),
        "Epoch: {n} \tTraining Loss: {x} \tValidation Loss: {x}\n": ("epoch", 8),
        "Epoch: {n:02} | Epoch Time: 0m 11s\n"
        "\tTrain Loss: {x} | Train Acc: 9{n}%\n\t Val. Loss: {x} |  Val. Acc: 8{n}%\n": ("epoch", 16),
        "Epoch {n}/20 → train_loss={x} · val_loss={x}\n": ("epoch", 8),
        "Epoch {n} |   Training | Elapsed Time: 0:10:12 | Steps: 100 | Loss: {x}\n"
        "Epoch {n} | Validation | Elapsed Time: 0:01:12 | Steps: 10 | Loss: {x} | Dataset: dev.csv\n": ("epoch", 16),
    }
    for shape, wanted in shapes.items():
        rows = (shape.format(n=n + 1, e=1 + n // 4, b=1 + n % 4, x=f"{3 - n / 9:.3f}") for n in range(8))
        (run,) = runs("".join(rows))
        assert (run.curves[0].axis, run.records) == wanted, shape


def test_a_row_that_names_one_split_is_of_that_split() -> None:
    (run,) = runs(
        "".join(
            f"Epoch {n}/9\n-----\ntrain Loss: {1 / n:.4f} Acc: 0.5{n}\nval Loss: {2 / n:.4f} Acc: 0.4{n}\n"
            for n in range(1, 9)
        )
    )
    train, held_out = run.get("accuracy"), run.get("accuracy", "eval")
    assert train is not None
    assert held_out is not None
    assert (train.values[0], held_out.values[0]) == (0.51, 0.41)


def test_a_cell_of_a_row_names_its_split() -> None:
    table = "epoch,global step,mode,loss\n" + "".join(
        f"0,{n * 10},{'validation' if n % 4 == 3 else 'train'},{3 - n / 10}\n" for n in range(12)
    )
    rows = "".join(
        f'{{"step": {n}, "phase": "{"val" if n % 3 == 2 else "train"}", "loss": {3 - n}}}\n' for n in range(9)
    )
    lines = "".join(
        f"epoch 0 | global step {n} | mode {'validation' if n % 3 == 2 else 'train'} | loss {3 - n / 10:.2f}\n"
        for n in range(12)
    )
    for text, train, held_out in ((table, 9, 3), (rows, 6, 3), (lines, 8, 4)):
        (run,) = runs(text)
        assert {c.split: len(c) for c in run.curves if c.metric == "loss"} == {"train": train, "eval": held_out}


def test_rows_that_say_what_they_are() -> None:
    rows = "".join(f'{{"event": "step", "step": {n}, "loss": {3 - n / 10}, "lr": 1e-4}}\n' for n in range(8))
    (run,) = runs('{"event": "config", "lr": 0.5, "beta": 0.2}\n' + rows + '{"event": "done", "num_steps": 8}\n')
    rate = run.get("learning_rate")
    assert run.records == 8
    assert run.config["beta"] == 0.2
    assert rate is not None
    assert float(rate.values.max()) == 1e-4


def test_a_mean_is_the_loss_whatever_it_is_called() -> None:
    for name in ("Average training loss", "avg train loss", "Mean Loss", "Ave Loss", "running_loss"):
        (run,) = runs("".join(f"Epoch {n} | {name}: {3 - n / 10:.2f} | time: 12.5s\n" for n in range(1, 9)))
        assert [(c.metric, c.split) for c in run.curves] == [("loss", "train")], name


def test_the_mean_of_an_epoch_is_no_batch() -> None:
    lines = []
    for epoch in range(1, 5):
        lines += [f"Epoch {epoch} - Batch loss: {3 / epoch - n / 100:.4f}" for n in range(20)]
        lines.append(f"Epoch {epoch} - Average Train Loss: {3 / epoch:.4f}")
        lines.append(f"Epoch {epoch} - Validation BLEU: BLEU-1 {20 + epoch}.25, BLEU-4 {10 + epoch}.75")
    (run,) = runs("\n".join(lines) + "\n")
    assert run.records == 88
    assert {c.key: (c.split, len(c)) for c in run.curves} == {
        "Batch loss": ("train", 80),
        "Average Train Loss": ("train", 4),
        "BLEU-1": ("eval", 4),
        "BLEU-4": ("eval", 4),
    }


def test_a_sentence_before_the_name() -> None:
    lines = []
    for epoch in range(8):
        lines.append(f"INFO - 06/21/21 23:33:58 - 0:02:42 - ============== epoch {epoch} ==============")
        lines.append(f"INFO - 06/21/21 23:33:58 - 0:02:42 - Finish training epoch {epoch}. loss: 0.{90 - epoch}")
        lines.append(f"INFO - 06/21/21 23:34:08 - 0:02:51 - Evaluate on Dev Set. F1: {90 + epoch / 2}.")
    (run,) = runs("\n".join(lines) + "\n")
    assert {(c.metric, c.split, c.axis, len(c)) for c in run.curves} == {
        ("loss", "train", "epoch", 8),
        ("f1", "eval", "epoch", 8),
    }


def test_timing_and_steps_of_an_answer_are_no_rows() -> None:
    lines = []
    for n in range(1, 13):
        lines += [f"{n}. First, add {n} and {n}.", "**Step 2:**", f"reward is 0.{n + 10}"]
        lines += [f"grpo_loss is 0.{n:02d} and kl is 0.0{n}", f"Reward + Adv:      {n}.30s"]
    (run,) = runs("\n".join(lines) + "\n")
    assert {(c.metric, c.axis, len(c)) for c in run.curves} == {
        ("reward", "row", 12),
        ("loss_component", "row", 12),
        ("kl", "row", 12),
    }


def test_counters_in_brackets_bars_and_pictograms() -> None:
    for line in (
        "[Epoch 0 / Step {n}] [rank 0] loss: 0.{m} lr: 1e-4",
        "Step   {n}/900 ({m}.0%): loss = 0.{m}, lr = 3e-4",
        "Step {n} [====================] 100% loss: 0.{m}",
        "✅ Step {n}/900 done in 1.5s 📉 Loss: 0.{m}",
        "[2025-12-31 12:21:55,502783][I][examples/fsdp:340:main] step={n} loss=0.{m} dt/mean=1.5",
        "3: step {n} loss 0.{m} lr 3e-4",
    ):
        (run,) = runs("".join(line.format(n=n * 50, m=90 - n) + "\n" for n in range(9)))
        loss = run.get("loss")
        assert loss is not None, line
        assert (loss.axis, loss.steps[-1], loss.values[-1]) == ("step", 400, 0.82), line


def test_chinese_and_korean_words() -> None:
    for line in (
        "第{n}轮 训练损失：0.{m} 验证损失：0.{k} 准确率：0.5",
        "에폭 {n} | 훈련 손실: 0.{m} | 검증 손실: 0.{k}",
    ):
        (run,) = runs("".join(line.format(n=n, m=90 - n, k=95 - n) + "\n" for n in range(1, 9)))
        losses = {c.split: (c.axis, float(c.steps[-1]), float(c.values[-1])) for c in run.curves if c.metric == "loss"}
        assert losses == {"train": ("epoch", 8, 0.82), "eval": ("epoch", 8, 0.87)}, line


def test_titles_without_a_colon_name_the_split() -> None:
    text = "".join(
        f"======== Epoch {n} / 8 ========\nTraining...\n\n  Average training loss: 0.{90 - n}\n\n"
        f"Running Validation...\n  Accuracy: 0.{50 + n}\n  Validation Loss: 0.{95 - n}\n  Validation took: 0:00:03\n"
        for n in range(1, 9)
    )
    (run,) = runs(text)
    assert {(c.metric, c.split, c.axis) for c in run.curves} == {
        ("loss", "train", "epoch"),
        ("accuracy", "eval", "epoch"),
        ("loss", "eval", "epoch"),
    }


def test_a_line_that_slurm_cut_short() -> None:
    rows = "".join(f"step {n} | loss 0.{90 - n} | lr 3e-4\n" for n in range(9))
    (run,) = runs(
        rows + "step 9 | loss 0.8slurmstepd: error: *** JOB 1234 ON node7 CANCELLED AT 2024-10-11T13:44:45 ***\n"
    )
    assert {c.metric for c in run.curves} == {"loss", "learning_rate"}
    assert [event.kind for event in run.events if event.kind == "crash"] == ["crash"]


def test_parts_of_a_loss_in_the_lines_below_a_step_belong_to_it() -> None:
    lines = [
        f"epoch:{n // 4} || iter:{10 * n} || Loss:{9 - n / 4:.3f}\n"
        f"->> first conf loss:{3 - n / 16:.3f} || first loc loss:1.{n + 10}\n"
        f"->> second conf loss:{2 - n / 16:.3f} || second loc loss:0.{n + 10}\n->>lr:0.0005\n"
        for n in range(12)
    ]
    lines.insert(6, "test epoch:1 || Loss:2.512\n")
    (run,) = runs("".join(lines))
    assert run.records == 13
    assert {(c.axis, len(c)) for c in run.curves if c.split == "train"} == {("step", 12)}


def test_figures_of_classes_are_not_those_of_all() -> None:
    figures = (
        "2021-03-04 10:00:00,123 - log\\train.log - INFO - evaluate:{split}\n"
        "2021-03-04 10:00:01,123 - log\\train.log - INFO - accuracy:  9{n}.51%; precision:  8{n}.12%; "
        "FB1:  8{n}.31\n\n"
        "2021-03-04 10:00:01,123 - log\\train.log - INFO -      PER: precision:  7{n}.12%; recall:  7{n}.51%; "
        "FB1:  7{n}.31  51{n}\n"
    )
    (run,) = runs("".join(figures.format(split=split, n=n) for n in range(6) for split in ("dev", "test")))
    found = {(c.split, c.labels.get("class"), len(c), float(c.values[-1])) for c in run.curves if c.metric == "f1"}
    assert found == {("eval", None, 6, 85.31), ("test", None, 6, 85.31)} | {
        (split, "PER", 6, 75.31) for split in ("eval", "test")
    }


def test_settings_said_again_in_each_row() -> None:
    given = "Config: {'activation': 'relu', 'learning_rate': 0.001, 'loss_type': 'ce'}"
    rows = [f"{given}, Epoch {n}/9, Train Loss: {2 - n / 8:.4f}, Test Acc: {50 + n}.51%\n" for n in range(1, 10)]
    found = runs("".join(rows) * 2)
    assert [(run.records, sorted(c.metric for c in run.curves)) for run in found] == 2 * [(9, ["accuracy", "loss"])]


def test_a_share_and_its_percentage_are_two_curves() -> None:
    rows = [
        f"Test set: Average loss: {4 - n / 4:.4f}, Accuracy: {372 + n}/10000 (3.{72 + n}%)\n\n"
        f"EPOCH: {n} | Train Accuracy: {2 + n}.75% | Test Accuracy: 3.{72 + n}%\n"
        for n in range(8)
    ]
    (run,) = runs("".join(f"### EPOCH: {n}\n{row}" for n, row in enumerate(rows)))
    of_test = [c for c in run.curves if c.metric == "accuracy" and c.split == "test"]
    assert sorted((len(c), round(float(c.values[0]), 4)) for c in of_test) == [(8, 0.0372), (8, 3.72)]


def test_a_name_right_behind_a_comma() -> None:
    rows = [
        f"Epoch: {n}/9, Iteration step: {1300 * n}, loss: {5 - n / 4:.3f}\n====Epoch: {n}/9,top 1 acc: 0.0{n + 1}====\n"
        for n in range(9)
    ]
    (run,) = runs("".join(rows))
    assert sorted((c.metric, c.axis, float(c.steps[-1])) for c in run.curves) == [
        ("accuracy", "step", 10400),
        ("loss", "step", 10400),
    ]


def test_evaluations_below_a_title_behind_the_prefix_of_logging() -> None:
    lines = ["INFO:__main__:  epochs: 2"]
    for epoch in range(2):
        rows = [
            f"Epoch {epoch} | Step {n:4}/401 | Loss: {4 - epoch - n / 200:.4f} | PPL: 1.{90 - n // 8}"
            for n in range(0, 401, 10)
        ]
        rows += ["📊 Evaluation Results:", f"   Loss: 1.{9 - epoch}", f"   PPL: 2.{9 - epoch}"]
        lines += [f"INFO:__main__:{row}" for row in rows]
    (run,) = runs("\n".join(lines) + "\n")
    found = {(c.metric, c.split): (len(c), float(c.steps[-1])) for c in run.curves}
    assert found == {
        ("loss", "train"): (82, 810),
        ("perplexity", "train"): (82, 810),
        ("loss", "eval"): (2, 810),
        ("perplexity", "eval"): (2, 810),
    }


def test_overflows_of_the_loss_scale_are_no_rows() -> None:
    lines = [
        f"Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to {2.0**n}\n"
        f"step {n} loss {3 - n / 10}\n"
        for n in range(12)
    ]
    (run,) = runs("".join(lines))
    assert (run.records, [(c.metric, len(c)) for c in run.curves]) == (12, [("loss", 12)])
