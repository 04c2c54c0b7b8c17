"""The server for assistants, spoken to by the protocol's own client over standard input and output."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mcp_client import call, serving

pytest.importorskip("mcp")

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
SECRET = "".join(f"{{'loss': {7.25 - step / 100}, 'epoch': {step / 10}}}\n" for step in range(1, 60))
ROW = "step {step} loss {loss}\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that may be read, with links that lead out of it, and something outside that it must not give."""
    whole = tmp_path_factory.mktemp("place")
    inside, outside = whole / "inside", whole / "outside"
    (inside / "run").mkdir(parents=True)
    (inside / "other").mkdir()
    outside.mkdir()
    (outside / "secret.log").write_text(SECRET)
    (outside / "config.yaml").write_text("learning_rate: 0.12345\n")
    for name in ("dpo-displacement.log", "sft-healthy.log"):
        (inside / name).write_bytes((EXAMPLES / name).read_bytes())
    (inside / "run" / "train.log").write_bytes((EXAMPLES / "language-model-nan.log").read_bytes())
    (inside / "run" / "linked.log").symlink_to(outside / "secret.log")
    (inside / "other" / "train.log").write_bytes((EXAMPLES / "sft-healthy.log").read_bytes())
    (inside / "other" / "config.yaml").symlink_to(outside / "config.yaml")
    (inside / "out").symlink_to(outside)
    (inside / "kept.log").symlink_to(inside / "sft-healthy.log")
    (inside / "grows.log").write_text("".join(ROW.format(step=n, loss=3 - n / 100) for n in range(1, 60)))
    return whole


@pytest.fixture(scope="module")
def said(place: Path) -> Iterator[Any]:
    """Asks the server of the folder that may be read."""
    with serving(place / "inside") as ask:
        yield ask


def test_it_has_five_tools_that_only_read(said: Any) -> None:
    tools = said(lambda client: client.list_tools()).tools
    assert sorted(tool.name for tool in tools) == ["check", "compare", "explain", "read", "watch"]
    assert all(tool.annotations.read_only_hint and tool.description for tool in tools)


def test_check_says_what_is_wrong_and_what_to_change(said: Any) -> None:
    text, refused = call(said, "check", path="dpo-displacement.log", trainer="dpo")
    assert not refused
    assert "likelihood-displacement" in text
    assert "DPOConfig(learning_rate=1e-5)" in text
    assert "SUSPICIOUS" in text


def test_check_as_json_is_the_report(said: Any) -> None:
    text, _ = call(said, "check", path="sft-healthy.log", format="json", select=["divergence"])
    (run,) = json.loads(text)["runs"]
    assert run["passed"] == ["divergence"]


def test_read_gives_curves_then_values(said: Any) -> None:
    text, _ = call(said, "read", path="sft-healthy.log")
    assert {"loss", "learning_rate"} <= {curve["metric"] for curve in json.loads(text)["runs"][0]["curves"]}
    text, _ = call(said, "read", path="sft-healthy.log", metrics=["loss"], last_step=3)
    train, held_out = json.loads(text)["runs"][0]["curves"]
    assert train["values"] == [[1, 4.3], [2, 4.072], [3, 3.805]]
    assert held_out["values"] == []
    text, refused = call(said, "read", path="sft-healthy.log", metrics=["lost"])
    assert refused
    assert "there are: loss" in text


def test_compare_and_explain(said: Any) -> None:
    text, _ = call(said, "compare", baseline="sft-healthy.log", other="run/train.log")
    assert "run 2: worse than the baseline" in text
    text, _ = call(said, "explain", word="rewards/margins", trainer="dpo")
    assert text.startswith("reward_margin")
    text, refused = call(said, "explain", word="learning_rat")
    assert refused
    assert "learning_rate" in text


def test_watch_waits_for_news(said: Any, place: Path) -> None:
    log = place / "inside" / "grows.log"

    async def both(client: Any) -> Any:
        watched = asyncio.create_task(client.call_tool("watch", {"path": "grows.log", "seconds": 60}))
        await asyncio.sleep(4)
        with log.open("a") as file:
            file.writelines(ROW.format(step=n, loss="nan") for n in range(60, 90))
        return await watched

    text = said(both).content[0].text
    assert "30 more records" in text
    assert "new: non-finite" in text
    text, _ = call(said, "watch", path="grows.log", seconds=0)
    assert "no new warning or error" in text


def test_words_that_do_not_exist_are_refused_in_words(said: Any) -> None:
    for arguments, expected in (
        ({"path": "nothing.log"}, "nothing that can be opened"),
        ({"path": "sft-healthy.log", "trainer": "foo"}, "unknown trainer"),
        ({"path": "sft-healthy.log", "select": ["foo"]}, "no check 'foo'"),
    ):
        text, refused = call(said, "check", **arguments)
        assert refused
        assert expected in text


@pytest.mark.parametrize(
    "path",
    ["../outside/secret.log", "out/secret.log", "run/linked.log", "run/../../outside", "out", "../*/*.log"],
)
@pytest.mark.parametrize("tool", ["check", "read", "watch"])
def test_no_path_leads_out(said: Any, tool: str, path: str) -> None:
    text, refused = call(said, tool, path=path)
    assert refused
    assert "not inside of a folder that may be read" in text
    assert "7.2" not in text


def test_no_absolute_path_leads_out_and_one_that_stays_is_read(said: Any, place: Path) -> None:
    for path in (place / "outside" / "secret.log", "/etc/passwd", "/proc/self/environ"):
        assert "not inside" in call(said, "check", path=str(path))[0]
    assert not call(said, "check", path=str(place / "inside" / "kept.log"))[1]
    assert "not inside" in call(said, "compare", baseline="sft-healthy.log", other="../outside/secret.log")[0]


def test_a_folder_and_a_pattern_give_nothing_that_lies_outside(said: Any) -> None:
    for path in ("run", ".", "*/*.log", "**/*.log"):
        text, _ = call(said, "read", path=path)
        assert "7.2" not in text
        assert "train.log" in text
    text, _ = call(said, "read", path="other/train.log")
    assert "0.12345" not in text  # settings of a file beside the log, which is a link


def test_nothing_is_written(said: Any, place: Path) -> None:
    before = {path: path.lstat().st_mtime_ns for path in place.rglob("*")}
    call(said, "check", path=".")
    assert {path: path.lstat().st_mtime_ns for path in place.rglob("*")} == before
