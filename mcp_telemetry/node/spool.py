"""The outbox on disk: numbered records in a journal, from the oldest that matters to the newest.

Folder `<spool dir>/<node_id>`: the journal's files (see `journal.py`) and `identity` (see `identity.py`). A record is a
serialized MetricSnapshot that begins with its `sequence` field (1 B tag 0x19, 8 B number, little endian), so that its
number is read without parsing, and the bytes go into a batch as they are.
"""

from __future__ import annotations

import contextlib
import logging
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from mcp_telemetry.errors import StorageError
from mcp_telemetry.journal import Journal, Position
from mcp_telemetry.node.identity import Identity
from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot

__all__ = ["SEQUENCE_BYTES", "Chunk", "Spool", "numbered", "sequence_of"]

logger = logging.getLogger(__name__)

# What overflows goes by whole segments: one of so many.
_SEGMENTS = 16
_MIN_SEGMENT_BYTES = 4096
_SEQUENCE = struct.Struct("<BQ")
_SEQUENCE_TAG = MetricSnapshot.SEQUENCE_FIELD_NUMBER << 3 | 1
SEQUENCE_BYTES = _SEQUENCE.size


def numbered(sequence: int, snapshot: bytes) -> bytes:
    """A record: the serialized snapshot, which has no sequence of its own, under this one."""
    return _SEQUENCE.pack(_SEQUENCE_TAG, sequence) + snapshot


def sequence_of(record: bytes) -> int:
    """The number a record begins with."""
    return int.from_bytes(record[1:SEQUENCE_BYTES], "little")


class Chunk(NamedTuple):
    """Records whose numbers follow each other without a gap; the first one's is `first`."""

    first: int
    records: list[bytes]


class Spool:
    """The spool in one folder. One thread, except for `sync`.

    instance_id: what is kept there, or the one given if nothing was
    acked:       the highest acknowledged sequence, as far as the disk knows
    last:        the highest sequence ever written; 0 if there is none
    given:       the highest sequence ever given: more than `last` if the process before this one ended, or was killed,
                 while the journal refused

    StorageError if the disk refuses, ConfigurationError if another process has the folder.
    """

    def __init__(self, folder: Path, limit_bytes: int, instance_id: str) -> None:
        self.folder = folder
        self._limit_bytes = limit_bytes
        self._journal = Journal(folder, max(limit_bytes // _SEGMENTS, _MIN_SEGMENT_BYTES))
        self._firsts: dict[int, int] = {}  # the first sequence of each segment that holds any
        self._cursor: _Cursor | None = None
        try:
            self._identity = Identity.of(folder, instance_id)
        except OSError as error:
            self._journal.close()
            raise StorageError(f"cannot use {folder / 'identity'}: {error.strerror}") from error
        self.instance_id = self._identity.instance_id
        self.acked = self._identity.acked
        self.last = max(self._scan(), self.acked)
        self.given = max(self.last, self._identity.given)

    @property
    def is_usable(self) -> bool:
        """Whether it can be written at all; if not, only opening it again may help."""
        return not self._journal.failure

    @property
    def first(self) -> int | None:
        """The oldest sequence that may be there; None if there is none."""
        return next(iter(self._firsts.values()), None)

    @property
    def size_bytes(self) -> int:
        """Bytes of records on disk."""
        return self._journal.size_bytes

    def append(self, records: Sequence[bytes]) -> None:
        """Write the records, without syncing."""
        position = self._journal.append(records, sync=False)
        self._firsts.setdefault(position.segment, sequence_of(records[0]))
        self.last = sequence_of(records[-1])

    def give(self, sequence: int) -> None:
        """Remember the number of a snapshot that could not be written, so that no later process gives it again.

        If the disk refuses even that, it is forgotten.
        """
        with contextlib.suppress(OSError):
            self._identity.give(sequence)

    def sync(self) -> None:
        """Make what was appended survive a power loss; any thread may wait for it."""
        self._journal.sync()

    def drop_overflow(self) -> int:
        """Drop the oldest segments that are over the limit; returns how many unacknowledged snapshots were lost."""
        lost = 0
        while self.size_bytes > self._limit_bytes and len(self._firsts) > 1:
            (_, first), (segment, following) = list(self._firsts.items())[:2]
            self._drop_before(segment)
            lost += max(0, following - max(first, self.acked + 1))
        return lost

    def acknowledge(self, acked: int) -> None:
        """Remember it, and drop what is no longer needed.

        Never the segment with the newest record: numbering goes on from it, even when everything is acknowledged.
        """
        self.acked = acked
        try:
            self._identity.acknowledge(acked)
        except OSError as error:
            raise StorageError(f"cannot write {self.folder / 'identity'}: {error.strerror}") from error
        done = [segment for segment, first in self._firsts.items() if first <= acked + 1]
        if len(done) > 1:
            self._drop_before(done[-1])

    def read(self, start: int, stop: int, max_bytes: int) -> Chunk:
        """Records from the first one at or after `start`, up to before `stop`, within `max_bytes` but at least one.

        No records, and `first` is `stop`, if there is none. Cheap when `start` is where the last read ended.
        """
        try:
            if self._cursor is not None and self._cursor.next == start:
                chunk = self._cursor.take(stop, max_bytes)
                if chunk.records:
                    return chunk  # without any it may be at its end, and what was appended since is beyond
            self._cursor = _Cursor(self._records_from(start), start)
            return self._cursor.take(stop, max_bytes)
        finally:
            self._report_damage()

    def close(self) -> None:
        """Give the folder back."""
        self._journal.close()
        self._identity.close()

    def clear(self) -> None:
        """Close it, and empty the folder: its identity last, so that a crash leaves the old outbox or none."""
        self.close()
        with contextlib.suppress(OSError):
            for segment in self.folder.glob("*.wal"):
                segment.unlink()
            (self.folder / "identity").unlink()

    def _drop_before(self, segment: int) -> None:
        self._journal.drop_before(Position(segment, 0))
        self._firsts = {number: first for number, first in self._firsts.items() if number >= segment}

    def _scan(self) -> int:
        """Find the first sequence of each segment, and the last of all; returns that, or 0."""
        for segment in self._journal.segments:
            position, record = next(self._journal.replay(Position(segment, 0)), (Position(0, 0), b""))
            if position.segment == segment:
                self._firsts[segment] = sequence_of(record)
        self._report_damage()
        newest = Position(max(self._firsts, default=0), 0)
        return max((sequence_of(record) for _, record in self._journal.replay(newest)), default=0)

    def _records_from(self, start: int) -> Iterator[bytes]:
        segments = [segment for segment, first in self._firsts.items() if first <= start]
        for _, record in self._journal.replay(Position(segments[-1] if segments else 0, 0)):
            if sequence_of(record) >= start:
                yield record

    def _report_damage(self) -> None:
        if self._journal.cut_bytes:
            logger.info("cut %d bytes that a crash had torn off the spool in %s", self._journal.cut_bytes, self.folder)
            self._journal.cut_bytes = 0
        for damage in self._journal.damage:
            logger.warning(
                "%d bytes of unsent snapshots could not be read; the file is kept as %s",
                damage.lost_bytes,
                damage.kept_as,
            )
        self._journal.damage.clear()


class _Cursor:
    """Reads on where it stopped; `next` is the sequence after the last one it gave."""

    def __init__(self, records: Iterator[bytes], start: int) -> None:
        self.next = start
        self._records = records
        self._ahead: bytes | None = None

    def take(self, stop: int, max_bytes: int) -> Chunk:
        first, taken, size = stop, list[bytes](), 0
        while (record := self._ahead or next(self._records, None)) is not None:
            self._ahead = record
            sequence, size = sequence_of(record), size + len(record)
            if sequence >= stop or (taken and (sequence != first + len(taken) or size > max_bytes)):
                break
            first = first if taken else sequence
            taken.append(record)
            self._ahead = None
        self.next = first + len(taken)
        return Chunk(first, taken)
