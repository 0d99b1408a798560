from __future__ import annotations

import json
import logging
import socket
from pathlib import Path

import psutil
import pytest

from mcp_telemetry.collectors.kernel_file import KernelFile
from mcp_telemetry.collectors.network import MAX_INTERFACES, NetworkCollector
from mcp_telemetry.v1 import metrics_pb2
from tests.collectors.agreement import assert_agrees, collected, in_namespace

HEADINGS = "Inter-|   Receive        |  Transmit\n face |bytes packets errs|bytes packets errs\n"


def line(name: str, number: int = 1) -> str:
    return f"{name:>6}: {' '.join(str(number * 100 + field) for field in range(16))}\n"


def fake(tmp_path: Path, *lines: str) -> NetworkCollector:
    rewrite(tmp_path, *lines)
    return NetworkCollector(KernelFile(tmp_path / "dev"))


def rewrite(tmp_path: Path, *lines: str) -> None:
    (tmp_path / "dev").write_text(HEADINGS + "".join(lines))


def names(network: metrics_pb2.NetworkMetrics) -> list[str]:
    return [interface.name for interface in network.interfaces]


def test_totals_agree_with_psutil() -> None:
    def told() -> dict[str, float]:
        every = psutil.net_io_counters(nowrap=False)
        return {
            "bytes_sent": every.bytes_sent,
            "bytes_recv": every.bytes_recv,
            "packets_sent": every.packets_sent,
            "packets_recv": every.packets_recv,
            "errors_in": every.errin,
            "errors_out": every.errout,
            "drops_in": every.dropin,
            "drops_out": every.dropout,
        }

    collector = NetworkCollector(KernelFile(Path("/proc/net/dev")))
    assert_agrees(told, lambda: collected(collector).system.network)


def test_loopback_agrees_with_psutil_while_it_is_used() -> None:
    collector = NetworkCollector(KernelFile(Path("/proc/net/dev")))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))

        def told() -> dict[str, float]:
            receiver.sendto(bytes(1000), receiver.getsockname())
            counters = psutil.net_io_counters(pernic=True, nowrap=False)["lo"]
            return {"bytes_sent": counters.bytes_sent, "bytes_recv": counters.bytes_recv}

        def measured() -> metrics_pb2.NetworkMetrics.Interface:
            return next(each for each in collected(collector).system.network.interfaces if each.name == "lo")

        assert_agrees(told, measured)


def test_every_field_is_the_one_that_the_headings_say(tmp_path: Path) -> None:
    network = collected(fake(tmp_path, line("eth0"))).system.network
    received = (network.bytes_recv, network.packets_recv, network.errors_in, network.drops_in)
    sent = (network.bytes_sent, network.packets_sent, network.errors_out, network.drops_out)
    assert received == (100, 101, 102, 103)
    assert sent == (108, 109, 110, 111)


def test_totals_are_over_all_and_names_are_sorted(tmp_path: Path) -> None:
    network = collected(fake(tmp_path, line("lo", 1), line("eth0", 2), line("veth12ab", 4))).system.network
    assert network.bytes_recv == 700
    assert [(each.name, each.bytes_recv, each.bytes_sent) for each in network.interfaces] == [
        ("eth0", 200, 208),
        ("lo", 100, 108),
    ]


def test_an_interface_goes_and_comes(tmp_path: Path) -> None:
    collector = fake(tmp_path, line("eth0"), line("lo"))
    assert names(collected(collector).system.network) == ["eth0", "lo"]
    rewrite(tmp_path, line("lo"))
    assert names(collected(collector).system.network) == ["lo"]
    rewrite(tmp_path, line("lo"), line("eth0"))
    assert names(collected(collector).system.network) == ["eth0", "lo"]


def test_more_than_the_most_are_in_the_totals_only_and_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    collector = fake(tmp_path, *(line(f"eth{number:03}") for number in range(MAX_INTERFACES + 3)))
    with caplog.at_level(logging.WARNING):
        first, second = collected(collector).system.network, collected(collector).system.network
    assert first == second
    assert first.bytes_recv == 100 * (MAX_INTERFACES + 3)
    assert len(first.interfaces) == MAX_INTERFACES
    assert len(caplog.records) == 1


def test_a_name_that_cannot_be_printed_is_made_so(tmp_path: Path) -> None:
    collector = fake(tmp_path)
    (tmp_path / "dev").write_bytes(
        HEADINGS.encode() + line("e\x01").encode() + line("N").encode().replace(b"N", b"\xff")
    )
    assert names(collected(collector).system.network) == ["e?", "\N{REPLACEMENT CHARACTER}"]


def test_a_missing_file_leaves_all_unset(tmp_path: Path) -> None:
    assert not collected(NetworkCollector(KernelFile(tmp_path / "dev"))).HasField("system")


ADD_AND_REMOVE = """
import json, subprocess
from mcp_telemetry.collectors import MetricsCollector

collector = MetricsCollector("n")

def names():
    return [interface.name for interface in collector.snapshot().system.network.interfaces]

seen = [names()]
added = subprocess.run(["ip", "link", "add", "br7", "type", "bridge"], capture_output=True).returncode == 0
seen.append(names())
if added:
    subprocess.run(["ip", "link", "delete", "br7"], check=True)
seen.append(names())
print(json.dumps([added, seen]))
"""


def test_a_real_interface_comes_and_goes() -> None:
    added, seen = json.loads(in_namespace("--net", ADD_AND_REMOVE))
    if not added:
        pytest.skip("cannot add a bridge here")
    before, during, after = map(set, seen)
    assert during - before == {"br7"}
    assert after == before
