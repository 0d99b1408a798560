"""Running a load beside a server, and what the server used meanwhile."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.children import free_port, python_module, read_json, running
from tests.benchmarks.competitors import Server, scratch_folder, serving
from tests.benchmarks.effort import Effort
from tests.benchmarks.procfs import cpu_seconds, rss_bytes, usage_windows
from tests.benchmarks.stats import median

__all__ = ["Run", "checked", "leader", "replay", "report", "reporting", "wait_until_idle"]

_IDLE_SHARE = 0.02
_LONGEST_SETTLING_S = 30.0


@dataclass(frozen=True, slots=True)
class Run:
    """What a server used (`cpu_share` of one core while nodes report, `cpu_seconds` in a replay) and the load saw."""

    cpu_share: float
    cpu_seconds: float
    rss_bytes: int
    load: dict[str, Any]


@contextlib.contextmanager
def leader(report_interval_s: float, *more: str, folder: Path | None = None) -> Iterator[Server]:
    """A leader with nothing beside it: no dashboard, no node of its own; its folder is gone afterwards unless given."""
    port = free_port()
    with scratch_folder() if folder is None else contextlib.nullcontext(folder) as metrics_dir:
        options = ["--listen", f"127.0.0.1:{port}", "--metrics-dir", str(metrics_dir), "--no-dashboard", "--no-self"]
        pace = ["--report-interval", f"{report_interval_s:g}", "--log-level", "warning"]
        with serving(python_module("mcp_telemetry.cli.leader", *options, *pace, *more), port) as server:
            yield server


def report(server: Server, module: str, effort: Effort, *arguments: str) -> Run:
    """Nodes report for as long as the effort says; RuntimeError if some of them could not."""
    with running(python_module(module, *arguments, "--seconds", f"{effort.total_s:g}"), reads=True) as load:
        read_json(load)
        time.sleep(effort.settle_s)
        usages = usage_windows({"server": server.pid}, effort.window_s, effort.windows)["server"]
        result = checked(read_json(load))
    share = median([usage.cpu_share for usage in usages])
    return Run(share, 0.0, max(usage.rss_bytes for usage in usages), result)


@contextlib.contextmanager
def reporting(server: Server, nodes: int, *more: str) -> Iterator[None]:
    """So many nodes that report each second until the end of the block; RuntimeError if they ended before."""
    options = ["--leader", server.address, "--nodes", str(nodes), "--processes", "1", "--seconds", "86400", *more]
    with running(python_module("tests.benchmarks.loadgen", *options), reads=True) as child:
        read_json(child)
        yield
        if child.poll() is not None:
            raise RuntimeError("the nodes stopped reporting: the figures would be those of an idle leader")


def replay(server: Server, module: str, *arguments: str) -> Run:
    """Nodes send a backlog as fast as they can; what the server goes on doing with it afterwards counts as well."""
    before = cpu_seconds(server.pid)
    with running(python_module(module, *arguments), reads=True) as load:
        read_json(load)
        result = checked(read_json(load))
    wait_until_idle(server.pid)
    return Run(0.0, cpu_seconds(server.pid) - before, rss_bytes(server.pid), result)


def wait_until_idle(pid: int) -> None:
    """What a server does by itself after its start, or after a load, is over, or takes too long to wait for."""
    deadline = time.monotonic() + _LONGEST_SETTLING_S
    while time.monotonic() < deadline:
        before = cpu_seconds(pid)
        time.sleep(1.0)
        if cpu_seconds(pid) - before <= _IDLE_SHARE:
            return


def checked(result: dict[str, Any]) -> dict[str, Any]:
    """What a load printed; RuntimeError if not all of it was stored."""
    if result["errors"] or result["rejected"]:
        raise RuntimeError(f"the load did not run as it should: {result}")
    return result
