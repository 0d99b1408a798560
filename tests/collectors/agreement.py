"""Comparing what a collector measured with what the kernel says at the same moment."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psutil
import pytest
from google.protobuf.message import Message

from mcp_telemetry.collectors.base import Collector
from mcp_telemetry.model.names import column_name, custom_column_name
from mcp_telemetry.v1 import metrics_pb2

ATTEMPTS = 200
HALF_DIGIT = 0.005001  # percentages and uptimes have two decimals


def collected(collector: Collector) -> metrics_pb2.MetricSnapshot:
    snapshot = metrics_pb2.MetricSnapshot()
    collector.collect(snapshot)
    return snapshot


def assert_agrees(told: Callable[[], Mapping[str, float]], measured: Callable[[], Any]) -> None:
    """Each field that `told` names lies between what it tells before and after the measurement.

    A gauge can swing out and back in between, so each field has many attempts, and must agree in one of them exactly.
    A wrong unit, field or sum never does.
    """
    seen: dict[str, tuple[float, float, float]] = {}
    agreed: set[str] = set()
    for _ in range(ATTEMPTS):
        before, message, after = told(), measured(), told()
        for field in before.keys() - agreed:
            if isinstance(message, Message):
                assert message.HasField(field), f"{field} is not measured"
            seen[field] = (before[field], getattr(message, field), after[field])
            if min(before[field], after[field]) <= seen[field][1] <= max(before[field], after[field]):
                agreed.add(field)
        if agreed == before.keys():
            return
    pytest.fail(f"(before, measured, after): { {field: seen[field] for field in seen if field not in agreed} }")


def kernel_cpu_times(core: int | None) -> tuple[float, float]:
    """Busy and all seconds since boot, of one processor or all, by psutil."""
    times = psutil.cpu_times() if core is None else psutil.cpu_times(percpu=True)[core]
    every = sum(times) - times.guest - times.guest_nice
    return every - times.idle - times.iowait, every


def assert_counted_between(percent: Callable[[], float], act: Callable[[], None], core: int | None = None) -> float:
    """The second of two calls of `percent` tells what the kernel counted between them, while `act` ran.

    The kernel is asked before and after each call; so the true share lies between two that can be computed.
    """
    outer_start = kernel_cpu_times(core)
    percent()
    inner_start = kernel_cpu_times(core)
    act()
    inner_end = kernel_cpu_times(core)
    measured = percent()
    outer_end = kernel_cpu_times(core)
    tick = 0.02  # psutil's row and ours may be read on either side of one, at both ends
    least = (inner_end[0] - inner_start[0] - tick) / (outer_end[1] - outer_start[1])
    most = (outer_end[0] - outer_start[0] + tick) / (inner_end[1] - inner_start[1])
    assert 100 * least - HALF_DIGIT <= measured <= 100 * most + HALF_DIGIT
    return measured


def work(seconds: float) -> None:
    """Keep one processor busy."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def measurements(message: Message) -> Iterator[tuple[str, float]]:
    """Each number of a message, by the name of its field."""
    for field, value in message.ListFields():
        if field.message_type is None:
            yield field.name, value
        else:
            for each in [value] if isinstance(value, Message) else value:
                yield from measurements(each)


def column_names(message: Message, labels: tuple[str, ...] = ()) -> Iterator[str]:
    """The columns a snapshot has, by the options of the contract."""
    keys = [field for field in message.DESCRIPTOR.fields if field.GetOptions().Extensions[metrics_pb2.key]]
    labels += tuple(_text(getattr(message, field.name)) for field in keys)
    for field, value in message.ListFields():
        options = field.GetOptions()
        if options.HasExtension(metrics_pb2.column):
            yield column_name(options.Extensions[metrics_pb2.column].name, labels)
        elif field.message_type is not None:
            for each in [value] if isinstance(value, Message) else value:
                yield from _custom_names(each) if field.name == "custom" else column_names(each, labels)


def _custom_names(metric: metrics_pb2.CustomMetric) -> Iterator[str]:
    labels = [(label.name, label.value) for label in metric.labels]
    if not metric.HasField("histogram"):
        yield custom_column_name(metric.name, labels)
        return
    yield custom_column_name(metric.name, labels, ".count")
    yield custom_column_name(metric.name, labels, ".sum")
    for bucket in metric.histogram.buckets:
        yield custom_column_name(metric.name, [*labels, ("at_most", _text(bucket.at_most))], ".bucket")


def _text(label: str | float) -> str:
    return label if isinstance(label, str) else f"{label:g}"


def in_namespace(kind: str, script: str, *arguments: str) -> str:
    """What a Python script prints in a namespace of its own (`--mount`, `--net`), where it may change what it likes."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, kind, "true"], capture_output=True).returncode:
        pytest.skip(f"needs the right to `unshare {kind}`")
    command = [unshare, kind, sys.executable, "-c", script, *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout
