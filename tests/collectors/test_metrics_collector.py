from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from collections.abc import Iterator

import psutil
import pytest
from google.protobuf.message import Message

from mcp_telemetry import MetricsCollector
from mcp_telemetry.collectors.labels import MAX_COLUMN_NAME
from mcp_telemetry.collectors.registry import default_collectors
from mcp_telemetry.model.columns import defined_columns
from mcp_telemetry.model.names import base_name
from mcp_telemetry.settings import LeaderSettings, resolve
from mcp_telemetry.v1 import metrics_pb2
from tests.collectors.agreement import assert_agrees, assert_counted_between, column_names, kernel_cpu_times, work
from tests.processes import wait_until

SEED_SHAPE = {
    "node_id": str,
    "timestamp": float,
    "system": {
        "cpu": {"percent": float, "count": int},
        "memory": {"total": int, "available": int, "percent": float},
        "disk": {"total": int, "used": int, "percent": float},
        "network": {"bytes_sent": int, "bytes_recv": int},
        "uptime": float,
    },
    "application": {"requests": dict, "active_connections": int},
}


class Broken:
    name = "broken"

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        raise RuntimeError("no")


def shape(value: object) -> object:
    return {key: shape(each) for key, each in value.items()} if isinstance(value, dict) and value else type(value)


def layout(message: Message, path: str = "") -> Iterator[str]:
    """Every field that is set, in order, with the labels of repeated ones but without the numbers measured."""
    for field, value in message.ListFields():
        here = f"{path}.{field.name}"
        if field.message_type is None:
            yield f"{here}={value}" if isinstance(value, str) else here
        else:
            for each in [value] if isinstance(value, Message) else value:
                yield from layout(each, here)


def test_the_dictionary_is_that_of_the_description() -> None:
    metrics = MetricsCollector("n").collect_all_metrics()
    assert shape(metrics) == SEED_SHAPE
    assert json.loads(json.dumps(metrics)) == metrics


def test_the_dictionary_agrees_with_psutil() -> None:
    collector = MetricsCollector("n")

    class Flat:
        def __init__(self) -> None:
            for section, values in collector.collect_system_metrics().items():
                for key, value in values.items() if isinstance(values, dict) else ():
                    setattr(self, f"{section}_{key}", value)

    def told() -> dict[str, float]:
        memory, disk, network = psutil.virtual_memory(), psutil.disk_usage("/"), psutil.net_io_counters(nowrap=False)
        return {
            "cpu_count": psutil.cpu_count() or 0,
            "memory_total": memory.total,
            "memory_available": memory.available,
            "disk_total": disk.total,
            "disk_used": disk.used,
            "network_bytes_sent": network.bytes_sent,
            "network_bytes_recv": network.bytes_recv,
        }

    assert_agrees(told, Flat)


def test_what_it_remembers() -> None:
    before = time.time()
    collector = MetricsCollector("n")
    assert before <= collector.start_time <= time.time()
    assert collector.last_metrics is None
    metrics = collector.collect_all_metrics()
    assert collector.last_metrics is metrics
    assert metrics["node_id"] == collector.node_id == "n"
    assert 0 <= metrics["system"]["uptime"] <= time.time() - before
    assert before <= metrics["timestamp"] <= time.time()


def test_the_request_counter_may_be_counted_up_directly() -> None:
    collector = MetricsCollector("n")
    assert isinstance(collector.request_counter, Counter)
    collector.request_counter["tools/call"] += 2
    collector.application.record_request("tools/call")
    collector.application.connection_opened()
    assert collector.collect_application_metrics() == {"requests": {"tools/call": 3}, "active_connections": 1}
    (requests,) = collector.snapshot().application.requests
    assert (requests.kind, requests.count) == ("tools/call", 3)


def test_a_snapshot_has_its_time_and_leaves_identity_to_the_sender() -> None:
    before = time.time_ns()
    snapshot = MetricsCollector("n").snapshot()
    assert before <= snapshot.time_unix_nano <= time.time_ns()
    assert (snapshot.node_id, snapshot.instance_id, snapshot.sequence) == ("", "", 0)


def test_a_snapshot_has_all_parts() -> None:
    collector = MetricsCollector("n")
    collector.custom.gauge("depth").set(1)
    snapshot = collector.snapshot()
    system = {field.name for field, _ in snapshot.system.ListFields()} - {"temperatures"}
    assert system == {
        *("cpu", "memory", "swap", "disk", "network", "processes", "uptime_seconds", "host_uptime_seconds"),
    }
    assert snapshot.agent.HasField("cpu_seconds")
    assert snapshot.application.HasField("active_connections")
    assert snapshot.custom[0].gauge == 1
    assert not snapshot.agent.collector_errors


def test_snapshots_keep_their_layout_byte_by_byte() -> None:
    collector = MetricsCollector("n")
    collector.application.record_operation("tools/call", "search", 0.1)
    collector.custom.histogram("wait", "s").record(1)
    first, second = collector.snapshot(), collector.snapshot()
    assert list(layout(first)) == list(layout(second))
    assert first.ByteSize() == second.ByteSize()


def test_a_broken_collector_is_in_the_snapshot_and_harms_no_other() -> None:
    snapshot = MetricsCollector("n", collectors=[Broken()]).snapshot()
    (error,) = snapshot.agent.collector_errors
    assert (error.collector, error.count) == ("broken", 1)
    assert snapshot.application.HasField("active_connections")


def test_the_dictionary_does_not_shorten_the_interval_of_the_snapshots() -> None:
    collector = MetricsCollector("n")

    def busy_then_a_look_then_idle() -> None:
        work(0.2)
        collector.collect_all_metrics()
        now = kernel_cpu_times(None)[1]
        wait_until(lambda: kernel_cpu_times(None)[1] > now + 0.6)

    assert_counted_between(lambda: collector.snapshot().system.cpu.percent, busy_then_a_look_then_idle)


def test_a_leader_takes_a_snapshot_with_as_much_and_as_bad_as_can_be_counted() -> None:
    collector = MetricsCollector("n")
    for number in range(500):
        name = f"{number}\n\ud800" + "{" * 200
        collector.application.record_request(name)
        collector.application.record_error(name)
        collector.application.record_operation(name, name, 1)
        collector.custom.gauge("depth", labels={"a": name, "b": name}).set(number)
        collector.custom.histogram(f"wait_{number}", "s", labels={"a": name}).record(number)
    names = list(column_names(collector.snapshot()))
    room_for_processors_interfaces_and_mounts = 150
    most = resolve(LeaderSettings, {}, {}).max_columns
    assert 1000 < len(names) < most - room_for_processors_interfaces_and_mounts
    assert len(set(names)) == len(names)
    assert all(name.isprintable() and len(name) <= MAX_COLUMN_NAME for name in names)


def test_every_column_of_the_contract_that_is_ours_is_measured() -> None:
    collector = MetricsCollector("n", collectors=[*default_collectors(top_processes=1), Broken()])
    collector.application.record_request("tools/list")
    collector.application.record_error("tools/list")
    collector.application.record_operation("tools/list", "", 1)
    of_the_node = {"agent.ticks_skipped", "agent.outbox_snapshots", "agent.outbox_dropped"}
    of_some_machines = {"swap.percent", "temperature_celsius"}
    defined = {column.name for column in defined_columns()} - of_the_node - of_some_machines
    assert set(map(base_name, column_names(collector.snapshot()))) - of_some_machines == defined


def test_it_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("it sleeps"))
    collector = MetricsCollector("n", top_processes=3)

    def seconds() -> float:
        start = time.perf_counter()
        collector.snapshot()
        collector.collect_all_metrics()
        return time.perf_counter() - start

    assert statistics.median(seconds() for _ in range(31)) < 0.05


def test_a_snapshot_costs_less_than_a_millisecond_of_cpu() -> None:
    collector = MetricsCollector("n")
    collector.snapshot()

    def cpu_seconds() -> float:
        start = time.process_time()
        for _ in range(20):
            collector.snapshot()
        return (time.process_time() - start) / 20

    assert min(cpu_seconds() for _ in range(10)) < 0.001
