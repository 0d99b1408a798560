"""A leader was killed and left a large journal: when the next one takes nodes again, and when all of it is in files."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from mcp_telemetry.settings import JOURNAL_FOLDER
from tests.benchmarks.children import free_port, python_module, read_json, running, wait_until
from tests.benchmarks.competitors import scratch_folder
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure
from tests.benchmarks.journals import write_journal
from tests.benchmarks.procfs import cpu_seconds, rss_bytes

__all__ = ["measure"]

_NODES = 1000
_FULL_MIB, _QUICK_MIB = 1024, 64
_LIVE_NODES = 50
_LOAD_S = 10.0
_COMPLETE = "the journal's rows are in the hour files"


@dataclass(frozen=True, slots=True)
class _Start:
    """Seconds since the process was started, p99 of the acks meanwhile and after that, and the memory at the end.

    A machine with neighbours takes longer than the CPU seconds that the process had used by then.
    """

    accepting_s: float
    accepting_cpu_s: float
    complete_s: float
    complete_cpu_s: float
    busy_ms: float
    rest_ms: float
    rss_bytes: int


def measure(effort: Effort) -> list[Figure]:
    """The targets are for 1 GiB; a smaller journal takes in proportion less, so that they say little there."""
    mebibytes = _FULL_MIB if effort.is_thorough else _QUICK_MIB
    with scratch_folder() as folder:
        snapshots = write_journal(folder / JOURNAL_FOLDER, mebibytes << 20, _NODES)
        start = _start(folder)
    return [
        Figure(f"start with {mebibytes} MiB of journal: nodes are taken", "s", start.accepting_s, 5),
        Figure("  CPU until then", "s", start.accepting_cpu_s),
        Figure(f"  its {snapshots / 1e6:.2f} million snapshots are in files", "s", start.complete_s, 60),
        Figure("  CPU until then", "s", start.complete_cpu_s),
        Figure(f"  p99 from report to durable of {_LIVE_NODES} nodes meanwhile", "ms", start.busy_ms),
        Figure("  at rest", "ms", start.rest_ms),
        Figure("  resident memory at the end", "MB", start.rss_bytes / 1e6),
    ]


def _start(folder: Path) -> _Start:
    address, log = f"127.0.0.1:{free_port()}", folder / "log"
    began = time.monotonic()
    with _leader(folder, address, log) as leader:
        wait_until(lambda: _is_serving(address), 120, "the leader does not serve")
        accepting_s, accepting_cpu_s = time.monotonic() - began, cpu_seconds(leader.pid)
        with running(_load(address), reads=True) as load:
            wait_until(lambda: _COMPLETE in log.read_text(), 600, "the journal is not in files")
            complete_s, complete_cpu_s = time.monotonic() - began, cpu_seconds(leader.pid)
            busy_ms = _p99_ms(load)
        with running(_load(address), reads=True) as load:
            rest_ms = _p99_ms(load)
        memory = rss_bytes(leader.pid)
        return _Start(accepting_s, accepting_cpu_s, complete_s, complete_cpu_s, busy_ms, rest_ms, memory)


@contextlib.contextmanager
def _leader(folder: Path, address: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    options = ["--listen", address, "--metrics-dir", str(folder), "--no-dashboard", "--no-self"]
    with log.open("wb") as output:
        leader = subprocess.Popen(python_module("mcp_telemetry.cli.leader", *options), stderr=output)
    try:
        yield leader
    finally:
        leader.kill()
        leader.wait()


def _load(address: str) -> list[str]:
    options = ["--leader", address, "--nodes", str(_LIVE_NODES), "--probes", str(_LIVE_NODES)]
    return python_module("tests.benchmarks.loadgen", *options, "--processes", "1", "--seconds", f"{_LOAD_S:g}")


def _p99_ms(load: subprocess.Popen[str]) -> float:
    read_json(load)
    return float(read_json(load)["ack_ms"]["p99"])


def _is_serving(address: str) -> bool:
    with grpc.insecure_channel(address) as channel:
        try:
            check = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=1)
        except grpc.RpcError:
            return False
    return bool(check.status == health_pb2.HealthCheckResponse.SERVING)
