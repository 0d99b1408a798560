"""Charts of one node."""

from __future__ import annotations

import httpx
import pytest

from tests.dashboard.api.scripted import Q, ScriptedLeader, get
from tests.dashboard.making import SECOND


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


async def test_some_charts_of_a_node_and_only_what_they_need(http: httpx.AsyncClient, leader: ScriptedLeader) -> None:
    answer = await get(http, "/api/nodes/a/charts?chart=cpu&chart=custom.depth")
    assert set(answer["charts"]) == {"cpu", "custom.depth"}
    assert {column for asked in leader.asked for column in asked.columns} == {"cpu.percent", "custom.depth"}


async def test_the_plan_of_a_node_says_which_charts_it_has(http: httpx.AsyncClient) -> None:
    plan = await get(http, "/api/nodes/a/plan")
    assert [section["title"] for section in plan["sections"]] == ["Overview", "Own metrics"]
    assert "Memory" in plan["absent"]


async def test_a_chart_that_is_refused_is_not_among_those_to_take(http: httpx.AsyncClient) -> None:
    _, remedy = (await get(http, "/api/charts/durations/a", 404))["detail"].split(": want one of ")
    for chart in remedy.split(", "):
        await get(http, f"/api/charts/{chart}/a")


@pytest.mark.parametrize(
    ("name", "path"),
    [("/api/charts/{chart}/{node_id}", "/api/charts/cpu/a"), ("/api/nodes/{node_id}/charts", "/api/nodes/a/charts")],
)
async def test_the_document_says_how_many_points_are_taken(
    http: httpx.AsyncClient, leader: ScriptedLeader, name: str, path: str
) -> None:
    paths = (await get(http, "/openapi.json"))["paths"]
    (most,) = (each["schema"]["maximum"] for each in paths[name]["get"]["parameters"] if each["name"] == "max_points")
    await get(http, f"{path}?max_points={most}")
    assert max(asked.max_points for asked in leader.asked) == most
    refused = await get(http, f"{path}?max_points={most + 1}", 400)
    assert f"want a whole number from 4 to {most}" in refused["detail"]


@pytest.mark.parametrize("path", ["/api/nodes/a/charts?chart=nothing", "/api/charts/durations/a", "/api/nodes/b/plan"])
async def test_a_chart_or_a_node_that_is_not_there_is_said(http: httpx.AsyncClient, path: str) -> None:
    await get(http, path, 404)
