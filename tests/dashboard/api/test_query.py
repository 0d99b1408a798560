"""Any columns of any nodes."""

from __future__ import annotations

import re

import httpx
import pytest

from dashboard.client import Series
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.api.scripted import Q, ScriptedLeader, get
from tests.dashboard.making import SECOND, START, series


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
    how = "aggregate=p95&by=role&by=region&step=0.5&tier=raw&start=100&end=200&max_points=50"
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
            tier=Q.RAW,
            step_ms=500,
        )
    ]


@pytest.mark.parametrize("label", ["region=", "a==b"])
async def test_the_document_allows_the_labels_that_are_taken(
    http: httpx.AsyncClient, leader: ScriptedLeader, label: str
) -> None:
    parameters = (await get(http, "/openapi.json"))["paths"]["/api/query"]["get"]["parameters"]
    (pattern,) = (each["schema"]["items"]["pattern"] for each in parameters if each["name"] == "label")
    assert re.search(pattern, label)
    await get(http, f"/api/query?column=cpu.percent&label={label}")
    assert "=".join((leader.asked[-1].labels[0].name, leader.asked[-1].labels[0].value)) == label


@pytest.mark.parametrize("path", ["query", "panel", "events", "columns"])
async def test_a_name_that_no_node_can_have_is_a_node_that_is_not_there(http: httpx.AsyncClient, path: str) -> None:
    column = "column=cpu.percent&" if path in ("query", "panel") else ""
    refused = await get(http, f"/api/{path}?{column}node=a%20b", 404)
    assert refused["detail"] == "no node 'a b': /api/nodes lists those there are"


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
        ("column=x&by=region", "by is 'region' without an aggregate: name one, such as aggregate=sum, or leave by out"),
        ("column=x&step=5", "step is 5 without an aggregate or transform=delta: name one, or leave step out"),
        ("column=x&step=90&aggregate=sum&tier=minute", "step is 90, but tier=minute has steps of 60 s"),
        ("column=x&step=0.001&aggregate=sum", "step is 0.001: more than 900000 steps; want 1 or more"),
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
