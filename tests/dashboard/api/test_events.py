"""What happened, and which columns there are, over HTTP."""

from __future__ import annotations

import httpx
import pytest

from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.api.scripted import ScriptedLeader, get
from tests.dashboard.making import START

BROKE = 'It "broke", so.'
START_MS = START // 1_000_000


class Chronicler:
    """In place of the leader's: answers with two events, and knows what it was asked."""

    def __init__(self) -> None:
        self.asked: list[pb.ListEventsRequest] = []

    async def __call__(self, request: pb.ListEventsRequest) -> pb.ListEventsResponse:
        self.asked.append(request)
        gone = pb.Event(
            id=8, time_unix_nano=START, node_id="a", kind=pb.WENT_OFFLINE, count=1, detail='It "broke", so.'
        )
        began = pb.Event(id=7, time_unix_nano=START, kind=pb.LEADER_STARTED, count=1, detail="Started.")
        counts = [pb.ListEventsResponse.KindCount(kind=pb.WENT_OFFLINE, events=3)]
        return pb.ListEventsResponse(events=[gone, began], has_more=True, kinds=counts)


@pytest.fixture
def chronicler(leader: ScriptedLeader, monkeypatch: pytest.MonkeyPatch) -> Chronicler:
    chronicler = Chronicler()
    monkeypatch.setattr(leader, "events", chronicler)
    return chronicler


async def test_events_newest_first(http: httpx.AsyncClient, chronicler: Chronicler) -> None:
    answer = await get(http, "/api/events?kind=offline&limit=2")
    assert answer["events"] == [
        {"id": 8, "time_ms": START_MS, "node_id": "a", "kind": "offline", "count": 1, "detail": BROKE},
        {"id": 7, "time_ms": START_MS, "node_id": "", "kind": "leader_started", "count": 1, "detail": "Started."},
    ]
    assert (answer["has_more"], answer["kinds"]) == (True, {"offline": 3})
    assert chronicler.asked == [pb.ListEventsRequest(kinds=[pb.WENT_OFFLINE], limit=2)]


async def test_events_as_csv(http: httpx.AsyncClient, chronicler: Chronicler) -> None:
    answer = await http.get("/api/events?format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.splitlines() == [
        "time,node,kind,count,detail",
        '2026-01-01T00:00:00.000Z,a,offline,1,"It ""broke"", so."',
        "2026-01-01T00:00:00.000Z,,leader_started,1,Started.",
    ]
    assert len(chronicler.asked) == 1


async def test_the_leader_is_not_asked_about_nodes_that_there_are_not(
    http: httpx.AsyncClient, chronicler: Chronicler
) -> None:
    assert await get(http, "/api/events?q=nobody") == {"events": [], "has_more": False, "kinds": {}}
    await get(http, "/api/events?q=B")
    assert [list(request.node_ids) for request in chronicler.asked] == [["b"]]


async def test_a_kind_that_there_is_not(http: httpx.AsyncClient, chronicler: Chronicler) -> None:
    problem = await get(http, "/api/events?kind=gone", 400)
    assert problem["detail"].startswith("kind is 'gone': want one of joined, ")
    assert chronicler.asked == []


async def test_columns_by_name(http: httpx.AsyncClient) -> None:
    assert await get(http, "/api/columns?node=a") == [
        {"name": "cpu.percent", "unit": "%", "kind": "gauge", "nodes": 1},
        {"name": "custom.depth", "unit": "{job}", "kind": "gauge", "nodes": 1},
    ]
    await get(http, "/api/columns?node=nobody", 404)
