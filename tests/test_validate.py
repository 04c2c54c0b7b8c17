"""`validate`: each fault of a document is found, with file, line and field."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lossdoc.knowledge import Knowledge
from lossdoc.knowledge.jsonschema import json_schema
from lossdoc.knowledge.validate import validate

GOOD = """---
id: swing
name: Swing
aliases: [swing, "swing/{part}"]
shortDescription: How far it swings.
expect:
  start: {value: "ln 2", source: definition}
visualizations:
  healthy: {data: [{step: 0, value: 1}, {step: 10, value: 0}]}
  unhealthy:
    up: {data: [{step: 0, value: 1}, {step: 10, value: 2}], finds: [divergence], with: {eval_loss: [{step: 0, value: 1}, {step: 1, value: 1}]}}
variations:
  trl-dpo: {description: The same.}
---
"""  # noqa: E501 - one field stands on one line


def faults(tmp_path: Path, text: str, name: str = "swing.md") -> list[str]:
    (tmp_path / name).write_text(text)
    return [
        f"{p.file.removeprefix(str(tmp_path))}:{p.line}: {p.field}: {p.reason}"
        for p in validate(tmp_path, str(tmp_path))
    ]


def test_a_good_document_has_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("name: Swing", "nam: Swing", ":3: nam: there is no such field"),
        ("name: Swing", "name: 3", ":3: name: expected str, found int"),
        ("id: swing", "id: swung", ":2: id: `swung` is not the file's name"),
        ("shortDescription: How far it swings.\n", "", ": shortDescription: missing"),
        ("source: definition", "note: x", ":7: expect.start.source: a figure needs a source"),
        ('"ln 2"', '"ln ln"', ":7: expect.start.value: "),
        ("finds: [divergence], ", "", ":11: visualizations.unhealthy.up.finds: missing"),
        ("[divergence]", "[divergense]", ":11: visualizations.unhealthy.up.finds.0: there is no check `divergense`"),
        ("eval_loss", "evil_loss_x", ":11: visualizations.unhealthy.up.with.evil_loss_x: there is no metric"),
        ("{step: 10, value: 0}", "{step: 0, value: 0}", ":9: visualizations.healthy.data.1: steps must rise"),
        ("{step: 10, value: 0}", "{step: 10}", ":9: visualizations.healthy.data.1: a point has"),
        ("name: Swing", "name: Swing\nmerit: score", ": direction: missing: progress is judged by a `merit: score`"),
        ("name: Swing", "name: Swing\nmerit: scores", ":4: merit: the value 'scores' is not one of those allowed"),
        ("trl-dpo", "trl-dpooo", ":13: variations.trl-dpooo: names no trainer"),
        ('"swing/{part}"', '"swing/{}"', ":4: aliases.1: `{}` is no name"),
    ],
)
def test_each_fault_is_found_where_it_stands(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in GOOD
    found = faults(tmp_path, GOOD.replace(old, new))
    assert any(line.startswith("/swing.md") and fault in line for line in found), found


def test_documents_of_ours_say_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(text: str) -> list[str]:
        return [fault for fault in faults(tmp_path, text) if ": missing: " in fault]

    assert missing(GOOD) == []
    monkeypatch.setattr("lossdoc.knowledge.validate.metrics_dir", lambda: tmp_path)
    told = missing(GOOD)
    assert [fault.split(":")[2].strip() for fault in told] == ["direction", "sources", "whatToLookFor"]
    said = "direction: down\nsources: [ours]\nwhatToLookFor: [It falls.]\nvisualizations:"
    assert missing(GOOD.replace("visualizations:", said)) == []


def test_a_key_of_ours_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "swing.md").write_text(GOOD.replace("aliases: [swing,", "aliases: [lr,"))
    (remark,) = validate(tmp_path, str(tmp_path))
    assert not remark.fault
    assert remark.reason == "`lr` is this document's from now on, not metrics/learning_rate.md's"
    found = Knowledge.load([tmp_path]).resolve("lr")
    assert found is not None
    assert found.metric == "swing"


def test_two_documents_must_not_claim_one_key_under_one_framework_and_objective(tmp_path: Path) -> None:
    keys = "keys: {trl: [{key: zork, objective: dpo}]}\nvisualizations:"
    (tmp_path / "swing.md").write_text(GOOD.replace("visualizations:", keys))
    other = GOOD.replace("visualizations:", keys).replace("swing", "swung").replace("id: swing", "id: swung")
    found = faults(tmp_path, other, "swung.md")
    assert len(found) == 2
    assert "/swing.md:8: keys: `zork` under trl dpo is claimed by " in found[0]


def test_a_curve_is_missing_unless_the_document_says_why(tmp_path: Path) -> None:
    text = "---\nid: swing\nname: Swing\nshortDescription: x.\nunit: m\n---\n"
    assert "no healthy and unhealthy curve" in faults(tmp_path, text)[0]
    assert faults(tmp_path, text.replace("unit: m", "judged: false\nwhy: A counter.")) == []
    assert faults(tmp_path, text.replace("unit: m", "judged: {with: [divergence]}")) == []
    assert faults(tmp_path, text.replace("unit: m", "role: time")) == []


def test_a_document_of_the_field_is_judged_by_its_own_fields_only(tmp_path: Path, shared: Path) -> None:
    (seed,) = (shared / "seeds").glob("000*")
    assert faults(tmp_path, seed.read_text(encoding="utf-8"), "loss.md") == []
    assert faults(tmp_path, seed.read_text(encoding="utf-8").replace("id: loss", "id: my_loss"), "other.md") != []


def test_the_command_prints_faults_and_sets_the_exit_code(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "lossdoc", "validate", *words], capture_output=True, text=True, check=False
        )

    (tmp_path / "swing.md").write_text(GOOD)
    assert run(str(tmp_path)).returncode == 0
    (tmp_path / "swing.md").write_text(GOOD.replace("unhealthy", "unhealty"))
    done = run(str(tmp_path))
    assert done.returncode == 1
    assert f"{tmp_path}/swing.md:10: visualizations.unhealty: there is no such field" in done.stdout
    assert run(str(tmp_path / "nowhere")).returncode == 2
    assert run().returncode == 2
    assert "$schema" in json.loads(run("--schema").stdout)


def test_the_schema_allows_what_the_loader_allows() -> None:
    schema = json.loads(json_schema())
    parts = schema["$defs"]
    assert parts["MetricDocument"]["additionalProperties"] is False
    assert "prose" not in parts["MetricDocument"]["properties"]
    assert {"$ref": "#/$defs/Drawing"} in parts["Visualizations"]["properties"]["unhealthy"]["anyOf"]
