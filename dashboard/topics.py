"""What travels over /live: the messages of each topic, as JSON texts.

    status     {"topic", "kind": "state", "leader": "live" | "lost" | "connecting", "since", "now", "address"}
    events     what happened, see dashboard/events.py
    fleet      the table of nodes, see dashboard/fleet_topic.py
    node/<id>  {"topic", "kind": "open"}, then
               {"topic", "kind": "append", "t": [ms], "charts": {chart: {line: [y]}}, "facts", "state", "losses"}
    panel?<query>  what a panel draws, see dashboard/panel_topic.py

All times are milliseconds since 1970. `open` tells the browser to fetch the whole window: the messages that follow go
on where that ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import orjson

from dashboard.charts import CHARTS, chart_columns, trace_of
from dashboard.client import LeaderClient, NodeSamples, Update
from dashboard.events import EventSource
from dashboard.facts import FACT_COLUMNS, node_losses, sample_facts, state_name
from dashboard.fleet import FleetState
from dashboard.fleet_topic import FleetSource
from dashboard.hub import Source
from dashboard.mirror import Mirror, backoff_s
from dashboard.panel_topic import panel_source_of
from dashboard.rates import CounterRates
from mcp_telemetry.errors import TelemetryError
from mcp_telemetry.model.columns import Kind
from mcp_telemetry.model.names import is_node_id
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["NodeSource", "StatusSource", "source_of"]

logger = logging.getLogger(__name__)

_NS_PER_MS = 1_000_000
_BACKFILL_MS = 10_000
_HEARTBEAT_S = 4.0


def source_of(name: str, client: LeaderClient, mirror: Mirror, fleet: FleetState, refresh_s: float) -> Source | None:
    """The source of a topic, None for a name that means nothing."""
    kind, _, node_id = name.partition("/")
    if name == "status":
        return StatusSource(mirror, client.address)
    if name == "events":
        return EventSource(mirror.events, lambda: mirror.generation)
    if name == "fleet":
        return FleetSource(fleet, client, refresh_s)
    if kind == "node" and is_node_id(node_id):
        return NodeSource(name, node_id, client, refresh_s)
    return panel_source_of(name, client, mirror, refresh_s)


def _text(message: dict[str, Any]) -> str:
    return orjson.dumps(message, option=orjson.OPT_SERIALIZE_NUMPY).decode()


class StatusSource:
    """Whether the leader is there."""

    def __init__(self, mirror: Mirror, address: str) -> None:
        self._mirror = mirror
        self._address = address

    def opening(self) -> str:
        """The state now."""
        return _text({"topic": "status", "kind": "state", "address": self._address} | self._mirror.status())

    async def updates(self) -> AsyncGenerator[str, None]:
        """The state whenever it changes, and now and then, so that a browser knows that its socket works."""
        while True:
            await self._mirror.wait_for_news(_HEARTBEAT_S)
            yield self.opening()


class NodeSource:
    """One node at full rate, as points to append to its charts."""

    def __init__(self, name: str, node_id: str, client: LeaderClient, refresh_s: float) -> None:
        self._name = name
        self._node_id = node_id
        self._client = client
        self._refresh_ms = round(refresh_s * 1000)
        self._rates = CounterRates()

    def opening(self) -> str:
        """Tells the browser to fetch the window."""
        return _text({"topic": self._name, "kind": "open"})

    async def updates(self) -> AsyncGenerator[str, None]:
        """New points as they come; after a lost leader the opening again, because points may be missing."""
        is_again = False
        for pause_s in backoff_s():
            try:
                async with contextlib.aclosing(self._client.watch(self._request())) as updates:
                    async for update in updates:
                        if is_again:
                            yield self.opening()
                        is_again = False
                        for message in self._messages(update):
                            yield message
            except TelemetryError:
                is_again = True
                await asyncio.sleep(pause_s)

    def _request(self) -> pb.WatchRequest:
        # The backfill covers what came between the browser's fetch and this; it drops the points it has.
        return pb.WatchRequest(
            node_ids=[self._node_id],
            columns=_NODE_COLUMNS,
            interval_ms=self._refresh_ms,
            live=True,
            backfill_ms=_BACKFILL_MS,
        )

    def _messages(self, update: Update) -> Iterator[str]:
        for samples in update.samples:
            yield _text({"topic": self._name, "kind": "append"} | self._points(samples))
        for node in update.nodes:
            news = {"state": state_name(node.state), "losses": node_losses(node)}
            yield _text({"topic": self._name, "kind": "append"} | news)

    def _points(self, samples: NodeSamples) -> dict[str, Any]:
        charts: dict[str, dict[str, list[float | None]]] = {}
        rows = self._drawn(samples)
        for column in samples.columns:
            for chart in CHARTS.values():
                if (found := trace_of(chart, column.name)) is not None:
                    charts.setdefault(chart.key, {})[found[0]] = [row.get(column.name) for row in rows]
        return {
            "t": (samples.times_ns // _NS_PER_MS).tolist(),
            "charts": charts,
            "facts": sample_facts(samples),
        }

    def _drawn(self, samples: NodeSamples) -> list[dict[str, float]]:
        """One dict a sample: gauges as they are, counters as rates; what is missing is not there."""
        names = [column.name for column in samples.columns]
        counters = {column.name for column in samples.columns if column.kind is Kind.COUNTER}
        rows = []
        for time_ns, values in zip(samples.times_ns.tolist(), samples.values.tolist(), strict=True):
            row = {name: value for name, value in zip(names, values, strict=True) if value == value}
            rates = self._rates.step(time_ns, {name: row.pop(name) for name in counters & row.keys()})
            rows.append({name: round(value, 3) for name, value in (row | rates).items()})
        return rows


_NODE_COLUMNS = sorted({column for chart in CHARTS.values() for column in chart_columns(chart)} | set(FACT_COLUMNS))
