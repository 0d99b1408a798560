"""What panels show that is made of several nodes or samples: asked of the leader again and again, for all browsers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from dashboard.client import LeaderClient
from dashboard.keeper import kept_live
from dashboard.mirror import Mirror
from dashboard.panel_answer import panel_answer
from dashboard.panel_asking import Asked, ask
from dashboard.panel_nodes import labelled_nodes, least_step_ms
from dashboard.panel_parts import KEPT_MS, Part, Recent, append, joined, series_part, text
from dashboard.panel_requests import SETTLED_MS
from dashboard.params import Range
from mcp_telemetry.errors import TelemetryError
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["StepSource", "TableSource"]

_NS_PER_MS = 1_000_000
_TABLE_MS = 300_000
_SHORTEST_S, _LONGEST_S = 2.0, 5.0


class StepSource:
    """What is made of several nodes, or of several samples: asked for again and again, one step after the other."""

    def __init__(self, name: str, panel: pb.Panel, step_ms: int, client: LeaderClient, mirror: Mirror) -> None:
        self._name = name
        self._panel = panel
        self._step_ms = step_ms
        self._client = client
        self._mirror = mirror
        self._now_ms = mirror.leader_now_ms
        self._recent = Recent()
        self._covered_ms = 0
        self._pause_s = min(max(step_ms / 2000, _SHORTEST_S), _LONGEST_S)

    def opening(self) -> str:
        """What came lately, and since when."""
        return self._recent.opening(self._name)

    async def updates(self) -> AsyncGenerator[str, None]:
        """Each step when every node has told of it; a step that cannot be had now comes with the next."""
        async with kept_live(self._client, self._panel.node_ids):
            self._restart()
            while True:
                end_ms = self._settled_ms()
                if end_ms - self._covered_ms > KEPT_MS + self._step_ms:
                    # The leader was away for longer than is worth telling: browsers fetch what they lack.
                    self._restart()
                    yield self.opening()
                if least_step_ms(self._panel, self._mirror.nodes) > self._step_ms:
                    # Nodes are sampled more rarely now: browsers fetch all, and learn which topic has wider steps.
                    self._recent.restart(self._now_ms())
                    yield self.opening()
                if end_ms > self._covered_ms:
                    with contextlib.suppress(TelemetryError):
                        parts = await self._ask(self._covered_ms, end_ms)
                        self._covered_ms = end_ms
                        self._recent.put(self._now_ms(), parts)
                        yield append(self._name, self._now_ms(), parts)
                await asyncio.sleep(self._pause_s)

    def _restart(self) -> None:
        self._covered_ms = self._settled_ms() - self._step_ms
        self._recent.restart(self._covered_ms + SETTLED_MS)

    def _settled_ms(self) -> int:
        return (self._now_ms() - SETTLED_MS) // self._step_ms * self._step_ms

    async def _ask(self, start_ms: int, end_ms: int) -> list[Part]:
        wanted = Range(start_ms * _NS_PER_MS, end_ms * _NS_PER_MS, 1000)
        series = await ask(self._client, Asked(self._panel, wanted, self._step_ms, nodes=0))
        return joined(series_part(one, self._step_ms) for one in series if len(one.values))


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
        return self._last or text({"topic": self._name, "kind": "open", "since_ms": 0, "parts": []})

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
        nodes = self._mirror.nodes
        meant, least_ms = labelled_nodes(self._panel, nodes), least_step_ms(self._panel, nodes)
        asked = Asked.of(self._panel, wanted, now_ms, meant, least_ms)
        answer = await asyncio.to_thread(panel_answer, asked, await ask(self._client, asked))
        told = {name: answer[name] for name in ("values", "lines", "hidden")}
        return text({"topic": self._name, "kind": "values", "now_ms": now_ms} | told)
