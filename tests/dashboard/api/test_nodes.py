"""Nodes over HTTP."""

from __future__ import annotations

import httpx

from tests.dashboard.api.scripted import get


async def test_nodes_are_ids(http: httpx.AsyncClient) -> None:
    assert await get(http, "/api/nodes") == ["a", "b"]


async def test_the_facts_of_a_node(http: httpx.AsyncClient) -> None:
    facts = await get(http, "/api/nodes/a")
    assert (facts["node_id"], facts["state"], facts["labels"]) == ("a", "live", {"region": "eu"})


async def test_losses_of_all_nodes(http: httpx.AsyncClient) -> None:
    calm, lossy = await get(http, "/api/losses")
    assert (calm["node_id"], calm["lost"]) == ("a", 0)
    counts = {"stored": 9, "lost": 9, "gaps": 2, "dropped": 3, "rejected": 4, "duplicates": 5, "late": 6}
    assert lossy == {"node_id": "b"} | counts
    assert set(counts) <= set(await get(http, "/api/nodes/a"))
