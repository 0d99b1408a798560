"""Keeps a stream to one of the leaders open, for as long as the node runs."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import grpc

from mcp_telemetry.errors import OutboxBehindError, ProtocolError, is_retryable
from mcp_telemetry.node import messages
from mcp_telemetry.node.exchange import MAX_BATCH_SNAPSHOTS, Exchange
from mcp_telemetry.node.outbox import Outbox
from mcp_telemetry.node.stream import Call, Pacer, Stream
from mcp_telemetry.protocol import Drained, backoff
from mcp_telemetry.v1.metrics_pb2 import LeaderMessage

__all__ = ["Uplink"]

logger = logging.getLogger(__name__)

_METHOD = "/mcp_telemetry.v1.Telemetry/StreamMetrics"
_CHANNEL_OPTIONS = (
    # A dead network is noticed within half a minute; the leader allows pings this frequent.
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    # Probing the bandwidth costs a ping for every report.
    ("grpc.http2.bdp_probe", 0),
    # Waiting between attempts is done here, and must not be done twice.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_retries", 0),
    ("grpc.service_config_disable_resolution", 1),
)
# What the same attempt would only meet again: tried seldom, in case somebody has repaired the leader.
_HOPELESS_SECONDS = 15.0
_SYNC_SECONDS = 1.0
_STOP_SECONDS = 2.0
_REMEDIES = {
    grpc.StatusCode.INVALID_ARGUMENT: "check --node-id, and that node and leader are of the same version",
    grpc.StatusCode.UNIMPLEMENTED: "this is no leader of mcp-telemetry: check --leader",
    grpc.StatusCode.PERMISSION_DENIED: "choose another --node-id",
    grpc.StatusCode.UNAUTHENTICATED: "the leader asks for credentials",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "give the node fewer --labels, or the leader more room",
    grpc.StatusCode.ABORTED: "another process reports under the same node_id: stop it, or choose another --node-id",
}


class Uplink:
    """Connects, reconnects, and goes to the next leader when one fails."""

    def __init__(
        self, leaders: Sequence[str], node_id: str, labels: Mapping[str, str], outbox: Outbox, pacer: Pacer
    ) -> None:
        self._leaders = tuple(leaders)
        self._node_id = node_id
        self._labels = dict(labels)
        self._outbox = outbox
        self._pacer = pacer
        self._stream: Stream | None = None  # while there is a welcome
        self._tasks: tuple[asyncio.Task[None], ...] = ()
        self._due = asyncio.Event()
        self._syncing: asyncio.Future[None] | None = None
        self._sync_thread = ThreadPoolExecutor(1, "outbox-sync")
        self._pauses = _fresh_pauses()
        self._batch_snapshots = MAX_BATCH_SNAPSHOTS
        self._troubles: dict[str, str] = {}  # of each leader what was logged last, and not over since
        self._is_stopping = False

    def start(self) -> None:
        """Begin to connect. Needs a running loop."""
        self._tasks = (asyncio.create_task(self._stay_connected()), asyncio.create_task(self._report()))

    def report(self) -> None:
        """Send everything the outbox holds by now, as soon as it is durable here."""
        self._due.set()

    async def stop(self) -> None:
        """Send what is left, if there is a stream; takes at most two seconds."""
        self._is_stopping = True
        if self._stream is not None:
            self._stream.leave()
            await asyncio.wait(self._tasks[:1], timeout=_STOP_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = ()
        self._sync_thread.shutdown(wait=False)

    # -- Reporting ----------------------------------------------------------------------------------------------------

    async def _report(self) -> None:
        """A number should not be on its way before it is on this disk, or a power loss would have it given twice."""
        while True:
            await self._due.wait()
            self._due.clear()
            until = self._outbox.next
            await self._sync()
            if self._stream is not None:
                self._stream.report(until)

    async def _sync(self) -> None:
        """Make durable, in a thread, what was appended before this call; waits one second at most.

        Then the report goes out all the same, as a slow disk must not silence the node. If power fails before the sync
        has ended after all, numbers on their way are given again: the leader takes what comes under them for repeats,
        or, where it is still ahead of the outbox when they meet again, the outbox begins anew.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SYNC_SECONDS):
                if self._syncing is not None:
                    await asyncio.wait({self._syncing})  # it began before the newest append
                loop = asyncio.get_running_loop()
                self._syncing = loop.run_in_executor(self._sync_thread, self._outbox.sync)
                await asyncio.wait({self._syncing})

    # -- Connecting ---------------------------------------------------------------------------------------------------

    async def _stay_connected(self) -> None:
        for leader in itertools.cycle(self._leaders):
            pause_s = await self._attempt(leader)
            if self._is_stopping:
                return
            await asyncio.sleep(pause_s)

    async def _attempt(self, leader: str) -> float:
        """One stream, to its end; returns how long to wait before the next one, in seconds."""
        exchange = Exchange(self._outbox, self._batch_snapshots)
        try:
            drained = await self._exchange_with(leader, exchange)
        except Exception as error:
            pause_s = self._after_error(leader, exchange, error)
        except asyncio.CancelledError:
            if _is_cancelled():
                raise
            pause_s = self._trouble_with(leader, "the call was cancelled")
        else:
            pause_s = self._after_end(leader, drained)
        if exchange.is_proven:
            self._pauses = _fresh_pauses()
        return pause_s

    async def _exchange_with(self, leader: str, exchange: Exchange) -> Drained | None:
        async with grpc.aio.insecure_channel(leader, options=_CHANNEL_OPTIONS) as channel:
            stream = Stream(_call(channel), exchange, self._pacer, self.report)
            outbox = self._outbox
            drained = await stream.open(
                messages.hello(self._node_id, outbox.instance_id, outbox.acked + 1, self._labels)
            )
            if drained is not None:
                return drained
            logger.info("connected to %s", leader)
            self._troubles.clear()
            self._stream = stream
            try:
                return await stream.run()
            finally:
                self._stream = None

    # -- After a stream -----------------------------------------------------------------------------------------------

    def _after_end(self, leader: str, drained: Drained | None) -> float:
        if self._is_stopping:
            return 0.0
        pause_s = self._trouble_with(
            leader, f"it sends its nodes away, {drained.reason}" if drained else "it ended the stream"
        )
        return pause_s if drained is None or len(self._leaders) > 1 else pause_s + drained.retry_delay_ms / 1000

    def _after_error(self, leader: str, exchange: Exchange, error: Exception) -> float:
        match error:
            case OutboxBehindError():
                logger.error("%s knows more than this node: %s; going on as a new instance", leader, error)
                self._outbox.renew()
                return next(self._pauses)
            case ProtocolError():
                return self._hopeless(leader, str(error), "check that node and leader are of the same version")
            case TimeoutError():
                return self._trouble_with(leader, "it does not answer")
            case grpc.aio.AioRpcError():
                return self._after_status(leader, exchange, error.code(), error.details() or "")
            case _:
                logger.error("the stream to %s failed", leader, exc_info=error)
                return next(self._pauses)

    def _after_status(self, leader: str, exchange: Exchange, status: grpc.StatusCode, details: str) -> float:
        if status is grpc.StatusCode.RESOURCE_EXHAUSTED and exchange.last_batch[1]:
            self._send_less(leader, exchange)
            return next(self._pauses)
        self._batch_snapshots = MAX_BATCH_SNAPSHOTS
        if status in _REMEDIES or not is_retryable(status):
            remedy = _REMEDIES.get(status, "see the leader's log")
            return self._hopeless(leader, f"{status.name}, {details}", remedy)
        return self._trouble_with(leader, f"{status.name}, {details}")

    def _send_less(self, leader: str, exchange: Exchange) -> None:
        """The leader found a batch too large: try half of it, and in the end do without the one snapshot."""
        first, count = exchange.last_batch
        self._batch_snapshots = max(1, min(count, exchange.batch_snapshots) // 2)
        if exchange.is_careful and count == 1:
            logger.error(
                "%s takes no message as large as snapshot %d: it is dropped; record fewer metrics", leader, first
            )
            self._outbox.give_up(first)
            self._batch_snapshots = MAX_BATCH_SNAPSHOTS

    def _hopeless(self, leader: str, trouble: str, remedy: str) -> float:
        """The next leader may be a better one; only where there is none left is it worth to wait."""
        self._log(logging.ERROR, leader, f"{leader} refuses this node: {trouble}; {remedy}")
        pause_s = next(self._pauses)
        return _HOPELESS_SECONDS if leader == self._leaders[-1] else pause_s

    def _trouble_with(self, leader: str, trouble: str) -> float:
        self._log(
            logging.WARNING, leader, f"no stream to {leader}: {trouble}; snapshots are kept, and it is tried again"
        )
        return next(self._pauses)

    def _log(self, level: int, leader: str, trouble: str) -> None:
        """Each leader's trouble once, until there was a stream again."""
        logger.log(logging.DEBUG if trouble == self._troubles.get(leader) else level, "%s", trouble)
        self._troubles[leader] = trouble


def _call(channel: grpc.aio.Channel) -> Call:
    """Takes bytes: batches are put together without parsing what is in them."""
    method: Any = channel.stream_stream(_METHOD, None, LeaderMessage.FromString)
    return method()


def _is_cancelled() -> bool:
    """Whether this task shall end; a call that is cancelled looks the same to whoever reads from it."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _fresh_pauses() -> Iterator[float]:
    return backoff(Random())  # noqa: S311 - jitter
