"""Where a swarm lives: a private world of network, mounts and processes, which vanishes with its first process.

In it each node has a network namespace with a line of its own to the leader, and small disks can be mounted. Where the
system grants no such world, nodes reach the leader through a proxy, and disks are plain folders.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from tests.processes import Proxy, free_port

__all__ = ["Disk", "Line", "Places", "PlainPlaces", "PrivatePlaces", "enter_private_world", "why_not_private"]

_INSIDE = "SOAK_INSIDE"
_WORLD = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
# In a private world nobody else's run-time files are of interest, and `ip netns` can keep its own there.
_OWN_RUN = "mount -t tmpfs soak /run"
_NETNS = Path("/run/netns")
_PORT = 50051
_NOBODY = "02:00:00:00:00:99"  # the address of no network card
_MS_NOATIME = 1024


def why_not_private() -> str:
    """Empty inside a private world; otherwise why there is none."""
    return "" if os.environ.get(_INSIDE) == "yes" else os.environ.get(_INSIDE, "not asked for")


def enter_private_world(arguments: Sequence[str]) -> None:
    """Begin again inside a private world, if there can be one; returns if not, or inside it."""
    if _INSIDE in os.environ:
        return
    for world in (_WORLD, (*_WORLD, "--map-root-user")):
        probe = [*world, "sh", "-c", f"command -v ss nsenter && {_OWN_RUN} && ip netns add probe"]
        try:
            refusal = subprocess.run(probe, capture_output=True, text=True, timeout=20)
        except (OSError, subprocess.TimeoutExpired) as error:
            os.environ[_INSIDE] = str(error)
            return
        if refusal.returncode == 0:
            os.environ[_INSIDE] = "yes"
            os.execvp(world[0], [*world, sys.executable, "-m", "tests.soak", *arguments])
        os.environ[_INSIDE] = refusal.stderr.strip().replace("\n", "; ") or f"exit status {refusal.returncode}"


# ---------------------------------------------------------------------------------------------------------------------
# Lines
# ---------------------------------------------------------------------------------------------------------------------


class Line(Protocol):
    """What connects one node to the leader.

    address: where the node finds the leader; command: what goes before the node's own
    """

    address: str
    command: tuple[str, ...]

    def break_(self, way: str) -> None:
        """Break it until it is mended: cut (nothing passes), mute (nothing to the leader), deaf (nothing back)."""

    def mend(self) -> None:
        """Have everything pass again."""

    def reset(self) -> None:
        """End its connections with RST; new ones can be made."""


class _Cable:
    """A pair of virtual network cards, one of them in a namespace of the node's own."""

    def __init__(self, number: int) -> None:
        self._here, self._node = f"10.77.{number}.1", f"10.77.{number}.2"
        self._card, self._namespace = f"soak{number}", f"node{number}"
        self.address = f"{self._here}:{_PORT}"
        self.command = ("nsenter", f"--net={_NETNS / self._namespace}")
        _run(f"ip netns add {self._namespace}")
        _run(f"ip link add {self._card} type veth peer name line netns {self._namespace}")
        _run(f"ip addr add {self._here}/30 dev {self._card}")
        _run(f"ip link set {self._card} up")
        for command in (f"addr add {self._node}/30 dev line", "link set line up", "link set lo up"):
            _run(f"ip -n {self._namespace} {command}")

    def break_(self, way: str) -> None:
        if way == "cut":
            _run(f"ip link set {self._card} down")
        elif way == "mute":
            _run(f"ip -n {self._namespace} neigh replace {self._here} lladdr {_NOBODY} nud permanent dev line")
        else:
            _run(f"ip neigh replace {self._node} lladdr {_NOBODY} nud permanent dev {self._card}")

    def mend(self) -> None:
        _run(f"ip link set {self._card} up")
        _run(f"ip -n {self._namespace} neigh flush dev line nud permanent")
        _run(f"ip neigh flush dev {self._card} nud permanent")

    def reset(self) -> None:
        # It answers "Invalid argument" when one of them ended by itself meanwhile.
        subprocess.run(["ss", "-K", "dst", self._node], capture_output=True, check=False)


class _Proxied:
    """A proxy that can only end connections."""

    command = ()

    def __init__(self, leader: str, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._proxy = asyncio.run_coroutine_threadsafe(Proxy(leader).__aenter__(), loop).result(10)
        self.address = self._proxy.address

    def break_(self, way: str) -> None:
        raise NotImplementedError(way)

    def mend(self) -> None:
        pass

    def reset(self) -> None:
        self._loop.call_soon_threadsafe(self._proxy.cut)


# ---------------------------------------------------------------------------------------------------------------------
# Disks
# ---------------------------------------------------------------------------------------------------------------------


class Disk:
    """A folder; a small file system of its own, if it has a size, that a file can fill."""

    def __init__(self, folder: Path, size_bytes: int = 0) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"
        self._freed_at = -math.inf
        folder.mkdir(parents=True)
        if size_bytes and _libc().mount(b"soak", bytes(folder), b"tmpfs", _MS_NOATIME, b"size=%d" % size_bytes):
            raise OSError(ctypes.get_errno(), f"cannot mount a small disk at {folder}")

    def fill(self, free_bytes: int) -> None:
        """Leave room for so many bytes, or for what there is if that is less."""
        fd = os.open(self._ballast, os.O_CREAT | os.O_RDWR)
        try:
            while (size := self._free_bytes() - free_bytes) > 0:
                with contextlib.suppress(OSError):  # others write, too: then there is less than there was
                    os.posix_fallocate(fd, 0, os.fstat(fd).st_size + size)
        finally:
            os.close(fd)

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)
        self._freed_at = time.monotonic()

    def _free_bytes(self) -> int:
        state = os.statvfs(self.folder)
        return state.f_bavail * state.f_frsize

    def was_full_within(self, seconds: float) -> bool:
        """Whether it is full, or was so recently."""
        return self._ballast.exists() or time.monotonic() - self._freed_at < seconds


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


# ---------------------------------------------------------------------------------------------------------------------
# Both
# ---------------------------------------------------------------------------------------------------------------------


class Places(Protocol):
    """listen: where the leader listens; leader: where this process finds it"""

    listen: str
    leader: str

    def line(self, number: int) -> Line:
        """The line of one node."""

    def disk(self, folder: Path, size_bytes: int) -> Disk:
        """A disk of that size, or a plain folder."""


class PrivatePlaces:
    listen = f"0.0.0.0:{_PORT}"
    leader = f"127.0.0.1:{_PORT}"

    def __init__(self) -> None:
        _run(_OWN_RUN)
        _run("ip link set lo up")

    def line(self, number: int) -> Line:
        return _Cable(number)

    def disk(self, folder: Path, size_bytes: int) -> Disk:
        return Disk(folder, size_bytes)


class PlainPlaces:
    def __init__(self) -> None:
        self.listen = self.leader = f"127.0.0.1:{free_port()}"
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

    def line(self, number: int) -> Line:
        return _Proxied(self.leader, self._loop)

    def disk(self, folder: Path, size_bytes: int) -> Disk:
        return Disk(folder)


def _run(command: str) -> None:
    subprocess.run(command.split(), check=True, capture_output=True, timeout=10)
