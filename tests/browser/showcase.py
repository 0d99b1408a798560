"""A swarm to look at: hosts of every role with their own load, and what happens to some of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.browser.actors import GIB, NS, Actor
from tests.browser.lossy import play_lossy
from tests.browser.swarm import Swarm
from tests.processes import wait_until

__all__ = ["ROLES", "Host", "play"]

MIB = 2**20
CORES = 4
QUARTER_HOUR_S = 900
WAIT_S = 180
_BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


@dataclass(frozen=True, slots=True)
class Role:
    """What servers of one sort do: their tools, the seconds a call takes, and a measurement of their own."""

    tools: tuple[str, ...]
    call_s: float
    custom: str
    unit: str
    typical: float


ROLES: Mapping[str, Role] = {
    "router": Role(("route",), 0.008, "queue.depth", "{request}", 12),
    "search": Role(("search", "suggest"), 0.12, "index.documents", "{document}", 48_200),
    "files": Role(("read_file", "write_file", "list_directory"), 0.015, "watches.open", "{watch}", 310),
    "git": Role(("log", "diff"), 0.06, "clones.cached", "{clone}", 24),
    "sql": Role(("query", "explain"), 0.09, "pool.in_use", "{connection}", 9),
    "browser": Role(("navigate", "screenshot"), 0.9, "tabs.open", "{tab}", 6),
    "slack": Role(("post_message",), 0.2, "rate_limit.left", "{request}", 64),
    "memory": Role(("remember", "recall"), 0.03, "entities", "{entity}", 9100),
    "fetch": Role(("fetch",), 0.3, "cache.hit_percent", "%", 82),
    "vision": Role(("describe", "ocr"), 1.4, "gpu.memory_bytes", "By", 6.2e9),
    "mail": Role(("send",), 0.25, "outbox.depth", "{message}", 3),
    "maps": Role(("geocode",), 0.11, "tiles.cached", "{tile}", 5400),
}


class Host(Actor):
    """One server of a role, with everything a node can report."""

    def __init__(self, node_id: str, leader: str, role: str, past_s: int = QUARTER_HOUR_S) -> None:
        super().__init__(node_id, leader, past_s)
        self._name, self._role = role, ROLES[role]
        self._grown: dict[str, float] = {}

    def _labels(self) -> dict[str, str]:
        return super()._labels() | {"role": self._name, "zone": self._random.choice("abc")}

    def _snapshot(self, time_ns: int, start: int) -> pb.MetricSnapshot:
        snapshot = super()._snapshot(time_ns, start)
        busy = snapshot.system.cpu.percent
        seconds = time_ns / NS
        self._fill_cpu(snapshot.system.cpu, busy)
        self._fill_memory(snapshot.system, seconds)
        self._fill_disk(snapshot.system.disk, busy)
        self._fill_network(snapshot.system.network, busy)
        self._fill_application(snapshot.application, busy)
        processes = pb.ProcessMetrics(count=140 + int(busy / 4), running=1 + int(busy / 40), blocked=int(busy > 90))
        snapshot.system.processes.CopyFrom(processes)
        snapshot.system.temperatures.add(sensor="coretemp Package id 0", celsius=38 + busy * 0.3)
        snapshot.system.host_uptime_seconds = snapshot.system.uptime_seconds * 3
        wave = 1 + 0.25 * math.sin(seconds / 61 + self._level) + self._random.gauss(0, 0.02)
        snapshot.custom.add(name=self._role.custom, unit=self._role.unit, gauge=round(self._role.typical * wave, 1))
        tokens = snapshot.custom.add(name="llm.tokens", unit="{token}", counter=round(self._grow("tokens", busy * 31)))
        tokens.labels.add(name="direction", value="output")
        snapshot.agent.CopyFrom(pb.AgentMetrics(cpu_seconds=self._grow("agent", 0.006), rss_bytes=41 * MIB))
        return snapshot

    def _grow(self, name: str, by: float) -> float:
        """A counter, after it grew by about so much."""
        self._grown[name] = self._grown.get(name, 0) + by * self._random.uniform(0.8, 1.2)
        return self._grown[name]

    def _fill_cpu(self, cpu: pb.CpuMetrics, busy: float) -> None:
        cpu.count = CORES
        cpu.user_percent, cpu.system_percent = busy * 0.7, busy * 0.22
        cpu.iowait_percent, cpu.steal_percent = busy * 0.06, busy * 0.02
        for core in range(CORES):
            cpu.cores.add(core=core, percent=min(100.0, max(0.0, busy + self._random.gauss(0, 9))))

    def _fill_memory(self, system: pb.SystemMetrics, seconds: float) -> None:
        memory = system.memory
        memory.cached_bytes, memory.buffers_bytes = int(1.4 * GIB), 180 * MIB
        memory.available_bytes = memory.total_bytes - memory.used_bytes
        used = (0.1 + self._level / 400 + 0.01 * math.sin(seconds / 200)) * 2 * GIB
        swap = {"total_bytes": 2 * GIB, "used_bytes": int(used), "percent": used / GIB / 2 * 100}
        moved = {"in_bytes": int(self._grow("swapped in", 900)), "out_bytes": int(self._grow("swapped out", 1400))}
        system.swap.CopyFrom(pb.SwapMetrics(**swap, **moved))

    def _fill_disk(self, disk: pb.DiskMetrics, busy: float) -> None:
        disk.reads, disk.writes = int(self._grow("reads", busy / 2)), int(self._grow("writes", busy))
        root = {"total_bytes": disk.total_bytes, "used_bytes": disk.used_bytes, "percent": disk.percent}
        disk.mounts.add(mountpoint="/", **root)
        disk.mounts.add(mountpoint="/var/lib/data", total_bytes=500 * GIB, used_bytes=312 * GIB, percent=62.4)

    def _fill_network(self, network: pb.NetworkMetrics, busy: float) -> None:
        network.packets_recv = int(self._grow("packets in", busy * 60))
        network.packets_sent = int(self._grow("packets out", busy * 80))
        network.sockets_used, network.tcp_in_use, network.tcp_time_wait = 210 + int(busy), 40 + int(busy / 2), 12
        totals = {"bytes_recv": network.bytes_recv, "bytes_sent": network.bytes_sent}
        network.interfaces.add(name="eth0", **{name: int(total * 0.93) for name, total in totals.items()})
        network.interfaces.add(name="lo", **{name: int(total * 0.07) for name, total in totals.items()})

    def _fill_application(self, application: pb.ApplicationMetrics, busy: float) -> None:
        del application.operations[:]
        for tool in self._role.tools:
            calls = self._grow(f"calls of {tool}", busy * 0.8 / len(self._role.tools))
            operation = application.operations.add(method="tools/call", tool=tool, calls=int(calls))
            operation.duration_seconds = calls * self._role.call_s
            operation.errors = int(calls * 0.004)
            for bound in _BOUNDS_S:
                # As if calls took an exponentially spread time.
                within = int(calls) * (1 - math.exp(-bound / self._role.call_s))
                operation.buckets.add(at_most_seconds=bound, count=int(within))


def play(swarm: Swarm) -> list[str]:
    """Starts a host of each role and two more of some, and lets things happen to five of them; gives their ids."""
    roles = [*ROLES, "search", "files", "sql", "fetch"]
    hosts = {f"{role}-{number:02d}": role for number, role in enumerate(roles, start=1)}
    actors = {node_id: Host(node_id, swarm.leader_address, role) for node_id, role in hosts.items()}
    for actor in actors.values():
        actor.start()
    wait_until(lambda: set(hosts) <= set(swarm.nodes()), WAIT_S)
    play_lossy("lossy", swarm.leader_address)
    actors["maps-12"].leave()
    actors["mail-11"].vanish()
    actors["git-04"].vanish()
    actors["vision-10"].ahead_s = 12
    actors["fetch-09"].fall_silent()
    wait_until(lambda: swarm.states().get("git-04") == "offline", WAIT_S)
    Host("git-04", swarm.leader_address, "git", past_s=0).start()
    wait_until(lambda: swarm.states().get("fetch-09") == "stale", WAIT_S)
    return list(hosts)
