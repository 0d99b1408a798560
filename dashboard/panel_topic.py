"""The topics `panel?<query>` of /live: what panels draw, from now on. The query is that of panels.py, and `step` (s).

    opening    {"topic", "kind": "open", "since_ms", "parts": [[[ms], {key: [value]}]]}
    then       {"topic", "kind": "append", "now_ms", "parts": [[[ms], {key: [value]}]]}
    a table    {"topic", "kind": "values", "now_ms", "values": [...], "lines", "hidden"}

The keys are those of the panel's figure. A part has the times of one node, or of steps, and lines that have just these.
From `since_ms` on, by the leader's clock, nothing is missing: a browser that has heard something later takes the parts
and goes on, any other one fetches the panel anew. Where lines are samples of nodes, the nodes must be named.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator

from starlette.datastructures import QueryParams

from dashboard.client import LeaderClient, NodeSamples
from dashboard.hub import Source
from dashboard.line_names import Line
from dashboard.mirror import Mirror, backoff_s
from dashboard.panel_parts import Part, Recent, append, values_of
from dashboard.panel_steps import StepSource, TableSource
from dashboard.panels import LONGEST_TOPIC, is_plain, panel_of
from dashboard.params import seconds_of
from dashboard.rates import CounterRates
from mcp_telemetry.errors import InvalidQueryError, TelemetryError
from mcp_telemetry.model.columns import Kind
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["PlainSource", "panel_source_of"]

_PREFIX = "panel?"
_NS_PER_MS = 1_000_000
_BACKFILL_MS = 10_000
_LONGEST_STEP_S = 28 * 86_400.0


def panel_source_of(name: str, client: LeaderClient, mirror: Mirror, refresh_s: float) -> Source | None:
    """The source of such a topic; None for a name that means nothing."""
    if not name.startswith(_PREFIX) or len(name) > LONGEST_TOPIC:
        return None
    params = QueryParams(name.removeprefix(_PREFIX))
    try:
        panel, step_ms = panel_of(params), round(seconds_of(params, "step", _LONGEST_STEP_S) * 1000)
    except InvalidQueryError:
        return None
    if panel.kind == pb.Panel.TABLE:
        return TableSource(name, panel, client, mirror)
    if is_plain(panel):
        return PlainSource(name, panel, client, refresh_s) if panel.node_ids else None
    return StepSource(name, panel, step_ms, client, mirror) if step_ms else None


class PlainSource:
    """Samples of a few nodes as they come, counters as rates unless their totals are wanted."""

    def __init__(self, name: str, panel: pb.Panel, client: LeaderClient, refresh_s: float) -> None:
        self._name = name
        self._panel = panel
        self._client = client
        self._refresh_ms = round(refresh_s * 1000)
        self._recent = Recent()
        self._rates: dict[str, CounterRates] = {}

    def opening(self) -> str:
        """What came lately, and since when."""
        return self._recent.opening(self._name)

    async def updates(self) -> AsyncGenerator[str, None]:
        """New points as they come; after a lost leader the opening again, because points may be missing."""
        for pause_s in backoff_s():
            is_first = True
            try:
                async with contextlib.aclosing(self._client.watch(self._request())) as updates:
                    async for update in updates:
                        now_ms = update.leader_time_ns // _NS_PER_MS
                        if is_first:
                            self._recent.restart(now_ms - _BACKFILL_MS)
                        parts = [part for samples in update.samples if (part := self._part(samples))]
                        if parts or is_first:
                            self._recent.put(now_ms, parts)
                            yield self.opening() if is_first else append(self._name, now_ms, parts)
                        is_first = False
            except TelemetryError:
                await asyncio.sleep(pause_s)

    def _request(self) -> pb.WatchRequest:
        return pb.WatchRequest(
            node_ids=self._panel.node_ids,
            columns=self._panel.columns,
            interval_ms=self._refresh_ms,
            live=True,
            backfill_ms=_BACKFILL_MS,
        )

    def _part(self, samples: NodeSamples) -> Part | None:
        if not len(samples.times_ns):
            return None
        rows = list(self._rows(samples))
        present = {name for row in rows for name in row}
        lines = {
            Line(name, samples.node_id).key: values_of([row.get(name) for row in rows]) for name in sorted(present)
        }
        return (samples.times_ns // _NS_PER_MS).tolist(), lines

    def _rows(self, samples: NodeSamples) -> Iterator[dict[str, float]]:
        """One dict a sample: what is missing is not there."""
        names = [column.name for column in samples.columns]
        has_rates = self._panel.counters != pb.Panel.TOTAL
        counters = {column.name for column in samples.columns if has_rates and column.kind is Kind.COUNTER}
        rates = self._rates.setdefault(samples.node_id, CounterRates())
        for time_ns, values in zip(samples.times_ns.tolist(), samples.values.tolist(), strict=True):
            row = {name: value for name, value in zip(names, values, strict=True) if value == value}
            speeds = rates.step(time_ns, {name: row.pop(name) for name in counters & row.keys()})
            yield row | speeds
