"""Logs of other machines, and other machines that read logs: against a file system, an S3 server and a cluster."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lossdoc import api
from lossdoc.api import Options, Part
from lossdoc.cli import _examine, _jobs
from lossdoc.config.layers import InForce
from lossdoc.config.schema import Config
from lossdoc.input.files import is_remote
from lossdoc.model.finding import NotRead, Report
from tests.test_cli import run

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
LOGS = sorted(EXAMPLES.glob("*.log"))[:3]


def told(results: list[list[Any] | NotRead]) -> list[object]:
    """What was found, without the names of the files."""
    return [
        [[(c.name, c.steps.tolist(), repr(c.values.tolist())) for c in one.curves] for one in result]
        if isinstance(result, list)
        else result.found
        for result in results
    ]


@pytest.fixture
def memory() -> Iterator[Any]:
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    for number, log in enumerate(LOGS):
        system.pipe(f"/sweep/{number}/train.log", log.read_bytes())
    system.pipe("/sweep/3/picture.png", b"\x89PNG\r\n" + bytes(range(256)))
    yield system
    system.rm("/sweep", recursive=True)


@pytest.mark.parametrize(
    "path", ["s3://bucket/run.jsonl", "gs://b/x", "hf://datasets/a/b/c.csv", "memory://x", "git+x://y"]
)
def test_a_scheme_is_another_machine(path: str) -> None:
    assert is_remote(path)


@pytest.mark.parametrize("path", ["run.log", "-", "C:\\logs\\run.log", "C://logs", "/a/b://c", "a b://c", "://x"])
def test_everything_else_is_this_machine(path: str) -> None:
    assert not is_remote(path)


def test_a_pattern_and_a_folder_of_another_machine_say_what_the_files_say(memory: Any) -> None:  # noqa: ARG001
    here = [api.read_input(log, Options()) for log in LOGS]
    assert told(api.read_path("memory://sweep/*/train.log", Options())) == told(here)
    folder = api.read_path("memory://sweep", Options())
    assert told(folder[:3]) == told(here)
    assert isinstance(folder[3], NotRead)
    assert not folder[3].named
    (one,) = api.read_path("memory://sweep/1/train.log", Options())
    assert isinstance(one, list)
    assert one[0].source == "memory://sweep/1/train.log"


def test_what_is_not_there_is_said(memory: Any) -> None:  # noqa: ARG001
    (missing,) = api.read_path("memory://sweep/9/train.log", Options())
    assert isinstance(missing, NotRead)
    assert "no such file" in missing.why
    (pattern,) = api.read_path("memory://sweep/9/*.log", Options())
    assert isinstance(pattern, NotRead)
    assert "pattern" in pattern.found


def test_a_scheme_that_nobody_reads_is_said() -> None:
    for path in ("nonsense://bucket/run.log", "nonsense://bucket/*.log"):
        result = run("check", path)
        assert result.returncode == 2
        assert "Traceback" not in result.stderr
        assert path in result.stderr


@pytest.fixture
def bucket() -> Iterator[str]:
    server = pytest.importorskip("moto.server")
    boto3 = pytest.importorskip("boto3")
    pytest.importorskip("s3fs")
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    before = {key: os.environ.get(key) for key in (*keys, "AWS_ENDPOINT_URL")}
    running = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    running.start()
    host, port = running.get_host_and_port()
    os.environ.update(keys, AWS_ENDPOINT_URL=f"http://{host}:{port}")
    client = boto3.client("s3")
    client.create_bucket(Bucket="runs")
    for number, log in enumerate(LOGS):
        client.put_object(Bucket="runs", Key=f"sweep/{number}/train.log", Body=log.read_bytes())
    yield "s3://runs"
    running.stop()
    for key, value in before.items():
        os.environ.pop(key) if value is None else os.environ.__setitem__(key, value)


def test_a_bucket_is_read_as_its_files_are(bucket: str) -> None:
    here = [api.read_input(log, Options()) for log in LOGS]
    assert told(api.read_path(f"{bucket}/sweep/*/train.log", Options())) == told(here)
    result = run("check", f"{bucket}/sweep/*/train.log", "-f", "json")
    assert [one["source"] for one in json.loads(result.stdout)["runs"]] == [
        f"s3://runs/sweep/{number}/train.log" for number in range(3)
    ]


@pytest.fixture
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as running:
        yield running


def test_a_cluster_changes_nothing(cluster: Any, tmp_path: Path) -> None:
    for number in range(8):
        shutil.copy(LOGS[number % 3], tmp_path / f"{number}.log")
    (tmp_path / "4b.log").write_bytes(b"\x89PNG\r\n" + bytes(range(256)))
    paths = [str(tmp_path / "*.log"), str(tmp_path / "missing.log")]
    alone = run("check", *paths, "-f", "json", "--jobs", "1")
    together = run("check", *paths, "-f", "json", "--engine", "dask", "--scheduler", cluster.scheduler_address)
    assert (together.stdout, together.stderr) == (alone.stdout, alone.stderr)
    assert together.returncode == alone.returncode


def _dies_on_the_second(part: Part, data: bytes | None) -> _jobs.Answer:
    if part.name == "2":
        os._exit(1)
    return _examine._of_part(Options(), InForce(Config()), part, data)


def test_a_worker_that_dies_costs_its_part_alone(cluster: Any) -> None:
    parts = [Part(str(LOGS[0])), Part("2"), Part(str(LOGS[1]))]
    engine = _jobs.Engine(scheduler=cluster.scheduler_address)
    first, second, third = _jobs.each(parts, partial(_dies_on_the_second), None, engine, quiet=True)
    assert isinstance(second, NotRead)
    assert "worker" in second.found
    for answer in (first, third):
        assert isinstance(answer, list)
        assert isinstance(answer[0], list)
        assert isinstance(answer[0][0], Report)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--engine", "dask"], "belong together"),
        (["--scheduler", "tcp://127.0.0.1:1"], "belong together"),
    ],
)
def test_an_engine_and_its_address_belong_together(options: list[str], why: str) -> None:
    result = run("check", str(LOGS[0]), *options)
    assert result.returncode == 2
    assert why in result.stderr
