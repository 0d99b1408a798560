"""Nodes that play a part: they speak the real protocol, and what they report is a smooth invention.

All real nodes of one machine look the same; for pictures and for long histories that is not enough.
"""

from __future__ import annotations

import contextlib
import math
import random
import threading
import time
from collections.abc import Iterator

import grpc

from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1.metrics_pb2_grpc import TelemetryStub

NS = 1_000_000_000
GIB = 2**30
KINDS = ("tools/call", "tools/list", "resources/read")
TOOLS = ("search", "fetch")
BOUNDS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
# Snapshots of a batch: a message has at most 4 MiB.
_AT_ONCE = 300


class Actor:
    """One node in a thread of its own; it begins with `past_s` seconds of history.

    Its clock can be set at any time: `ahead_s` seconds before the real one.
    """

    def __init__(self, node_id: str, leader: str, past_s: int = 600) -> None:
        self._node_id = node_id
        self._leader = leader
        self._past_s = past_s
        self.ahead_s = 0
        self._random = random.Random(node_id)
        self._level = self._random.uniform(15, 70)
        self._totals = dict.fromkeys(("received", "sent", "read", "written", *KINDS, "errors"), 0.0)
        self._gone = threading.Event()
        self._is_polite = False
        self._is_silent = False
        self._thread = threading.Thread(target=self._play, name=node_id, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def leave(self) -> None:
        """Says goodbye and goes."""
        self._is_polite = True
        self.vanish()

    def vanish(self) -> None:
        """Goes without a word."""
        self._gone.set()
        self._thread.join(5)

    def fall_silent(self) -> None:
        """Stays, and says nothing any more."""
        self._is_silent = True

    def _play(self) -> None:
        # A leader that is killed is part of the play.
        with contextlib.suppress(grpc.RpcError), grpc.insecure_channel(self._leader) as channel:
            for _ in TelemetryStub(channel).StreamMetrics(self._messages()):
                pass

    def _messages(self) -> Iterator[pb.NodeMessage]:
        start = time.time_ns() - self._past_s * NS
        yield pb.NodeMessage(hello=self._hello(start))
        sequence = 1
        while behind := (time.time_ns() - start) // NS + 1 - sequence:
            count = min(behind, _AT_ONCE)
            past = [self._snapshot(start + (sequence - 1 + second) * NS, start) for second in range(count)]
            yield self._batch(sequence, past)
            sequence += count
        while not self._gone.wait(1 - time.time() % 1):
            if self._is_silent:
                continue
            yield self._batch(sequence, [self._snapshot(time.time_ns() + self.ahead_s * NS, start)])
            sequence += 1
        if self._is_polite:
            yield pb.NodeMessage(goodbye=pb.Goodbye(reason="the play is over"))

    def _batch(self, first: int, snapshots: list[pb.MetricSnapshot]) -> pb.NodeMessage:
        sent = time.time_ns() + self.ahead_s * NS
        return pb.NodeMessage(batch=pb.Batch(first_sequence=first, snapshots=snapshots, sent_unix_nano=sent))

    def _hello(self, start: int) -> pb.Hello:
        host = pb.HostFacts(
            hostname=f"{self._node_id}.swarm.example",
            os="Linux 6.12.48",
            architecture="x86_64",
            agent_version="0.1.0",
            runtime="Python 3.13.9",
            boot_unix_nano=start - 86_400 * NS,
        )
        return pb.Hello(
            node_id=self._node_id,
            instance_id=f"play-{start}",
            process_start_unix_nano=start,
            protocol_version=1,
            first_sequence=1,
            host=host,
            labels=[pb.Label(name=name, value=value) for name, value in self._labels().items()],
            time_unix_nano=time.time_ns(),
        )

    def _labels(self) -> dict[str, str]:
        return {"region": self._random.choice(("eu-west", "us-east"))}

    def _snapshot(self, time_ns: int, start: int) -> pb.MetricSnapshot:
        seconds = time_ns / NS
        wave = math.sin(seconds / 97 + self._level) * 9 + math.sin(seconds / 13 + self._level) * 3
        burst = 30 if self._random.random() < 0.012 else 0
        busy = min(99.0, max(1.0, self._level + wave + self._random.gauss(0, 2) + burst))
        self._count(busy)
        used = (2.5 + self._level / 20 + math.sin(seconds / 300 + self._level) * 0.3) * GIB
        return pb.MetricSnapshot(
            time_unix_nano=time_ns,
            system=pb.SystemMetrics(
                cpu=pb.CpuMetrics(percent=busy, load_1m=busy / 22, load_5m=self._level / 21, load_15m=self._level / 23),
                memory=pb.MemoryMetrics(total_bytes=8 * GIB, used_bytes=int(used), percent=used / GIB / 8 * 100),
                disk=self._disk(seconds),
                network=pb.NetworkMetrics(
                    bytes_recv=int(self._totals["received"]), bytes_sent=int(self._totals["sent"])
                ),
                uptime_seconds=(time_ns - start) / NS + 86_400 * self._level,
            ),
            application=self._application(),
        )

    def _disk(self, seconds: float) -> pb.DiskMetrics:
        percent = 30 + self._level / 2 + (seconds % 3600) / 3600
        counters = {"read_bytes": int(self._totals["read"]), "write_bytes": int(self._totals["written"])}
        return pb.DiskMetrics(total_bytes=100 * GIB, used_bytes=int(percent * GIB), percent=percent, **counters)

    def _application(self) -> pb.ApplicationMetrics:
        requests = [pb.ApplicationMetrics.Requests(kind=kind, count=int(self._totals[kind])) for kind in KINDS]
        errors = [pb.ApplicationMetrics.Errors(kind="tools/call", count=int(self._totals["errors"]))]
        connections = int(self._level / 4)
        return pb.ApplicationMetrics(
            requests=requests,
            errors=errors,
            active_connections=connections,
            operations=[self._operation(tool, 0.04 * number) for number, tool in enumerate(TOOLS, start=1)],
        )

    def _operation(self, tool: str, usual_s: float) -> pb.ApplicationMetrics.Operation:
        """Half of the calls of a kind, with durations that are spread exponentially."""
        calls = int(self._totals["tools/call"] / len(TOOLS))
        operation = pb.ApplicationMetrics.Operation(
            method="tools/call", tool=tool, calls=calls, duration_seconds=calls * usual_s
        )
        for bound in BOUNDS_S:
            count = int(calls * (1 - math.exp(-bound / usual_s)))
            operation.buckets.add(at_most_seconds=bound, count=count)
        return operation

    def _count(self, busy: float) -> None:
        shares = {"received": 40e3, "sent": 90e3, "read": 8e3, "written": 22e3, "errors": 0.004}
        shares |= dict(zip(KINDS, (0.8, 0.1, 0.3), strict=True))
        for name, share in shares.items():
            self._totals[name] += share * busy * self._random.uniform(0.7, 1.3)
