"""Sample rows of the Hugging Face Trainer and what is built on it. The layouts are the programs', the numbers ours."""

from lossdoc.model.record import Event, Record
from lossdoc.readers import Sample

HF = [
    Sample(
        "\r 12%|█▎        | 1/8 [00:00<00:01,  5.50it/s]\r              \r"
        "{'loss': '3.512', 'grad_norm': '0.9012', 'learning_rate': '5e-05', 'epoch': '0.125'}\n"
        "{'eval_loss': '3.402', 'eval_runtime': '0.16', 'eval_samples_per_second': '51.2', 'epoch': '0.5'}\n"
        "{'train_runtime': '1.8', 'train_samples_per_second': '17.9', 'train_loss': '3.41', 'epoch': '1'}\n",
        [
            Record({"loss": "3.512", "grad_norm": "0.9012", "learning_rate": "5e-05", "epoch": "0.125"}, 1),
            Record(
                {"eval_loss": "3.402", "eval_runtime": "0.16", "eval_samples_per_second": "51.2", "epoch": "0.5"}, 2
            ),
            Record({"train_runtime": "1.8", "train_samples_per_second": "17.9", "train_loss": "3.41", "epoch": "1"}, 3),
        ],
        "transformers 5.23",
        "src/transformers/trainer_callback.py ProgressCallback.on_log",
        [
            Event("progress", 1, "", {"n": 1, "total": 8}),
            Event("progress", 2, "", {"n": 1, "total": 8}),
            Event("end", 3, "the trainer printed its summary"),
            Event("progress", 1, "", {"n": 1, "total": 8}),
        ],
    ),
    Sample(
        "{'loss': 0.0, 'grad_norm': nan, 'learning_rate': 4e-05, 'epoch': 0.25}\n"
        "{'loss': 2.25, 'grad_norm': inf, 'learning_rate': 3e-05, 'epoch': 0.5}\n",
        [
            Record({"loss": 0.0, "grad_norm": "nan", "learning_rate": 4e-05, "epoch": 0.25}, 1),
            Record({"loss": 2.25, "grad_norm": "inf", "learning_rate": 3e-05, "epoch": 0.5}, 2),
        ],
        "transformers 4.57",
        "src/transformers/trainer_callback.py PrinterCallback.on_log",
    ),
    Sample(
        "[default0]:{'loss': '0.6931', 'rewards/margins': '1.4e-06', 'rewards/none_reward/mean': None, "
        "'spread': np.float32(0.93), 'epoch': '0.1'}\n",
        [
            Record(
                {
                    "loss": "0.6931",
                    "rewards/margins": "1.4e-06",
                    "rewards/none_reward/mean": None,
                    "spread": 0.93,
                    "epoch": "0.1",
                },
                1,
                stream="default0",
            ),
        ],
        "TRL 1.16",
        "trl/trainer/dpo_trainer.py log; torch/distributed/elastic/multiprocessing/tail_log.py",
    ),
    Sample(
        program="transformers 3.0",
        cite="src/transformers/trainer.py _log",
        text="06/30/2020 10:00:00 - INFO - transformers.trainer -   "
        "{'loss': 1.25, 'learning_rate': 4e-05, 'epoch': 0.25, 'step': 500}\n"
        "06/30/2020 10:10:00 - INFO - transformers.trainer -   "
        "{'eval_loss': 1.125, 'eval_acc': 0.75, 'epoch': 0.5, 'step': 1000}\n",
        records=[
            Record({"loss": 1.25, "learning_rate": 4e-05, "epoch": 0.25, "step": 500}, 1),
            Record({"eval_loss": 1.125, "eval_acc": 0.75, "epoch": 0.5, "step": 1000}, 2),
        ],
    ),
    Sample(
        program="TRL 0.7, transformers 4.34",
        cite="trl/trainer/dpo_trainer.py log",
        text="{'loss': 0.6931, 'learning_rate': 4.5e-07, 'rewards/chosen': 0.0, 'rewards/rejected': 0.0, "
        "'rewards/accuracies': 0.0, 'rewards/margins': 0.0, 'logps/rejected': -210.5125, 'logps/chosen': -190.2512, "
        "'logits/rejected': -2.5125, 'logits/chosen': -2.4125, 'epoch': 0.01}\n"
        "{'train_runtime': 754.51, 'train_samples_per_second': 81.012, 'train_loss': 0.6512, 'epoch': 1.0}\n",
        records=[
            Record(
                {
                    "loss": 0.6931,
                    "learning_rate": 4.5e-07,
                    "rewards/chosen": 0.0,
                    "rewards/rejected": 0.0,
                    "rewards/accuracies": 0.0,
                    "rewards/margins": 0.0,
                    "logps/rejected": -210.5125,
                    "logps/chosen": -190.2512,
                    "logits/rejected": -2.5125,
                    "logits/chosen": -2.4125,
                    "epoch": 0.01,
                },
                1,
            ),
            Record(
                {"train_runtime": 754.51, "train_samples_per_second": 81.012, "train_loss": 0.6512, "epoch": 1.0}, 2
            ),
        ],
        events=[
            Event("end", 2, "the trainer printed its summary"),
        ],
    ),
    Sample(
        program="alignment-handbook (925acdf)",
        cite="scripts/dpo.py, transformers/trainer_pt_utils.py log_metrics",
        text="{'loss': 0.6875, 'grad_norm': 5.125, 'learning_rate': 5e-07, 'rewards/margins': 0.0125, 'epoch': 0.5}\n"
        "{'train_runtime': 754.5125, 'train_samples_per_second': 81.0125, 'train_loss': 0.6512, 'epoch': 1.0}\n"
        "***** train metrics *****\n"
        "  epoch                    =        1.0\n"
        "  train_loss               =     0.6512\n"
        "  train_runtime            = 0:12:34.51\n"
        "2025-01-01 10:00:00 - INFO - __main__ - *** Evaluate ***\n",
        records=[
            Record(
                {"loss": 0.6875, "grad_norm": 5.125, "learning_rate": 5e-07, "rewards/margins": 0.0125, "epoch": 0.5}, 1
            ),
            Record(
                {"train_runtime": 754.5125, "train_samples_per_second": 81.0125, "train_loss": 0.6512, "epoch": 1.0}, 2
            ),
        ],
        events=[
            Event("end", 2, "the trainer printed its summary"),
            Event("end", 3, "***** train metrics *****"),
        ],
    ),
    Sample(
        program="axolotl (067b021)",
        cite="src/axolotl/core/trainers/base.py log, src/axolotl/logging_config.py",
        text="[2026-07-24 10:00:00,123] [INFO] [axolotl.train.train:210] [PID:812] Starting trainer...\n"
        "{'loss': 1.25, 'grad_norm': 0.5125, 'learning_rate': 2e-05, 'ppl': 3.49034, 'memory/max_active (GiB)': 10.51, "
        "'memory/max_allocated (GiB)': 10.51, 'memory/device_reserved (GiB)': 12.02, 'tokens/total': 512, "
        "'epoch': 0.1}\n"
        "{'eval_loss': 1.125, 'eval_runtime': 2.5125, 'eval_ppl': 3.08022, 'epoch': 0.1}\n",
        records=[
            Record(
                {
                    "loss": 1.25,
                    "grad_norm": 0.5125,
                    "learning_rate": 2e-05,
                    "ppl": 3.49034,
                    "memory/max_active (GiB)": 10.51,
                    "memory/max_allocated (GiB)": 10.51,
                    "memory/device_reserved (GiB)": 12.02,
                    "tokens/total": 512,
                    "epoch": 0.1,
                },
                2,
            ),
            Record({"eval_loss": 1.125, "eval_runtime": 2.5125, "eval_ppl": 3.08022, "epoch": 0.1}, 3),
        ],
    ),
    Sample(
        program="ms-swift 4 (3602360)",
        cite="swift/trainers/patcher.py add_train_message",
        text="{'loss': 1.5, 'grad_norm': 10.75, 'learning_rate': 1e-05, 'token_acc': 0.6125, 'epoch': 0.05, "
        "'global_step/max_steps': '5/90', 'elapsed_time': '10s', 'remaining_time': '2m 50s', 'memory(GiB)': 5.64, "
        "'train_speed(s/it)': 2.012512}\n"
        "{'eval_loss': 1.25, 'eval_token_acc': 0.7125, 'epoch': 0.1, 'global_step/max_steps': '10/90', "
        "'elapsed_time': '20s', 'remaining_time': '2m 40s', 'memory(GiB)': 5.64, 'train_speed(s/it)': 2.012512}\n",
        records=[
            Record(
                {
                    "loss": 1.5,
                    "grad_norm": 10.75,
                    "learning_rate": 1e-05,
                    "token_acc": 0.6125,
                    "epoch": 0.05,
                    "global_step/max_steps": "5/90",
                    "elapsed_time": "10s",
                    "remaining_time": "2m 50s",
                    "memory(GiB)": 5.64,
                    "train_speed(s/it)": 2.012512,
                },
                1,
            ),
            Record(
                {
                    "eval_loss": 1.25,
                    "eval_token_acc": 0.7125,
                    "epoch": 0.1,
                    "global_step/max_steps": "10/90",
                    "elapsed_time": "20s",
                    "remaining_time": "2m 40s",
                    "memory(GiB)": 5.64,
                    "train_speed(s/it)": 2.012512,
                },
                2,
            ),
        ],
    ),
    Sample(
        program="SetFit 1.1",
        cite="setfit/trainer.py BCSentenceTransformersTrainer.log",
        text="{'embedding_loss': 0.2512, 'grad_norm': 1.25, 'learning_rate': 2e-05, 'epoch': 0.02}\n"
        "{'eval_embedding_loss': 0.1512, 'eval_embedding_runtime': 1.25, 'epoch': 1.0}\n",
        records=[
            Record({"embedding_loss": 0.2512, "grad_norm": 1.25, "learning_rate": 2e-05, "epoch": 0.02}, 1),
            Record({"eval_embedding_loss": 0.1512, "eval_embedding_runtime": 1.25, "epoch": 1.0}, 2),
        ],
        events=[
            Event("config", 1, "losses as SetFit names them", {"framework": "setfit"}),
        ],
    ),
    Sample(
        program="sentence-transformers 5",
        cite="sentence_transformers/trainer.py log, sentence_transformers/evaluation/EmbeddingSimilarityEvaluator.py",
        text="{'loss': 0.5125, 'grad_norm': 2.5, 'learning_rate': 2e-05, 'epoch': 0.25}\n"
        "{'eval_loss': 0.4125, 'eval_sts-dev_pearson_cosine': 0.8125, 'eval_sts-dev_spearman_cosine': 0.8251, "
        "'eval_runtime': 1.25, 'eval_samples_per_second': 0.0, 'epoch': 0.25}\n",
        records=[
            Record({"loss": 0.5125, "grad_norm": 2.5, "learning_rate": 2e-05, "epoch": 0.25}, 1),
            Record(
                {
                    "eval_loss": 0.4125,
                    "eval_sts-dev_pearson_cosine": 0.8125,
                    "eval_sts-dev_spearman_cosine": 0.8251,
                    "eval_runtime": 1.25,
                    "eval_samples_per_second": 0.0,
                    "epoch": 0.25,
                },
                2,
            ),
        ],
    ),
]
