"""Metrics folders as a leader leaves them."""

from __future__ import annotations

from pathlib import Path

from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.series.merge import concatenate
from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.layout import DAY_HOURS
from mcp_telemetry.storage.rollups import Hour, Rollups
from tests.storage.samples import rows_of, run_of, sample

LAST_NS = 2**63 - 1
# The second hour of `a` has a column more, and one fewer.
SAMPLES = {
    "a": [*run_of(range(60)), sample(3600, 61, cpu=3.0, calls=1), sample(3601, 62, cpu=4.0, calls=2)],
    "b": run_of(range(5)),
}


def summed_up(folder: Path) -> Path:
    """SAMPLES in hour files, minutes and hours, beside a journal and what was left or set aside."""
    storage, rollups = HourFiles(folder), Rollups(folder)
    storage.open()
    for node_id, samples in SAMPLES.items():
        storage.write(node_id, rows_of(samples))
        for hour, version in storage.versions(node_id, 0, LAST_NS).items():
            rows = concatenate(storage.read(node_id, frozenset(), hour * HOUR_NS, (hour + 1) * HOUR_NS))
            rollups.update(node_id, [Hour(hour, version, rows)])
            rollups.close_day(node_id, hour // DAY_HOURS)
    for name in ("2026-03-01/.tmp-a_12-00-00", "2026-03-01/.damaged-20260301T110000.000000Z-a_12-00-00"):
        (folder / name).write_bytes(b"no file")
    (folder / "_journal").mkdir()
    for name in ("lock", "00000000000000000001.wal"):
        (folder / "_journal" / name).write_bytes(b"no Parquet")
    return folder
