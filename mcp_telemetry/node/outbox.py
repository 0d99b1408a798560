"""Snapshots that no leader has acknowledged yet: numbered, bounded, on disk.

The newest are in memory as well, so that only a replay of older ones reads the disk. While the disk refuses, the memory
alone holds them: fewer, and lost if the process ends. The next process counts them as dropped.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from mcp_telemetry.errors import ConfigurationError, StorageError
from mcp_telemetry.node.identity import new_instance_id
from mcp_telemetry.node.recent import Recent
from mcp_telemetry.node.spool import SEQUENCE_BYTES, Chunk, Spool, numbered
from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot

__all__ = ["MAX_SNAPSHOT_BYTES", "Chunk", "Outbox"]

logger = logging.getLogger(__name__)

# A quarter of what a leader takes in one message.
MAX_SNAPSHOT_BYTES = 1 << 20
_MEMORY_BYTES = 2 << 20
_RETRY_DISK_SECONDS = 10.0


class Outbox:
    """The outbox in one folder. One thread, except for `sync`.

    instance_id:   names it; a leader counts its sequences by it
    acked:         the highest sequence a leader has acknowledged
    dropped_total: snapshots given up since this object was made, because there was no room for them; those that were
                   only in the memory of the process before included

    ConfigurationError if another process has the folder. A disk that refuses is no error: it is logged once, the outbox
    works in memory, and goes back to the disk when that works again.
    """

    def __init__(self, folder: Path, limit_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self.instance_id = new_instance_id()
        self.acked = 0
        self.dropped_total = 0
        self._limit_bytes = limit_bytes
        self._memory_bytes = min(_MEMORY_BYTES, max(limit_bytes // 16, 4096))
        self._clock = clock
        self._retry_disk_at: float | None = None  # while the disk refuses
        self._spool: Spool | None = None
        self._recent = Recent(1)
        self._done = 0  # acknowledged or given up
        self._unwritten = 1  # from this sequence on, only memory has them
        try:
            self._open_spool()
        except StorageError as error:
            self._disk_refused(error)
        self._given_from = self.next

    # -- What there is ------------------------------------------------------------------------------------------------

    @property
    def next(self) -> int:
        """The sequence the next snapshot gets."""
        return self._recent.next

    @property
    def oldest(self) -> int:
        """The oldest sequence that may be held and is not acknowledged; `next` if there is none."""
        on_disk = self._spool.first if self._spool else None
        held = self._recent.first if on_disk is None else min(on_disk, self._recent.first)
        return min(max(held, self._done + 1), self.next)

    # -- Putting in ---------------------------------------------------------------------------------------------------

    def append(self, snapshot: MetricSnapshot) -> int:
        """Keep the snapshot, which has no sequence yet; returns the one it got."""
        sequence = self.next
        self._keep(_serialized(snapshot))
        return sequence

    def sync(self) -> None:
        """Make what was appended survive a power loss; any thread may wait for it. The next append meets a failure."""
        spool = self._spool
        if spool is None or not spool.is_usable:
            return
        try:
            spool.sync()
        except StorageError as error:
            logger.warning("%s", error)

    # -- Taking out ---------------------------------------------------------------------------------------------------

    def read(self, start: int, stop: int, max_bytes: int) -> Chunk:
        """Records from the first sequence at or after `start` that is held, up to before `stop`.

        As many as follow without a gap within `max_bytes`, but at least one. If there is none, `first` is `stop`.
        """
        start = max(start, self._done + 1)
        boundary = min(stop, self._recent.first)
        if start < boundary:
            chunk = self._read_disk(start, boundary, max_bytes)
            if chunk.records or boundary == stop:
                return chunk
        first = max(start, self._recent.first)
        return Chunk(first, _within(max_bytes, self._recent.records(first, stop)))

    def acknowledge(self, durable: int) -> None:
        """Let go of everything up to `durable`: a leader has it."""
        self.acked = max(self.acked, min(durable, self.next - 1))
        self._let_go(self.acked)

    def give_up(self, sequence: int) -> None:
        """Let go of everything up to `sequence`, because no leader takes it; counted as dropped."""
        sequence = min(sequence, self.next - 1)
        self.dropped_total += max(0, sequence - self.oldest + 1)
        self._let_go(sequence)

    def renew(self) -> None:
        """Begin again under a new instance_id, because a leader knows sequences that this folder has forgotten.

        Snapshots given since this object was made, and still in memory, get new numbers. The older ones the leader has.
        """
        given = self._recent.records(max(self._recent.first, self._given_from), self.next)
        self.dropped_total += max(0, self.next - max(self._given_from, self._done + 1) - len(given))
        self.instance_id = new_instance_id()
        self._begin(1, 0)
        self._given_from = 1
        if self._spool is not None:
            self._spool.clear()
            self._spool = None
        for record in given:
            self._keep(record[SEQUENCE_BYTES:])

    def close(self) -> None:
        """Give the folder back, synced."""
        self.sync()
        self._close_spool()

    def _let_go(self, sequence: int) -> None:
        if sequence <= self._done:
            return
        self._done = sequence
        self._recent.forget_before(sequence + 1)
        self._unwritten = max(self._unwritten, sequence + 1)
        if self._spool is not None and self._spool.is_usable:
            try:
                self._spool.acknowledge(sequence)
            except StorageError as error:
                self._disk_refused(error)

    # -- Memory -------------------------------------------------------------------------------------------------------

    def _begin(self, next: int, acked: int) -> None:  # noqa: A002
        self._recent = Recent(next)
        self.acked = self._done = acked
        self._unwritten = next

    def _keep(self, snapshot: bytes) -> None:
        self._recent.append(numbered(self.next, snapshot))
        self._write()
        if self._spool is not None and self._unwritten < self.next:
            self._spool.give(self.next - 1)
        self._forget_oldest()

    def _forget_oldest(self) -> None:
        while self._recent.size_bytes > self._memory_bytes and self._recent.first < self.next - 1:
            following = self._recent.first + 1
            self._recent.forget_before(following)
            if following > self._unwritten:
                self.dropped_total += 1
                self._unwritten = following

    # -- Disk ---------------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        """Bring what only memory has to the disk, if that works at the moment."""
        if self._retry_disk_at is not None and self._clock() < self._retry_disk_at:
            return
        try:
            spool = self._usable_spool()
            spool.append(self._recent.records(self._unwritten, self.next))
            self._unwritten = self.next
            self.dropped_total += spool.drop_overflow()
        except (StorageError, ConfigurationError) as error:
            self._disk_refused(error)
        else:
            self._disk_works()

    def _usable_spool(self) -> Spool:
        if self._spool is not None and self._spool.is_usable:
            return self._spool
        self._close_spool()
        return self._open_spool()

    def _open_spool(self) -> Spool:
        spool = Spool(self.folder, self._limit_bytes, self.instance_id)
        if self.next == 1:
            self.instance_id = spool.instance_id
            self._begin(spool.given + 1, spool.acked)
            self.dropped_total += spool.given - spool.last
        elif spool.instance_id != self.instance_id:
            spool.close()
            raise StorageError(f"{self.folder} holds the snapshots of an earlier process: they are for the next start")
        self._unwritten = max(self._recent.first, min(self._unwritten, spool.last + 1))
        self._spool = spool
        return spool

    def _close_spool(self) -> None:
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def _read_disk(self, start: int, stop: int, max_bytes: int) -> Chunk:
        try:
            return self._spool.read(start, stop, max_bytes) if self._spool else Chunk(stop, [])
        except StorageError as error:
            logger.warning("unsent snapshots are passed over: %s", error)
            return Chunk(stop, [])

    def _disk_refused(self, error: Exception) -> None:
        if self._retry_disk_at is None:
            mebibytes = self._memory_bytes / 2**20
            logger.warning("%s; the newest snapshots, %.1f MiB, are kept in memory meanwhile", error, mebibytes)
        self._retry_disk_at = self._clock() + _RETRY_DISK_SECONDS

    def _disk_works(self) -> None:
        if self._retry_disk_at is not None:
            logger.info("the outbox in %s is on disk again", self.folder)
        self._retry_disk_at = None


def _serialized(snapshot: MetricSnapshot) -> bytes:
    """Within the bound: without the part that breaks it, which can only be what the application adds."""
    for part in ("custom", "application", "system"):
        serialized = snapshot.SerializeToString()
        if len(serialized) <= MAX_SNAPSHOT_BYTES:
            return serialized
        logger.error(
            "a snapshot of %d bytes is over the limit of %d: it goes without its %s metrics; record fewer of them",
            len(serialized), MAX_SNAPSHOT_BYTES, part,
        )  # fmt: skip
        snapshot.ClearField(part)
    return snapshot.SerializeToString()


def _within(max_bytes: int, records: list[bytes]) -> list[bytes]:
    size = 0
    for count, record in enumerate(records):
        size += len(record)
        if size > max_bytes and count:
            return records[:count]
    return records
