"""A running node: collector, sampler, outbox and uplink tied together."""

from __future__ import annotations

import asyncio

from mcp_telemetry.collectors.metrics_collector import MetricsCollector
from mcp_telemetry.node.outbox import Outbox
from mcp_telemetry.node.sampler import Sampler
from mcp_telemetry.node.uplink import Uplink
from mcp_telemetry.settings import NodeSettings

__all__ = ["Agent"]


class Agent:
    """Samples, keeps and sends, from `start` to `stop`.

    ConfigurationError if another process on this host reports under the same node_id from the same spool folder.
    """

    def __init__(self, settings: NodeSettings, collector: MetricsCollector) -> None:
        self._collector = collector
        self._outbox = Outbox(settings.spool_dir / settings.node_id, settings.spool_limit_bytes)
        self._sampler = Sampler(self._sample, settings.interval_s)
        self._uplink = Uplink(settings.leader, settings.node_id, settings.labels, self._outbox, self._sampler)

    def start(self) -> None:
        """Take the first snapshot and begin to connect. Needs a running loop."""
        self._uplink.start()
        self._sampler.start()

    async def stop(self) -> None:
        """Send what is left, and keep what cannot be sent for the next start; takes at most three seconds."""
        self._sampler.stop(with_last=self._collector.first_counts.is_holding_back)
        await self._uplink.stop()
        await asyncio.to_thread(self._outbox.close)

    def _sample(self, report: bool) -> None:
        snapshot = self._collector.snapshot()
        self._collector.first_counts.begin_at_zero(snapshot)
        snapshot.agent.ticks_skipped = self._sampler.ticks_skipped
        snapshot.agent.outbox_snapshots = self._outbox.next - self._outbox.oldest
        snapshot.agent.outbox_dropped = self._outbox.dropped_total
        self._outbox.append(snapshot)
        if report:
            self._uplink.report()
