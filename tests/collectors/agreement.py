"""Comparing what a collector measured with what the kernel says at the same moment."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from google.protobuf.message import Message

from mcp_telemetry.collectors.base import Collector
from mcp_telemetry.v1 import metrics_pb2

ATTEMPTS = 200


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


def in_namespace(kind: str, script: str, *arguments: str) -> str:
    """What a Python script prints in a namespace of its own (`--mount`, `--net`), where it may change what it likes."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, kind, "true"], capture_output=True).returncode:
        pytest.skip(f"needs the right to `unshare {kind}`")
    command = [unshare, kind, sys.executable, "-c", script, *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout
