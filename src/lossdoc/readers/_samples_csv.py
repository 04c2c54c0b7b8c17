"""Sample tables of the programs that write CSV or TSV. Made from each program's own format; the numbers are ours."""

from lossdoc.model.record import Event, Record
from lossdoc.readers import Sample

CSV = [
    Sample(
        program="Lightning 2 CSVLogger",
        cite="lightning/fabric/loggers/csv_logs.py",
        text="epoch,lr,step,train_loss,val_loss\n0,,9,2.5,\n0,,9,,2.25\n1,0.01,19,nan,\n",
        records=[
            Record({"epoch": "0", "step": "9", "train_loss": "2.5"}, 2),
            Record({"epoch": "0", "step": "9", "val_loss": "2.25"}, 3),
            Record({"epoch": "1", "lr": "0.01", "step": "19", "train_loss": "nan"}, 4),
        ],
    ),
    Sample(
        program="Keras 3 CSVLogger",
        cite="keras/src/callbacks/csv_logger.py",
        text="epoch,accuracy,loss,val_accuracy,val_loss\r\n0,0.5,0.75,NA,NA\r\n1,0.75,0.5,0.75,0.5\r\n",
        records=[
            Record({"epoch": "0", "accuracy": "0.5", "loss": "0.75", "val_accuracy": "NA", "val_loss": "NA"}, 2),
            Record({"epoch": "1", "accuracy": "0.75", "loss": "0.5", "val_accuracy": "0.75", "val_loss": "0.5"}, 3),
        ],
    ),
    Sample(
        program="Ultralytics 8.0 results.csv",
        cite="ultralytics/yolo/engine/trainer.py save_metrics",
        text="                  epoch,         train/box_loss,   metrics/mAP50(B)\n"
        "                      0,                   1.25,            0.03125\n"
        "                      1,                  1.125,             0.0625\n",
        records=[
            Record({"epoch": "0", "train/box_loss": "1.25", "metrics/mAP50(B)": "0.03125"}, 2),
            Record({"epoch": "1", "train/box_loss": "1.125", "metrics/mAP50(B)": "0.0625"}, 3),
        ],
        events=[
            Event("config", 1, "columns of results.csv", {"framework": "ultralytics"}),
        ],
    ),
    Sample(
        program="stable-baselines3 2 monitor.csv",
        cite="stable_baselines3/common/monitor.py ResultsWriter",
        text='#{"t_start": 1700000000.5, "env_id": "CartPole-v1"}\nr,l,t\n20.0,20,1.5\n35.0,35,1.75\n',
        records=[
            Record({"r": "20.0", "l": "20", "t": "1.5"}, 3),
            Record({"r": "35.0", "l": "35", "t": "1.75"}, 4),
        ],
        events=[
            Event("config", 1, "columns of a monitor file", {"framework": "sb3"}),
            Event("config", 1, "first line of the table", {"t_start": 1700000000.5, "env_id": "CartPole-v1"}),
        ],
    ),
    Sample(
        program="CatBoost 1.2 learn_error.tsv",
        cite="catboost/libs/loggers/logger.h TErrorFileLoggingBackend",
        text="iter\tRMSE\n0\t1.5\n1\t1.25\n",
        records=[
            Record({"iter": "0", "RMSE": "1.5"}, 2),
            Record({"iter": "1", "RMSE": "1.25"}, 3),
        ],
    ),
    Sample(
        program="timm summary.csv, run resumed with another header",
        cite="timm/utils/summary.py update_summary",
        text="epoch,train_loss,eval_top1\n0,6.5,1.5\nepoch,train_loss,eval_top1,lr\n1,6.25,2.5,0.001\n",
        records=[
            Record({"epoch": "0", "train_loss": "6.5", "eval_top1": "1.5"}, 2),
            Record({"epoch": "1", "train_loss": "6.25", "eval_top1": "2.5", "lr": "0.001"}, 4),
        ],
    ),
    Sample(
        program="a spreadsheet's export with decimal commas",
        cite="any",
        text="step;loss;lr\n1;2,5;1e-05\n2;2,25;1e-05\n",
        records=[
            Record({"step": "1", "loss": "2.5", "lr": "1e-05"}, 2),
            Record({"step": "2", "loss": "2.25", "lr": "1e-05"}, 3),
        ],
    ),
    Sample(
        program="transformers 4 notebook table copied by a browser",
        cite="transformers/utils/notebook.py text_to_html_table",
        text="Step\tTraining Loss\tValidation Loss\n10\t2.500000\tNo log\n20\t2.250000\t2.125000\n",
        records=[
            Record({"Step": "10", "Training Loss": "2.500000", "Validation Loss": "No log"}, 2),
            Record({"Step": "20", "Training Loss": "2.250000", "Validation Loss": "2.125000"}, 3),
        ],
    ),
    Sample(
        program="W&B export of a chart",
        cite="docs.wandb.ai, export of a line plot as CSV",
        text=""""Step","fast-sun-1 - train/loss","fast-sun-1 - train/loss__MIN","fast-sun-1 - train/loss__MAX"
"0","2.5","2.5","2.5"
"10","2.25","2.25","2.25"
""",
        records=[
            Record({"Step": "0", "train/loss": "2.5"}, 2, run="fast-sun-1"),
            Record({"Step": "10", "train/loss": "2.25"}, 3, run="fast-sun-1"),
        ],
    ),
    Sample(
        program="sentence-transformers 2.7 similarity_evaluation_sts-dev_results.csv",
        cite="sentence_transformers/evaluation/EmbeddingSimilarityEvaluator.py",
        text="epoch,steps,cosine_pearson,cosine_spearman\n"
        "0,100,0.8025125,0.8150125\n0,-1,0.8125125,0.8250125\n1,100,0.8225125,0.8350125\n",
        records=[
            Record(
                {"epoch": "0", "steps": "100", "cosine_pearson": "0.8025125", "cosine_spearman": "0.8150125"},
                2,
                split="eval",
            ),
            Record({"epoch": "0", "cosine_pearson": "0.8125125", "cosine_spearman": "0.8250125"}, 3, split="eval"),
            Record(
                {"epoch": "1", "steps": "100", "cosine_pearson": "0.8225125", "cosine_spearman": "0.8350125"},
                4,
                split="eval",
            ),
        ],
    ),
]
