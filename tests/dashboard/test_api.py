"""The JSON API, asked over HTTP, with a leader that is a script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from dashboard.api import Sources, api_routes
from dashboard.client import LeaderClient, LeaderGoneError, Series
from dashboard.hub import Hub
from dashboard.mirror import Mirror
from mcp_telemetry.errors import UnknownNodeError
from mcp_telemetry.model.names import is_selected
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START, node, samples, series, update

Q = pb.QueryRangeRequest


class ScriptedLeader(LeaderClient):
    """Knows one node, and what it was asked last."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1:1")
        self.is_gone = False
        self.asked: list[pb.QueryRangeRequest] = []
        self.answer = [series("cpu.percent", [10, 20, 30]), series("requests{ping}", [1, 2, 3])]

    async def node(self, node_id: str) -> pb.Node:
        self._check(node_id)
        return node(node_id, region="eu")

    async def nodes(self) -> list[pb.Node]:
        lossy = node("b")
        lossy.counts.CopyFrom(pb.NodeCounts(stored=9, gaps=2, dropped=3, rejected=4, duplicates=5, late=6))
        return [node("a"), lossy]

    async def health(self) -> pb.LeaderHealth:
        self._check("a")
        return pb.LeaderHealth(refused_commits=2, ring_bytes=77, start_unix_nano=START, version="1.2.3")

    async def series(self, request: pb.QueryRangeRequest) -> list[Series]:
        for node_id in request.node_ids:
            self._check(node_id)
        self.asked.append(request)
        wanted = [one for one in self.answer if is_selected(one.column.name, frozenset(request.columns))]
        return wanted if request.aggregate == Q.NONE else self.answer

    def _check(self, node_id: str) -> None:
        if self.is_gone:
            raise LeaderGoneError("the leader at 127.0.0.1:1 does not answer")
        if node_id != "a":
            raise UnknownNodeError(f"no node {node_id!r}: /api/nodes lists those there are")


@pytest.fixture
async def leader() -> ScriptedLeader:
    return ScriptedLeader()


@pytest.fixture
async def mirror(leader: ScriptedLeader) -> Mirror:
    mirror = Mirror(leader)
    mirror.has_synced = True
    row = {"cpu.percent": 12.5, "memory.percent": 50, "uptime_seconds": 9, "requests{a}": 3, "requests{b}": 4}
    mirror.take(update(node("b"), node("a"), samples=[samples("a", [row])]))
    return mirror


@pytest.fixture
async def http(leader: ScriptedLeader, mirror: Mirror) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[*api_routes(Sources(leader, mirror, Hub(lambda _: None)))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dashboard") as client:
        yield client


async def get(http: httpx.AsyncClient, path: str, status: int = 200) -> Any:
    answer = await http.get(path)
    assert answer.status_code == status, answer.text
    kind = "application/problem+json" if status >= 400 else "application/json"
    assert answer.headers["content-type"] == kind
    return answer.json()


async def test_nodes_are_ids(http: httpx.AsyncClient) -> None:
    assert await get(http, "/api/nodes") == ["a", "b"]


async def test_the_summary_has_the_newest_figures_of_nodes_that_sent_some(http: httpx.AsyncClient) -> None:
    assert await get(http, "/api/metrics/summary") == [
        {
            "node_id": "a",
            "timestamp": START / SECOND,
            "cpu_percent": 12.5,
            "memory_percent": 50,
            "disk_percent": None,
            "uptime": 9,
            "requests": 7,
        }
    ]


async def test_history_is_rows_of_the_asked_stretch(http: httpx.AsyncClient, leader: ScriptedLeader) -> None:
    rows = await get(http, "/api/metrics/history/a?start=100&end=200&max_points=50")
    (asked,) = leader.asked
    assert (asked.start_unix_nano, asked.end_unix_nano, asked.max_points) == (100 * SECOND, 200 * SECOND, 50)
    assert [row["cpu_percent"] for row in rows] == [10, 20, 30]
    assert set(rows[0]) == {"timestamp", "cpu_percent", "memory_percent", "disk_percent", "requests"}


async def test_history_is_the_last_day_and_every_sample_by_default(
    http: httpx.AsyncClient, leader: ScriptedLeader
) -> None:
    await get(http, "/api/metrics/history/a")
    (asked,) = leader.asked
    assert asked.end_unix_nano - asked.start_unix_nano == 86_400 * SECOND
    assert asked.max_points > 86_400


async def test_a_history_of_many_rows_is_whole(http: httpx.AsyncClient, leader: ScriptedLeader) -> None:
    leader.answer = [series("cpu.percent", list(range(12_345)))]
    rows = await get(http, "/api/metrics/history/a")
    assert [row["cpu_percent"] for row in rows] == list(range(12_345))


async def test_two_years_may_be_asked_for(http: httpx.AsyncClient, leader: ScriptedLeader) -> None:
    years = 2 * 365 * 86_400
    await get(http, f"/api/charts/cpu/a?start=1700000000&end={1700000000 + years}")
    (asked,) = leader.asked
    assert asked.end_unix_nano - asked.start_unix_nano == years * SECOND
    assert asked.max_points == 1000


async def test_charts_take_the_rates_of_counters_from_the_leader(
    http: httpx.AsyncClient, leader: ScriptedLeader
) -> None:
    answer = await get(http, "/api/nodes/a/charts")
    transforms = {column: asked.transform for asked in leader.asked for column in asked.columns}
    assert (transforms["cpu.percent"], transforms["network.bytes_sent"]) == (Q.VALUE, Q.RATE)
    assert answer["charts"]["requests"]["data"][0]["y"] == [1, 2, 3], "as they came"


@pytest.mark.parametrize("chart", ["cpu", "memory", "disk", "requests", "network", "disk_io"])
async def test_a_chart_is_a_figure_object(http: httpx.AsyncClient, chart: str) -> None:
    figure = await get(http, f"/api/charts/{chart}/a")
    assert set(figure) == {"data", "layout"}
    assert figure["layout"]["title"]["text"].endswith(" of a")


async def test_all_charts_of_a_node_in_one_answer(http: httpx.AsyncClient) -> None:
    answer = await get(http, "/api/nodes/a/charts?start=100&end=200")
    assert (answer["start"], answer["end"]) == (100_000, 200_000)
    assert set(answer["charts"]) >= {"cpu", "memory", "disk", "network", "requests"}


async def test_the_facts_of_a_node(http: httpx.AsyncClient) -> None:
    facts = await get(http, "/api/nodes/a")
    assert (facts["node_id"], facts["state"], facts["labels"]) == ("a", "live", {"region": "eu"})


@pytest.mark.parametrize(
    "path",
    [
        "/api/nodes/nobody",
        "/api/nodes/nobody/charts",
        "/api/query?column=cpu.percent&node=nobody",
        "/api/metrics/history/nobody",
        "/api/metrics/history/..%2F..%2Fetc",
        "/api/charts/cpu/nobody",
        "/api/charts/cpu/%3Cscript%3E",
        "/api/charts/nothing/a",
        "/api/nothing",
        "/api/",
        "/api",
    ],
)
async def test_what_is_not_there_is_a_json_404(http: httpx.AsyncClient, path: str) -> None:
    told = await get(http, path, 404)
    assert list(told) == ["type", "title", "status", "detail", "error"]
    assert (told["status"], told["error"]) == (404, told["detail"])


@pytest.mark.parametrize("path", ["/api/metrics/history/a", "/api/charts/cpu/a", "/api/nodes/a/charts"])
async def test_a_bad_range_is_refused_with_the_remedy(http: httpx.AsyncClient, path: str) -> None:
    answer = await get(http, f"{path}?start=yesterday", 400)
    assert answer["type"] == "urn:mcp-telemetry:problem:invalid-query"
    assert answer["error"].startswith("start is 'yesterday': want Unix seconds, for instance 1767225600")


async def test_a_lost_leader_is_said_and_what_is_known_stays(http: httpx.AsyncClient, leader: ScriptedLeader) -> None:
    leader.is_gone = True
    for path in ("/api/metrics/history/a", "/api/query?column=cpu.percent&node=a", "/api/leader"):
        assert "does not answer" in (await get(http, path, 503))["error"]
    assert await get(http, "/api/nodes") == ["a", "b"]


async def test_before_the_first_answer_of_the_leader_nothing_is_claimed(
    http: httpx.AsyncClient, mirror: Mirror
) -> None:
    mirror.has_synced = False
    assert "has not answered yet" in (await get(http, "/api/nodes", 503))["error"]
    assert (await get(http, "/healthz"))["leader"] == "connecting"


async def test_health_tells_what_is_going_on(http: httpx.AsyncClient, mirror: Mirror) -> None:
    mirror.refused = 3
    health = await get(http, "/healthz")
    assert health["status"] == "ok"
    assert (health["nodes"], health["refused"]) == (2, 3)
    assert (health["browsers"], health["dropped"]) == (0, 0)


# -- Losses -----------------------------------------------------------------------------------------------------------


async def test_losses_of_all_nodes(http: httpx.AsyncClient) -> None:
    calm, lossy = await get(http, "/api/losses")
    assert (calm["node_id"], calm["lost"]) == ("a", 0)
    counts = {"stored": 9, "lost": 9, "gaps": 2, "dropped": 3, "rejected": 4, "duplicates": 5, "late": 6}
    assert lossy == {"node_id": "b"} | counts
    assert set(counts) <= set(await get(http, "/api/nodes/a"))


async def test_the_leader_says_what_went_wrong_there(http: httpx.AsyncClient) -> None:
    answer = await get(http, "/api/leader")
    assert (answer["version"], answer["start"]) == ("1.2.3", START / SECOND)
    assert (answer["refused_commits"], answer["ring_bytes"], answer["damaged_files"]) == (2, 77, 0)
    (fault,) = answer["faults"]
    assert fault.startswith("The disk refused 2 writes of the journal")


# -- /api/query -------------------------------------------------------------------------------------------------------


async def test_a_query_asks_for_the_last_day_in_a_thousand_points(
    http: httpx.AsyncClient, leader: ScriptedLeader
) -> None:
    await get(http, "/api/query?column=cpu.percent")
    (asked,) = leader.asked
    assert list(asked.columns) == ["cpu.percent"]
    assert list(asked.node_ids) == []
    assert asked.max_points == 1000
    assert asked.end_unix_nano - asked.start_unix_nano == 86_400 * SECOND


async def test_every_parameter_of_a_query_reaches_the_leader(http: httpx.AsyncClient, leader: ScriptedLeader) -> None:
    what = "column=requests{tools/call,x}&column=errors&node=a&label=role=db&label=x=y=z&transform=rate"
    how = "aggregate=p95&by=role&by=region&step=0.5&tier=minute&start=100&end=200&max_points=50"
    await get(http, f"/api/query?{what}&{how}")
    assert leader.asked == [
        Q(
            node_ids=["a"],
            columns=["requests{tools/call,x}", "errors"],
            start_unix_nano=100 * SECOND,
            end_unix_nano=200 * SECOND,
            max_points=50,
            transform=Q.RATE,
            aggregate=Q.P95,
            group_by=["role", "region"],
            labels=[pb.Label(name="role", value="db"), pb.Label(name="x", value="y=z")],
            tier=Q.MINUTE,
            step_ms=500,
        )
    ]


async def test_the_answer_to_a_query_says_whose_what_and_how(http: httpx.AsyncClient, leader: ScriptedLeader) -> None:
    head = pb.Series(group=[pb.Label(name="role", value="db")], nodes=3, tier=Q.HOUR, step_ms=60_500)
    single = series("cpu.percent", [1.5, float("nan")], step_s=0.5)
    grouped = series("cpu.percent", [2.0])
    leader.answer = [
        Series(single.column, single.times_ns, single.values, pb.Series(node_id="a", tier=Q.RAW)),
        Series(grouped.column, grouped.times_ns, grouped.values, head),
    ]
    one, group = (await get(http, "/api/query?column=cpu.percent"))["series"]
    assert one == {
        "node_id": "a",
        "column": "cpu.percent",
        "unit": "",
        "kind": "gauge",
        "nodes": 1,
        "tier": "raw",
        "step_s": 0,
        "times": [START / SECOND, START / SECOND + 0.5],
        "values": [1.5, None],
    }
    assert (group["group"], group["nodes"], group["tier"], group["step_s"]) == ({"role": "db"}, 3, "hour", 60.5)
    assert "node_id" not in group


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("node=a", "column is missing"),
        ("column=", "column is empty"),
        ("column=x&" * 101, "column is given 101 times: want at most 100"),
        ("column=x&transform=rates", "transform is 'rates': want one of value, rate, delta"),
        ("column=x&aggregate=avg", "aggregate is 'avg': want one of none, sum, mean"),
        ("column=x&tier=day", "tier is 'day': want one of auto, raw, minute, hour"),
        ("column=x&label=role", "label is 'role': want name=value"),
        ("column=x&step=0", "step is '0': want seconds"),
        ("column=x&step=five", "step is 'five': want seconds"),
        ("column=x&max_points=100001", "max_points is '100001'"),
        ("column=x&start=2&end=1", "start must be before end"),
    ],
)
async def test_a_query_that_means_nothing_is_refused_with_the_remedy(
    http: httpx.AsyncClient, query: str, words: str
) -> None:
    assert words in (await get(http, f"/api/query?{query}", 400))["error"]
