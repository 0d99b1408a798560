"""The Node.js client, which knows protos/metrics.proto and nothing else, against a real leader."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.processes import Proxy, running_leader

CLIENT = Path(__file__).parent / "node"


@pytest.fixture(scope="module", autouse=True)
def _packages() -> None:
    if not (CLIENT / "node_modules" / ".package-lock.json").exists():
        assert shutil.which("npm"), "the Node.js client needs npm: apt-get install nodejs npm"
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=CLIENT, check=True)


@pytest.fixture(scope="module")
def leader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    metrics = tmp_path_factory.mktemp("metrics")
    with running_leader(metrics, "--no-dashboard", "--report-interval", "0.2") as address:
        yield address


async def start(*arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec("node", CLIENT / "demo.mjs", *arguments, stdout=pipe, stderr=pipe)


async def events(process: asyncio.subprocess.Process) -> AsyncIterator[dict[str, Any]]:
    assert process.stdout
    async for line in process.stdout:
        yield json.loads(line)


def named(seen: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [event for event in seen if event["event"] == name]


async def test_it_streams_is_acknowledged_resumes_after_a_cut_and_reads_back(leader: str) -> None:
    seen: list[dict[str, Any]] = []
    async with Proxy(leader) as proxy:
        process = await start(proxy.address, "js-cut", "40", "50")
        async for event in events(process):
            seen.append(event)
            if event["event"] == "ack" and len(named(seen, "ack")) == 2:
                proxy.cut()
        assert process.stderr
        assert (await process.wait(), await process.stderr.read()) == (0, b"")

    first, second = named(seen, "welcome")
    assert int(first["resume_sequence"]) == 1
    assert int(second["resume_sequence"]) > 1, "what was acknowledged before the cut is not sent again"
    assert len(named(seen, "cut")) == 1
    assert int(named(seen, "ack")[-1]["durable_sequence"]) == 40
    assert named(seen, "watched") == [{"event": "watched", "sequences": list(range(1, 41))}]
    assert_each_snapshot_once(named(seen, "series"))


def assert_each_snapshot_once(series: list[dict[str, Any]]) -> None:
    by_column = {one["column"]: one for one in series}
    assert by_column.keys() == {"memory.percent", "requests{tools/call}"}
    assert by_column["requests{tools/call}"]["values"] == list(range(1, 41))
    assert by_column["requests{tools/call}"]["times"] == sorted(by_column["memory.percent"]["times"])
    assert by_column["memory.percent"]["unit"] == "%"
    assert all(0 < value < 100 for value in by_column["memory.percent"]["values"])


async def test_it_stops_with_the_leaders_reason_when_it_is_refused(leader: str) -> None:
    process = await start(leader, "../up", "1", "1")
    _, errors = await process.communicate()
    assert process.returncode == 1
    assert b"INVALID_ARGUMENT" in errors
    assert b"../up" in errors


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((CLIENT / "package-lock.json").read_text())
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
