"""What a value takes on disk: a day of hour files, rollups beside them, and VictoriaMetrics fed the same."""

from __future__ import annotations

import time

from tests.benchmarks.archive import DAY_S, HOUR_S, folder_bytes, write_hours, write_rollups
from tests.benchmarks.competitors import NotInstalledError, scratch_folder, victoria_metrics
from tests.benchmarks.effort import Effort
from tests.benchmarks.figures import Figure, not_measured
from tests.benchmarks.recording import COLUMNS, HOW_MADE, recorded_hour
from tests.benchmarks.victoria import disk_bytes, import_rows

__all__ = ["measure"]

_NODES = tuple(f"node-{number}" for number in range(10))
_DAY_HOURS = 24
_VICTORIA = "VictoriaMetrics, an hour of 10 nodes: bytes a value"


def measure(effort: Effort) -> list[Figure]:
    """Yesterday by UTC: every hour of it is closed, and so is the day."""
    return [*_ours(_DAY_HOURS if effort.is_thorough else 2), _victoria()]


def _ours(hours: int) -> list[Figure]:
    end_s = int(time.time()) // DAY_S * DAY_S
    start_s = end_s - hours * HOUR_S
    with scratch_folder() as folder:
        values = write_hours(folder, _NODES, start_s, end_s) * len(COLUMNS)
        raw = folder_bytes(folder)
        write_rollups(folder, _NODES, start_s, end_s)
        with_rollups = folder_bytes(folder)
    return [
        Figure(f"{hours} h of 10 nodes, 44 columns: bytes a value", "B", raw / values, 1.22, note=HOW_MADE),
        Figure("  with the rollups", "B", with_rollups / values, 1.5),
    ]


def _victoria() -> Figure:
    """Only what was recorded: where a series repeats itself within a day, its blocks would take next to nothing."""
    recording, now_s = recorded_hour(), int(time.time())
    try:
        with victoria_metrics() as server:
            for number, node_id in enumerate(_NODES):
                import_rows(server, node_id, recording.rows(number, now_s - len(recording), len(recording)))
            size = disk_bytes(server)
    except NotInstalledError as error:
        return not_measured(_VICTORIA, error)
    return Figure(_VICTORIA, "B", size / (len(recording) * len(_NODES) * len(COLUMNS)))
