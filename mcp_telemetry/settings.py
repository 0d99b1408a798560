"""Every setting, once: its name, variable, flag, default and meaning.

A command's settings are the fields of one dataclass below. A flag wins over the environment variable, which wins over
the default. The README's table and `--help` are made from the same fields.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mcp_telemetry._version import __version__
from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.model.names import is_node_id

__all__ = [
    "DASHBOARDS_FOLDER",
    "EVENTS_FOLDER",
    "JOURNAL_FOLDER",
    "SPOOL_FOLDER",
    "DashboardSettings",
    "LeaderSettings",
    "NodeSettings",
    "Setting",
    "default_node_id",
    "load",
    "resolve",
    "settings_of",
]


# Beside the days in the metrics folder. Whoever reads that folder as one set of Parquet files skips an underscore.
JOURNAL_FOLDER = "_journal"
DASHBOARDS_FOLDER = "_dashboards"
SPOOL_FOLDER = "_spool"
EVENTS_FOLDER = "_events"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table. `parse` takes the text of a flag or variable and raises ValueError with the remedy."""

    field: str
    name: str
    default: str
    help: str
    parse: Callable[[str], Any]
    shown_default: str

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"MCP_{self.name.upper()}"

    @property
    def flag(self) -> str:
        """The long option; a switch that is on by default is turned off by `--no-…`."""
        dashed = self.name.replace("_", "-")
        return f"--no-{dashed}" if self.is_switch and self.default == "true" else f"--{dashed}"

    @property
    def is_switch(self) -> bool:
        """Whether the flag takes no value."""
        return self.parse is _switch


def _setting(
    default: str,
    help: str,  # noqa: A002
    parse: Callable[[str], Any] = str,
    name: str = "",
    shown_default: str = "",
) -> Any:
    row = {"default": default, "help": help, "parse": parse, "name": name, "shown_default": shown_default or default}
    return dataclasses.field(metadata=row)


def default_node_id() -> str:
    """The host name, with what a node_id cannot hold replaced."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname()).lstrip("._-")[:128] or "node"


# ---------------------------------------------------------------------------------------------------------------------
# What a value may be
# ---------------------------------------------------------------------------------------------------------------------


def _address(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or "/" in host or not _is_port(port):
        raise ValueError("want host:port, for instance localhost:50051")
    if ":" in host and re.fullmatch(r"\[[^\[\]]+\]", host) is None:
        raise ValueError("want an IPv6 host in brackets, for instance [::1]:50051")
    return text


def _addresses(text: str) -> tuple[str, ...]:
    return tuple(_address(part.strip()) for part in text.split(","))


def _port(text: str) -> int:
    if not _is_port(text):
        raise ValueError("want a port number, 0 to 65535 (0 takes any free one)")
    return int(text)


def _is_port(text: str) -> bool:
    return re.fullmatch(r"[0-9]{1,5}", text) is not None and int(text) <= 65535


def _seconds(text: str) -> float:
    return _seconds_from(0.05, text)


def _refresh(text: str) -> float:
    # A leader updates its watchers no faster.
    return _seconds_from(0.1, text)


def _seconds_from(least: float, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError("want a number of seconds") from None
    if not least <= value <= 86_400:
        raise ValueError(f"want {least:g} to 86400 seconds")
    return value


def _count(text: str) -> int:
    return _whole_from(0, text)


def _positive(text: str) -> int:
    return _whole_from(1, text)


def _whole_from(least: int, text: str) -> int:
    if re.fullmatch(r"[0-9]{1,12}", text) is None or int(text) < least:
        raise ValueError(f"want a whole number, {least} or more")
    return int(text)


_BYTE_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}


def _bytes(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,15})\s*([KMGT]?)(?:i?B)?", text)
    if match is None:
        raise ValueError("want a size in bytes, or like 64MiB, 2GiB or 1TiB")
    return int(match[1]) * _BYTE_UNITS[match[2]]


_DURATION_UNITS_S = {"h": 3600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400}


def _retention(text: str) -> int:
    match = re.fullmatch(r"([0-9]{1,6})([hdwy])|0", text)
    if match is None:
        raise ValueError("want a number of hours, days, weeks or years, like 12h, 7d, 4w or 2y, or 0 for ever")
    return int(match[1]) * _DURATION_UNITS_S[match[2]] if match[1] else 0


def _switch(text: str) -> bool:
    lowered = text.lower()
    if lowered not in {"true", "false", "1", "0", "yes", "no", "on", "off"}:
        raise ValueError("want true or false")
    return lowered in {"true", "1", "yes", "on"}


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ValueError("the home directory is not known: name a folder that begins with /") from None


def _node_id(text: str) -> str:
    if not text:
        return default_node_id()
    if not is_node_id(text):
        raise ValueError("want a letter or digit, then up to 127 letters, digits, '.', '_' or '-'")
    return text


def _labels(text: str) -> dict[str, str]:
    labels = dict(part.strip().partition("=")[::2] for part in text.split(",") if part.strip())
    if any(not name or not value for name, value in labels.items()):
        raise ValueError("want name=value,name=value")
    return labels


def _name(text: str) -> str:
    # Which engines there are is known where they are: settings are for a node, too, which has none.
    if re.fullmatch(r"[a-z][a-z0-9-]*", text) is None:
        raise ValueError("want a name, for instance parquet or json")
    return text


_ANY_HOST = "anything; on loopback, names of that"


def _hosts(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    if any(re.fullmatch(r"\*|[A-Za-z0-9._-]+|[0-9A-Fa-f:]+", name) is None for name in names):
        raise ValueError("want host names without ports, for instance monitor.example.com, or * for any")
    return names


_LOG_LEVELS = ("debug", "info", "warning", "error")


def _log_level(text: str) -> str:
    if text.lower() not in _LOG_LEVELS:
        raise ValueError(f"want one of {', '.join(_LOG_LEVELS)}")
    return text.lower()


# What `--help` shows in a value's place.
_METAVARS: dict[Callable[[str], Any], str] = {
    _address: "HOST:PORT",
    _addresses: "HOST:PORT,...",
    _port: "PORT",
    _seconds: "SECONDS",
    _retention: "TIME",
    _refresh: "SECONDS",
    _count: "COUNT",
    _positive: "COUNT",
    _bytes: "BYTES",
    _path: "DIR",
    _node_id: "ID",
    _labels: "NAME=VALUE,...",
    _hosts: "HOST,...",
    _name: "NAME",
    _log_level: "LEVEL",
    str: "HOST",
}


# ---------------------------------------------------------------------------------------------------------------------
# The table
# ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderSettings:
    """Settings of `mcp-leader`."""

    listen: str = _setting("0.0.0.0:50051", "Where nodes and gRPC clients connect.", _address)
    metrics_dir: Path = _setting("./metrics", "Folder of the journal and the hour files.", _path)
    storage: str = _setting("parquet", "What files hold: parquet a node's hour each, json a snapshot each.", _name)
    dashboard: bool = _setting("true", "Serve the dashboard, as a child process.", _switch)
    dashboard_host: str = _setting("0.0.0.0", "Where the dashboard listens.")
    dashboard_port: int = _setting("5000", "Port of the dashboard and the JSON API.", _port)
    dashboard_hosts: tuple[str, ...] = _setting(
        "", "name,name: what browsers may call it, or * for anything.", _hosts, shown_default=_ANY_HOST
    )
    dashboard_refresh_s: float = _setting("1", "Seconds between updates of an open page.", _refresh)
    dashboard_debug: bool = _setting("false", "Show tracebacks in the browser.", _switch)
    self_node: bool = _setting("true", "Report this host as a node, too.", _switch, "self")
    node_id: str = _setting("", "Name of this host as a node.", _node_id, shown_default="its host name")
    report_interval_s: float = _setting("5", "Seconds between the reports of a node that nobody watches.", _seconds)
    live_nodes: int = _setting("100", "Most nodes told to report every sample while somebody watches.", _count)
    window: int = _setting("20000", "Snapshots a node may send beyond the last acknowledged one.", _positive)
    ring_snapshots: int = _setting("3600", "Snapshots of each node kept in memory.", _positive)
    ring_memory_bytes: int = _setting("1GiB", "Memory of all rings; many nodes share it.", _bytes)
    cache_memory_bytes: int = _setting(
        "128MiB", "Memory for hours of samples that queries read from files lately.", _bytes
    )
    flush_interval_s: float = _setting("300", "Seconds between writes of the hour files.", _seconds)
    raw_retention_s: int = _setting("7d", "How long samples are kept: 12h, 7d, 4w, 2y; 0 for ever.", _retention)
    raw_limit_bytes: int = _setting("0", "Most they may take on disk; then the oldest day goes; 0: any.", _bytes)
    minute_retention_s: int = _setting("90d", "How long minute rollups are kept.", _retention)
    minute_limit_bytes: int = _setting("0", "Most they may take on disk; then the oldest day goes; 0: any.", _bytes)
    hour_retention_s: int = _setting("2y", "How long hour rollups are kept.", _retention)
    hour_limit_bytes: int = _setting("0", "Most they may take on disk; then the oldest month goes; 0: any.", _bytes)
    max_nodes: int = _setting("20000", "Nodes remembered; then the one away longest is forgotten.", _positive)
    max_columns: int = _setting(
        "2000", "Different columns of a node within an hour; a snapshot with more is rejected.", _positive
    )
    log_level: str = _setting("info", "One of debug, info, warning, error.", _log_level)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """Settings of `mcp-node`, and of MonitoringService."""

    leader: tuple[str, ...] = _setting(
        "localhost:50051", "host:port of the leader; of a comma list the next is tried when one fails.", _addresses
    )
    node_id: str = _setting("", "Name of this node.", _node_id, shown_default="the host name")
    interval_s: float = _setting("1", "Seconds between two snapshots.", _seconds)
    spool_dir: Path = _setting(
        "~/.local/state/mcp-telemetry", "Folder for what the leader has not yet acknowledged.", _path
    )
    spool_limit_bytes: int = _setting(
        "64MiB", "Most that folder may hold; then the oldest goes, and is counted.", _bytes
    )
    labels: dict[str, str] = _setting(
        "", "name=value,name=value: shown in the dashboard, and found by its search.", _labels, shown_default="none"
    )
    top_processes: int = _setting("0", "Report the so many busiest processes, by name (costs CPU).", _count)
    log_level: str = _setting("info", "One of debug, info, warning, error.", _log_level)


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardSettings:
    """Settings of `mcp-dashboard`."""

    leader: str = _setting("localhost:50051", "host:port of the leader.", _address)
    dashboard_host: str = _setting("0.0.0.0", "Where the dashboard listens.")
    dashboard_port: int = _setting("5000", "Port of the dashboard and the JSON API.", _port)
    dashboard_hosts: tuple[str, ...] = _setting(
        "", "name,name: what browsers may call it, or * for anything.", _hosts, shown_default=_ANY_HOST
    )
    dashboard_refresh_s: float = _setting("1", "Seconds between updates of an open page.", _refresh)
    dashboard_debug: bool = _setting("false", "Show tracebacks in the browser.", _switch)
    log_level: str = _setting("info", "One of debug, info, warning, error.", _log_level)


# ---------------------------------------------------------------------------------------------------------------------
# Reading it
# ---------------------------------------------------------------------------------------------------------------------

S = TypeVar("S", LeaderSettings, NodeSettings, DashboardSettings)


def settings_of(command: type[S]) -> tuple[Setting, ...]:
    """The rows of one command's table, in the order they are declared."""
    return tuple(_row(field) for field in dataclasses.fields(command))


def _row(field: dataclasses.Field[Any]) -> Setting:
    name = field.metadata["name"] or field.name.removesuffix("_s").removesuffix("_bytes")
    return Setting(field=field.name, **{**field.metadata, "name": name})


def load(command: type[S], argv: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ) -> S:
    """Flags over variables over defaults; exits with a usage message that names the value and the remedy."""
    parser = _parser(command)
    flags = vars(parser.parse_args(argv))
    try:
        return resolve(command, {name: value for name, value in flags.items() if value is not None}, environ)
    except ConfigurationError as error:
        parser.error(str(error))


def resolve(command: type[S], given: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> S:
    """Settings from texts by field name, the environment and the defaults; ConfigurationError for a bad text."""
    return command(**{row.field: _value(row, given, environ) for row in settings_of(command)})


def _value(row: Setting, given: Mapping[str, str], environ: Mapping[str, str]) -> Any:
    # A variable that is set to nothing counts as not set, as compose files and unit files leave them.
    sources = ((row.flag, given.get(row.field)), (row.variable, environ.get(row.variable) or None))
    default = (f"the default of {row.flag} ({row.variable})", row.default)
    source, text = next(((name, text) for name, text in sources if text is not None), default)
    try:
        return row.parse(text)
    except ValueError as error:
        raise ConfigurationError(f"{source} is {text!r}: {error}") from None


_PROGRAMS = {
    LeaderSettings: ("mcp-leader", "Receive, keep and serve the metrics of a swarm of MCP servers."),
    NodeSettings: ("mcp-node", "Report this host to a leader."),
    DashboardSettings: ("mcp-dashboard", "Show a leader's nodes in the browser, and as JSON."),
}


def _parser(command: type[S]) -> argparse.ArgumentParser:
    program, description = _PROGRAMS[command]
    parser = argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog="Each option can be set by the variable in brackets; an option wins.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    for row in settings_of(command):
        _add(parser, row)
    return parser


def _add(parser: argparse.ArgumentParser, row: Setting) -> None:
    shown = f"{row.help} [{row.variable}, default {row.shown_default}]".replace("%", "%%")
    if row.is_switch:
        off = row.default == "true"
        turned = "Turn this off: " if off else ""
        parser.add_argument(row.flag, dest=row.field, action="store_const", const=str(not off), help=turned + shown)
    else:
        parser.add_argument(row.flag, dest=row.field, metavar=_METAVARS[row.parse], help=shown)
