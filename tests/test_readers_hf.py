"""Dict rows on standard output: what real logs do to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossdoc.api import Options, read_source
from lossdoc.input.source import Source
from lossdoc.model.record import Event, Item, Record, Unread
from lossdoc.readers import detect, hf_stdout
from lossdoc.readers._pydict import dict_end, parse_dict


def read(text: str) -> list[Item]:
    return list(hf_stdout.read(Source.from_text(text)))


def rows(text: str) -> list[dict[str, object]]:
    return [dict(item.values) for item in read(text) if isinstance(item, Record)]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("{'loss': 0.5, 'epoch': 1.0}", {"loss": 0.5, "epoch": 1.0}),
        ("{'loss': nan, 'epoch': 1.0}", {"loss": "nan", "epoch": 1.0}),
        ("{'loss': -inf, 'a': None}", {"loss": "-inf", "a": None}),
        ("{'loss': np.float32(0.5), 'b': tensor(2., device='cuda:0')}", {"loss": 0.5, "b": 2.0}),
        ("{'loss': 0.5, \"rewards/o'clock/mean\": 0.25}", {"loss": 0.5, "rewards/o'clock/mean": 0.25}),
        ("{'loss': 0.5, 'ok': True}", {"loss": 0.5, "ok": True}),
        ("{'loss': __import__('os')}", None),
        ("{'loss': 0.5", None),
    ],
)
def test_python_dicts(text: str, row: dict[str, object] | None) -> None:
    assert parse_dict(text) == row


@pytest.mark.parametrize("lines", [38, 60, 90, 120])
def test_steps_while_the_log_grows_are_those_of_the_whole(lines: int) -> None:
    """An evaluation closes with a runtime of its own, which is not the end of the training."""
    whole = (Path(__file__).resolve().parents[1] / "examples" / "dpo-displacement.log").read_bytes().decode()
    part = "\n".join(whole.split("\n")[:lines]) + "\n"  # bars return the carriage within them
    steps = []
    for text in (part, whole):
        found = read_source(Source.from_text(text), Options())
        assert isinstance(found, list)
        loss = found[0].get("loss")
        assert loss is not None
        steps.append(loss.steps.tolist())
    assert 10 < len(steps[0]) < len(steps[1])
    assert steps[0] == steps[1][: len(steps[0])]


def test_the_end_of_a_dict_respects_quotes() -> None:
    text = "x {'a': '}', 'b': {'c': [1, 2]}} y"
    assert text[2 : dict_end(text, 2)] == "{'a': '}', 'b': {'c': [1, 2]}}"


def test_bar_and_row_on_one_line() -> None:
    items = read("\r 12%|█▎  | 1/8 [00:00<00:01,  5.59it/s]\r        \r{'loss': '3.6', 'epoch': '0.125'}\n")
    kinds = [item.kind if isinstance(item, Event) else "row" for item in items]
    assert kinds[:2] == ["progress", "row"]
    assert isinstance(items[0], Event)
    assert dict(items[0].data) == {"n": 1, "total": 8}


@pytest.mark.parametrize(
    "bar", ["Map:  50%|██  | 5/10 [00:01<00:01, 9 examples/s]", "Loading checkpoint shards: 50%|█ | 1/2 [00:01<00:01]"]
)
def test_other_bars_tell_no_progress(bar: str) -> None:
    assert not any(isinstance(item, Event) for item in read(bar + "\n{'loss': 0.5, 'epoch': 0.1}\n"))


@pytest.mark.parametrize(
    "text",
    [
        "{'learning_rate': 5e-05, 'weight_decay': 0.0, 'num_train_epochs': 3}",
        "TrainOutput(global_step=8, training_loss=3.6, metrics={'train_runtime': 1.7, 'epoch': 1.0})",
        "│ print({'loss': 0.5, 'epoch': 1}) │",
        "    history = [{'loss': 0.5, 'epoch': 1}, {'loss': 0.4, 'epoch': 2}]",
        "return {'loss': 0.5}",
        "{'name': 'x', 'size': 3}",
    ],
)
def test_no_rows(text: str) -> None:
    assert rows(text + "\n") == []


def test_settings_are_an_event() -> None:
    (event,) = read("{'learning_rate': 5e-05, 'weight_decay': 0.0, 'num_train_epochs': 3, 'beta': 0.1}\n")
    assert isinstance(event, Event)
    assert event.kind == "config"
    assert event.data["beta"] == 0.1


def test_ranks_and_two_rows_on_one_line() -> None:
    (first, second) = [
        item
        for item in read("[rank1]:{'loss': 0.5, 'epoch': 0.1}{'loss': 0.4, 'epoch': 0.2}\n")
        if isinstance(item, Record)
    ]
    assert (first.stream, first.values["loss"], second.values["loss"]) == ("rank1", 0.5, 0.4)


def test_the_runtime_names_the_data_set() -> None:
    (record,) = read("{'eval_c4_loss': 4.1, 'eval_c4_runtime': 0.3, 'eval_entropy': 4.1, 'epoch': 0.5}\n")
    assert isinstance(record, Record)
    assert record.labels == {"dataset": "c4"}


def test_cut_and_broken_rows() -> None:
    items = read("{'loss': 0.5, 'epoch': 0.1}\n{'loss': 0.4, 'epo\n{'loss': 0.3, 'epoch': 0.3}\n{'loss': 0.2, 'ep")
    assert [type(item).__name__ for item in items] == ["Record", "Unread", "Record", "Event"]
    assert isinstance(items[1], Unread)
    assert items[1].line == 2
    assert isinstance(items[3], Event)
    assert (items[3].kind, items[3].line) == ("cut", 4)


def test_rows_are_found_among_much_else() -> None:
    noise = "WARNING: past_key_values {'use_cache': True} is deprecated\n" * 2000
    source = Source.from_text(noise + "{'loss': 0.5, 'epoch': 0.1}\n" + noise)
    assert detect(source)[0][1].NAME == "hf-stdout"


def test_the_reward_of_one_answer_is_no_row_of_the_trainer() -> None:
    steps = "".join(f"Step {n} loss: {9 - n / 4} token_entropy: 0.{90 - n}\n" for n in range(20))
    answers = "".join(f"reward: {{'format_reward': 1.0, 'reward': {n % 2}.0}}\n" for n in range(9))
    assert detect(Source.from_text(answers + steps))[0][1].NAME == "key-value"
    assert detect(Source.from_text("train: {'loss': 0.5, 'epoch': 0.1}\n"))[0][1].NAME == "hf-stdout"


@pytest.mark.parametrize("name", ["hf4_nan.out", "hf5_merged.txt", "trl116_grpo.out", "hf5_multi.out", "dpo_ipo.out"])
def test_real_output(shared: Path, name: str) -> None:
    source = Source.from_path(shared / "samples" / name)
    found = [item for item in hf_stdout.read(source) if isinstance(item, Record)]
    assert detect(source)[0][1].NAME == "hf-stdout"
    assert len(found) == source.text.count("'epoch':") - source.text.count("TrainOutput(")


@given(st.text(alphabet="{}'\":,\r\n loseph.0123nai[]()", max_size=120))
def test_any_text(text: str) -> None:
    hf_stdout.sniff(Source.from_text(text))
    for item in read(text):
        assert item is not None
