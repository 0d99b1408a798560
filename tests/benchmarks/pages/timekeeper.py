"""`python -m tests.benchmarks.pages.timekeeper`: a real node that tells as its connections when each sample was taken.

In milliseconds since 1970: a page that shows the number shows how old it is.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from dataclasses import dataclass

from mcp_telemetry import MonitoringService
from mcp_telemetry.collectors.application import ApplicationCounters
from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot

__all__ = ["tell_times"]


@dataclass(frozen=True, slots=True)
class _Node:
    node_id: str
    leader_address: str
    is_leader: bool = False


def tell_times(application: ApplicationCounters) -> None:
    """From now on the number of connections in a snapshot is its time."""
    collect = application.collect

    def collect_time(snapshot: MetricSnapshot) -> None:
        collect(snapshot)
        snapshot.application.active_connections = snapshot.time_unix_nano // 10**6

    application.collect = collect_time  # type: ignore[method-assign]


async def _run(node: _Node, folder: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    monitoring = MonitoringService(node, metrics_dir=folder)
    tell_times(monitoring.metrics_collector.application)
    await monitoring.start()
    await stop.wait()
    await monitoring.stop()


def main() -> None:
    """Until it is told to stop."""
    parser = argparse.ArgumentParser(prog="timekeeper", description=__doc__)
    parser.add_argument("--leader", required=True, help="host:port")
    parser.add_argument("--node-id", required=True)
    parser.add_argument("--folder", required=True, help="for its spool")
    arguments = parser.parse_args()
    asyncio.run(_run(_Node(arguments.node_id, arguments.leader), arguments.folder))


if __name__ == "__main__":
    main()
