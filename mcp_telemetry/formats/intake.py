"""Taking the rows of many files into a storage: collected by node up to a bound, so that few files are rewritten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from mcp_telemetry.formats.files import READERS
from mcp_telemetry.formats.reading import READ_ERRORS, Batch, Reading
from mcp_telemetry.series.merge import concatenate
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.contract import Storage, WriteReport
from mcp_telemetry.storage.snapshots import Snapshot, rows_of

__all__ = ["Intake"]

# Numbers of 8 bytes; in a snapshot, with its name, one takes more.
_MOST_VALUES = 2_000_000
_SNAPSHOT_WEIGHT = 10


class Intake:
    """Reads files one after another; what they held is stored after `finish`.

    report: what was stored until now
    hours:  by node, the hours (since 1970) to which rows were added
    """

    def __init__(self, storage: Storage, reading: Reading, most_values: int = _MOST_VALUES) -> None:
        self._storage = storage
        self._reading = reading
        self._most_values = most_values
        self._snapshots: defaultdict[str, list[Snapshot]] = defaultdict(list)
        self._rows: defaultdict[str, list[Rows]] = defaultdict(list)
        self._held_values = 0
        self.report = WriteReport()
        self.hours: defaultdict[str, set[int]] = defaultdict(set)

    def take(self, path: Path) -> None:
        """Read one file. What cannot be read is noted as a problem; StorageError if the storage refuses."""
        for batch in self._batches(path):
            self._hold(*batch)
            if self._held_values >= self._most_values:
                self.finish()

    def finish(self) -> None:
        """Store all that was read."""
        for node_id in list(self._snapshots):
            self._make_rows(node_id)
        for node_id, blocks in self._rows.items():
            self._write(node_id, concatenate(blocks))
        self._rows.clear()
        self._held_values = 0

    def _write(self, node_id: str, rows: Rows) -> None:
        report = self._storage.write(node_id, rows)
        if report.hours:
            self.hours[node_id] |= report.hours
        self.report += report

    def _batches(self, path: Path) -> Iterator[Batch]:
        try:
            for batch in READERS[path.suffix.lower()](path, self._reading):
                yield from self._reading.checked(path, batch)
        except READ_ERRORS as error:
            self._reading.problems.skip_file(path, error)

    def _hold(self, node_id: str, part: Rows | Snapshot) -> None:
        if isinstance(part, Snapshot):
            self._snapshots[node_id].append(part)
            self._held_values += _SNAPSHOT_WEIGHT * (len(part.values) + 1)
        else:
            # In the order read: of two rows with one key the storage keeps the first.
            self._make_rows(node_id)
            self._rows[node_id].append(part)
            self._held_values += part.values.size + len(part)

    def _make_rows(self, node_id: str) -> None:
        if snapshots := self._snapshots.pop(node_id, None):
            self._rows[node_id].append(rows_of(snapshots))
