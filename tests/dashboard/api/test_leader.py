"""How the leader and the dashboard are."""

from __future__ import annotations

import httpx

from dashboard.mirror import Mirror
from tests.dashboard.api.scripted import get
from tests.dashboard.making import SECOND, START


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


async def test_the_leader_says_what_went_wrong_there(http: httpx.AsyncClient) -> None:
    answer = await get(http, "/api/leader")
    assert (answer["version"], answer["start"]) == ("1.2.3", START / SECOND)
    assert (answer["refused_commits"], answer["ring_bytes"], answer["damaged_files"]) == (2, 77, 0)
    (fault,) = answer["faults"]
    assert fault.startswith("The disk refused 2 writes of the journal")
