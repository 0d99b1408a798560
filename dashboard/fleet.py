"""The fleet as a table and a few figures, made from the mirror for everybody who looks at it."""

from __future__ import annotations

import asyncio
import base64
import logging
import math
from collections import deque
from collections.abc import Iterable
from typing import Any

from dashboard.cells import CELLS, Cells, cells_of, changes
from dashboard.facts import node_losses, state_name
from dashboard.mirror import SPARK_BUCKET_MS, SPARK_BUCKETS, Mirror, NodeView
from mcp_telemetry.model.health import faults

__all__ = ["HISTORY", "FleetState", "facts_of", "stretch", "totals"]

logger = logging.getLogger(__name__)

HISTORY = SPARK_BUCKETS
_MOMENT_S = SPARK_BUCKET_MS / 1000
# What a browser of a phone draws, and a slow network carries, beside everything else.
_MOST_ROWS_PER_S = 1000
# Of a number that is no node's: whatever comes there differs.
_NOTHING_SENT: Cells = (math.nan,) * len(CELLS)


class FleetState:
    """The table as it goes to browsers; remembers the header figures of the last two minutes.

    Nodes go by number, in the order in which the mirror met them; one that joins takes the number of one that is gone.
    `opening()` is for one browser, `delta()` for all.
    """

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._history: deque[dict[str, Any]] = deque(maxlen=HISTORY)
        self._moments = 0
        self._sent: list[Cells] = []
        self._sent_of = -1

    async def run(self) -> None:
        """Remembers the header figures until cancelled, whether somebody looks or not."""
        while True:
            await asyncio.sleep(_MOMENT_S)
            try:
                self._remember()
            except Exception:
                logger.exception("no header figures of this moment")

    def _remember(self) -> None:
        if self._mirror.is_live:
            self._history.append(totals(self._mirror.nodes.values()))
            self._moments += 1

    @property
    def generation(self) -> int:
        """Rises when all nodes were read anew, and with that have other numbers."""
        return self._mirror.generation

    @property
    def stretch(self) -> int:
        """Of how many deltas one brings the cells of all nodes."""
        return stretch(len(self._mirror.nodes))

    async def heard(self, refresh_s: float) -> None:
        """Returns after about a refresh, when the mirror has just heard what is new: none of it waits for the next."""
        spare_s = min(refresh_s, 1.0)
        await asyncio.sleep(refresh_s - spare_s / 2)
        await self._mirror.wait_for_update(spare_s)

    def forget(self) -> None:
        """Nobody looks any more: the next opening is a new beginning."""
        self._sent_of = -1

    def opening(self) -> dict[str, Any]:
        """Every node with everything the table shows, and the header figures with their history."""
        views, now_ms = self._views(), self._mirror.leader_now_ms()
        now = [(view.number, cells_of(view, now_ms)) for view in views]
        if self._sent_of != self.generation:
            self._begin(now)
        return self._header() | {
            "is_known": self.generation > 0,
            "history": list(self._history),
            "nodes": [[view.number, facts_of(view)] for view in views],
            "cells": changes([], now),
            "sparks": sparks(views, now_ms),
        }

    def _views(self) -> list[NodeView]:
        return sorted(self._mirror.nodes.values(), key=lambda view: view.number)

    def _begin(self, now: list[tuple[int, Cells]]) -> None:
        self._mirror.take_gone()
        self._mirror.take_renewed()
        self._sent, self._sent_of = [], self.generation
        self._note_sent(now)

    def _note_sent(self, now: Iterable[tuple[int, Cells]]) -> None:
        for number, cells in now:
            self._sent += [_NOTHING_SENT] * (number + 1 - len(self._sent))
            self._sent[number] = cells

    def delta(self, *, is_whole: bool) -> dict[str, Any]:
        """What changed since the last call: numbers of nodes that are gone, facts and cells of those that joined or
        changed state, and, `is_whole`, the cells of all others.
        """
        gone, renewed, now_ms = self._mirror.take_gone(), self._mirror.take_renewed(), self._mirror.leader_now_ms()
        self._note_sent((number, _NOTHING_SENT) for number in gone)
        now = [(view.number, cells_of(view, now_ms)) for view in (self._views() if is_whole else renewed)]
        message = self._header() | {
            "gone": gone,
            "nodes": [[view.number, facts_of(view)] for view in renewed],
            "cells": changes(self._sent, now),
        }
        self._note_sent(now)
        return message

    def _header(self) -> dict[str, Any]:
        return {
            "now": self._mirror.leader_now_ms(),
            "moments": self._moments,
            "totals": totals(self._mirror.nodes.values()),
            "faults": {"since": self._mirror.health.start_unix_nano // 1_000_000, "texts": faults(self._mirror.health)},
        }


def stretch(nodes: int) -> int:
    """Of how many refreshes one brings the cells of all nodes: a power of two, so that moments still are even."""
    every = 1
    while nodes > every * _MOST_ROWS_PER_S:
        every *= 2
    return every


def facts_of(view: NodeView) -> dict[str, Any]:
    """What is said of a node once, and again when it changed."""
    host, losses = view.info.host, node_losses(view.info)
    return {
        "id": view.info.node_id,
        "host": host.hostname,
        "os": host.os,
        "agent": host.agent_version,
        "labels": {label.name: label.value for label in view.info.labels},
        "losses": [losses["gaps"], losses["dropped"], losses["rejected"]],
    }


def sparks(views: Iterable[NodeView], now_ms: int) -> str:
    """The CPU of the last two minutes, node by node: 60 bytes each, oldest first, whole percent, 255 for nothing."""
    return base64.b64encode(b"".join(view.spark.until(_silence(view, now_ms)) for view in views)).decode()


def _silence(view: NodeView, now_ms: int) -> int:
    """How many moments ago the newest point is, by when the node was seen: its own clock may be wrong."""
    is_live = state_name(view.info.state) == "live"
    return 0 if is_live else max(0, now_ms - view.last_seen_ms) // SPARK_BUCKET_MS


def totals(views: Iterable[NodeView]) -> dict[str, Any]:
    """The header figures: over the nodes that are live, and how many there are; None where nobody reports it."""
    everyone = [(view, state_name(view.info.state)) for view in views]
    live = [view for view, state in everyone if state == "live"]
    return {
        "nodes": len(everyone),
        "live": len(live),
        "left": sum(state == "left" for _, state in everyone),
        **_percents("cpu", live),
        **_percents("memory", live),
        "requests": _sum(view.rates.get("requests") for view in live),
        "errors": _sum(view.rates.get("errors") for view in live),
        "lost": sum(view.lost for view, _ in everyone),
    }


def _percents(key: str, live: Iterable[NodeView]) -> dict[str, float | str | None]:
    """Mean, highest, and whose that is."""
    column = f"{key}.percent"
    present = [(view.latest[column], view.info.node_id) for view in live if column in view.latest]
    worst, whose = max(present, default=(None, None))
    return {
        key: round(sum(value for value, _ in present) / len(present), 1) if present else None,
        f"{key}_max": None if worst is None else round(worst, 1),
        f"{key}_worst": whose,
    }


def _sum(values: Iterable[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return round(sum(present), 2) if present else None
