"""The fleet as a table and a few figures, made from the mirror for everybody who looks at it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterable
from typing import Any

from dashboard.facts import lost, node_losses, state_name
from dashboard.mirror import Mirror, NodeView
from mcp_telemetry.model.health import faults

__all__ = ["HISTORY", "FleetState", "full_row", "short_row", "totals"]

logger = logging.getLogger(__name__)

HISTORY = 60
_MOMENT_S = 2.0


class FleetState:
    """The table as it goes to browsers; remembers the header figures of the last two minutes."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._history: deque[dict[str, Any]] = deque(maxlen=HISTORY)
        self._moments = 0

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
        """Rises when all nodes were read anew."""
        return self._mirror.generation

    def full(self) -> dict[str, Any]:
        """Every node's whole row, and the header figures with their history."""
        nodes = [full_row(view) for _, view in sorted(self._mirror.nodes.items())]
        return self._header() | {"history": list(self._history), "nodes": nodes}

    def delta(self) -> dict[str, Any]:
        """What changed since the last call: whole rows of new or changed nodes, short rows of the others."""
        renewed, moved = self._mirror.take_changed()
        return self._header() | {
            "nodes": [full_row(view) for view in renewed],
            "rows": [short_row(view) for view in moved],
        }

    def _header(self) -> dict[str, Any]:
        return {
            "now": self._mirror.leader_now_ms(),
            "moments": self._moments,
            "totals": totals(self._mirror.nodes.values()),
            "faults": {"since": self._mirror.health.start_unix_nano // 1_000_000, "texts": faults(self._mirror.health)},
        }


def full_row(view: NodeView) -> dict[str, Any]:
    """A node with everything the table shows; `bucket` is the 2 s bucket of the last point of `spark`."""
    return {
        "row": short_row(view),
        "spark": view.spark.values(),
        "bucket": view.spark.last_bucket,
        "labels": {label.name: label.value for label in view.info.labels},
        "host": view.info.host.hostname,
        "losses": node_losses(view.info),
    }


def short_row(view: NodeView) -> list[Any]:
    """What changes: [id, state, sample time ms, last seen ms, CPU %, memory %, disk %, requests/s, errors/s]."""
    return [
        view.info.node_id,
        state_name(view.info.state),
        view.time_ms,
        view.last_seen_ms,
        _rounded(view.latest.get("cpu.percent")),
        _rounded(view.latest.get("memory.percent")),
        _rounded(view.latest.get("disk.percent")),
        _rounded(view.rate("requests")),
        _rounded(view.rate("errors")),
    ]


def totals(views: Iterable[NodeView]) -> dict[str, Any]:
    """The header figures: over the nodes that are live, and how many there are; None where nobody reports it."""
    everyone = list(views)
    live = [view for view in everyone if state_name(view.info.state) == "live"]
    cpu = _present(view.latest.get("cpu.percent") for view in live)
    memory = _present(view.latest.get("memory.percent") for view in live)
    return {
        "nodes": len(everyone),
        "live": len(live),
        "cpu": _mean(cpu),
        "cpu_max": max(cpu, default=None),
        "memory": _mean(memory),
        "memory_max": max(memory, default=None),
        "requests": _sum(view.rate("requests") for view in live),
        "errors": _sum(view.rate("errors") for view in live),
        "lost": sum(lost(view.info) for view in everyone),
    }


def _present(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _mean(values: list[float]) -> float | None:
    return round(sum(values) / len(values), 1) if values else None


def _sum(values: Iterable[float | None]) -> float | None:
    present = _present(values)
    return round(sum(present), 2) if present else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
