"""Rows of a history that are fewer than the samples say the same as the samples of their time, of a real leader."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.client import LeaderClient, Series, TooManyPointsError
from dashboard.history import history_rows
from dashboard.history_series import history_series
from dashboard.params import Range
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START, series
from tests.processes import running_leader
from tests.streaming import batch, raw_stream, snapshot, welcomed

Q = pb.QueryRangeRequest
MINUTE, HOUR = 60 * SECOND, 3600 * SECOND
END = (time.time_ns() // MINUTE - 5) * MINUTE
BEGIN = END - 3 * HOUR
EVERY_S = 5
COUNT = 3 * 3600 // EVERY_S
PERCENTS = ("cpu_percent", "memory_percent", "disk_percent")


def taken(number: int) -> pb.MetricSnapshot:
    """Each column at times of its own: some are silent for a while, one kind comes late, and after a restart again."""
    made = snapshot(50 + 40 * math.sin(number / 7) + number % 11, BEGIN + number * EVERY_S * SECOND + SECOND // 2)
    if number % 13 < 9:
        made.system.memory.percent = 30 + number * 7 % 60
    if number % 301 > 250:
        made.system.disk.percent = 20 + number % 5
    since_start = number - 1500 if number >= 1500 else number
    if number % 17 < 13:
        report_requests(made, number, since_start)
    return made


def report_requests(made: pb.MetricSnapshot, number: int, since_start: int) -> None:
    made.application.requests.add(kind="tools/call", count=3 * since_start)
    if number > 700 and not 1500 <= number < 1600:
        made.application.requests.add(kind="ping", count=since_start // 2)


async def report(leader: str) -> None:
    async with raw_stream(leader) as stream:
        await welcomed(stream, "a")
        for first in range(0, COUNT, 300):
            await stream.send(batch(first + 1, [taken(first + number) for number in range(min(300, COUNT - first))]))
            await stream.ack(min(first + 300, COUNT))


@pytest.fixture(scope="module")
def leader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_leader(tmp_path_factory.mktemp("history"), "--no-dashboard") as leader:
        asyncio.run(report(leader))
        yield leader


async def rows(client: LeaderClient, start_ns: int, end_ns: int, max_points: int) -> list[dict[str, Any]]:
    return history_rows(await history_series(client, "a", Range(start_ns, end_ns, max_points)), max_points)


@pytest.mark.parametrize(
    ("start_ns", "most", "least"),
    [
        (END - 2 * MINUTE, 10, 10),
        (END - 10 * MINUTE, 4, 2),
        (END - HOUR, 200, 200),
        (BEGIN, 500, 500),
        (BEGIN, 10, 6),
        (BEGIN, 4, 3),
        (END - 24 * HOUR, 100, 36),
        (END - 700 * 24 * HOUR, 7, 3),
        (END - 24 * HOUR, 100_000, COUNT),
    ],
)
async def test_each_row_has_the_highest_and_the_last_of_its_time(
    client: LeaderClient, start_ns: int, most: int, least: int
) -> None:
    every = await rows(client, max(start_ns, BEGIN), END, 100_000)
    found = await rows(client, start_ns, END, most)
    assert least <= len(found) <= most
    before = 0.0
    for row in found:
        part = [each for each in every if before < each["timestamp"] <= row["timestamp"]]
        highest = {name: [each[name] for each in part if each[name] is not None] for name in PERCENTS}
        expected: dict[str, float | None] = {name: max(given, default=None) for name, given in highest.items()}
        assert {name: row[name] for name in (*PERCENTS, "requests")} == expected | {"requests": part[-1]["requests"]}
        before = row["timestamp"]
    assert before >= every[-1]["timestamp"]


class Scripted(LeaderClient):
    """Gives answer after answer."""

    def __init__(self, *answers: list[Series] | Exception) -> None:
        super().__init__("127.0.0.1:1")
        self._answers = list(answers)
        self.asked: list[pb.QueryRangeRequest] = []

    async def series(self, request: pb.QueryRangeRequest) -> list[Series]:
        self.asked.append(Q.FromString(request.SerializeToString()))
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def of_tier(tier: Q.Tier, step_s: int, count: int = 10) -> list[Series]:
    made = series("cpu.percent", [1.0] * count, step_s or 60)
    made.head.tier, made.head.step_ms = tier, step_s * 1000
    return [made]


async def test_a_long_range_costs_as_many_steps_as_points_and_reads_no_samples() -> None:
    leader = Scripted(of_tier(Q.HOUR, 86_400, 364))
    found = await history_series(leader, "a", Range(START, START + 365 * 24 * HOUR, 400))
    (asked,) = leader.asked
    assert (asked.aggregate, asked.max_points, asked.tier) == (Q.MAX, 400, Q.AUTO)
    assert found[0].times_ns[0] == START + 24 * HOUR


async def test_more_samples_than_an_answer_may_have_come_as_steps_and_as_fewer_if_those_are_too_many() -> None:
    leader = Scripted(TooManyPointsError("!"), TooManyPointsError("!"), of_tier(Q.RAW, 360))
    await history_series(leader, "a", Range(START, START + HOUR, 1000))
    assert [(each.aggregate, each.max_points) for each in leader.asked] == [(Q.NONE, 0), (Q.MAX, 1000), (Q.MAX, 500)]


async def test_what_is_left_of_gone_samples_is_no_narrower_than_it_was_summed_up() -> None:
    leader = Scripted(of_tier(Q.MINUTE, 0), of_tier(Q.HOUR, 60), of_tier(Q.HOUR, 3600))
    found = await history_series(leader, "a", Range(START, START + 10 * HOUR, 1000))
    assert [each.tier for each in leader.asked] == [Q.AUTO, Q.MINUTE, Q.HOUR]
    assert found[0].times_ns[-1] == START + 10 * HOUR


async def test_nothing_is_no_rows() -> None:
    assert await history_series(Scripted([]), "a", Range(START, START + HOUR, 4)) == []
