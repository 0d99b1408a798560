"""What a panel is told live is what it loads, and what it loads first is no less than the rest; of a real leader."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from dashboard import panel_steps
from dashboard.client import LeaderClient
from dashboard.mirror import Mirror
from dashboard.panel_answer import panel_answer
from dashboard.panel_asking import Asked, ask
from dashboard.panel_nodes import least_step_ms
from dashboard.panel_requests import SETTLED_MS
from dashboard.panel_steps import StepSource
from dashboard.params import Range
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND
from tests.dashboard.panel_making import panel
from tests.processes import running_leader
from tests.streaming import batch, raw_stream, welcomed

MS = 1_000_000
STEP_MS = 5000
END_MS = time.time_ns() // MS // 60_000 * 60_000 - 60_000
LENGTH_S = 300
LIVE_STEPS = 20
Points = dict[tuple[str, int], float]


def steady(second: int) -> int | None:
    return 10 * second


def restarting(second: int) -> int | None:
    return 7 * second if second < 240 else 3 * (second - 240)


def silent(second: int) -> int | None:
    return None if 215 < second < 238 else second * second


def rare(second: int) -> int | None:
    return 20 * second if second % 5 == 2 else None


def slow(second: int) -> int | None:
    return second if second % 60 == 7 else None


NODES: dict[str, Callable[[int], int | None]] = {
    "steady": steady,
    "restarting": restarting,
    "silent": silent,
    "rare": rare,
    "slow": slow,
}


async def report(leader: str, node_id: str, count: Callable[[int], int | None]) -> None:
    made = []
    for second in range(LENGTH_S):
        if (value := count(second)) is not None:
            time_ns = END_MS * MS + (second - LENGTH_S) * SECOND + 250 * MS
            made.append(pb.MetricSnapshot(time_unix_nano=time_ns))
            made[-1].application.requests.add(kind="x", count=value)
            made[-1].system.cpu.percent = 1
            made[-1].system.memory.percent = second * 37 % 100
    async with raw_stream(leader) as stream:
        await welcomed(stream, node_id)
        await stream.send(batch(1, made))
        await stream.ack(len(made))


@pytest.fixture(scope="module")
def leader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    async def all_report(leader: str) -> None:
        await asyncio.gather(*(report(leader, node_id, count) for node_id, count in NODES.items()))

    with running_leader(tmp_path_factory.mktemp("panels"), "--no-dashboard") as leader:
        asyncio.run(all_report(leader))
        yield leader


class Clock(Mirror):
    """A mirror of which only the leader's clock matters."""

    def __init__(self, client: LeaderClient, now_ms: Callable[[], int]) -> None:
        super().__init__(client)
        self.leader_now_ms = now_ms  # type: ignore[method-assign]


async def answered(client: LeaderClient, query: str, seconds: int, least_ms: int = 0, points: int = 1000) -> Any:
    wanted = Range((END_MS - seconds * 1000) * MS, END_MS * MS, points)
    asked = Asked.of(panel(query), wanted, END_MS + SETTLED_MS, len(NODES), least_ms)
    return panel_answer(asked, await ask(client, asked))


async def loaded(client: LeaderClient, query: str, seconds: int, least_ms: int = 0) -> Points:
    answer = await answered(client, query, seconds, least_ms)
    lines = [line for chart in answer["charts"] for line in chart["data"]]
    each = [(line["meta"]["key"], *point) for line in lines for point in zip(line["x"], line["y"], strict=True)]
    return {(key, int(time_ms)): value for key, time_ms, value in each if value == value}


async def followed(client: LeaderClient, query: str) -> Points:
    """The last steps, one after the other."""
    clock = iter(END_MS + SETTLED_MS - STEP_MS * ago for ago in range(LIVE_STEPS - 1, -1, -1))
    now_ms = next(clock)
    source = StepSource(f"panel?{query}", panel(query), STEP_MS, client, Clock(client, lambda: now_ms))
    told: Points = {}
    async with contextlib.aclosing(source.updates()) as updates:
        while True:
            for times, lines in orjson.loads(await anext(updates))["parts"]:
                for key, values in lines.items():
                    told |= {(key, at): value for at, value in zip(times, values, strict=True) if value is not None}
            if not (now_ms := next(clock, 0)):
                return told


QUERIES = [
    "column=requests&counters=increase",
    "column=requests&counters=increase&aggregate=sum",
    "column=requests&aggregate=sum",
    "column=requests&aggregate=p95",
    "column=requests&counters=total&aggregate=max",
    "column=requests&column=memory.percent&kind=stack&node=steady&node=restarting&node=silent&node=rare",
    "column=requests&counters=increase&kind=stack&node=steady&node=restarting",
]


@pytest.mark.parametrize("query", QUERIES)
async def test_what_is_told_live_is_what_is_loaded(
    client: LeaderClient, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel_steps, "_SHORTEST_S", 0.01)
    monkeypatch.setattr(panel_steps, "_LONGEST_S", 0.01)
    told, all_points = await followed(client, query), await loaded(client, query, LENGTH_S)
    since_ms = END_MS - LIVE_STEPS * STEP_MS
    assert told == {at: value for at, value in all_points.items() if at[1] >= since_ms}
    assert len({time_ms for _, time_ms in told}) == LIVE_STEPS


@pytest.mark.parametrize("query", QUERIES)
async def test_a_later_beginning_leaves_the_steps_as_they_are(client: LeaderClient, query: str) -> None:
    part, whole = await loaded(client, query, 60), await loaded(client, query, LENGTH_S)
    assert part == {at: value for at, value in whole.items() if at[1] >= END_MS - 60_000}


async def test_rates_of_samples_begin_with_the_first_sample(client: LeaderClient) -> None:
    part = await loaded(client, "column=requests", 60)
    whole = await loaded(client, "column=requests", LENGTH_S)
    assert part == {at: value for at, value in whole.items() if at[1] >= END_MS - 60_000}


async def test_each_step_has_its_whole_increase(client: LeaderClient) -> None:
    found = await loaded(client, "node=steady&column=requests&counters=increase", 60)
    assert set(found.values()) == {50}


async def test_each_step_is_wide_enough_for_the_node_that_is_sampled_most_rarely(client: LeaderClient) -> None:
    mirror = Mirror(client)
    backfill = pb.WatchRequest(columns=["cpu.percent"], backfill_ms=3_600_000)
    async with contextlib.aclosing(client.watch(backfill)) as updates:
        mirror.take(await anext(updates))
    query = "column=cpu.percent&aggregate=sum&node=steady&node=rare&node=slow"
    least_ms = least_step_ms(panel(query), mirror.nodes)
    assert set((await loaded(client, query, 240, least_ms)).values()) == {3}
    assert set((await loaded(client, query, 240)).values()) == {2, 3}


@pytest.mark.parametrize("column", ["memory.percent", "requests"])
async def test_a_figure_of_a_long_time_has_the_newest_value_and_no_peak_of_its_last_minute(
    client: LeaderClient, column: str
) -> None:
    short, long = [
        (await answered(client, f"kind=figure&column={column}", seconds, points=points))["values"]
        for seconds, points in ((LENGTH_S, 1000), (86_400, 100))
    ]
    assert len(short) == len(NODES)
    assert [(each["key"], each["value"]) for each in long] == [(each["key"], each["value"]) for each in short]


async def test_areas_of_a_long_range_are_means_of_steps_and_not_peaks(client: LeaderClient) -> None:
    query = "column=memory.percent&kind=stack&node=steady"
    few = await answered(client, query, LENGTH_S, points=20)
    assert few["step_ms"] == 15_000
    (line,) = few["charts"][0]["data"]
    fine = [value for _, value in sorted((await loaded(client, query, LENGTH_S)).items())]
    assert line["y"].tolist() == pytest.approx([sum(fine[at : at + 3]) / 3 for at in range(0, len(fine), 3)], rel=1e-5)
