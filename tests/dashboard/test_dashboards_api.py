"""Kept dashboards over HTTP, from the API through gRPC to the files of a leader."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from starlette.applications import Starlette

from dashboard.api import Sources, api_routes
from dashboard.client import LeaderClient
from dashboard.hub import Hub
from dashboard.mirror import Mirror
from mcp_telemetry.leader.dashboards import DashboardsService, DashboardStore, store

MINE: dict[str, Any] = {
    "title": "Mine",
    "range": "1h",
    "panels": [{"columns": ["requests"], "aggregate": "SUM", "width": 6, "height": 4, "y": 9}],
}


@pytest.fixture
async def leader(tmp_path: Path) -> AsyncIterator[str]:
    server, service = grpc.aio.server(), DashboardsService(DashboardStore(tmp_path))
    server.add_generic_rpc_handlers((service.handler(),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(None)
    service.close()


@pytest.fixture
async def http(leader: str) -> AsyncIterator[httpx.AsyncClient]:
    client = LeaderClient(leader)
    app = Starlette(routes=api_routes(Sources(client, Mirror(client), Hub(lambda _: None))))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dashboard") as http:
        yield http
    await client.close()


def refusal(answer: httpx.Response, status: int) -> str:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    assert answer.json()["error"] == answer.json()["detail"]
    return str(answer.json()["detail"])


async def test_a_life_of_a_dashboard(http: httpx.AsyncClient, tmp_path: Path) -> None:
    made = await http.post("/api/dashboards", json=MINE)
    assert (made.status_code, made.headers["location"]) == (201, "/api/dashboards/mine")
    found = (await http.get("/api/dashboards/mine")).json()
    assert found == made.json()
    assert (found["revision"], found["panels"][0]["y"], found["panels"][0]["kind"]) == ("1", 0, "LINES")
    changed = await http.put("/api/dashboards/mine", json=found | {"title": "Other"})
    assert (changed.status_code, changed.json()["revision"]) == (200, "2")
    listed = {each["id"]: each for each in (await http.get("/api/dashboards")).json()}
    assert listed["hosts"]["is_shipped"]
    assert listed["mine"]["title"] == "Other"
    assert listed["mine"]["panels"] == [{"title": "", "kind": "LINES", "x": 0, "y": 0, "width": 6, "height": 4}]
    assert json.loads((tmp_path / "mine.json").read_text())["title"] == "Other"
    gone = await http.delete("/api/dashboards/mine")
    assert (gone.status_code, gone.content) == (204, b"")
    told = refusal(await http.get("/api/dashboards/mine"), 404)
    assert told == "no dashboard 'mine': /api/dashboards lists those there are"


async def test_what_was_exported_is_taken_as_a_new_one(http: httpx.AsyncClient) -> None:
    shipped = (await http.get("/api/dashboards/hosts")).json()
    copy = await http.post("/api/dashboards", json=shipped)
    assert (copy.status_code, copy.json()["id"], copy.json()["is_shipped"]) == (201, "hosts-2", False)
    assert copy.json()["panels"] == shipped["panels"]


async def test_a_dashboard_of_a_chosen_id(http: httpx.AsyncClient) -> None:
    assert (await http.put("/api/dashboards/chosen", json=MINE)).status_code == 201
    assert "revision is 0" in refusal(await http.put("/api/dashboards/chosen", json=MINE), 409)
    told = refusal(await http.put("/api/dashboards/chosen", json=MINE | {"id": "other"}), 422)
    assert told == "id is 'other', but the path names 'chosen': leave it out"


async def test_two_people_change_one(http: httpx.AsyncClient) -> None:
    mine = (await http.post("/api/dashboards", json=MINE)).json()
    await http.put("/api/dashboards/mine", json=mine)
    assert "somebody changed it meanwhile" in refusal(await http.put("/api/dashboards/mine", json=mine), 409)
    await http.delete("/api/dashboards/mine")
    assert "save it as a copy" in refusal(await http.put("/api/dashboards/mine", json=mine), 404)


async def test_shipped_ones_stay(http: httpx.AsyncClient) -> None:
    assert "change a copy of it" in refusal(await http.put("/api/dashboards/hosts", json=MINE), 409)
    assert "change a copy of it" in refusal(await http.delete("/api/dashboards/hosts"), 409)


async def test_no_more_than_are_taken(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_DASHBOARDS", 0)
    assert "delete one first" in refusal(await http.post("/api/dashboards", json=MINE), 409)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "this is no dashboard in JSON"),
        (b'{"title": "x", "colour": 3}', "colour is no field: want one of id, title"),
        (b'{"title": ""}', "title is '': want 1 to 120"),
        (json.dumps(MINE | {"panels": [{"width": 13}]}).encode(), r"panels\[0\]\.width is 13: want 1 to 12"),
        (b"[" * 100_000, "no dashboard"),
    ],
)
async def test_what_is_no_dashboard(http: httpx.AsyncClient, body: bytes, told: str) -> None:
    answer = await http.post("/api/dashboards", content=body, headers={"content-type": "application/json"})
    with pytest.raises(AssertionError, match=told):
        raise AssertionError(refusal(answer, 422))


async def test_bodies_are_json_and_bounded(http: httpx.AsyncClient) -> None:
    form = await http.post("/api/dashboards", content=b"{}", headers={"content-type": "text/plain"})
    assert refusal(form, 415) == "Content-Type is 'text/plain': want application/json"

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 100_000

    long = await http.post("/api/dashboards", content=endless(), headers={"content-type": "application/json"})
    assert "more than 524288 bytes" in refusal(long, 413)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://dashboard.evil.example", "http://["])
async def test_pages_of_other_sites_change_nothing(http: httpx.AsyncClient, origin: str) -> None:
    await http.post("/api/dashboards", json=MINE, headers={"origin": "http://dashboard"})
    for method, path in (("POST", ""), ("PUT", "/mine"), ("DELETE", "/mine")):
        answer = await http.request(method, f"/api/dashboards{path}", json=MINE, headers={"origin": origin})
        told = refusal(answer, 403)
        assert told.startswith(f"the origin is '{origin}' and the host 'dashboard': changes are taken from this")
        assert told.endswith("a proxy before it has to pass on Host")
    assert (await http.get("/api/dashboards/mine", headers={"origin": origin})).json()["revision"] == "1"


async def test_names_that_none_can_have(http: httpx.AsyncClient) -> None:
    for name in ("UPPER", "a" * 65, "%2e%2e%2fsecrets"):
        refusal(await http.get(f"/api/dashboards/{name}"), 404)


async def test_without_a_leader(caplog: pytest.LogCaptureFixture) -> None:
    client = LeaderClient("127.0.0.1:1")
    app = Starlette(routes=api_routes(Sources(client, Mirror(client), Hub(lambda _: None))))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dashboard") as http:
        told = [refusal(await http.post("/api/dashboards", json=MINE), 503) for _ in range(2)]
    assert told == 2 * ["the leader at 127.0.0.1:1 does not answer"]
    (logged,) = (each.getMessage() for each in caplog.records if each.name == "dashboard.client")
    assert "UNAVAILABLE" in logged, "what gRPC has to say is in the log, once"
    await client.close()
