"""`make run` in a terminal: a page with a node, and after Ctrl-C nothing is left."""

from __future__ import annotations

import contextlib
import os
import pty
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from tests.processes import free_port, patient, wait_until

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 5
CTRL_C = b"\x03"


@dataclass
class Terminal:
    pid: int
    keyboard: int
    ports: tuple[int, int]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[1]}"

    def is_live(self) -> bool:
        """Whether the page is there, and the leader's own host is on it with figures."""
        try:
            return httpx.get(self.url).status_code == 200 and bool(httpx.get(f"{self.url}/api/metrics/summary").json())
        except httpx.HTTPError:
            return False


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A session leader with a terminal of its own, as a shell is, that became `make run` in this environment."""
    ports = free_port(), free_port()
    settings = f"--listen 127.0.0.1:{ports[0]} --dashboard-host 127.0.0.1 --dashboard-port {ports[1]}"
    installed = Path(sys.prefix) / "installed-all"
    command = ["make", "-C", str(ROOT), "run", f"VENV={sys.prefix}", "-o", str(installed)]
    pid, keyboard = pty.fork()
    if pid == 0:
        os.execvp("make", [*command, f"ARGS={settings} --metrics-dir {tmp_path}"])
    threading.Thread(target=show, args=[keyboard], daemon=True).start()
    try:
        yield Terminal(pid, keyboard, ports)
    finally:
        os.close(keyboard)


def show(screen: int) -> None:
    """What is not read would fill the terminal, and stop who writes to it."""
    with contextlib.suppress(OSError):
        while text := os.read(screen, 65536):
            print(text.decode(errors="replace"), end="")


def test_it_shows_this_host_and_ctrl_c_ends_all_of_it_in_time_with_status_0(terminal: Terminal) -> None:
    wait_until(terminal.is_live, 30)
    started = psutil.Process(terminal.pid).children(recursive=True)
    assert len(started) >= 3, "the leader, its node and its dashboard"

    began = time.monotonic()
    os.write(terminal.keyboard, CTRL_C)
    wait_until(lambda: all(not process.is_running() for process in started), STOP_SECONDS)
    _, status = os.waitpid(terminal.pid, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert time.monotonic() - began < patient(STOP_SECONDS)
    assert [port for port in terminal.ports if is_taken(port)] == []


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
