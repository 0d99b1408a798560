"""One simulated node that posts its snapshots to a database."""

from __future__ import annotations

import asyncio
import time

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.httpload.connection import HttpConnection
from tests.benchmarks.httpload.protocols import Protocol
from tests.benchmarks.loadgen.plan import Plan
from tests.benchmarks.loadgen.tally import Tally
from tests.benchmarks.loadgen.walk import Walk

__all__ = ["HttpNode"]

_AHEAD = 50


class HttpNode:
    """Sends the snapshots of one node; counts into `tally`."""

    def __init__(self, index: int, plan: Plan, protocol: Protocol, rng: np.random.Generator, tally: Tally) -> None:
        """Aligned nodes share `plan.slots` moments of the interval; the others have one each."""
        self._node_id = f"load-{index:05}"
        self._plan = plan
        self._protocol = protocol
        self._walk = Walk(rng)
        self._tally = tally
        share = index % plan.slots / plan.slots if plan.aligned else rng.random()
        self._phase_s = share * plan.report_interval_s
        self._head_start_s = rng.random() * plan.head_start_s
        self._head = f"POST {protocol.path} HTTP/1.1\r\nHost: {plan.leader}\r\n{protocol.headers}".encode()

    async def connect(self) -> None:
        """ConnectionError or OSError if nobody listens."""
        host, _, port = self._plan.leader.rpartition(":")
        _, self._connection = await asyncio.get_running_loop().create_connection(HttpConnection, host, int(port))
        self._tally.welcomed += 1

    async def report(self) -> None:
        """One snapshot at each of the node's moments, until cancelled or refused."""
        try:
            while True:
                for row in self._walk.values(_AHEAD):
                    await self._report_at_next_moment(row)
        except ConnectionError as error:
            self._tally.count_error(error)

    async def _report_at_next_moment(self, row: NDArray[np.float64]) -> None:
        """Encoded ahead of the moment, as tests.benchmarks.loadgen does, so that bursts are as short as there."""
        wait_s = self._until_next_report_s()
        due, due_ms = time.perf_counter() + wait_s, round(1000 * (time.time() + wait_s))
        await asyncio.sleep(wait_s - self._head_start_s)
        body = self._encode(np.array([due_ms]), row[None, :])
        await asyncio.sleep(due - time.perf_counter())
        self._tally.late_s.append(time.perf_counter() - due)
        await self._post(body, 1)

    def _until_next_report_s(self) -> float:
        interval = self._plan.report_interval_s
        wait_s = (self._phase_s - time.time()) % interval
        return wait_s if wait_s > self._head_start_s else wait_s + interval

    async def replay(self) -> None:
        """The backlog, one batch after the other."""
        count = round(self._plan.backlog_seconds / self._plan.sample_interval_s)
        step_ms = round(1000 * self._plan.sample_interval_s)
        times_ms = time.time_ns() // 1_000_000 - step_ms * np.arange(count)[::-1]
        for start in range(0, count, self._plan.batch):
            batch = times_ms[start : start + self._plan.batch]
            await self._post(self._encode(batch, self._walk.values(len(batch))), len(batch))

    def _encode(self, times_ms: NDArray[np.int64], values: NDArray[np.float64]) -> bytes:
        return self._protocol.encode(self._node_id, times_ms, values)

    async def _post(self, body: bytes, count: int) -> None:
        self._tally.reports += 1
        self._tally.sent += count
        start = time.perf_counter()
        await self._connection.post(self._head, body)
        self._tally.acks_s.append(time.perf_counter() - start)
        self._tally.acked += count

    def close(self) -> None:
        """Now."""
        self._connection.close()
