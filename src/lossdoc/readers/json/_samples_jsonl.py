"""Sample lines of the programs that write JSON lines. Made from each program's own format; the numbers are ours."""

import math

from lossdoc.model.record import Event, Record, Unread
from lossdoc.readers import Sample

JSONL = [
    Sample(
        program="LLaMA-Factory (ff6d4d1)",
        cite="llamafactory/train/callbacks.py LogCallback.on_log",
        text='{"current_steps": 5, "total_steps": 40, "loss": 1.25, "lr": 1e-06, "epoch": 0.5, "percentage": 12.5}\n'
        '{"current_steps": 10, "total_steps": 40, "loss": NaN, "lr": 2e-06, "epoch": 1.0, "percentage": 25}\n'
        '{"current_steps": 10, "total_steps": 40, "eval_loss": 1.5, "epoch": 1.0, "elapsed_time": "0:00:07"}\n'
        '{"current_steps": 15, "total_st\n',
        records=[
            Record(
                {"current_steps": 5, "total_steps": 40, "loss": 1.25, "lr": 1e-06, "epoch": 0.5, "percentage": 12.5}, 1
            ),
            Record(
                {"current_steps": 10, "total_steps": 40, "loss": math.nan, "lr": 2e-06, "epoch": 1.0, "percentage": 25},
                2,
            ),
            Record(
                {"current_steps": 10, "total_steps": 40, "eval_loss": 1.5, "epoch": 1.0, "elapsed_time": "0:00:07"}, 3
            ),
        ],
        events=[
            Event("config", 1, "length of the run", {"max_steps": 40}),
            Unread(4, "broken, cut or too deeply nested JSON object"),
        ],
    ),
    Sample(
        program="ms-swift 2 to 4",
        cite="swift/plugin/callback.py, docs/source/BestPractices/Metax-support.md",
        text='{"loss": 1.5, "acc": 0.5, "epoch": 0.05, "global_step/max_steps": "5/90", "memory(GiB)": 5.5}\n'
        '{"eval_loss": 1.25, "epoch": 0.1, "global_step/max_steps": "10/90"}\n'
        '{"last_model_checkpoint": "out/90", "best_metric": 1.25, "log_history": [{"loss": 1.5, "step": 5}]}\n',
        records=[
            Record({"loss": 1.5, "acc": 0.5, "epoch": 0.05, "global_step/max_steps": "5/90", "memory(GiB)": 5.5}, 1),
            Record({"eval_loss": 1.25, "epoch": 0.1, "global_step/max_steps": "10/90"}, 2),
        ],
        events=[
            Event("config", 1, "length of the run", {"max_steps": 90}),
            Event("end", 3, "summary of a finished training"),
        ],
    ),
    Sample(
        program="verl (b178a3cd5), file logger",
        cite="verl/utils/tracking.py FileLogger",
        text='{"step": 1, "data": {"actor/pg_loss": 0.25, "critic/score/mean": -0.5, "actor/kl_loss": null}}\n'
        '{"step": 2, "data": {"actor/pg_loss": 0.125, "critic/score/mean": -0.25, "actor/kl_loss": 0.5}}\n',
        records=[
            Record({"step": 1, "actor/pg_loss": 0.25, "critic/score/mean": -0.5, "actor/kl_loss": None}, 1),
            Record({"step": 2, "actor/pg_loss": 0.125, "critic/score/mean": -0.25, "actor/kl_loss": 0.5}, 2),
        ],
    ),
    Sample(
        program="fairseq 0.10, --log-format json",
        cite="examples/fully_sharded_data_parallel/README.md, fairseq/logging/progress_bar.py",
        text='2021-03-08 12:31:36 | INFO | train_inner | {"loss": "16.5", "num_updates": "1", "lr": "2e-05"}\n'
        '2021-03-08 12:32:36 | INFO | train_inner | {"loss": "15.5", "num_updates": "2", "lr": "2e-05"}\n',
        records=[
            Record({"loss": "16.5", "num_updates": "1", "lr": "2e-05"}, 1, split="train"),
            Record({"loss": "15.5", "num_updates": "2", "lr": "2e-05"}, 2, split="train"),
        ],
    ),
    Sample(
        program="spaCy 3.8 jsonl logger",
        cite="spacy/training/loggers.py",
        text='{"epoch":0,"step":0,"losses":{"textcat":0.25},"scores":{"cats_score":50.0},"score":0.5}\n'
        '{"epoch":0,"step":20,"losses":{"textcat":2.25},"scores":{"cats_score":75.0},"score":0.75}\n',
        records=[
            Record({"epoch": 0, "step": 0, "losses/textcat": 0.25, "scores/cats_score": 50.0, "score": 0.5}, 1),
            Record({"epoch": 0, "step": 20, "losses/textcat": 2.25, "scores/cats_score": 75.0, "score": 0.75}, 2),
        ],
    ),
    Sample(
        program="MMCV 1 TextLoggerHook",
        cite="mmcv/runner/hooks/logger/text.py",
        text='{"env_info": "sys.platform: linux", "seed": 0}\n'
        '{"mode": "train", "epoch": 1, "iter": 50, "lr": 0.01, "loss": 0.5}\n'
        '{"mode": "val", "epoch": 1, "iter": 9, "lr": 0.01, "AP": 0.25}\n',
        records=[
            Record({"mode": "train", "epoch": 1, "iter": 50, "lr": 0.01, "loss": 0.5}, 2, split="train"),
            Record({"mode": "val", "epoch": 1, "lr": 0.01, "AP": 0.25}, 3, split="eval"),
        ],
        events=[
            Event("config", 1, "first line of the log", {"env_info": "sys.platform: linux", "seed": 0}),
        ],
    ),
    Sample(
        program="MMEngine 0.10 scalars.json",
        cite="mmengine/visualization/vis_backend.py LocalVisBackend",
        text='{"lr": 0.01, "loss": 1.5, "epoch": 1, "iter": 100, "step": 100}\n'
        '{"lr": 0.01, "loss": 1.25, "epoch": 2, "iter": 200, "step": 200}\n'
        '{"coco/bbox_mAP": 0.25, "time": 0.5, "step": 2}\n',
        records=[
            Record({"lr": 0.01, "loss": 1.5, "epoch": 1, "iter": 100, "step": 100}, 1),
            Record({"lr": 0.01, "loss": 1.25, "epoch": 2, "iter": 200, "step": 200}, 2),
            Record({"coco/bbox_mAP": 0.25, "time": 0.5}, 3, epoch=2, split="eval"),
        ],
    ),
    Sample(
        program="detectron2 (02b5c4e2) metrics.json",
        cite="detectron2/utils/events.py JSONWriter",
        text='{"data_time": 0.01, "iteration": 19, "loss_cls": 0.5, "lr": 4e-06, "total_loss": 1.5}\n'
        '{"data_time": 0.01, "iteration": 39, "loss_cls": 0.25, "lr": 8e-06, "total_loss": NaN}\n',
        records=[
            Record({"data_time": 0.01, "iteration": 19, "loss_cls": 0.5, "lr": 4e-06, "total_loss": 1.5}, 1),
            Record({"data_time": 0.01, "iteration": 39, "loss_cls": 0.25, "lr": 8e-06, "total_loss": math.nan}, 2),
        ],
    ),
    Sample(
        program="StyleGAN 2/3 stats.jsonl",
        cite="stylegan3/training/training_loop.py, torch_utils/training_stats.py",
        text='{"Loss/G/loss": {"num": 9, "mean": 1.5, "std": 0.5}, "Progress/kimg": {"num": 1, "mean": 4, "std": 0}}\n'
        '{"Loss/G/loss": {"num": 9, "mean": 1.25, "std": 0.5}, "Progress/kimg": {"num": 1, "mean": 8, "std": 0}}\n',
        records=[
            Record({"Loss/G/loss": 1.5, "Progress/kimg": 4}, 1),
            Record({"Loss/G/loss": 1.25, "Progress/kimg": 8}, 2),
        ],
    ),
    Sample(
        program="StyleGAN 2/3 metric-fid50k_full.jsonl",
        cite="stylegan3/metrics/metric_main.py report_metric",
        text='{"results": {"fid50k_full": 40.5}, "timestamp": 1.5, "snapshot_pkl": "network-snapshot-000200.pkl"}\n'
        '{"results": {"fid50k_full": 20.5}, "timestamp": 1.5, "snapshot_pkl": "network-snapshot-000400.pkl"}\n',
        records=[
            Record(
                {"timestamp": 1.5, "snapshot_pkl": "network-snapshot-000200.pkl", "fid50k_full": 40.5},
                1,
                200000,
                axis="samples",
            ),
            Record(
                {"timestamp": 1.5, "snapshot_pkl": "network-snapshot-000400.pkl", "fid50k_full": 20.5},
                2,
                400000,
                axis="samples",
            ),
        ],
    ),
    Sample(
        program="transformers 2.11",
        cite="src/transformers/trainer.py _log",
        text="Iteration:  10%|█         | 50/500 [00:10<01:30,  5.0it/s]"
        '{"loss": 1.25, "learning_rate": 4e-05, "epoch": 0.25, "step": 500}\n'
        '{"eval_loss": 1.125, "epoch": 0.5, "step": 1000}\n',
        records=[
            Record({"loss": 1.25, "learning_rate": 4e-05, "epoch": 0.25, "step": 500}, 1),
            Record({"eval_loss": 1.125, "epoch": 0.5, "step": 1000}, 2),
        ],
    ),
]
