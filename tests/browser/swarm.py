"""A real leader, real nodes and a real dashboard on free loopback ports, each started and ended by its process id."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.processes import free_port, wait_until

START_SECONDS = 30
STOP_SECONDS = 10


class Swarm:
    """Processes by name. The dashboard is started apart from the leader, so that it outlives it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.leader_address = f"127.0.0.1:{free_port()}"
        self._dashboard_port = free_port()
        self.url = f"http://127.0.0.1:{self._dashboard_port}"

    def start_leader(self, *flags: str) -> None:
        """Starts it, also again after it was killed: it finds its data."""
        where = ["--listen", self.leader_address, "--metrics-dir", str(self._folder / "metrics"), "--no-dashboard"]
        self._start("leader", "mcp_telemetry.cli.leader", *where, "--no-self", *flags)

    def start_node(self, node_id: str, *flags: str) -> None:
        spool = str(self._folder / node_id)
        where = ["--leader", self.leader_address, "--node-id", node_id, "--spool-dir", spool]
        self._start(node_id, "mcp_telemetry.cli.node", *where, *flags)

    def start_dashboard(self) -> None:
        where = ["--dashboard-host", "127.0.0.1", "--dashboard-port", str(self._dashboard_port)]
        self._start("dashboard", "dashboard", "--leader", self.leader_address, *where)
        wait_until(lambda: self.health() is not None, START_SECONDS)

    def health(self) -> dict[str, object] | None:
        """What the dashboard says of itself, None as long as it says nothing."""
        try:
            return dict(httpx.get(f"{self.url}/healthz").json())
        except httpx.TransportError:
            return None

    def nodes(self) -> list[str]:
        """The ids the dashboard knows; none as long as it has not heard the leader."""
        answer = httpx.get(f"{self.url}/api/nodes")
        return list(answer.json()) if answer.is_success else []

    def states(self) -> dict[str, str]:
        """The state of each node, as the dashboard knows it."""
        answer = httpx.get(f"{self.url}/api/fleet")
        return {node["node_id"]: node["state"] for node in answer.json()} if answer.is_success else {}

    def wait_for_nodes(self, *node_ids: str) -> None:
        wait_until(lambda: set(node_ids) <= set(self.nodes()), START_SECONDS)

    def kill(self, name: str) -> None:
        """As a power cut does."""
        process = self._processes.pop(name)
        process.kill()
        process.wait()

    def end(self, name: str) -> None:
        """As its operator does."""
        process = self._processes.pop(name)
        process.terminate()
        process.wait(STOP_SECONDS)

    def is_running(self, name: str) -> bool:
        return name in self._processes

    def pause(self, name: str) -> None:
        """Stops a process without ending it: its connections stay open, and nothing answers."""
        os.kill(self._processes[name].pid, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        os.kill(self._processes[name].pid, signal.SIGCONT)

    def stop(self) -> None:
        """Ends everything in order, nodes first."""
        for name in reversed(list(self._processes)):
            process = self._processes.pop(name)
            process.send_signal(signal.SIGCONT)
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            process.kill()
            process.wait()

    def _start(self, name: str, module: str, *flags: str) -> None:
        self._processes[name] = subprocess.Popen([sys.executable, "-m", module, *flags])


@contextlib.contextmanager
def running_swarm(folder: Path, *node_ids: str) -> Iterator[Swarm]:
    """A leader, its dashboard, and these nodes, all known to the dashboard."""
    swarm = Swarm(folder)
    try:
        swarm.start_leader()
        swarm.start_dashboard()
        for number, node_id in enumerate(node_ids):
            swarm.start_node(node_id, "--labels", f"region={('eu', 'us')[number % 2]}")
        swarm.wait_for_nodes(*node_ids)
        yield swarm
    finally:
        swarm.stop()
