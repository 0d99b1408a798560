from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from mcp_telemetry.collectors.base import Collector
from mcp_telemetry.collectors.registry import default_collectors

EVERYWHERE = {"cpu", "load", "memory", "swap", "disk", "disk_io", "network", "processes", "uptime", "agent"}


def names(collectors: tuple[Collector, ...]) -> list[str]:
    return [collector.name for collector in collectors]


def test_every_source_has_one_collector_of_its_own_name() -> None:
    found = names(default_collectors())
    assert set(found) == EVERYWHERE | {"sockets", "temperatures"}
    assert len(found) == len(set(found))


def test_top_processes_only_where_asked_for() -> None:
    assert "top_processes" in names(default_collectors(top_processes=3))


def test_all_are_collectors() -> None:
    assert all(isinstance(collector, Collector) for collector in default_collectors(top_processes=1))


def test_without_proc_psutil_is_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert set(names(default_collectors(proc=tmp_path, top_processes=2))) == EVERYWHERE
    assert "top_processes is 2" in caplog.text


def test_measuring_loads_no_heavy_library() -> None:
    script = (
        "import sys; from mcp_telemetry import MetricsCollector; MetricsCollector('n').snapshot();"
        "print([name for name in ('numpy', 'pyarrow', 'dash', 'plotly') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
