"""What is told apart by a tag, what may be kept, and answers without a body."""

from __future__ import annotations

import httpx
import pytest

from dashboard.api import ENDPOINTS
from dashboard.api.openapi import document
from dashboard.mirror import Mirror
from tests.dashboard.api.scripted import ScriptedLeader
from tests.dashboard.making import series

SETTLED = "start=2026-01-01T00:00Z&end=2026-01-01T01:00Z"
RANGED = ["/api/metrics/history/a", "/api/charts/cpu/a", "/api/nodes/a/charts", "/api/query?column=cpu.percent"]


def with_query(path: str, query: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{query}"


@pytest.mark.parametrize("path", ["/api/nodes", "/api/fleet", "/openapi.json", f"/api/metrics/history/a?{SETTLED}"])
async def test_what_the_caller_has_is_not_sent_again(http: httpx.AsyncClient, path: str) -> None:
    first = await http.get(path)
    tag = first.headers["etag"]
    for known in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = await http.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == first.headers["cache-control"]
    assert (await http.get(path, headers={"If-None-Match": '"other"'})).content == first.content


async def test_another_answer_has_another_tag(http: httpx.AsyncClient, leader: ScriptedLeader) -> None:
    path = f"/api/metrics/history/a?{SETTLED}"
    before = await http.get(path)
    leader.answer = [series("cpu.percent", [99])]
    after = await http.get(path, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.json()[0]["cpu_percent"] == 99


@pytest.mark.parametrize("path", RANGED)
async def test_what_lies_well_in_the_past_may_be_kept_for_minutes(http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(with_query(path, SETTLED))).headers["cache-control"] == "private, max-age=300"


@pytest.mark.parametrize("query", ["start=2026-01-01", "end=1h", "range=1h", "start=30d&end=2026-01-01T01:00Z", ""])
@pytest.mark.parametrize("path", RANGED)
async def test_what_moves_with_the_clock_is_never_kept(http: httpx.AsyncClient, path: str, query: str) -> None:
    answer = await http.get(with_query(path, query))
    if answer.status_code == 200:
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
    else:
        assert "start must be before end" in answer.json()["error"]


MIRRORED = ["/api/nodes", "/api/fleet", "/api/metrics/summary"]


@pytest.mark.parametrize("path", MIRRORED)
async def test_what_is_said_without_the_leader_says_how_old_it_is(
    http: httpx.AsyncClient, mirror: Mirror, path: str
) -> None:
    mirror.is_live = True
    mirror.since_ms -= 125_000
    assert (await http.get(path)).headers["age"] == "0"
    mirror.is_live = False
    lost = await http.get(path)
    assert (lost.status_code, lost.headers["age"]) == (200, "125")
    assert "Age" in document(ENDPOINTS)["paths"][path]["get"]["responses"]["200"]["headers"]


def test_all_that_never_asks_the_leader_says_so() -> None:
    assert {each.path for each in ENDPOINTS if each.is_mirrored} == set(MIRRORED)


async def test_problems_are_never_kept(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"/api/metrics/history/nobody?{SETTLED}")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize("path", ["/api/nodes", "/healthz", "/openapi.json", "/api/metrics/history/a", "/api/nodes/x"])
async def test_head_is_get_without_its_body(http: httpx.AsyncClient, path: str) -> None:
    got, head = await http.get(path), await http.head(path)
    assert (head.status_code, head.headers["content-type"]) == (got.status_code, got.headers["content-type"])
    assert head.content == b""
    assert abs(int(head.headers["content-length"]) - len(got.content)) <= 3, "healthz has a clock in it"
