"""The files of a folder in plain JSON, one a snapshot: whether each can be read, and is what its name says, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from itertools import groupby

from mcp_telemetry.doctor.finding import Finding, Severity
from mcp_telemetry.doctor.folder import Entry, Folder, Kind
from mcp_telemetry.doctor.mending import put_aside
from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.model.names import is_node_id
from mcp_telemetry.storage.engines import storage_in
from mcp_telemetry.storage.json_codec import decode
from mcp_telemetry.storage.json_files import JsonFiles
from mcp_telemetry.storage.json_layout import SECOND_NS, JsonLayout, parse_name
from mcp_telemetry.storage.snapshots import Snapshot, rows_of

__all__ = ["engines", "snapshots"]

# Whatever stands in a file of JSON, one of these is what comes of taking it for a snapshot.
_NO_SNAPSHOT = (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError)
_Key = tuple[str, str, int]


def engines(folder: Folder) -> Iterator[Finding]:
    """Whether all days are of one engine: a leader starts with no other."""
    try:
        storage_in(folder.path)
    except ConfigurationError as error:
        remedy = "move the days of one of them to a folder of their own"
        yield Finding(Severity.ERROR, "two-engines", folder.path, str(error), remedy)


def snapshots(folder: Folder) -> Iterator[Finding]:
    """Every file, day by day; what is twice within a day is found."""
    of_days = (entry for entry in folder.entries() if entry.kind is Kind.SNAPSHOT)
    for day, entries in groupby(of_days, key=lambda entry: entry.path.parent):
        folder.progress(f"snapshots of {day.name}", 0, 1)
        keys: set[_Key] = set()
        for entry in entries:
            yield from _snapshot(folder, entry, keys)


def _snapshot(folder: Folder, entry: Entry, keys: set[_Key]) -> Iterator[Finding]:
    path = entry.path
    try:
        owner, snapshot = decode(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return
    except _NO_SNAPSHOT as error:
        what, remedy = f"it is no snapshot ({error!r})", "set it aside; mcp-telemetry import reads what others wrote"
        yield Finding(Severity.ERROR, "snapshot-unreadable", path, what, remedy, partial(put_aside, path))
        return
    folder.seen["snapshots"] += 1
    key = (owner, *snapshot.key)
    if not _is_in_place(folder, entry, owner, snapshot):
        what = f"it holds a snapshot of node {owner} of another time or node than its name says"
        repair = partial(_move, folder, entry, owner, snapshot) if is_node_id(owner) else None
        yield Finding(Severity.ERROR, "snapshot-misplaced", path, what, "store it where it belongs", repair)
    elif key in keys:
        what = f"sequence {snapshot.sequence} of instance {snapshot.instance_id} is stored twice"
        yield Finding(Severity.ERROR, "snapshot-duplicate", path, what, "set it aside", partial(put_aside, path))
    else:
        keys.add(key)


def _is_in_place(folder: Folder, entry: Entry, owner: str, snapshot: Snapshot) -> bool:
    name = parse_name(entry.path.name)
    number = name.number if name else 0
    return JsonLayout(folder.path).path(owner, snapshot.time_ns // SECOND_NS, number) == entry.path


def _move(folder: Folder, entry: Entry, owner: str, snapshot: Snapshot) -> str:
    """Stored first where it belongs, and then set aside here: killed between the two it is there twice, and found."""
    JsonFiles(folder.path).write(owner, rows_of([snapshot]))
    return f"stored where it belongs, and {put_aside(entry.path)}"
