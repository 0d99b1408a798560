"""The kept dashboards: whether the leader can read them, and what else lies in their folder."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from mcp_telemetry.doctor.finding import Finding, Severity
from mcp_telemetry.doctor.folder import DAMAGED, Folder
from mcp_telemetry.doctor.mending import put_aside
from mcp_telemetry.errors import CorruptionError, StorageError
from mcp_telemetry.model.dashboards import is_dashboard_id
from mcp_telemetry.settings import DASHBOARDS_FOLDER
from mcp_telemetry.storage.dashboard_files import read_dashboard
from mcp_telemetry.storage.layout import is_temporary

__all__ = ["dashboards"]


def dashboards(folder: Folder) -> Iterator[Finding]:
    """Everything in their folder; whether a user may read it, `permissions` tells."""
    for path in sorted((folder.path / DASHBOARDS_FOLDER).glob("*")):
        finding = _finding(path, folder)
        if finding is not None:
            yield finding


def _finding(path: Path, folder: Folder) -> Finding | None:
    if is_temporary(path.name):
        return None if folder.is_live else _leftover(path)
    if path.name.startswith(DAMAGED):
        what = "kept because it could not be read"
        return Finding(Severity.INFO, "set-aside", path, what, "have a look at it, or remove it")
    if path.suffix != ".json" or not is_dashboard_id(path.stem):
        what = "nothing here wrote this, and nothing reads it"
        return Finding(Severity.WARNING, "unknown-file", path, what, "move it out of the metrics folder")
    folder.seen["dashboards"] += 1
    return _damage(path)


def _leftover(path: Path) -> Finding:
    what = "a write that never ended left it; the dashboard itself is as it was before"
    return Finding(Severity.WARNING, "leftover", path, what, "remove it", partial(_remove, path))


def _damage(path: Path) -> Finding | None:
    try:
        read_dashboard(path)
    except CorruptionError as error:
        remedy = "mend it, or put back a copy of it; or set it aside, so that its id is free again"
        return Finding(Severity.ERROR, "dashboard-damaged", path, str(error), remedy, partial(put_aside, path))
    except StorageError:
        return None  # it went meanwhile, or belongs to somebody else
    return None


def _remove(path: Path) -> str:
    path.unlink(missing_ok=True)
    return "removed"
