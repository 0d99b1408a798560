"""The kept dashboards: an index in memory, the dashboards themselves in files."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from mcp_telemetry.errors import (
    CorruptionError,
    InvalidDashboardError,
    ShippedDashboardError,
    StaleDashboardError,
    StorageError,
    TooManyDashboardsError,
    UnknownDashboardError,
)
from mcp_telemetry.leader.dashboards.shipped import shipped
from mcp_telemetry.model.dashboards import check, id_of, settle, to_json
from mcp_telemetry.storage.dashboard_files import DashboardFiles
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["MOST_DASHBOARDS", "DashboardStore"]

log = logging.getLogger(__name__)

MOST_DASHBOARDS = 500


class DashboardStore:
    """Every method reads or writes files, and one thread at a time may be in them; `damaged` may be read by any.

    A file that cannot be understood is logged, counted and left as it is: nothing is written under its name. One that
    somebody wrote under the id of a shipped dashboard hides that.

    damaged: files that could not be understood, since the start
    """

    def __init__(self, folder: Path, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._files = DashboardFiles(folder)
        self._now_ns = now_ns
        self._index: dict[str, pb.Dashboard] = {}
        self.damaged = 0

    def open(self) -> None:
        """Find the files there are."""
        self._files.open()
        for path in self._files.paths():
            if len(self._index) == MOST_DASHBOARDS:
                log.warning("more than %d dashboards in %s: the others are not shown", MOST_DASHBOARDS, path.parent)
                break
            self._take_in(path.stem)

    def list(self) -> list[pb.Dashboard]:
        """All by title; of their panels only title, kind and place."""
        everything = {**_shipped_outlines(), **self._index}
        return sorted(everything.values(), key=lambda each: (each.title.casefold(), each.id))

    def get(self, dashboard_id: str) -> pb.Dashboard:
        """UnknownDashboardError if there is none; CorruptionError if its file was damaged meanwhile."""
        if dashboard_id in self._index:
            return self._read(dashboard_id)
        if dashboard_id in shipped():
            return shipped()[dashboard_id]
        raise _unknown(dashboard_id)

    def put(self, dashboard: pb.Dashboard) -> pb.Dashboard:
        """Keep it under its id, or a new one; gives what is kept now.

        InvalidDashboardError, StaleDashboardError, ShippedDashboardError, UnknownDashboardError, TooManyDashboardsError
        if it cannot be; StorageError if the disk refuses. Then everything is as before.
        """
        check(dashboard)
        kept = pb.Dashboard()
        kept.CopyFrom(dashboard)
        self._require_current(kept)
        kept.id = kept.id or id_of(kept.title, self._is_taken)
        kept.revision += 1
        kept.changed_unix_nano = self._now_ns()
        kept.is_shipped = False
        settle(kept)
        self._files.write(kept.id, to_json(kept))
        self._index[kept.id] = _outline(kept)
        return kept

    def delete(self, dashboard_id: str) -> None:
        """Remove it for good; UnknownDashboardError or ShippedDashboardError if it cannot be."""
        if dashboard_id not in self._index:
            self._require_not_shipped(dashboard_id)
            raise _unknown(dashboard_id)
        self._files.remove(dashboard_id)
        del self._index[dashboard_id]

    def _require_current(self, dashboard: pb.Dashboard) -> None:
        """Whether it may be written, and is a change of what is kept now."""
        kept = self._index.get(dashboard.id)
        if kept is None:
            self._require_not_shipped(dashboard.id)
            self._require_new(dashboard)
        elif kept.revision != dashboard.revision or _is_of_another(dashboard, kept):
            raise StaleDashboardError(
                f"revision is {dashboard.revision}, but dashboard {kept.id!r} is at {kept.revision}: "
                "somebody changed it meanwhile; load it again, or save yours as a copy"
            )

    def _require_new(self, dashboard: pb.Dashboard) -> None:
        if dashboard.revision and dashboard.id:
            raise UnknownDashboardError(f"no dashboard {dashboard.id!r} any more: save it as a copy")
        if dashboard.revision:
            raise InvalidDashboardError(f"revision is {dashboard.revision}: want 0 for a new dashboard")
        if dashboard.id and self._files.exists(dashboard.id):
            raise CorruptionError(
                f"the file of dashboard {dashboard.id!r} is damaged: take another id, or mend the file"
            )
        if len(self._index) >= MOST_DASHBOARDS:
            raise TooManyDashboardsError(f"{MOST_DASHBOARDS} dashboards are kept: delete one first")

    def _require_not_shipped(self, dashboard_id: str) -> None:
        if dashboard_id in shipped():
            raise ShippedDashboardError(f"dashboard {dashboard_id!r} came with the leader: change a copy of it")

    def _is_taken(self, dashboard_id: str) -> bool:
        return dashboard_id in self._index or dashboard_id in shipped() or self._files.exists(dashboard_id)

    def _take_in(self, dashboard_id: str) -> None:
        try:
            self._index[dashboard_id] = _outline(self._read(dashboard_id))
        except StorageError as error:
            log.error("dashboard %r is left out: %s", dashboard_id, error)

    def _read(self, dashboard_id: str) -> pb.Dashboard:
        try:
            return self._files.read(dashboard_id)
        except CorruptionError:
            self.damaged += 1
            raise


def _shipped_outlines() -> dict[str, pb.Dashboard]:
    return {dashboard_id: _outline(dashboard) for dashboard_id, dashboard in shipped().items()}


def _outline(dashboard: pb.Dashboard) -> pb.Dashboard:
    outline = pb.Dashboard()
    outline.CopyFrom(dashboard)
    del outline.panels[:]
    for panel in dashboard.panels:
        place = {"x": panel.x, "y": panel.y, "width": panel.width, "height": panel.height}
        outline.panels.add(title=panel.title, kind=panel.kind, **place)
    return outline


def _is_of_another(dashboard: pb.Dashboard, kept: pb.Dashboard) -> bool:
    """Whether it was read of one deleted since, whose id and revisions are those of another now."""
    return dashboard.changed_unix_nano not in (0, kept.changed_unix_nano)


def _unknown(dashboard_id: str) -> UnknownDashboardError:
    return UnknownDashboardError(f"no dashboard {dashboard_id[:100]!r}: ListDashboards tells those there are")
