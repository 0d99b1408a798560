"""The programs we are measured beside, from Debian: each on loopback, with its data in a temporary folder."""

from __future__ import annotations

import contextlib
import functools
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.children import free_port, running, wait_for_port

__all__ = [
    "NotInstalledError",
    "Server",
    "netdata",
    "node_exporter",
    "prometheus",
    "scratch_folder",
    "victoria_metrics",
]


class NotInstalledError(Exception):
    """A competitor is missing and cannot be installed; says what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running program: its process and the loopback port it serves."""

    pid: int
    port: int

    @property
    def address(self) -> str:
        """host:port"""
        return f"127.0.0.1:{self.port}"


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """An empty folder on a real disk, gone afterwards: in memory, making data durable would cost nothing."""
    with tempfile.TemporaryDirectory(prefix="mcp-bench-", dir="/var/tmp", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextlib.contextmanager
def serving(command: Sequence[str], port: int) -> Iterator[Server]:
    """A program that listens on `port` once it is ready."""
    with running(command) as child:
        wait_for_port(port)
        yield Server(child.pid, port)


@contextlib.contextmanager
def node_exporter() -> Iterator[Server]:
    """With its default collectors; costs nothing until it is scraped."""
    program, port = find("prometheus-node-exporter", "prometheus-node-exporter"), free_port()
    with serving([program, f"--web.listen-address=127.0.0.1:{port}"], port) as server:
        yield server


@contextlib.contextmanager
def netdata() -> Iterator[Server]:
    """With its default collectors, once a second; no cloud, registry or statistics."""
    program, port = find("netdata", "netdata"), free_port()
    with scratch_folder() as folder:
        config = _netdata_config(folder, port)
        with serving([program, "-D", "-c", str(config)], port) as server:
            yield server


@contextlib.contextmanager
def victoria_metrics() -> Iterator[Server]:
    """A single node with its default settings."""
    program, port = find("victoria-metrics", "victoria-metrics"), free_port()
    with scratch_folder() as folder:
        options = [f"-httpListenAddr=127.0.0.1:{port}", f"-storageDataPath={folder}", "-loggerLevel=ERROR"]
        with serving([program, *options], port) as server:
            yield server


@contextlib.contextmanager
def prometheus() -> Iterator[Server]:
    """Scraping nothing, taking remote writes; it serves 512 connections unless told otherwise."""
    program, port = find("prometheus", "prometheus"), free_port()
    with scratch_folder() as folder:
        (folder / "prometheus.yml").write_text("global: {}\n")
        options = [
            f"--config.file={folder}/prometheus.yml",
            f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}",
            "--web.enable-remote-write-receiver",
            "--web.max-connections=20000",
            "--log.level=error",
        ]
        with serving([program, *options], port) as server:
            yield server


@functools.cache
def find(program: str, package: str) -> str:
    """Where a program is, installed from Debian if it is missing and we may; NotInstalledError otherwise."""
    if (path := _which(program)) is None:
        _install(package)
        path = _which(program)
    if path is None:
        raise NotInstalledError(f"{program} is not here: apt-get install {package}")
    return path


def _which(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")


def _install(package: str) -> None:
    """Without starting the services that Debian's packages bring; nothing happens where we may not."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print(f"Installing {package} to measure beside it", file=sys.stderr)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["apt-get", "-qq", "update"], ["apt-get", "-qq", "install", "-y", package]):
        subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def _netdata_config(folder: Path, port: int) -> Path:
    """All that netdata writes goes to `folder`, and nothing leaves the machine."""
    for name in ("cache", "lib/cloud.d", "log", "config"):
        (folder / name).mkdir(parents=True)
    (folder / "lib/cloud.d/cloud.conf").write_text("[global]\n    enabled = no\n")
    (folder / "config/.opt-out-from-anonymous-statistics").touch()
    directories = "".join(f"    {name} = {folder / name}\n" for name in ("cache", "lib", "log", "config"))
    config = folder / "netdata.conf"
    config.write_text(
        f"[global]\n    run as user = {_user_name()}\n[directories]\n{directories}"
        f"[web]\n    bind to = 127.0.0.1:{port}\n[registry]\n    enabled = no\n[cloud]\n    enabled = no\n"
    )
    return config


def _user_name() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name
