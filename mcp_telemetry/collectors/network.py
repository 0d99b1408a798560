"""Network interfaces: bytes, packets, errors."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mcp_telemetry.collectors.kernel_file import KernelFile
from mcp_telemetry.collectors.labels import clean_label
from mcp_telemetry.v1 import metrics_pb2

__all__ = ["MAX_INTERFACES", "InterfaceCounters", "InterfaceFiller", "NetworkCollector"]

logger = logging.getLogger(__name__)

MAX_INTERFACES = 32
# One end of each container's cable, under a new random name each time: they would be new columns for ever.
_TRANSIENT = "veth"


class InterfaceCounters(NamedTuple):
    """What one interface, or all together, has counted since it came up."""

    bytes_recv: int
    packets_recv: int
    errors_in: int
    drops_in: int
    bytes_sent: int
    packets_sent: int
    errors_out: int
    drops_out: int


class NetworkCollector:
    """/proc/net/dev."""

    name = "network"

    def __init__(self, net_dev: KernelFile) -> None:
        self._net_dev = net_dev
        self._filler = InterfaceFiller()

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        """Fill the totals and the interfaces of `system.network`."""
        self._filler.fill(snapshot, _parse(self._net_dev.read_for(snapshot)))


class InterfaceFiller:
    """Puts counters into a snapshot: the totals over all interfaces, and at most MAX_INTERFACES by name."""

    def __init__(self) -> None:
        self._limit_logged = False

    def fill(self, snapshot: metrics_pb2.MetricSnapshot, counters: Mapping[str, Sequence[int]]) -> None:
        """Fill from counters (in the order of InterfaceCounters) by interface; no interface leaves all unset."""
        if not counters:
            return
        network = snapshot.system.network
        _fill_totals(network, InterfaceCounters(*map(sum, zip(*counters.values(), strict=True))))
        for name in self._reported(counters):
            recv, _, _, _, sent, *_ = counters[name]
            network.interfaces.add(name=name, bytes_sent=sent, bytes_recv=recv)

    def _reported(self, counters: Mapping[str, Sequence[int]]) -> list[str]:
        names = sorted(name for name in counters if not name.startswith(_TRANSIENT))
        if len(names) > MAX_INTERFACES and not self._limit_logged:
            self._limit_logged = True
            logger.warning("there are %d interfaces; the first %d are reported by name", len(names), MAX_INTERFACES)
        return names[:MAX_INTERFACES]


def _fill_totals(network: metrics_pb2.NetworkMetrics, totals: InterfaceCounters) -> None:
    network.bytes_sent = totals.bytes_sent
    network.bytes_recv = totals.bytes_recv
    network.packets_sent = totals.packets_sent
    network.packets_recv = totals.packets_recv
    network.errors_in = totals.errors_in
    network.errors_out = totals.errors_out
    network.drops_in = totals.drops_in
    network.drops_out = totals.drops_out


def _parse(net_dev: bytes) -> dict[str, list[int]]:
    # Two lines of headings; then per interface eight counters received (bytes, packets, errors, drops, …), eight sent.
    split = (line.rpartition(b":") for line in net_dev.splitlines()[2:])
    rows = ((clean_label(name.strip().decode(errors="replace")), counters.split()) for name, _, counters in split)
    return {name: [int(number) for number in row[0:4] + row[8:12]] for name, row in rows}
