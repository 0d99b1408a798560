"""What travels over /live of one node, as JSON texts:

    {"topic": "node/<id>", "kind": "open"}, then
    {"topic", "kind": "append", "t": [ms], "columns": {column: [value or null]}, "facts"}
    {"topic", "kind": "append", "state", "losses"}
    {"topic", "kind": "append", "events": [event]}

Counters come as rates. All browsers that look at a node share one stream, of which each message is encoded once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import Any

import orjson

from dashboard.client import LeaderClient, NodeSamples, Update
from dashboard.durations import is_bucket
from dashboard.events import event_facts
from dashboard.facts import node_losses, sample_facts, state_name
from dashboard.figures import digits_of
from dashboard.mirror import backoff_s
from dashboard.rates import CounterRates
from mcp_telemetry.errors import TelemetryError
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.model.names import base_name
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["MOST_COLUMNS", "NodeSource"]

# Of a node that reports more the rest comes when the page asks again, which it does now and then.
MOST_COLUMNS = 500
_NS_PER_MS = 1_000_000
_BACKFILL_MS = 10_000


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
        return self._text({"kind": "open"})

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
            node_ids=[self._node_id], interval_ms=self._refresh_ms, live=True, backfill_ms=_BACKFILL_MS
        )

    def _messages(self, update: Update) -> Iterator[str]:
        for samples in update.samples:
            yield self._append(self._points(samples))
        for node in update.nodes:
            yield self._append({"state": state_name(node.state), "losses": node_losses(node)})
        if update.events:
            yield self._append({"events": [event_facts(event) for event in update.events]})

    def _append(self, news: dict[str, Any]) -> str:
        return self._text({"kind": "append"} | news)

    def _text(self, message: dict[str, Any]) -> str:
        return orjson.dumps({"topic": self._name} | message).decode()

    def _points(self, samples: NodeSamples) -> dict[str, Any]:
        drawn = [at for at, column in enumerate(samples.columns) if not is_bucket(base_name(column.name))]
        columns = {name: values for name, values in self._drawn(samples, drawn[:MOST_COLUMNS]) if _has_any(values)}
        return {
            "t": (samples.times_ns // _NS_PER_MS).tolist(),
            "columns": columns,
            "facts": sample_facts(samples),
        }

    def _drawn(self, samples: NodeSamples, places: Iterable[int]) -> Iterator[tuple[str, list[float | None]]]:
        """Gauges as they are, counters as rates; None where nothing was sampled, or nobody knows the rate yet."""
        times_ns = samples.times_ns.tolist()
        for at in places:
            column = samples.columns[at]
            values = samples.values[:, at].tolist()
            if column.kind is Kind.COUNTER:
                yield column.name, self._rated(column, times_ns, values)
            else:
                digits = digits_of(column.unit)
                yield column.name, [round(value, digits) if value == value else None for value in values]

    def _rated(self, column: Column, times_ns: list[int], values: list[float]) -> list[float | None]:
        digits = digits_of(f"{column.unit}/s")
        rates: list[float | None] = []
        for time_ns, value in zip(times_ns, values, strict=True):
            found = self._rates.step(time_ns, {column.name: value} if value == value else {}).get(column.name)
            rates.append(None if found is None else round(found, digits))
        return rates


def _has_any(values: Iterable[float | None]) -> bool:
    """Whether there is anything to draw."""
    return any(value is not None for value in values)
