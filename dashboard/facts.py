"""What a page says about one node beside its charts."""

from __future__ import annotations

from typing import Any

from dashboard.client import NodeSamples
from mcp_telemetry.model.health import faults
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = [
    "FACT_COLUMNS",
    "health_facts",
    "lost",
    "node_facts",
    "node_labels",
    "node_losses",
    "sample_facts",
    "state_name",
]

_NS_PER_MS = 1_000_000
_HEALTH_FIELDS = [field.name for field in pb.LeaderHealth.DESCRIPTOR.fields if field.name != "start_unix_nano"]
_STATES: dict[int, str] = {pb.LIVE: "live", pb.STALE: "stale", pb.OFFLINE: "offline", pb.LEFT: "left"}

FACT_COLUMNS = {
    "uptime_seconds": "uptime_s",
    "host.uptime_seconds": "host_uptime_s",
    "cpu.count": "cpus",
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
        "boot_ms": node.host.boot_unix_nano // _NS_PER_MS,
        "process_start_ms": node.process_start_unix_nano // _NS_PER_MS,
        "first_seen_ms": node.first_seen_unix_nano // _NS_PER_MS,
        "address": node.address,
        "labels": {label.name: label.value for label in node.labels},
        "clock_offset_ms": node.clock_offset_ms,
        "sample_interval_ms": node.pace.sample_interval_ms,
    } | node_losses(node)


def node_labels(node: pb.Node) -> dict[str, Any]:
    """What nodes are chosen by: {"node_id", "state", "labels"}."""
    labels = {label.name: label.value for label in node.labels}
    return {"node_id": node.node_id, "state": state_name(node.state), "labels": labels}


def node_losses(node: pb.Node) -> dict[str, int]:
    """Counts of snapshots since the leader first saw the node; `lost` is what is not stored."""
    counts = node.counts
    return {
        "stored": counts.stored,
        "lost": lost(node),
        "gaps": counts.gaps,
        "dropped": counts.dropped,
        "rejected": counts.rejected,
        "duplicates": counts.duplicates,
        "late": counts.late,
    }


def lost(node: pb.Node) -> int:
    """Snapshots that are not stored: gaps, dropped and rejected ones."""
    return node.counts.gaps + node.counts.dropped + node.counts.rejected


def health_facts(health: pb.LeaderHealth) -> dict[str, Any]:
    """What the leader says of itself; `start` is Unix seconds, `faults` are sentences about what went wrong since."""
    told = {name: getattr(health, name) for name in _HEALTH_FIELDS}
    return {"start": health.start_unix_nano / 1e9, "faults": faults(health)} | told


def sample_facts(samples: NodeSamples) -> dict[str, float]:
    """The newest value of each fact column there is, under its short name."""
    if not len(samples.values):
        return {}
    newest = zip(samples.columns, samples.values[-1].tolist(), strict=True)
    return {FACT_COLUMNS[c.name]: round(v, 3) for c, v in newest if c.name in FACT_COLUMNS and v == v}
