"""Which charts a node page has, section by section. Columns that nobody named a chart for get one each at its end."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.charts import BLUE, GREEN, ORANGE, PINK, RED, VIOLET, Chart, Trace

__all__ = ["CHARTS", "DERIVED", "SECTIONS", "Section"]


@dataclass(frozen=True, slots=True)
class Section:
    """Charts under one heading."""

    key: str
    title: str
    charts: tuple[Chart, ...]


def _each(column: str, name: str = "") -> Trace:
    return Trace(column, name, per_label=True)


_OVERVIEW = (
    Chart("cpu", "CPU", "%", (Trace("cpu.percent", "CPU", BLUE),)),
    Chart("memory", "Memory", "%", (Trace("memory.percent", "Memory", GREEN),)),
    Chart(
        "network",
        "Network",
        "By/s",
        (Trace("network.bytes_recv", "Received", BLUE), Trace("network.bytes_sent", "Sent", PINK)),
    ),
    Chart(
        "disk_io",
        "Disk I/O",
        "By/s",
        (Trace("disk.read_bytes", "Read", GREEN), Trace("disk.write_bytes", "Written", ORANGE)),
    ),
    Chart("requests", "Requests", "{request}/s", (_each("requests"),)),
    Chart("errors", "Errors", "{error}/s", (_each("errors"),)),
)
_PROCESSOR = (
    Chart(
        "cpu_modes",
        "CPU by mode",
        "%",
        (
            Trace("cpu.user_percent", "User", BLUE),
            Trace("cpu.system_percent", "System", ORANGE),
            Trace("cpu.iowait_percent", "I/O wait", PINK),
            Trace("cpu.steal_percent", "Stolen", RED),
        ),
        is_stacked=True,
    ),
    Chart("cpu_cores", "CPU by core", "%", (_each("cpu.core_percent", "Core {}"),)),
    Chart(
        "load",
        "Load",
        "1",
        (
            Trace("cpu.load_1m", "1 min", BLUE),
            Trace("cpu.load_5m", "5 min", ORANGE),
            Trace("cpu.load_15m", "15 min", GREEN),
        ),
    ),
)
_MEMORY = (
    Chart(
        "memory_bytes",
        "Memory by use",
        "By",
        (
            Trace("memory.used_bytes", "Used", BLUE),
            Trace("memory.cached_bytes", "Cached", ORANGE),
            Trace("memory.buffers_bytes", "Buffers", PINK),
            Trace("memory.available_bytes", "Available", GREEN),
        ),
    ),
    Chart("swap", "Swap used", "%", (Trace("swap.percent", "Swap", VIOLET),)),
    Chart(
        "swap_io",
        "Swap in and out",
        "By/s",
        (Trace("swap.in_bytes", "In", GREEN), Trace("swap.out_bytes", "Out", ORANGE)),
    ),
)
_DISK = (
    Chart("disk", "Disk used", "%", (Trace("disk.percent", "Disk", VIOLET),)),
    Chart("mounts", "Disk used by mount", "%", (_each("disk.mount.percent"),)),
    Chart(
        "disk_operations",
        "Disk operations",
        "{operation}/s",
        (Trace("disk.reads", "Reads", GREEN), Trace("disk.writes", "Writes", ORANGE)),
    ),
)
_NETWORK = (
    Chart(
        "interfaces",
        "Network by interface",
        "By/s",
        (_each("network.interface.bytes_recv", "{} received"), _each("network.interface.bytes_sent", "{} sent")),
    ),
    Chart(
        "packets",
        "Packets",
        "{packet}/s",
        (Trace("network.packets_recv", "Received", BLUE), Trace("network.packets_sent", "Sent", PINK)),
    ),
    Chart(
        "packet_faults",
        "Bad and dropped packets",
        "{packet}/s",
        (
            Trace("network.errors_in", "Bad, received", RED),
            Trace("network.errors_out", "Bad, sent", ORANGE),
            Trace("network.drops_in", "Dropped, received", PINK),
            Trace("network.drops_out", "Dropped, sent", VIOLET),
        ),
    ),
    Chart(
        "sockets",
        "Sockets",
        "{socket}",
        (
            Trace("network.sockets_used", "All", BLUE),
            Trace("network.tcp_in_use", "TCP", GREEN),
            Trace("network.tcp_time_wait", "TCP waiting", ORANGE),
            Trace("network.udp_in_use", "UDP", PINK),
        ),
    ),
)
_SERVER = (
    Chart("connections", "Connections", "{connection}", (Trace("active_connections", "Connections", BLUE),)),
    Chart("calls", "Calls by operation", "{call}/s", (_each("operation.calls"),)),
    Chart("durations", "Mean duration", "s", (_each("operation.duration_seconds"), _each("operation.calls"))),
    Chart("durations_p95", "Duration, 95th percentile", "s", (_each("operation.duration_bucket"),)),
    Chart("call_errors", "Failed calls by operation", "{error}/s", (_each("operation.errors"),)),
)
_PROCESSES = (
    Chart(
        "processes",
        "Processes",
        "{process}",
        (
            Trace("processes.count", "All", BLUE),
            Trace("processes.running", "Running", GREEN),
            Trace("processes.blocked", "Blocked", RED),
        ),
    ),
    Chart("process_cpu", "CPU by program", "%", (_each("process.cpu_percent"),)),
    Chart("process_memory", "Memory by program", "By", (_each("process.rss_bytes"),)),
    Chart("temperatures", "Temperatures", "Cel", (_each("temperature_celsius"),)),
)
_AGENT = (
    Chart("agent_cpu", "CPU of the agent", "s{cpu}/s", (Trace("agent.cpu_seconds", "CPU", BLUE),)),
    Chart("agent_memory", "Memory of the agent", "By", (Trace("agent.rss_bytes", "Memory", GREEN),)),
    Chart("outbox", "Outbox", "{snapshot}", (Trace("agent.outbox_snapshots", "Waiting", ORANGE),)),
    Chart(
        "agent_losses",
        "Ticks skipped, snapshots dropped",
        "1/s",
        (Trace("agent.ticks_skipped", "Skipped", ORANGE), Trace("agent.outbox_dropped", "Dropped", RED)),
    ),
    Chart("collector_errors", "Failing collectors", "{error}/s", (_each("agent.collector_errors"),)),
)

SECTIONS = (
    Section("overview", "Overview", _OVERVIEW),
    Section("processor", "Processor", _PROCESSOR),
    Section("memory", "Memory", _MEMORY),
    Section("disk", "Disk", _DISK),
    Section("network", "Network", _NETWORK),
    Section("server", "MCP server", _SERVER),
    Section("processes", "Processes and sensors", _PROCESSES),
    Section("agent", "Agent", _AGENT),
)
CHARTS: dict[str, Chart] = {chart.key: chart for section in SECTIONS for chart in section.charts}
# Computed here from increases, which come in steps: there is nothing to append live.
DERIVED = frozenset({"durations", "durations_p95"})
