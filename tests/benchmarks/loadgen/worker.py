"""One process of the load generator: connects its nodes, says so, runs them, and returns its tally."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from itertools import compress
from multiprocessing.connection import Connection

import grpc
import numpy as np

from tests.benchmarks.loadgen.node import LoadNode
from tests.benchmarks.loadgen.plan import Plan
from tests.benchmarks.loadgen.tally import Tally
from tests.benchmarks.loadgen.walk import Walk

__all__ = ["work"]

_CONNECTING_AT_ONCE = 50
_LAST_ACKS_S = 0.5


def work(plan: Plan, pipe: Connection) -> None:
    """Sends the number of nodes welcomed, waits for a message, runs the plan, sends its Tally and disconnects."""
    asyncio.run(_run(plan, pipe))


async def _run(plan: Plan, pipe: Connection) -> None:
    tally = Tally()
    async with contextlib.AsyncExitStack() as connections:
        nodes = await _connect_all(plan, tally, connections)
        pipe.send(tally.welcomed)
        await asyncio.to_thread(pipe.recv)
        await (_replay(nodes, tally) if plan.backlog_seconds else _report(nodes, plan, tally))
        pipe.send(tally)


async def _connect_all(plan: Plan, tally: Tally, connections: contextlib.AsyncExitStack) -> list[LoadNode]:
    """The nodes that the leader welcomed; what went wrong with the others is in the tally."""
    rng = np.random.default_rng(plan.first_node)
    indexes = range(plan.first_node, plan.first_node + plan.nodes)
    nodes = [LoadNode(index, plan, Walk(rng, columns=plan.columns), tally, rng.random()) for index in indexes]
    turns = asyncio.Semaphore(_CONNECTING_AT_ONCE)

    async def connect(node: LoadNode) -> bool:
        async with turns:
            try:
                await connections.enter_async_context(node.connect())
            except (grpc.aio.AioRpcError, ConnectionError) as error:
                tally.count_error(error)
                return False
        return True

    connected = await asyncio.gather(*map(connect, nodes))
    return list(compress(nodes, connected))


async def _report(nodes: list[LoadNode], plan: Plan, tally: Tally) -> None:
    tasks = [asyncio.create_task(node.report()) for node in nodes]
    with _timed(tally):
        await asyncio.sleep(plan.seconds)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(_LAST_ACKS_S)


async def _replay(nodes: list[LoadNode], tally: Tally) -> None:
    with _timed(tally):
        await asyncio.gather(*(node.replay() for node in nodes))


@contextlib.contextmanager
def _timed(tally: Tally) -> Iterator[None]:
    start = time.perf_counter()
    yield
    tally.seconds = time.perf_counter() - start
