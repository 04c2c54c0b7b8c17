"""Sample tables as people copy them and as consoles print them. The layouts are the programs', the numbers are ours."""

from lossdoc.model.record import Record
from lossdoc.readers import Sample

TABLES = [
    Sample(
        program="TRL DPOTrainer in a notebook, aligned by hand inside prose",
        cite="transformers/utils/notebook.py; column names of trl/trainer/dpo_trainer.py",
        text="""When you run it, you will see logs like:

Step  Training Loss  Rewards/Margins  Rewards/Chosen
  5       0.6875          0.0312          -0.0156
 10       0.6562          0.1250           0.0891
 ...
 45       0.2500          1.5000           0.9375

The loss should fall from 0.69.
""",
        records=[
            Record(
                {"Step": "5", "Training Loss": "0.6875", "Rewards/Margins": "0.0312", "Rewards/Chosen": "-0.0156"}, 4
            ),
            Record(
                {"Step": "10", "Training Loss": "0.6562", "Rewards/Margins": "0.1250", "Rewards/Chosen": "0.0891"}, 5
            ),
            Record(
                {"Step": "45", "Training Loss": "0.2500", "Rewards/Margins": "1.5000", "Rewards/Chosen": "0.9375"}, 7
            ),
        ],
    ),
    Sample(
        program="Unsloth and TRL GRPOTrainer notebook table, alignment lost",
        cite="unsloth_zoo/logging_utils.py",
        text="""Step Training Loss reward reward_std rewards / correctness
1 0.000000 0.125 0.25 0.5
2 0.000100 0.250 0.25 0.75
""",
        records=[
            Record(
                {
                    "Step": "1",
                    "Training Loss": "0.000000",
                    "reward": "0.125",
                    "reward_std": "0.25",
                    "rewards / correctness": "0.5",
                },
                2,
            ),
            Record(
                {
                    "Step": "2",
                    "Training Loss": "0.000100",
                    "reward": "0.250",
                    "reward_std": "0.25",
                    "rewards / correctness": "0.75",
                },
                3,
            ),
        ],
    ),
    Sample(
        program="transformers 4 model card",
        cite="transformers/modelcard.py make_markdown_table",
        text="""# my-model

### Training results

| Training Loss | Epoch | Step | Validation Loss | F1     |
|:-------------:|:-----:|:----:|:---------------:|:------:|
| No log        | 1.0   | 50   | 0.7500          | 0.5000 |
| 0.8125        | 2.0   | 100  | 0.6250          | 0.7500 |

### Framework versions
""",
        records=[
            Record({"Epoch": "1.0", "Step": "50", "Validation Loss": "0.7500", "F1": "0.5000"}, 7),
            Record(
                {"Training Loss": "0.8125", "Epoch": "2.0", "Step": "100", "Validation Loss": "0.6250", "F1": "0.7500"},
                8,
            ),
        ],
    ),
    Sample(
        program="fastai 2 console",
        cite="fastprogress 1.1 ConsoleMasterBar.write",
        text="""epoch     train_loss  valid_loss  accuracy  time
Epoch 1/2 : |----------------------------------------| 0.00% [0/9 00:00<?]\r\
0         1.250000    1.125000    0.500000  00:01
Epoch 2/2 : |█████-----------------------------------| 11.11% [1/9 00:00<00:01 1.2500]\r\
1         0.750000    None        0.750000  00:01
""",
        records=[
            Record(
                {
                    "epoch": "0",
                    "train_loss": "1.250000",
                    "valid_loss": "1.125000",
                    "accuracy": "0.500000",
                    "time": "00:01",
                },
                2,
            ),
            Record({"epoch": "1", "train_loss": "0.750000", "accuracy": "0.750000", "time": "00:01"}, 3),
        ],
    ),
    Sample(
        program="spaCy 3.8 console logger",
        cite="spacy/training/loggers.py console_logger",
        text="""E    #       LOSS TEXTCAT  CATS_SCORE  SCORE
---  ------  ------------  ----------  ------
  0       0          0.25      100.00    1.00
  0     200         12.50       75.00    0.75
""",
        records=[
            Record({"E": "0", "#": "0", "LOSS TEXTCAT": "0.25", "CATS_SCORE": "100.00", "SCORE": "1.00"}, 3),
            Record({"E": "0", "#": "200", "LOSS TEXTCAT": "12.50", "CATS_SCORE": "75.00", "SCORE": "0.75"}, 4),
        ],
    ),
    Sample(
        program="DeePMD-kit 2 lcurve.out",
        cite="deepmd/train/trainer.py print_header",
        text="""#  step      rmse_val    rmse_trn         lr
      0      1.25e+01    1.50e+01    1.0e-03
    100      2.50e+00    2.75e+00    1.0e-03
""",
        records=[
            Record({"step": "0", "rmse_val": "1.25e+01", "rmse_trn": "1.50e+01", "lr": "1.0e-03"}, 2),
            Record({"step": "100", "rmse_val": "2.50e+00", "rmse_trn": "2.75e+00", "lr": "1.0e-03"}, 3),
        ],
    ),
    Sample(
        program="a printed pandas data frame",
        cite="pandas DataFrame.to_string",
        text="   step   loss\n0    10  2.500\n1    20  2.250\n2    30    NaN\n",
        records=[
            Record({"step": "10", "loss": "2.500"}, 2),
            Record({"step": "20", "loss": "2.250"}, 3),
            Record({"step": "30", "loss": "NaN"}, 4),
        ],
    ),
]
