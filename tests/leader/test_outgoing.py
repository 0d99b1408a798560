from __future__ import annotations

import asyncio

from mcp_telemetry.leader.outgoing import Outgoing
from mcp_telemetry.v1 import metrics_pb2 as pb


def rejections(first: int, count: int) -> list[pb.Rejection]:
    return [pb.Rejection(sequence=first + number) for number in range(count)]


async def kinds(outgoing: Outgoing) -> list[str | None]:
    return [message.WhichOneof("message") for message in await asyncio.wait_for(outgoing.get(), 1)]


async def test_messages_come_in_the_order_a_node_can_use_them() -> None:
    outgoing = Outgoing()
    outgoing.drain(pb.Draining())
    outgoing.direct(pb.Pace())
    outgoing.ack(3, [])
    outgoing.welcome(pb.Welcome())
    assert await kinds(outgoing) == ["welcome", "ack", "directive", "draining"]


async def test_newer_news_take_the_place_of_older() -> None:
    outgoing = Outgoing()
    for number in range(1, 1000):
        outgoing.ack(number, [])
        outgoing.direct(pb.Pace(report_interval_ms=number))
    ack, directive = await outgoing.get()
    assert ack.ack.durable_sequence == 999
    assert directive.directive.pace.report_interval_ms == 999


async def test_an_ack_never_takes_back_and_collects_a_bounded_number_of_rejections() -> None:
    outgoing = Outgoing()
    outgoing.ack(9, rejections(1, 600))
    outgoing.ack(7, rejections(601, 600))
    (message,) = await outgoing.get()
    assert message.ack.durable_sequence == 9
    assert [rejection.sequence for rejection in message.ack.rejections] == list(range(1, 1001))


async def test_it_waits_for_news() -> None:
    outgoing = Outgoing()
    outgoing.ack(1, [])
    await outgoing.get()
    waiting = asyncio.create_task(outgoing.get())
    await asyncio.wait({waiting}, timeout=0.02)
    assert not waiting.done()
    outgoing.ack(2, [])
    (message,) = await asyncio.wait_for(waiting, 1)
    assert message.ack.durable_sequence == 2


async def test_at_the_end_comes_what_is_there_and_then_nothing() -> None:
    outgoing = Outgoing()
    outgoing.ack(1, [])
    outgoing.end()
    assert await kinds(outgoing) == ["ack"]
    assert await kinds(outgoing) == []
    assert await kinds(outgoing) == []
