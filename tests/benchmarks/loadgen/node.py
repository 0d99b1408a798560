"""One simulated node: a connection, a stream, and a report at each of its moments."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import grpc
import numpy as np

from mcp_telemetry.v1 import metrics_pb2
from tests.benchmarks.loadgen.plan import Plan
from tests.benchmarks.loadgen.tally import Tally
from tests.benchmarks.loadgen.walk import Walk
from tests.benchmarks.loadgen.wire import encode_batch

__all__ = ["LoadNode"]

_METHOD = "/mcp_telemetry.v1.Telemetry/StreamMetrics"
_SECOND_NS = 1_000_000_000


class LoadNode:
    """Opens with `connect()`, then `report()`s until cancelled or `replay()`s a backlog; counts into `tally`."""

    def __init__(self, index: int, plan: Plan, walk: Walk, tally: Tally, random_phase: float) -> None:
        """Node `index`; `random_phase` (0 to 1) is its moment within the interval unless it is aligned."""
        self._index = index
        self._plan = plan
        self._walk = walk
        self._tally = tally
        self._phase_s = random_phase * plan.report_interval_s
        self._head_start_s = random_phase * plan.head_start_s
        self._clock_offset_s = 0.0
        self._is_probe = index < plan.first_node + plan.probes
        self._sent = self._acked = 0
        self._window = 0
        self._room = asyncio.Event()
        self._asked: deque[tuple[int, float]] = deque()

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[None]:
        """Opens the stream and reads acks until the end of the block; grpc.aio.AioRpcError if the leader refuses."""
        async with grpc.aio.insecure_channel(f"ipv4:{self._plan.leader}", self._channel_options()) as channel:
            self._call = channel.stream_stream(_METHOD, None, None)(None)
            await self._open()
            reader = asyncio.create_task(self._read())
            try:
                yield
            finally:
                reader.cancel()
                self._call.cancel()

    def _channel_options(self) -> list[tuple[str, Any]]:
        return [("grpc.use_local_subchannel_pool", 1), ("grpc.http2.bdp_probe", 0), ("loadgen.node", self._index)]

    async def _open(self) -> None:
        hello = metrics_pb2.Hello(
            node_id=f"load-{self._index:05}", instance_id=f"i{time.time_ns()}", protocol_version=1
        )
        hello.first_sequence = 1
        hello.time_unix_nano = asked_ns = time.time_ns()
        await self._call.write(metrics_pb2.NodeMessage(hello=hello).SerializeToString())
        message = await self._next_message()
        self._take_pace(message.welcome.pace)
        self._window = message.welcome.window
        self._clock_offset_s = _clock_offset_s(asked_ns, message.welcome.leader_time_unix_nano, time.time_ns())
        self._tally.welcomed += 1

    async def _next_message(self) -> metrics_pb2.LeaderMessage:
        data = await self._call.read()
        if not isinstance(data, bytes):  # grpc.aio.EOF
            raise ConnectionError(
                f"the leader ended the stream: {await self._call.code()} {await self._call.details()}"
            )
        return metrics_pb2.LeaderMessage.FromString(data)

    def _take_pace(self, pace: metrics_pb2.Pace) -> None:
        if self._plan.aligned:
            self._phase_s = pace.report_phase_ms / 1000

    # -- reading -------------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        try:
            while True:
                self._take(await self._next_message())
        except (grpc.aio.AioRpcError, ConnectionError) as error:
            self._tally.count_error(error)
            self._room.set()

    def _take(self, message: metrics_pb2.LeaderMessage) -> None:
        match message.WhichOneof("message"):
            case "ack":
                self._take_ack(message.ack)
            case "directive":
                self._take_pace(message.directive.pace)
            case "draining":
                self._tally.errors["draining"] += 1

    def _take_ack(self, ack: metrics_pb2.Ack) -> None:
        self._tally.acked += ack.durable_sequence - self._acked
        self._tally.rejected += len(ack.rejections)
        self._acked = ack.durable_sequence
        self._room.set()
        while self._asked and self._asked[0][0] <= ack.durable_sequence:
            self._tally.acks_s.append(time.perf_counter() - self._asked.popleft()[1])

    # -- sending -------------------------------------------------------------------------------------------------------

    async def report(self) -> None:
        """Sends a report at each of the node's moments, until cancelled or the stream breaks."""
        count = self._plan.snapshots_per_report
        while not self._call.done():
            wait_s = self._until_next_report_s()
            due, due_ns = time.perf_counter() + wait_s, time.time_ns() + round(wait_s * _SECOND_NS)
            await asyncio.sleep(wait_s - self._head_start_s)
            if self._sent + count - self._acked > self._window:
                self._tally.held += 1
                continue
            data = self._encode(self._times_until(due_ns, count), due_ns, ack_now=self._is_probe)
            await asyncio.sleep(due - time.perf_counter())
            self._tally.late_s.append(time.perf_counter() - due)
            await self._send(data, count, ack_now=self._is_probe)

    def _until_next_report_s(self) -> float:
        """The next moment that leaves time to prepare for it; a timer may also fire a little early."""
        interval = self._plan.report_interval_s
        wait_s = (self._phase_s - time.time() - self._clock_offset_s) % interval
        return wait_s if wait_s > self._head_start_s else wait_s + interval

    async def replay(self) -> None:
        """Sends the backlog as fast as the window allows; returns when all of it is acknowledged."""
        times = self._times_until(time.time_ns(), round(self._plan.backlog_seconds / self._plan.sample_interval_s))
        for start in range(0, len(times), self._plan.batch):
            batch = times[start : start + self._plan.batch]
            await self._until(self._sent + len(batch) - self._window)
            is_last = start + len(batch) == len(times)
            await self._send(self._encode(batch, time.time_ns(), ack_now=is_last), len(batch), ack_now=is_last)
        await self._until(len(times))

    async def _until(self, sequence: int) -> None:
        """Waits for the ack of `sequence`."""
        while self._acked < sequence and not self._call.done():
            self._room.clear()
            await self._room.wait()

    def _times_until(self, end_ns: int, count: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
        step_ns = round(self._plan.sample_interval_s * _SECOND_NS)
        return np.arange(end_ns - (count - 1) * step_ns, end_ns + 1, step_ns, dtype=np.uint64)

    def _encode(self, times_ns: np.ndarray[Any, np.dtype[np.uint64]], sent_ns: int, *, ack_now: bool) -> bytes:
        return encode_batch(self._sent + 1, self._walk.take(times_ns), sent_ns, ack_now)

    async def _send(self, data: bytes, count: int, *, ack_now: bool) -> None:
        self._sent += count
        if ack_now:
            self._asked.append((self._sent, time.perf_counter()))
        self._tally.reports += 1
        self._tally.sent += count
        await self._call.write(data)


def _clock_offset_s(asked_ns: int, leader_ns: int, answered_ns: int) -> float:
    """How far the leader's clock is ahead, as far as one question can tell: not at all if it lies within the wait."""
    if asked_ns <= leader_ns <= answered_ns:
        return 0.0
    return (leader_ns - (asked_ns + answered_ns) / 2) / _SECOND_NS
