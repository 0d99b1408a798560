"""The formats by the ends of file names, and the files of them under a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.formats.csv import read_csv
from mcp_telemetry.formats.json_snapshots import read_json
from mcp_telemetry.formats.ndjson import read_ndjson
from mcp_telemetry.formats.parquet import read_parquet
from mcp_telemetry.formats.reading import Read

__all__ = ["READERS", "find_files"]

READERS: dict[str, Read] = {
    ".json": read_json,
    ".ndjson": read_ndjson,
    ".jsonl": read_ndjson,
    ".csv": read_csv,
    ".parquet": read_parquet,
}


def find_files(path: Path) -> Iterator[Path]:
    """The files that can be read under a folder, in order of their names; or the file itself.

    Hidden ones, and folders whose names begin with an underscore (a leader's own), are not looked at.
    ConfigurationError for a path that is not there, or a file of no known format.
    """
    if path.is_dir():
        yield from _within(path)
    elif not path.exists():
        raise ConfigurationError(f"{path} is not there: name a file or a folder of {', '.join(READERS)} files")
    elif path.suffix.lower() not in READERS:
        raise ConfigurationError(f"{path} is none of {', '.join(READERS)}: give it the ending of its format")
    else:
        yield path


def _within(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted(names):
            if not name.startswith(".") and name.lower().endswith(tuple(READERS)):
                yield Path(parent, name)


def _refuse(error: OSError) -> None:
    raise ConfigurationError(f"cannot list {error.filename}: {error.strerror}; give this user the right to read it")
