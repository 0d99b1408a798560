"""The process: how it starts, and that it always ends."""

from __future__ import annotations

import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from dashboard.live import MAX_MESSAGE_BYTES
from tests.processes import free_port, patient, wait_until


def command(port: int, *more: str) -> list[str]:
    where = ["--dashboard-host", "127.0.0.1", "--dashboard-port", str(port)]
    return [sys.executable, "-m", "dashboard", "--leader", "127.0.0.1:1", *where, *more]


def is_up(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").is_success
    except httpx.TransportError:
        return False


@contextmanager
def running(port: int, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command(port), env={**os.environ, **environ})
    try:
        wait_until(lambda: is_up(port), 20)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_sockets_open(number: signal.Signals) -> None:
    port = free_port()
    with running(port) as process, connect(f"ws://127.0.0.1:{port}/live") as browser:
        browser.send('{"look_at": ["status", "fleet"]}')
        assert browser.recv(timeout=5)
        process.send_signal(number)
        assert process.wait(patient(10)) == 0, "uvicorn would wait for ever for the socket"
        with pytest.raises(ConnectionClosed):
            while True:
                browser.recv(timeout=5)


def test_bodies_that_never_come_keep_nobody_from_the_pages() -> None:
    port = free_port()
    head = b"POST /_dash-update-component HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n{"
    with running(port), ExitStack() as idle:
        for _ in range(20):
            idle.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(head)
        assert httpx.get(f"http://127.0.0.1:{port}/", timeout=8).is_success


def test_it_ends_with_the_process_that_started_it() -> None:
    port = free_port()
    script = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen(sys.argv[1:], env={**os.environ, 'MCP_PARENT_PID': str(os.getpid())})\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, *command(port)], stdout=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: is_up(port), 20)
    finally:
        parent.kill()
        parent.communicate()
    wait_until(lambda: not is_up(port), 5)


def test_a_taken_port_is_one_line_that_names_it_and_the_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(command(port), capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"port {port}" in done.stderr
    assert "--dashboard-port" in done.stderr


def test_a_message_over_the_bound_ends_the_socket() -> None:
    port = free_port()
    with running(port), connect(f"ws://127.0.0.1:{port}/live") as browser:
        # The beginning of a masked text tells its length, and that is enough.
        browser.socket.sendall(struct.pack("!BBQI", 0x81, 0x80 | 127, MAX_MESSAGE_BYTES + 1, 0))
        with pytest.raises(ConnectionClosed) as ended:
            browser.recv(timeout=5)
        assert ended.value.rcvd is not None
        assert ended.value.rcvd.code == 1009
