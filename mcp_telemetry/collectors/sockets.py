"""Sockets: how many."""

from __future__ import annotations

from mcp_telemetry.collectors.kernel_file import KernelFile, int_after
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["SocketCollector"]


class SocketCollector:
    """/proc/net/sockstat and sockstat6: sums the kernel keeps. Listing all connections would cost 400 times more."""

    name = "sockets"

    def __init__(self, sockstat: KernelFile, sockstat6: KernelFile) -> None:
        self._sockstat = sockstat
        self._sockstat6 = sockstat6

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill the sockets of `system.network`; TCP and UDP over IPv4 and IPv6 together."""
        v4, v6 = self._sockstat.read_for(snapshot), self._sockstat6.read_for(snapshot)
        measured = {
            "sockets_used": int_after(v4, b"sockets: used "),
            "tcp_in_use": _sum(int_after(v4, b"TCP: inuse "), int_after(v6, b"TCP6: inuse ")),
            "tcp_time_wait": int_after(v4, b" tw "),  # of both
            "udp_in_use": _sum(int_after(v4, b"UDP: inuse "), int_after(v6, b"UDP6: inuse ")),
        }
        for field, value in measured.items():
            if value is not None:
                setattr(snapshot.system.network, field, value)


def _sum(v4: int | None, v6: int | None) -> int | None:
    return None if v4 is None else v4 + (v6 or 0)
