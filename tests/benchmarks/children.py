"""Starting what is measured and what loads it, and ending it whatever happens."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tests.benchmarks.procfs import descendants

__all__ = ["free_port", "python_module", "read_json", "running", "wait_for_port", "wait_until"]

_ENOUGH_TO_STOP_S = 20.0


@contextlib.contextmanager
def running(command: Sequence[str], *, reads: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A child process, ended by its id at the end of the block: politely first.

    What it writes goes to a file that an error quotes; with `reads`, its standard output is a pipe for the caller.
    """
    with tempfile.TemporaryFile("w+") as log:
        output = subprocess.PIPE if reads else log
        child = subprocess.Popen(command, stdout=output, stderr=log, text=True)
        try:
            yield child
        except Exception as error:
            log.seek(0)
            error.add_note(f"{' '.join(command)} wrote: {log.read()[-2000:]}")
            raise
        finally:
            _end(child)


def _end(child: subprocess.Popen[str]) -> None:
    """Asks the child to stop, then insists; what it started and left behind is ended too."""
    family = descendants(child.pid)
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(_ENOUGH_TO_STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    for pid in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def python_module(name: str, *arguments: str) -> list[str]:
    """The command that runs a module of this project with this interpreter."""
    return [sys.executable, "-m", name, *arguments]


def read_json(child: subprocess.Popen[str]) -> dict[str, Any]:
    """The next line a child prints, as JSON; RuntimeError if it ended instead."""
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        raise RuntimeError(f"process {child.pid} ended with {child.wait()} before it had said anything")
    result: dict[str, Any] = json.loads(line)
    return result


def free_port() -> int:
    """A port on loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def wait_for_port(port: int, timeout_s: float = 30.0) -> None:
    """Until something on loopback accepts connections there; TimeoutError if nothing does."""

    def accepts() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
            return True
        return False

    wait_until(accepts, timeout_s, f"nothing listens on 127.0.0.1:{port}")


def wait_until(is_so: Callable[[], bool], timeout_s: float, otherwise: str) -> None:
    """Polls until `is_so()`; TimeoutError(otherwise) when that takes too long."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{otherwise} after {timeout_s:g} s")
        time.sleep(0.05)
