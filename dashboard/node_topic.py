"""What travels over /live of one node, as JSON texts:

    {"topic": "node/<id>", "kind": "open"}, then
    {"topic", "kind": "append", "t": [ms], "columns": {column: [value or null]}, "facts"}
    {"topic", "kind": "append", "node": the facts of the node}, whenever they changed, and every ten seconds
    {"topic", "kind": "append", "events": [event]}

Counters come as rates. All browsers that look at a node share one stream, of which each message is encoded once.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import orjson

from dashboard.client import LeaderClient, NodeSamples, Update
from dashboard.durations import is_bucket
from dashboard.events import event_facts
from dashboard.facts import node_facts, sample_facts
from dashboard.figures import rounded
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
# How many snapshots are stored is no change a leader tells of: it grows with each.
_FACTS_EVERY_S = 10.0


class NodeSource:
    """One node at full rate, as points to append to its charts."""

    def __init__(self, name: str, node_id: str, client: LeaderClient, refresh_s: float) -> None:
        self._name = name
        self._node_id = node_id
        self._client = client
        self._refresh_ms = round(refresh_s * 1000)
        self._facts_s = time.monotonic()
        self._rates = CounterRates()
        self._shape = _shape_of(())

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
                        if self._is_time_for_facts():
                            yield self._facts(await self._client.node(self._node_id))
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
            yield self._facts(node)
        if update.events:
            yield self._append({"events": [event_facts(event) for event in update.events]})

    def _is_time_for_facts(self) -> bool:
        now_s = time.monotonic()
        is_time = now_s - self._facts_s >= _FACTS_EVERY_S
        if is_time:
            self._facts_s = now_s
        return is_time

    def _facts(self, node: pb.Node) -> str:
        return self._append({"node": node_facts(node)})

    def _append(self, news: dict[str, Any]) -> str:
        return self._text({"kind": "append"} | news)

    def _text(self, message: dict[str, Any]) -> str:
        return orjson.dumps({"topic": self._name} | message).decode()

    def _points(self, samples: NodeSamples) -> dict[str, Any]:
        shape = self._shape_of(samples.columns)
        rows = [
            self._drawn(time_ns, row, shape)
            for time_ns, row in zip(samples.times_ns.tolist(), samples.values.tolist(), strict=True)
        ]
        exact = rounded(np.array(rows, np.float64).reshape(len(rows), len(shape.names)))
        values = ([None if value != value else value for value in each] for each in exact.T.tolist())
        return {
            "t": (samples.times_ns // _NS_PER_MS).tolist(),
            "columns": {name: each for name, each in zip(shape.names, values, strict=False) if _has_any(each)},
            "facts": sample_facts(samples),
        }

    def _shape_of(self, columns: tuple[Column, ...]) -> _Shape:
        """A node sends the same columns for hours: what they are is found out once."""
        if self._shape.columns is not columns:
            self._shape = _shape_of(columns)
        return self._shape

    def _drawn(self, time_ns: int, row: list[float], shape: _Shape) -> list[float]:
        """Gauges as they are, counters as rates; NaN where nothing was sampled, or nobody knows the rate yet."""
        counted = {name: value for name, at in shape.counters if (value := row[at]) == value}
        rates = self._rates.step(time_ns, counted)
        return [rates.get(name, math.nan) if is_counter else row[at] for name, at, is_counter in shape.drawn]


class _Shape(NamedTuple):
    columns: tuple[Column, ...]
    names: list[str]
    drawn: list[tuple[str, int, bool]]
    counters: list[tuple[str, int]]


def _shape_of(columns: tuple[Column, ...]) -> _Shape:
    drawn = [
        (column.name, at, column.kind is Kind.COUNTER)
        for at, column in enumerate(columns)
        if not is_bucket(base_name(column.name))
    ][:MOST_COLUMNS]
    counters = [(name, at) for name, at, is_counter in drawn if is_counter]
    return _Shape(columns, [name for name, *_ in drawn], drawn, counters)


def _has_any(values: Iterable[float | None]) -> bool:
    return any(value is not None for value in values)
