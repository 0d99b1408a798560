"""The storage engines by the names that `--storage` takes, and which of them a folder is of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from os import scandir
from pathlib import Path
from typing import NamedTuple

from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.storage.atomic import storage_errors
from mcp_telemetry.storage.contract import Storage
from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.json_files import JsonFiles
from mcp_telemetry.storage.json_layout import parse_name
from mcp_telemetry.storage.layout import Layout, day_name, is_hour_file

__all__ = ["DEFAULT_ENGINE", "ENGINES", "engine_in", "make_storage", "storage_in"]

# A day's folder is of one engine: a few of its files tell of which.
_FILES_LOOKED_AT = 100


class Engine(NamedTuple):
    """make: the engine on a metrics folder; owns: whether a file of this name in a day's folder is its own."""

    make: Callable[[Path], Storage]
    owns: Callable[[str], bool] = lambda name: False


ENGINES: dict[str, Engine] = {
    "parquet": Engine(HourFiles, is_hour_file),
    "json": Engine(JsonFiles, lambda name: parse_name(name) is not None),
}
DEFAULT_ENGINE = "parquet"


def make_storage(name: str, folder: Path) -> Storage:
    """The engine of this name on a metrics folder; ConfigurationError if there is none, or another's data is there."""
    if name not in ENGINES:
        raise ConfigurationError(f"--storage is {name!r}: want one of {', '.join(ENGINES)}")
    other = next((found for found in _found_in(folder) if found[0] != name), None)
    if other is not None:
        raise ConfigurationError(
            f"{folder} holds data of --storage {other[0]} ({other[1]}), which --storage {name} does not read: "
            f"take --storage {other[0]}, or name a new folder and fill it with "
            f"mcp-telemetry import {folder} --metrics-dir NEW --storage {name}"
        )
    return ENGINES[name].make(folder)


def storage_in(folder: Path) -> Storage:
    """The engine whose data a folder holds; the default one for a folder without any."""
    return make_storage(engine_in(folder), folder)


def engine_in(folder: Path) -> str:
    """The name of the engine whose data a folder holds; the default one for a folder without any."""
    return next((name for name, _ in _found_in(folder)), DEFAULT_ENGINE)


def _found_in(folder: Path) -> Iterator[tuple[str, Path]]:
    """Of each day the engine that wrote it, and one of its files."""
    with storage_errors("list", folder):
        for day in Layout(folder).days():
            yield from _owner(folder / day_name(day))


def _owner(folder: Path) -> list[tuple[str, Path]]:
    with closing(scandir(folder)) as entries:
        names = [entry.name for entry in islice(entries, _FILES_LOOKED_AT)]
    owners = {name: folder / file for file in names for name, engine in ENGINES.items() if engine.owns(file)}
    return list(owners.items())
