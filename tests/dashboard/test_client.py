"""The client, the mirror and the API against a real leader."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from dashboard.app import make_app
from dashboard.client import LeaderClient, LeaderGoneError
from mcp_telemetry._version import __version__
from mcp_telemetry.errors import InvalidQueryError, UnknownNodeError
from mcp_telemetry.settings import DashboardSettings, resolve
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.browser.actors import Actor
from tests.processes import running_leader, wait_until
from tests.reading import nodes

NS = 1_000_000_000
PAST_S = 120


@pytest.fixture(scope="module")
def leader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_leader(tmp_path_factory.mktemp("leader"), "--no-dashboard") as address:
        actor = Actor("alpha", address, past_s=PAST_S)
        actor.start()
        wait_until(lambda: "alpha" in nodes(address) and nodes(address)["alpha"].counts.stored >= PAST_S)
        yield address
        actor.leave()


async def test_facts_of_a_node(client: LeaderClient) -> None:
    assert (await client.node("alpha")).host.hostname == "alpha.swarm.example"
    with pytest.raises(UnknownNodeError, match="'nobody'"):
        await client.node("nobody")


def question(node_id: str, start_ns: int, end_ns: int, **fields: Any) -> pb.QueryRangeRequest:
    columns = ["cpu.percent", "requests"]
    return pb.QueryRangeRequest(
        node_ids=[node_id], columns=columns, start_unix_nano=start_ns, end_unix_nano=end_ns, **fields
    )


async def test_series_of_a_stretch(client: LeaderClient) -> None:
    now = time.time_ns()
    found = await client.series(question("alpha", now - 60 * NS, now))
    by_name = {series.column.name: series for series in found}
    assert set(by_name) == {"cpu.percent", "requests{tools/call}", "requests{tools/list}", "requests{resources/read}"}
    cpu = by_name["cpu.percent"]
    assert 50 <= len(cpu.times_ns) <= 62
    assert (cpu.times_ns[1:] > cpu.times_ns[:-1]).all()
    assert by_name["requests{tools/call}"].column.kind == pb.COUNTER


async def test_series_of_nobody_or_of_no_time_are_refused(client: LeaderClient) -> None:
    with pytest.raises(UnknownNodeError):
        await client.series(question("nobody", 0, time.time_ns()))
    with pytest.raises(InvalidQueryError):
        await client.series(question("alpha", 2 * NS, NS))


async def test_an_answer_with_too_many_points_is_refused_with_the_remedy(
    client: LeaderClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.client.MOST_POINTS", 100)
    with pytest.raises(InvalidQueryError, match="more than 100 points: name fewer nodes"):
        await client.series(question("alpha", 0, time.time_ns()))


async def test_the_health_of_the_leader(client: LeaderClient) -> None:
    health = await client.health()
    assert health.ring_bytes > 0
    assert health.version == __version__


async def test_a_watch_begins_with_everybody_and_the_past(client: LeaderClient) -> None:
    watch = client.watch(pb.WatchRequest(columns=["cpu.percent"], interval_ms=100, backfill_ms=30_000, live=True))
    async with asyncio.timeout(10):
        first = await anext(watch)
        assert [node.node_id for node in first.nodes] == ["alpha"]
        assert len(first.samples[0].times_ns) >= 25
        later = await anext(watch)
        while not later.samples:
            later = await anext(watch)
    (samples,) = later.samples
    assert samples.values.shape == (len(samples.times_ns), 1)
    await watch.aclose()


async def test_a_leader_that_is_not_there_is_said() -> None:
    nobody = LeaderClient("127.0.0.1:1")
    with pytest.raises(LeaderGoneError, match=r"127\.0\.0\.1:1 does not answer"):
        await nobody.node("alpha")
    with pytest.raises(LeaderGoneError):
        await anext(nobody.watch(pb.WatchRequest()))
    await nobody.close()


async def test_a_silence_is_in_the_log_once_a_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> int:
        return sum("127.0.0.1:1 does not answer" in record.message for record in caplog.records)

    nobody, now_s = LeaderClient("127.0.0.1:1"), 1000.0
    monkeypatch.setattr("dashboard.client.time", SimpleNamespace(monotonic=lambda: now_s))
    for _ in range(3):
        with pytest.raises(LeaderGoneError):
            await nobody.nodes()
    assert said() == 1
    now_s += 60
    with pytest.raises(LeaderGoneError):
        await nobody.nodes()
    assert said() == 2
    await nobody.close()


@pytest.fixture
async def http(leader: str) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app(resolve(DashboardSettings, {"leader": leader}, {}))
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://d") as http:
        async with asyncio.timeout(10):
            while (await http.get("/healthz")).json()["leader"] != "live":  # noqa: ASYNC110 - asks another process
                await asyncio.sleep(0.02)
        yield http


async def test_summary_from_a_real_leader(http: httpx.AsyncClient) -> None:
    assert (await http.get("/api/nodes")).json() == ["alpha"]
    (summary,) = (await http.get("/api/metrics/summary")).json()
    assert abs(summary["timestamp"] - time.time()) < 10
    assert summary["requests"] > 0


async def test_history_from_a_real_leader(http: httpx.AsyncClient) -> None:
    rows = (await http.get("/api/metrics/history/alpha")).json()
    assert len(rows) >= PAST_S
    assert rows == sorted(rows, key=lambda row: row["timestamp"])
    assert all(row["cpu_percent"] is not None for row in rows)
    assert (await http.get("/api/metrics/history/nobody")).status_code == 404


async def test_charts_from_a_real_leader(http: httpx.AsyncClient) -> None:
    figure = (await http.get(f"/api/charts/requests/alpha?start={time.time() - 2 * PAST_S}")).json()
    assert len(figure["data"]) == 3
    rates = [value for line in figure["data"] for value in line["y"] if value is not None]
    assert len(rates) >= PAST_S
    assert min(rates) >= 0


async def test_losses_and_health_from_a_real_leader(http: httpx.AsyncClient) -> None:
    (losses,) = (await http.get("/api/losses")).json()
    assert (losses["node_id"], losses["lost"]) == ("alpha", 0)
    assert losses["stored"] >= PAST_S
    assert (await http.get("/api/leader")).json()["faults"] == []


async def test_a_query_from_a_real_leader(http: httpx.AsyncClient) -> None:
    query = f"column=cpu.percent&column=network.bytes_sent&node=alpha&max_points=100&start={time.time() - 2 * PAST_S}"
    series = {one["column"]: one for one in (await http.get(f"/api/query?{query}")).json()["series"]}
    assert set(series) == {"cpu.percent", "network.bytes_sent"}
    assert series["cpu.percent"]["unit"] == "%"
    assert 50 < len(series["cpu.percent"]["values"]) <= 100
    assert series["cpu.percent"]["times"] == sorted(series["cpu.percent"]["times"])


async def test_what_a_real_leader_refuses_is_said_in_the_words_of_the_api(http: httpx.AsyncClient) -> None:
    refused = await http.get("/api/query?column=cpu.percent&node=nobody")
    assert refused.json()["detail"] == "no node is called nobody: /api/nodes lists those there are"
    columns = [each["name"] for each in (await http.get("/api/columns")).json()]
    refused = await http.get("/api/query", params={"column": columns, "max_points": 100_000})
    assert refused.status_code == 400
    assert refused.json()["detail"].endswith("want at most 2000000 points in all; name fewer columns or points")


async def test_rates_aggregates_and_rollups_from_a_real_leader(http: httpx.AsyncClient) -> None:
    query = "column=requests&transform=rate&aggregate=sum&by=region&step=10&label=role=none"
    assert (await http.get(f"/api/query?{query}")).json() == {"series": []}
    query = "column=requests&transform=rate&aggregate=sum&by=region&step=10"
    series = (await http.get(f"/api/query?{query}")).json()["series"]
    assert {one["column"] for one in series} == {
        "requests{tools/call}",
        "requests{tools/list}",
        "requests{resources/read}",
    }
    for one in series:
        assert set(one["group"]) == {"region"}
        assert (one["unit"], one["step_s"]) == ("{request}/s", 10)
        assert min(one["values"]) >= 0
    assert (await http.get("/api/query?column=cpu.percent&tier=minute")).json()["series"][0]["tier"] == "minute"
