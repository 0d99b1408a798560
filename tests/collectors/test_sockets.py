from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from mcp_telemetry.collectors.kernel_file import KernelFile
from mcp_telemetry.collectors.sockets import SocketCollector
from mcp_telemetry.v1 import metrics_pb2
from tests.collectors.agreement import assert_agrees, collected

NET = Path("/proc/net")


def sockets_of(folder: Path) -> metrics_pb2.NetworkMetrics:
    collector = SocketCollector(KernelFile(folder / "sockstat"), KernelFile(folder / "sockstat6"))
    return collected(collector).system.network


@pytest.fixture
def some_sockets() -> Iterator[None]:
    """Three listeners and two datagram sockets, of both families where there are two."""
    with ExitStack() as stack:
        families = [socket.AF_INET, *([socket.AF_INET6] if socket.has_dualstack_ipv6() else [])]
        for family in families:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                opened = stack.enter_context(socket.socket(family, kind))
                opened.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
                if kind == socket.SOCK_STREAM:
                    opened.listen()
        yield


@pytest.mark.usefixtures("some_sockets")
def test_sockets_agree_with_the_list_of_connections() -> None:
    def told() -> dict[str, float]:
        udp = len(psutil.net_connections("udp"))
        tcp = [each.status for each in psutil.net_connections("tcp")]
        waiting = tcp.count(psutil.CONN_TIME_WAIT)
        # The kernel has no socket any more for one that waits, nor one yet for one that is being accepted.
        gone = waiting + tcp.count(psutil.CONN_SYN_RECV)
        return {"tcp_in_use": len(tcp) - gone, "tcp_time_wait": waiting, "udp_in_use": udp}

    assert_agrees(told, lambda: sockets_of(NET))


@pytest.mark.usefixtures("some_sockets")
def test_sockets_used_agrees_with_the_kernel() -> None:
    def told() -> dict[str, float]:
        return {"sockets_used": int((NET / "sockstat").read_text().split()[2])}

    assert_agrees(told, lambda: sockets_of(NET))


def test_both_families_are_added_up(tmp_path: Path) -> None:
    (tmp_path / "sockstat").write_text(
        "sockets: used 290\nTCP: inuse 5 orphan 1 tw 7 alloc 9 mem 3\nUDP: inuse 2 mem 1\nUDPLITE: inuse 8\n"
    )
    (tmp_path / "sockstat6").write_text("TCP6: inuse 30\nUDP6: inuse 40\nUDPLITE6: inuse 8\n")
    network = sockets_of(tmp_path)
    assert (network.sockets_used, network.tcp_in_use, network.tcp_time_wait, network.udp_in_use) == (290, 35, 7, 42)


def test_without_ipv6_the_rest_counts(tmp_path: Path) -> None:
    (tmp_path / "sockstat").write_text("sockets: used 1\nTCP: inuse 5 orphan 1 tw 7 alloc 9 mem 3\n")
    network = sockets_of(tmp_path)
    assert network.tcp_in_use == 5
    assert not network.HasField("udp_in_use")


def test_missing_files_leave_all_unset(tmp_path: Path) -> None:
    assert sockets_of(tmp_path).ListFields() == []
