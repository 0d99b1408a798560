"""What a page says about one node beside its charts."""

from __future__ import annotations

from typing import Any

from dashboard.client import NodeSamples
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["FACT_COLUMNS", "node_facts", "sample_facts", "state_name"]

_NS_PER_MS = 1_000_000
_STATES: dict[int, str] = {pb.LIVE: "live", pb.STALE: "stale", pb.OFFLINE: "offline", pb.LEFT: "left"}

FACT_COLUMNS = {
    "uptime_seconds": "uptime_s",
    "active_connections": "connections",
    "cpu.load_1m": "load_1m",
    "cpu.load_5m": "load_5m",
    "cpu.load_15m": "load_15m",
    "memory.used_bytes": "memory_used_bytes",
    "memory.total_bytes": "memory_total_bytes",
}


def state_name(state: int) -> str:
    """live, stale, offline or left; `offline` for a state newer than this dashboard."""
    return _STATES.get(state, "offline")


def node_facts(node: pb.Node) -> dict[str, Any]:
    """The facts of a node as JSON; times are milliseconds since 1970, counts are snapshots."""
    return {
        "node_id": node.node_id,
        "state": state_name(node.state),
        "state_since_ms": node.state_since_unix_nano // _NS_PER_MS,
        "last_seen_ms": node.last_seen_unix_nano // _NS_PER_MS,
        "hostname": node.host.hostname,
        "os": node.host.os,
        "architecture": node.host.architecture,
        "runtime": node.host.runtime,
        "agent_version": node.host.agent_version,
        "labels": {label.name: label.value for label in node.labels},
        "clock_offset_ms": node.clock_offset_ms,
        "sample_interval_ms": node.pace.sample_interval_ms,
        "stored": node.counts.stored,
        "lost": node.counts.gaps + node.counts.dropped + node.counts.rejected,
    }


def sample_facts(samples: NodeSamples) -> dict[str, float]:
    """The newest value of each fact column there is, under its short name."""
    if not len(samples.values):
        return {}
    newest = zip(samples.columns, samples.values[-1].tolist(), strict=True)
    return {FACT_COLUMNS[c.name]: round(v, 3) for c, v in newest if c.name in FACT_COLUMNS and v == v}
