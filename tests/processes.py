"""Real processes for tests: a leader on a free loopback port, and a TCP proxy before it that can cut connections."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

T = TypeVar("T")
START_SECONDS = 20
STOP_SECONDS = 10
NODE = (sys.executable, "-m", "mcp_telemetry.cli.node")
LEADER = (sys.executable, "-m", "mcp_telemetry.cli.leader")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def patient(seconds: float) -> float:
    """Enough for what takes so long on a machine of its own: more by what there was to run beside it.

    Twice that, as the load is a mean of the minute before.
    """
    return 2 * seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def wait_until(result: Callable[[], T], seconds: float = 10) -> T:
    """The first true result; fails with the last one when there is none in time, on a machine as busy as this one."""
    deadline = time.monotonic() + patient(seconds)
    while not (value := result()):
        assert time.monotonic() < deadline, f"not within {seconds} s; last: {value!r}"
        time.sleep(0.02)
    return value


def start_node(leader: str, node_id: str, spool: Path, *flags: str) -> subprocess.Popen[bytes]:
    """An mcp-node that samples ten times a second."""
    where = ("--leader", leader, "--node-id", node_id, "--spool-dir", str(spool))
    return subprocess.Popen([*NODE, *where, "--interval", "0.1", *flags])


@contextlib.contextmanager
def killed_at_end() -> Iterator[list[subprocess.Popen[bytes]]]:
    """A list for processes, which are killed at the end if they are still there."""
    processes: list[subprocess.Popen[bytes]] = []
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


class LeaderProcess:
    """A leader on a loopback port of its own, which it keeps when it is started again.

    log: where what it says goes from the next start on; None for where the tests' own output goes
    files: how many it may open, soft and hard limit; None for as many as the tests
    """

    def __init__(self, metrics_dir: Path, *flags: str, self_node: bool = False, host: str = "127.0.0.1") -> None:
        self.address = f"{host}:{free_port()}"
        self.metrics_dir = metrics_dir
        where = ("--listen", self.address, "--metrics-dir", str(metrics_dir))
        self._command = [*LEADER, *where, *flags, *(() if self_node else ("--no-self",))]
        self._process: subprocess.Popen[bytes] | None = None
        self.log: Path | None = None
        self.files: tuple[int, int] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, seconds: float = START_SECONDS) -> None:
        """Returns when it serves."""
        with self._output() as output:
            process = self._process = subprocess.Popen([*self._limits(), *self._command], stderr=output)
        wait_until(lambda: _is_serving(self.address, process), seconds)

    def _limits(self) -> tuple[str, ...]:
        return () if self.files is None else ("prlimit", f"--nofile={self.files[0]}:{self.files[1]}")

    def _output(self) -> contextlib.AbstractContextManager[Any]:
        return contextlib.nullcontext() if self.log is None else self.log.open("ab")

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ctrl-C; it must end in order."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        self.wait(seconds)

    def wait(self, seconds: float = STOP_SECONDS, status: int = 0) -> None:
        """It must end in order, whoever asked it to; or with another status, if it cannot go on."""
        assert self._process is not None
        assert self._process.wait(seconds) == status

    def kill(self) -> None:
        """SIGKILL; harmless when it has ended."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def leader_process(metrics_dir: Path, *flags: str, self_node: bool = False) -> Iterator[LeaderProcess]:
    """A leader that serves; killed at the end if it is still there."""
    leader = LeaderProcess(metrics_dir, *flags, self_node=self_node)
    try:
        leader.start()
        yield leader
    finally:
        leader.kill()


@contextlib.contextmanager
def running_leader(metrics_dir: Path, *flags: str, self_node: bool = False) -> Iterator[str]:
    """A leader's address; at the end it must stop in order within ten seconds."""
    with leader_process(metrics_dir, *flags, self_node=self_node) as leader:
        yield leader.address
        leader.stop()


def _is_serving(address: str, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, f"the leader ended with {process.returncode}; its last words are above"
    with grpc.insecure_channel(address) as channel:
        try:
            check = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=1)
        except grpc.RpcError:
            return False
    return bool(check.status == health_pb2.HealthCheckResponse.SERVING)


class Proxy:
    """Passes bytes between its own port and `target`, until it is told to cut."""

    def __init__(self, target: str) -> None:
        self._host, _, self._port = target.rpartition(":")
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Proxy:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Breaks every connection, as a router does that loses its power."""
        for writer in self._writers:
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(self._host, self._port)
        except OSError:
            writer.transport.abort()
            return
        both = {writer, far_writer}
        self._writers |= both
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
        self._writers -= both


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await source.read(65536):
            sink.write(chunk)
            await sink.drain()
    sink.close()
