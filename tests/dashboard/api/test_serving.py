"""What all endpoints do alike: methods, parameters, errors."""

from __future__ import annotations

import httpx
import pytest

from mcp_telemetry.errors import OverloadedError
from tests.dashboard.api.scripted import ScriptedLeader, get


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
        "/healthz/",
        "/openapi.json/",
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


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
async def test_a_method_that_a_path_does_not_take_is_named_with_those_it_does(
    http: httpx.AsyncClient, method: str
) -> None:
    answer = await http.request(method, "/api/nodes")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == f"/api/nodes does not take {method}: want one of GET, HEAD"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/api/nodes?limit=5", "'limit' is no parameter of /api/nodes: it takes none"),
        ("/api/charts/cpu/a?begin=5", "it takes start, end, range, max_points"),
        ("/api/charts/cpu/a?start=1&start=2", "start is given 2 times: want at most 1"),
        ("/healthz?verbose=1", "'verbose' is no parameter of /healthz"),
        ("/openapi.json?v=2", "'v' is no parameter"),
    ],
)
async def test_a_parameter_that_nobody_reads_is_refused_with_those_there_are(
    http: httpx.AsyncClient, path: str, words: str
) -> None:
    assert words in (await get(http, path, 400))["detail"]


async def test_whoever_asks_too_much_or_too_early_is_told_when_to_come_again(
    http: httpx.AsyncClient, leader: ScriptedLeader, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader.is_gone = True
    gone = await http.get("/api/leader")
    assert (gone.status_code, gone.headers["retry-after"]) == (503, "1")

    async def overloaded() -> None:
        raise OverloadedError("too many queries")

    monkeypatch.setattr(leader, "health", overloaded)
    busy = await http.get("/api/leader")
    assert (busy.json()["type"], busy.headers["retry-after"]) == ("urn:mcp-telemetry:problem:overloaded", "1")


async def test_a_defect_is_a_problem_that_gives_nothing_away(
    http: httpx.AsyncClient, leader: ScriptedLeader, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(leader, "health", broken)
    assert "secret" not in str(await get(http, "/api/leader", 500))
    assert "secret" in caplog.text
