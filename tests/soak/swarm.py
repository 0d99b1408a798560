"""The processes of a swarm: one leader and its nodes, each with a clock, a disk and, for a node, a line of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.soak import clock
from tests.soak.places import Disk, Line, Places
from tests.soak.truth import Truth

__all__ = ["NOTHING", "Effort", "Leader", "Member", "Node", "Swarm"]

_REPOSITORY = Path(__file__).parents[2]
_STOP_SECONDS = 30
_SPOOL_BYTES = 4 << 20
_INTERVAL_SECONDS = 0.05
# Some outboxes are so small that they overflow when the leader is away for a while.
_SPOOL_LIMITS = ("64MiB", "64MiB", "64KiB", "64MiB", "256KiB")


class Effort(NamedTuple):
    """What a process takes of the machine."""

    rss_mib: float
    files: int
    threads: int


NOTHING = Effort(0, 0, 0)


class Member:
    """One process, which keeps its place over restarts."""

    def __init__(self, name: str, folder: Path, disk: Disk) -> None:
        self.name = name
        self.disk = disk
        self._clock = folder / f"{name}.clock"
        self.log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None
        self.step_clock(0)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, f"{self.name} was not started"
        return self._process

    @property
    def has_ended(self) -> bool:
        """Whether it ended without being asked to."""
        return self._process is not None and self._process.poll() is not None

    def start(self) -> None:
        """Does nothing if it runs."""
        if self._process is not None:
            return
        variables = {**os.environ, "SOAK_CLOCK": str(self._clock), "PYTHONUNBUFFERED": "1", **self._variables()}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command(), cwd=_REPOSITORY, env=variables, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def kill(self) -> None:
        """SIGKILL; harmless when there is no process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """SIGINT; its exit status."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(_STOP_SECONDS)
        finally:
            self.kill()

    def signal(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def step_clock(self, offset_ns: int) -> None:
        clock.step(self._clock, offset_ns)

    def effort(self) -> Effort:
        """Zeros while it is away."""
        if self._process is None or self.has_ended:
            return NOTHING
        proc = Path("/proc") / str(self._process.pid)
        status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
        files = sum(1 for _ in (proc / "fd").iterdir())
        return Effort(int(status["VmRSS"].split()[0]) / 1024, files, int(status["Threads"]))

    def _command(self) -> Sequence[str]:
        raise NotImplementedError

    def _variables(self) -> dict[str, str]:
        return {}


class Leader(Member):
    """`flags` may be changed between two starts."""

    def __init__(self, folder: Path, disk: Disk, listen: str) -> None:
        super().__init__("leader", folder, disk)
        self.flags: tuple[str, ...] = ()
        self.metrics_dir = disk.folder / "metrics"
        self._listen = listen

    def _command(self) -> Sequence[str]:
        where = ("--listen", self._listen, "--metrics-dir", str(self.metrics_dir))
        # Little memory, so that most answers come from files as well, and what grows beyond it is seen.
        memory = ("--ring-snapshots", "400", "--cache-memory", "16MiB")
        how = ("--no-self", "--no-dashboard", "--report-interval", "0.5", *memory)
        return (sys.executable, "-m", "tests.soak.program", "leader", *where, *how, *self.flags)


class Node(Member):
    def __init__(self, number: int, folder: Path, disk: Disk, line: Line) -> None:
        super().__init__(f"node-{number}", folder, disk)
        self.line = line
        self.truth = Truth(folder / f"{self.name}.truth")
        self._limit = _SPOOL_LIMITS[number % len(_SPOOL_LIMITS)]

    def _command(self) -> Sequence[str]:
        where = ("--leader", self.line.address, "--node-id", self.name, "--spool-dir", str(self.disk.folder))
        how = ("--interval", str(_INTERVAL_SECONDS), "--spool-limit", self._limit)
        return (*self.line.command, sys.executable, "-m", "tests.soak.program", "node", *where, *how)

    def _variables(self) -> dict[str, str]:
        return {"SOAK_TRUTH": str(self.truth.log)}


class Swarm:
    """A leader and its nodes; everything they write is in one folder."""

    def __init__(self, folder: Path, count: int, places: Places, metrics_bytes: int) -> None:
        self.address = places.leader
        self.leader = Leader(folder, places.disk(folder / "disks" / "leader", metrics_bytes), places.listen)
        self.nodes = [
            Node(number, folder, places.disk(folder / "disks" / f"node-{number}", _SPOOL_BYTES), places.line(number))
            for number in range(count)
        ]

    def __iter__(self) -> Iterator[Member]:
        yield self.leader
        yield from self.nodes

    def kill(self) -> None:
        for member in self:
            member.kill()
