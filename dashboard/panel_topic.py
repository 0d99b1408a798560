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
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import orjson
from starlette.datastructures import QueryParams

from dashboard.client import LeaderClient, NodeSamples, Series
from dashboard.hub import Source
from dashboard.keeper import kept_live
from dashboard.line_names import Line
from dashboard.mirror import Mirror, backoff_s
from dashboard.panel_answer import Asked, ask, labelled_nodes, panel_answer
from dashboard.panel_figure import line_of, rounded
from dashboard.panel_requests import SETTLED_MS
from dashboard.panels import is_plain, panel_of
from dashboard.params import Range, seconds_of
from dashboard.rates import CounterRates
from mcp_telemetry.errors import InvalidQueryError, TelemetryError
from mcp_telemetry.model.columns import Kind
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["MAX_NAME", "PlainSource", "StepSource", "TableSource", "panel_source_of"]

# A topic names at most 24 nodes and 20 columns.
MAX_NAME = 8192
_PREFIX = "panel?"
_NS_PER_MS = 1_000_000
_BACKFILL_MS = 10_000
_KEPT_MS = 30_000
_TABLE_MS = 300_000
_SHORTEST_S, _LONGEST_S = 2.0, 5.0
_LONGEST_STEP_S = 28 * 86_400.0

Part = tuple[list[int], dict[str, list[float | None]]]


def panel_source_of(name: str, client: LeaderClient, mirror: Mirror, refresh_s: float) -> Source | None:
    """The source of such a topic; None for a name that means nothing."""
    if not name.startswith(_PREFIX) or len(name) > MAX_NAME:
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
    return StepSource(name, panel, step_ms, client, mirror.leader_now_ms) if step_ms else None


class _Recent:
    """The parts of the last half minute, for browsers that join: [time of arrival, parts], and since when."""

    def __init__(self) -> None:
        self.since_ms = 0
        self._kept: deque[tuple[int, Sequence[Part]]] = deque()

    def restart(self, since_ms: int) -> None:
        """Something may be missing before this time."""
        self._kept.clear()
        self.since_ms = since_ms

    def put(self, now_ms: int, parts: Sequence[Part]) -> None:
        """Keeps them for half a minute."""
        self._kept.append((now_ms, parts))
        while self._kept[0][0] < now_ms - _KEPT_MS:
            self.since_ms = self._kept.popleft()[0]

    def opening(self, topic: str) -> str:
        """The message for a browser that joins."""
        parts = [part for _, parts in self._kept for part in parts]
        return _text({"topic": topic, "kind": "open", "since_ms": self.since_ms, "parts": parts})


class PlainSource:
    """Samples of a few nodes as they come, counters as rates unless their totals are wanted."""

    def __init__(self, name: str, panel: pb.Panel, client: LeaderClient, refresh_s: float) -> None:
        self._name = name
        self._panel = panel
        self._client = client
        self._refresh_ms = round(refresh_s * 1000)
        self._recent = _Recent()
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
                            yield self.opening() if is_first else _append(self._name, now_ms, parts)
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
        lines = {Line(name, samples.node_id).key: _values([row.get(name) for row in rows]) for name in sorted(present)}
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


class StepSource:
    """What is made of several nodes, or of several samples: asked for again and again, one step after the other."""

    def __init__(
        self, name: str, panel: pb.Panel, step_ms: int, client: LeaderClient, now_ms: Callable[[], int]
    ) -> None:
        self._name = name
        self._panel = panel
        self._step_ms = step_ms
        self._client = client
        self._now_ms = now_ms
        self._recent = _Recent()
        self._pause_s = min(max(step_ms / 2000, _SHORTEST_S), _LONGEST_S)

    def opening(self) -> str:
        """What came lately, and since when."""
        return self._recent.opening(self._name)

    async def updates(self) -> AsyncGenerator[str, None]:
        """Each step when every node has told of it; a step that cannot be had now comes with the next."""
        async with kept_live(self._client, self._panel.node_ids):
            covered_ms = self._settled_ms() - self._step_ms
            self._recent.restart(covered_ms + SETTLED_MS)
            while True:
                end_ms = self._settled_ms()
                if end_ms > covered_ms:
                    with contextlib.suppress(TelemetryError):
                        parts = await self._ask(max(covered_ms, end_ms - _KEPT_MS - self._step_ms), end_ms)
                        covered_ms = end_ms
                        self._recent.put(self._now_ms(), parts)
                        yield _append(self._name, self._now_ms(), parts)
                await asyncio.sleep(self._pause_s)

    def _settled_ms(self) -> int:
        return (self._now_ms() - SETTLED_MS) // self._step_ms * self._step_ms

    async def _ask(self, start_ms: int, end_ms: int) -> list[Part]:
        wanted = Range(start_ms * _NS_PER_MS, end_ms * _NS_PER_MS, 1000)
        series = await ask(self._client, Asked(self._panel, wanted, self._step_ms, nodes=0))
        return _joined(_series_part(one, self._step_ms) for one in series if len(one.values))


class TableSource:
    """The newest value of each line, all of them whenever one is another."""

    def __init__(self, name: str, panel: pb.Panel, client: LeaderClient, mirror: Mirror) -> None:
        self._name = name
        self._panel = panel
        self._client = client
        self._mirror = mirror
        self._last = ""

    def opening(self) -> str:
        """What was last said; nothing but the kind before anything was."""
        return self._last or _text({"topic": self._name, "kind": "open", "since_ms": 0, "parts": []})

    async def updates(self) -> AsyncGenerator[str, None]:
        """The whole table, every few seconds; what cannot be had now comes with the next."""
        async with kept_live(self._client, self._panel.node_ids):
            while True:
                with contextlib.suppress(TelemetryError):
                    self._last = await self._ask()
                    yield self._last
                await asyncio.sleep(_LONGEST_S)

    async def _ask(self) -> str:
        now_ms = self._mirror.leader_now_ms()
        wanted = Range((now_ms - _TABLE_MS) * _NS_PER_MS, now_ms * _NS_PER_MS, 1000)
        asked = Asked.of(self._panel, wanted, now_ms, labelled_nodes(self._panel, self._mirror.nodes))
        answer = await asyncio.to_thread(panel_answer, asked, await ask(self._client, asked))
        told = {name: answer[name] for name in ("values", "lines", "hidden")}
        return _text({"topic": self._name, "kind": "values", "now_ms": now_ms} | told)


def _series_part(series: Series, step_ms: int) -> Part:
    """The last point of each step: the only one, unless these are samples."""
    steps = series.times_ns // _NS_PER_MS // step_ms * step_ms
    last = np.append(np.flatnonzero(np.diff(steps)), len(steps) - 1)
    return steps[last].tolist(), {line_of(series).key: _values(series.values[last])}


def _joined(parts: Iterable[Part]) -> list[Part]:
    """Lines of the same times in one part."""
    by_times: dict[tuple[int, ...], dict[str, list[float | None]]] = {}
    for times, lines in parts:
        by_times.setdefault(tuple(times), {}).update(lines)
    return [(list(times), lines) for times, lines in by_times.items()]


def _values(values: Any) -> list[float | None]:
    """As JSON has them: to six digits, null where there is none."""
    exact = rounded(np.array(values, np.float64)).tolist()
    return [None if value != value else value for value in exact]


def _append(topic: str, now_ms: int, parts: Sequence[Part]) -> str:
    return _text({"topic": topic, "kind": "append", "now_ms": now_ms, "parts": parts})


def _text(message: dict[str, Any]) -> str:
    return orjson.dumps(message, option=orjson.OPT_SERIALIZE_NUMPY).decode()
