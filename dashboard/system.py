"""What the system page shows: how the leader is and was, what was lost of whom, and how this process is.

    system     {"topic", "kind": "full", "now", "leader": as /api/leader, "losses", "step", "last_step", "step_ms",
               "history": {figure: [value]}}, then as "delta" without history

`step` is the newest entry of the history, which grows by one when `last_step` does.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import orjson
import psutil

from dashboard.facts import health_facts, lost, node_losses, state_name
from dashboard.mirror import Mirror, NodeView
from dashboard.vitals import STEP_MS
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["SystemSource", "fleet_losses", "leader_facts", "process_facts"]

_EVERY_S = 2.0
_WORST = 10
_SOON_S = 2 * 86_400
_LONG_DELAY_MS, _LONG_COMMIT_MS = 500.0, 1000.0
# What the leader tells whenever it changes; what it counts otherwise is as old as the last word about the node.
_LOSSES = ("lost", "gaps", "dropped", "rejected")


class SystemSource:
    """The leader at a glance, each two seconds while somebody looks. `hub` gives the figures of the live socket."""

    def __init__(self, mirror: Mirror, address: str, hub: Callable[[], dict[str, int]]) -> None:
        self._mirror = mirror
        self._address = address
        self._hub = hub

    def opening(self) -> str:
        """Everything, with the last hour."""
        return self._text("full", {"history": self._mirror.vitals.history()})

    async def updates(self) -> AsyncGenerator[str, None]:
        """What is so now."""
        self._mirror.health_readers += 1
        try:
            while True:
                await asyncio.sleep(_EVERY_S)
                yield self._text("delta", {})
        finally:
            self._mirror.health_readers -= 1

    def _text(self, kind: str, more: dict[str, Any]) -> str:
        mirror, vitals = self._mirror, self._mirror.vitals
        message = {
            "topic": "system",
            "kind": kind,
            "now": mirror.leader_now_ms(),
            "step": vitals.step(),
            "last_step": vitals.last_step,
            "step_ms": STEP_MS,
            "losses": fleet_losses(mirror.nodes.values()),
            "leader": leader_facts(self._address, mirror.health, mirror, self._hub()),
        }
        return orjson.dumps(message | more).decode()


def leader_facts(address: str, health: pb.LeaderHealth, mirror: Mirror, hub: dict[str, int]) -> dict[str, Any]:
    """How the leader is, what it did in the last seconds, and how the dashboard that looks at it is."""
    figures, full_in_s = mirror.vitals.figures, mirror.vitals.disk_full_in_s()
    doing = {"figures": figures, "disk_full_in_s": full_in_s, "warnings": list(_warnings(figures, full_in_s))}
    return {"address": address} | health_facts(health) | doing | {"dashboard": process_facts(hub, mirror.coalesced)}


def _warnings(figures: Mapping[str, float | None], full_in_s: float | None) -> Iterator[str]:
    """What may go wrong soon, and what to do: a sentence each."""
    if full_in_s is not None and full_in_s < _SOON_S:
        yield f"The disk is full in about {max(1, round(full_in_s / 3600))} h: make room, or keep less (--raw-limit)."
    if (delay_ms := figures.get("loop_delay_ms") or 0) > _LONG_DELAY_MS:
        yield f"The leader was {delay_ms:.0f} ms late: it has more to do than a core can, or its machine is busy."
    if (commit_ms := figures.get("commit_ms") or 0) > _LONG_COMMIT_MS:
        yield f"The disk took {commit_ms:.0f} ms for the last commit: nodes wait as long to be acknowledged."


def fleet_losses(views: Iterable[NodeView]) -> dict[str, Any]:
    """Counts of snapshots that are not stored: over the whole fleet, and of the nodes that lost most."""
    total = dict.fromkeys(_LOSSES, 0)
    losers = []
    for view in views:
        for name, count in _counts(view).items():
            total[name] += count
        if lost(view.info):
            losers.append(view)
    worst = heapq.nlargest(_WORST, losers, key=lambda view: lost(view.info))
    return {"total": total, "nodes": len(losers), "worst": [_loser(view) for view in worst]}


def _loser(view: NodeView) -> dict[str, Any]:
    return {"node_id": view.info.node_id, "state": state_name(view.info.state)} | _counts(view)


def _counts(view: NodeView) -> dict[str, int]:
    counts = node_losses(view.info)
    return {name: counts[name] for name in _LOSSES}


def process_facts(hub: dict[str, int], coalesced: int) -> dict[str, int]:
    """The dashboard's own process: open browsers, topics, messages dropped, samples it was not shown, its memory."""
    return hub | {"coalesced": coalesced, "resident_bytes": _process().memory_info().rss}


@cache
def _process() -> psutil.Process:
    return psutil.Process()
