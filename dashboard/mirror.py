"""What the fleet looks like now, kept beside the pages: fed by one stream from the leader, read without waiting."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field

from dashboard.client import LeaderClient, LeaderGoneError, NodeSamples, Update
from dashboard.events import RecentEvents
from dashboard.facts import lost
from dashboard.rates import CounterRates
from dashboard.vitals import Vitals, lags_ms
from mcp_telemetry.errors import TelemetryError
from mcp_telemetry.model.columns import Kind
from mcp_telemetry.model.names import base_name
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["FLEET_COLUMNS", "MAX_NODES", "NOTHING", "Mirror", "NodeView", "SparkRing", "backoff_s"]

logger = logging.getLogger(__name__)

FLEET_COLUMNS = (
    *("cpu.percent", "memory.percent", "disk.percent", "cpu.load_1m", "network.bytes_recv", "network.bytes_sent"),
    *("requests", "errors", "active_connections", "uptime_seconds"),
)
MAX_NODES = 50_000
SPARK_BUCKETS, SPARK_BUCKET_MS = 60, 2000
_BACKFILL_MS = SPARK_BUCKETS * SPARK_BUCKET_MS
NOTHING = 255
# The API answers from here, too, whatever the pages' refresh.
_LONGEST_REFRESH_S = 1.0
# To say how it is takes a leader of 10,000 nodes some 10 ms.
_HEALTH_EVERY_S, _HEALTH_LOOKED_AT_S = 5.0, 2.0
# A large fleet's first update takes the leader a while; after it something comes each interval.
_FIRST_S, _SILENCE_S = 15.0, 2.5
_NS_PER_MS = 1_000_000


class SparkRing:
    """The last two minutes of one percentage: 60 buckets of 2 s, a byte each, NOTHING where nothing came."""

    __slots__ = ("_percents", "last_bucket")

    def __init__(self) -> None:
        self._percents = bytearray([NOTHING]) * SPARK_BUCKETS
        self.last_bucket = 0

    def put(self, time_ms: int, value: float) -> None:
        """Notes a value of 0 to 250; of several in one bucket the newest stays.

        Values come in the order they were sampled: one that is older than the last means that a clock was set back,
        and what was noted for later times goes.
        """
        bucket = time_ms // SPARK_BUCKET_MS
        if value != value:
            return
        forward = range(max(self.last_bucket + 1, bucket - SPARK_BUCKETS + 1), bucket)
        back = range(bucket + 1, min(self.last_bucket, bucket + SPARK_BUCKETS) + 1)
        for emptied in (*forward, *back):
            self._percents[emptied % SPARK_BUCKETS] = NOTHING
        self._percents[bucket % SPARK_BUCKETS] = round(min(max(value, 0.0), 250.0))
        self.last_bucket = bucket

    def until(self, later: int = 0) -> bytes:
        """All buckets, oldest first, ending `later` buckets after the last that holds something."""
        start = (self.last_bucket + 1) % SPARK_BUCKETS
        passed = min(later, SPARK_BUCKETS)
        turned = self._percents[start:] + self._percents[:start]
        return bytes(turned[passed:]) + bytes([NOTHING]) * passed


@dataclass(slots=True, eq=False)
class NodeView:
    """One node as last heard of. Times are milliseconds since 1970; `latest` holds gauges and counters as they came.

    rates: increase per second of each counter, over all its labels, by base name; absent as long as nobody knows
    """

    info: pb.Node
    number: int = 0
    lost: int = 0
    time_ms: int = 0
    last_seen_ms: int = 0
    latest: dict[str, float] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    spark: SparkRing = field(default_factory=SparkRing)
    _times_ms: tuple[int, ...] = ()
    _counters: CounterRates = field(default_factory=CounterRates)

    def take(self, samples: NodeSamples, seen_ms: int) -> None:
        """Notes new samples in the order they were taken, whatever the node's clock said."""
        # Samples of a node that is not live come from before: they do not say that it was seen now.
        if self.info.state == pb.LIVE:
            self.last_seen_ms = max(self.last_seen_ms, seen_ms)
        times_ms = (samples.times_ns // _NS_PER_MS).tolist()
        names = [column.name for column in samples.columns]
        rows = samples.values.tolist()
        if "cpu.percent" in names:
            index = names.index("cpu.percent")
            for time_ms, row in zip(times_ms, rows, strict=True):
                self.spark.put(time_ms, row[index])
        if len(rows) > 1 and not self.time_ms:
            self._keep(times_ms[0], samples, rows[0])
        if times_ms:
            self._keep(times_ms[-1], samples, rows[-1])
        self._times_ms = (*self._times_ms, *times_ms)[-3:]

    @property
    def interval_ms(self) -> int:
        """The time between two samples; 0 if nobody knows yet.

        The shorter of the last two such times, as a silence is none; of a single one that is long nobody can tell.
        """
        match self._times_ms:
            case (first, second, third):
                apart = second - first, third - second
                # A clock that was set back tells nothing of the time between.
                return min(apart) if min(apart) > 0 else max(*apart, 0)
            case (first, second):
                return second - first if 0 < second - first <= _BACKFILL_MS else 0
        return 0

    def _keep(self, time_ms: int, samples: NodeSamples, row: list[float]) -> None:
        present = {c.name: value for c, value in zip(samples.columns, row, strict=True) if value == value}
        counters = {c.name: present[c.name] for c in samples.columns if c.kind is Kind.COUNTER and c.name in present}
        self.time_ms, self.latest = time_ms, present
        self.rates = _by_base(self._counters.step(time_ms * _NS_PER_MS, counters))

    def total(self, base: str) -> float:
        """A counter over all its labels."""
        return sum(value for name, value in self.latest.items() if base_name(name) == base)


def _by_base(rates: Mapping[str, float]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for name, rate in rates.items():
        base = base_name(name)
        sums[base] = sums.get(base, 0.0) + rate
    return sums


def backoff_s(chance: Callable[[], float] = random.random) -> Iterator[float]:
    """Pauses before connecting again: 0.1 s doubling up to 1 s, each shortened by up to half at random."""
    pause = 0.1
    while True:
        yield pause * (1 - chance() / 2)
        pause = min(pause * 2, 1.0)


class Mirror:
    """All nodes of one leader. `run()` keeps it up to date, every `refresh_s` or second; everything else only reads."""

    def __init__(self, client: LeaderClient, refresh_s: float = _LONGEST_REFRESH_S) -> None:
        self._client = client
        self._interval_ms = round(min(refresh_s, _LONGEST_REFRESH_S) * 1000)
        self.nodes: dict[str, NodeView] = {}
        self.is_live = False
        self.since_ms = _now_ms()
        self.has_synced = False
        self.coalesced = 0
        self.refused = 0
        self.health = pb.LeaderHealth()
        self.vitals = Vitals()
        self.health_readers = 0
        self.events = RecentEvents()
        self._renewed: set[str] = set()
        # Numbers of nodes that are gone: all of them that nobody took over, and those not told of yet.
        self._free: list[int] = []
        self._gone: set[int] = set()
        self.generation = 0
        self._ahead_ms = 0
        self._news = asyncio.Condition()
        self._taken = asyncio.Event()

    async def run(self) -> None:
        """Follows the leader until cancelled; a lost leader is noticed within 2.5 s and found again within one."""
        pauses = backoff_s()
        while True:
            try:
                await self._follow()
            except TelemetryError as error:
                if self.is_live:
                    logger.warning("leader lost: %s", error)
                    pauses = backoff_s()
            except Exception:
                # A defect in reading one message must not stop the fleet for good.
                logger.exception("following the leader at %s failed", self._client.address)
            await self._say(is_live=False)
            await asyncio.sleep(next(pauses))

    async def watch_health(self) -> None:
        """Asks the leader how it is, every few seconds until cancelled; what it last said stays."""
        while True:
            try:
                self.take_health(await self._client.health())
            except TelemetryError:
                pass
            except Exception:
                logger.exception("noting how the leader is failed")
            await asyncio.sleep(_HEALTH_LOOKED_AT_S if self.health_readers else _HEALTH_EVERY_S)

    def take_health(self, health: pb.LeaderHealth) -> None:
        """The leader says how it is now."""
        self.health, now_ms = health, self.leader_now_ms()
        live = (view for view in self.nodes.values() if view.time_ms and view.info.state == pb.LIVE)
        self.vitals.take(health, now_ms, lags_ms((view.time_ms - view.info.clock_offset_ms for view in live), now_ms))

    async def _follow(self) -> None:
        request = pb.WatchRequest(columns=FLEET_COLUMNS, interval_ms=self._interval_ms, backfill_ms=_BACKFILL_MS)
        async with contextlib.aclosing(self._client.watch(request)) as updates:
            self._restart_with(await self._next(updates, _FIRST_S))
            logger.info("following the leader at %s, %d nodes", self._client.address, len(self.nodes))
            await self._say(is_live=True)
            while True:
                self.take(await self._next(updates, _SILENCE_S))

    async def _next(self, updates: AsyncIterator[Update], silence_s: float) -> Update:
        # A hung leader, or a cut cable, leaves the stream open and silent.
        try:
            return await asyncio.wait_for(anext(updates), silence_s)
        except TimeoutError:
            raise LeaderGoneError(f"the leader at {self._client.address} was silent for {silence_s:g} s") from None

    def _restart_with(self, update: Update) -> None:
        for held in (self.nodes, self._renewed, self._free, self._gone):
            held.clear()
        self.generation += 1
        self.events.wake()
        self.take(update)

    def take(self, update: Update) -> None:
        """Applies one message of the stream."""
        self.coalesced += update.coalesced
        self.events.take(update.events)
        self._ahead_ms = update.leader_time_ns // _NS_PER_MS - _now_ms()
        for node_id in update.forgotten:
            self._drop_node(node_id)
        for node in update.nodes:
            self._take_node(node)
        for samples in update.samples:
            view = self.nodes.get(samples.node_id)
            if view is not None:
                view.take(samples, update.leader_time_ns // _NS_PER_MS)
        self._taken.set()

    async def wait_for_update(self, timeout_s: float) -> None:
        """Returns when the next message was applied, or after the timeout."""
        self._taken.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._taken.wait()

    def _take_node(self, node: pb.Node) -> None:
        view = self.nodes.get(node.node_id)
        if view is None and len(self.nodes) >= MAX_NODES:
            self.refused += 1
            return
        if view is None:
            number = self._free.pop() if self._free else len(self.nodes)
            view = self.nodes[node.node_id] = NodeView(node, number)
        view.info, view.lost = node, lost(node)
        view.last_seen_ms = max(view.last_seen_ms, node.last_seen_unix_nano // _NS_PER_MS)
        self._renewed.add(node.node_id)

    def _drop_node(self, node_id: str) -> None:
        view = self.nodes.pop(node_id, None)
        if view is not None:
            self._renewed.discard(node_id)
            self._free.append(view.number)
            self._gone.add(view.number)

    def leader_now_ms(self) -> int:
        """The leader's clock now, by which nodes are seen."""
        return _now_ms() + self._ahead_ms

    def take_renewed(self) -> list[NodeView]:
        """The nodes that joined or changed state since the last call, by number."""
        renewed, self._renewed = self._renewed, set()
        return sorted((self.nodes[name] for name in renewed), key=lambda view: view.number)

    def take_gone(self) -> list[int]:
        """The numbers of nodes that are gone since the last call, ascending; one of `take_renewed` may have it now."""
        gone, self._gone = self._gone, set()
        return sorted(gone)

    def known(self) -> Mapping[str, NodeView]:
        """All nodes by id; LeaderGoneError as long as the leader has never answered."""
        if not self.has_synced:
            raise LeaderGoneError(f"the leader at {self._client.address} has not answered yet: is it running there?")
        return self.nodes

    def age_s(self) -> int:
        """How long ago the leader was lost, of which `known` are then the last words; 0 as long as it is heard."""
        return 0 if self.is_live else max(0, _now_ms() - self.since_ms) // 1000

    async def _say(self, *, is_live: bool) -> None:
        if is_live == self.is_live:
            return
        async with self._news:
            self.is_live, self.since_ms = is_live, _now_ms()
            self.has_synced = self.has_synced or is_live
            self._news.notify_all()

    async def wait_for_news(self, timeout_s: float) -> None:
        """Returns when the leader is lost or found, or after the timeout."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s), self._news:
                await self._news.wait()

    def status(self) -> dict[str, str | int]:
        """{"leader": "live" | "lost" | "connecting", "since", "now"}; times are ms since 1970."""
        leader = "live" if self.is_live else "lost" if self.has_synced else "connecting"
        return {"leader": leader, "since": self.since_ms, "now": self.leader_now_ms()}


def _now_ms() -> int:
    return time.time_ns() // _NS_PER_MS
