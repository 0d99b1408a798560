"""What all endpoints do alike: methods, parameters, errors."""

from __future__ import annotations

import httpx
import pytest

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
