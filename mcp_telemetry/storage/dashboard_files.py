"""One JSON file a dashboard: `<folder>/<id>.json`, replaced as a whole, so a power cut leaves the old or the new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from mcp_telemetry.errors import CorruptionError, InvalidDashboardError
from mcp_telemetry.model.dashboards import MOST_BYTES, check, from_json, is_dashboard_id, settle
from mcp_telemetry.storage.atomic import make_folder, remove_leftovers, replace, storage_errors, sync_folder
from mcp_telemetry.storage.layout import is_temporary
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["DashboardFiles", "read_dashboard"]


class DashboardFiles:
    """The files of one folder, which is made when the first is written. StorageError when the disk fails or is full."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self) -> int:
        """Remove what interrupted writes left; returns how many files those were."""
        return remove_leftovers(self.folder, self._leftovers)

    def paths(self) -> Iterator[Path]:
        """The files that may hold a dashboard, by id."""
        with storage_errors("list", self.folder):
            found = sorted(self.folder.glob("*.json"))
        return (path for path in found if is_dashboard_id(path.stem))

    def exists(self, dashboard_id: str) -> bool:
        """Whether a file has this name, readable or not."""
        return self._path(dashboard_id).exists()

    def read(self, dashboard_id: str) -> pb.Dashboard:
        """CorruptionError if it cannot be understood."""
        return read_dashboard(self._path(dashboard_id))

    def write(self, dashboard_id: str, content: bytes) -> None:
        """In place of what was there; on disk when this returns."""
        make_folder(self.folder)
        replace(self._path(dashboard_id), memoryview(content))

    def remove(self, dashboard_id: str) -> None:
        """For good when this returns."""
        with storage_errors("remove", self._path(dashboard_id)):
            self._path(dashboard_id).unlink(missing_ok=True)
            sync_folder(self.folder)

    def _path(self, dashboard_id: str) -> Path:
        return self.folder / f"{dashboard_id}.json"

    def _leftovers(self) -> list[Path]:
        return [path for path in self.folder.glob(".*") if is_temporary(path.name)]


def read_dashboard(path: Path) -> pb.Dashboard:
    """The dashboard in a file, under the file's name; CorruptionError if it cannot be understood."""
    with storage_errors("read", path), path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    try:
        if len(content) > MOST_BYTES:
            raise InvalidDashboardError(f"it has more than {MOST_BYTES} bytes")
        dashboard = from_json(content, of_newer=True)
        dashboard.id = path.stem
        check(dashboard)
    except InvalidDashboardError as error:
        raise CorruptionError(f"{path}: {error}") from error
    settle(dashboard)
    return dashboard
