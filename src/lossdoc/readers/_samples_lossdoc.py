"""Sample tables of `lossdoc convert`."""

from lossdoc.model.record import Event, Record
from lossdoc.readers import Sample

LOSSDOC = [
    Sample(
        program="lossdoc 0.1 convert --to jsonl",
        cite="src/lossdoc/show/table.py tidy",
        text='{"source": "a.log", "run": "", "metric": "loss", "split": "train", "labels": "", "key": "loss", '
        '"axis": "step", "step": 10.0, "value": 2.5, "record": 0, "line": 1, '
        '"about": "{\\"trainer\\": {\\"candidates\\": [\\"sft\\"]}, \\"events\\": [{\\"kind\\": \\"end\\"}]}"}\n'
        '{"source": "a.log", "run": "", "metric": "loss", "split": "train", "labels": "", "key": "loss", '
        '"axis": "step", "step": 20.0, "value": "NaN", "record": 1, "line": 2}\n'
        '{"source": "a.log", "run": "", "metric": "grad_norm", "split": "train", "labels": "", "key": "grad_norm", '
        '"axis": "step", "step": 20.0, "value": 1.5, "record": 1, "line": 2}\n'
        '{"source": "a.log", "run": "", "metric": "loss", "split": "eval", "labels": "dataset=wiki", '
        '"key": "eval_wiki_loss", "axis": "step", "step": 20.0, "value": 2.25, "record": 2, "line": 3}\n',
        records=[
            Record({"loss": 2.5}, 1, 10.0, "step", split="train"),
            Record({"loss": "NaN", "grad_norm": 1.5}, 2, 20.0, "step", split="train"),
            Record({"loss": 2.25}, 4, 20.0, "step", split="eval", labels={"dataset": "wiki"}),
        ],
        events=[
            Event("trainer", 1, "trainer of the log that was converted", {"candidates": ["sft"]}),
            Event("end", 1),
        ],
    ),
    Sample(
        program="lossdoc 0.1 convert --wide",
        cite="src/lossdoc/show/table.py wide",
        text="source,run,axis,step,loss,epoch,eval/loss[dataset=wiki],about\n"
        'a.log,,step,10.0,2.5,0.5,,"{""config"": {""beta"": 0.1}}"\na.log,,step,20.0,NaN,1.0,2.25,\n',
        records=[
            Record({"loss": "2.5", "epoch": "0.5"}, 2, 10.0, "step", split="train"),
            Record({"loss": "2.25"}, 3, 20.0, "step", split="eval", labels={"dataset": "wiki"}),
            Record({"loss": "NaN", "epoch": "1.0"}, 3, 20.0, "step", split="train"),
        ],
        events=[Event("config", 2, "settings of the log that was converted", {"beta": 0.1})],
    ),
]
