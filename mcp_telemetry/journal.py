"""An append-only journal on disk: group commit, checksums, torn-tail repair. The leader and a node's outbox use it.

Folder
    <segment:020d>.wal       segments, oldest first; their numbers only grow
    <segment:020d>.damaged   a segment whose bytes were not those written, set aside whole for whoever wants to look
    lock                     held with flock while the journal is open; contains the holder's pid in decimal

A commit is one write and one fdatasync, and lies within one segment. A crash can tear only what was not yet synced, at
the end of the last segment: opening cuts it off there. A bad record anywhere else is damage, and is reported.
`_segment.py` describes the bytes of a segment.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from mcp_telemetry._segment import (
    FRAME,
    HEADER,
    READ_BUFFER_BYTES,
    encode,
    has_header,
    keep_prefix,
    records_of,
    write_all,
)
from mcp_telemetry.errors import ConfigurationError, StorageError

__all__ = ["Damage", "Journal", "Position"]

_DIGITS = "[0-9]" * 20


class Position(NamedTuple):
    """A place between two records: segment number, and offset in bytes from the start of its file."""

    segment: int
    offset: int


@dataclass(frozen=True, slots=True)
class Damage:
    """What could not be read: the bytes from `start` to the end of its segment, kept in `kept_as`."""

    start: Position
    lost_bytes: int
    kept_as: Path


class Journal:
    """The journal in one folder. One process at a time, and one thread at a time except for `sync`.

    cut_bytes: what opening cut off the end of the last segment because a crash had torn it
    damage:    segments set aside, in the order found: by opening the journal or by `replay`

    Opening raises ConfigurationError if another process uses the folder, StorageError if the folder cannot be used.
    """

    def __init__(self, folder: Path, segment_bytes: int = 64 << 20) -> None:
        self.folder = folder
        self.segment_bytes = segment_bytes
        self.damage: list[Damage] = []
        self._failure = ""
        self._fd: int | None = None
        self._fd_guard = threading.Lock()
        self._ends: dict[int, int] = {}
        self._number = 0
        self._lock: int | None = _lock(folder)
        try:
            self.cut_bytes = self._open()
        except (OSError, StorageError) as error:
            self.close()
            raise StorageError(f"cannot open the journal in {folder}: {error}") from error

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # -- Writing ------------------------------------------------------------------------------------------------------

    def append(self, records: Sequence[bytes], *, sync: bool = True) -> Position:
        """Write the records as one commit and return the position after them; with `sync` they are then durable.

        StorageError if the disk refused: nothing of the commit is kept, and a later append may succeed. But after a
        failed fdatasync nobody knows what is on the disk: the journal refuses everything until it is opened anew.
        """
        self._require_usable()
        data = encode(records)
        if self._fd is None or self._is_full(len(data)):
            self._roll()
        self._write(data)
        if sync:
            self.sync()
        return self.positions[1]

    def roll(self) -> None:
        """Go on in a new segment, so that `drop_before` can later drop everything written until now."""
        self._require_usable()
        if self._fd is not None:
            self._roll()

    def sync(self) -> None:
        """Make everything appended before this call durable. Any thread may call it beside the one that appends."""
        self._require_usable()
        with self._fd_guard:
            fd = None if self._fd is None else os.dup(self._fd)
        if fd is None:
            return
        try:
            self._sync(os.fdatasync, fd)
        finally:
            os.close(fd)

    def drop_before(self, position: Position) -> None:
        """Unlink the segments that lie wholly before `position`, but never the one appended to.

        Not durable by itself: after a power loss a dropped segment may be back. StorageError if the disk refused.
        """
        self._require_usable()
        for number, end in list(self._ends.items()):
            if number == self._number or (number, end) > position:
                break
            try:
                self._path(number).unlink(missing_ok=True)
            except OSError as error:
                raise StorageError(f"cannot remove {self._path(number)}: {error.strerror}") from error
            del self._ends[number]

    def close(self) -> None:
        """Give the files and the lock back, without syncing. The journal cannot be used afterwards."""
        self._failure = self._failure or "it was closed"
        self._replace_fd(None)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    # -- Reading ------------------------------------------------------------------------------------------------------

    @property
    def positions(self) -> tuple[Position, Position]:
        """Where the oldest record begins and where the newest one ends; equal if there is none."""
        if not self._ends:
            start = Position(self._number + 1, len(HEADER))
            return start, start
        newest = next(reversed(self._ends))
        return Position(next(iter(self._ends)), len(HEADER)), Position(newest, self._ends[newest])

    @property
    def segments(self) -> tuple[int, ...]:
        """The numbers of the segments, oldest first."""
        return tuple(self._ends)

    @property
    def failure(self) -> str:
        """Why the journal refuses everything until it is opened anew; empty while it works."""
        return self._failure

    @property
    def size_bytes(self) -> int:
        """Bytes of all segments, headers included."""
        return sum(self._ends.values())

    def replay(self, from_position: Position | None = None) -> Iterator[tuple[Position, bytes]]:
        """Each record with the position where it begins, oldest first, from `from_position` on.

        That is a position this journal gave, or offset 0 of a segment for all of it.
        A record appended meanwhile may or may not be seen. The rest of a segment after a bad record is skipped and
        added to `damage`. StorageError if a file cannot be read.
        """
        start = from_position or self.positions[0]
        for number in [number for number in self._ends if number >= start.segment]:
            offset = max(start.offset, len(HEADER)) if number == start.segment else len(HEADER)
            yield from self._replay_segment(number, offset)

    # -- Inside -------------------------------------------------------------------------------------------------------

    def _open(self) -> int:
        for leftover in self.folder.glob(f"{_DIGITS}.tmp"):
            leftover.unlink()
        self._ends = {int(path.stem): path.stat().st_size for path in sorted(self.folder.glob(f"{_DIGITS}.wal"))}
        aside = [int(path.stem) for path in self.folder.glob(f"{_DIGITS}.damaged")]
        self._number = max([*self._ends, *aside], default=0)
        return self._repair_tail(self._number) if self._number in self._ends else 0

    def _repair_tail(self, number: int) -> int:
        """Cut what a crash tore off the last segment, and append after it from now on."""
        size, end = self._ends[number], len(HEADER)
        with self._path(number).open("rb", buffering=READ_BUFFER_BYTES) as file:
            if not has_header(file) and size > end:
                self._set_aside(number, 0)
                return 0
            for begin, record in records_of(file, end, size):
                end = begin + FRAME.size + len(record)
        fd = os.open(self._path(number), os.O_RDWR)
        self._replace_fd(fd)
        os.ftruncate(fd, end)
        write_all(fd, HEADER, 0)
        # Also when nothing was torn: what a killed process had only written is from now on taken for durable.
        self._sync(os.fsync, fd)
        self._ends[number] = end
        return max(0, size - end)

    def _set_aside(self, number: int, end: int) -> None:
        """Keep the records up to `end` in place, and the segment as it was beside them."""
        path = self._path(number)
        aside = path.with_suffix(".damaged")
        self.damage.append(Damage(Position(number, end), self._ends[number] - end, aside))
        if number == self._number:
            self._replace_fd(None)
        if end <= len(HEADER):
            path.replace(aside)
            del self._ends[number]
        else:
            keep_prefix(path, end, aside)
            self._ends[number] = end
        self._sync_folder()

    def _replay_segment(self, number: int, offset: int) -> Iterator[tuple[Position, bytes]]:
        end = self._ends.get(number)
        if end is None:
            return  # dropped since the replay began
        try:
            with self._path(number).open("rb", buffering=READ_BUFFER_BYTES) as file:
                for begin, record in records_of(file, offset, end):
                    offset = begin + FRAME.size + len(record)
                    yield Position(number, begin), record
            if offset < end:
                self._set_aside(number, offset)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageError(f"cannot read {self._path(number)}: {error.strerror}") from error

    def _require_usable(self) -> None:
        if self._failure:
            raise StorageError(f"the journal in {self.folder} cannot be used any more: {self._failure}")

    def _is_full(self, more: int) -> bool:
        end = self._ends[self._number]
        return end + more > self.segment_bytes and end > len(HEADER)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:020d}.wal"

    def _write(self, data: bytes) -> None:
        assert self._fd is not None  # noqa: S101 - append has rolled if there was none
        end = self._ends[self._number]
        try:
            write_all(self._fd, data, end)
        except OSError as error:
            self._take_back(end)
            raise StorageError(f"cannot write {self._path(self._number)}: {error.strerror}") from error
        self._ends[self._number] = end + len(data)

    def _take_back(self, end: int) -> None:
        assert self._fd is not None  # noqa: S101 - only after a write to it
        try:
            os.ftruncate(self._fd, end)
        except OSError as error:
            self._failure = f"half a commit could not be taken back: {error.strerror}"

    def _roll(self) -> None:
        """Go on in a new segment, whose existence is durable before its first record is."""
        if self._fd is not None:
            self._sync(os.fdatasync, self._fd)
        number = self._number + 1
        try:
            fd = os.open(self._path(number), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
        except OSError as error:
            raise StorageError(f"cannot create {self._path(number)}: {error.strerror}") from error
        try:
            self._begin(fd)
        except (OSError, StorageError) as error:
            os.close(fd)
            self._path(number).unlink(missing_ok=True)
            raise StorageError(f"cannot begin {self._path(number)}: {error}") from error
        self._replace_fd(fd)
        self._number = number
        self._ends[number] = len(HEADER)

    def _begin(self, fd: int) -> None:
        write_all(fd, HEADER, 0)
        self._sync(os.fsync, fd)
        self._sync_folder()

    def _replace_fd(self, fd: int | None) -> None:
        with self._fd_guard:
            old, self._fd = self._fd, fd
        if old is not None:
            os.close(old)

    def _sync(self, call: Callable[[int], None], fd: int) -> None:
        """Never retried: after an error the kernel may have dropped the pages, and would claim success next time."""
        try:
            call(fd)
        except OSError as error:
            self._failure = f"syncing it to the disk failed: {error.strerror}"
            self._require_usable()

    def _sync_folder(self) -> None:
        fd = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._sync(os.fsync, fd)
        finally:
            os.close(fd)


def _lock(folder: Path) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StorageError(f"cannot use the folder {folder}: {error.strerror}; name one this user may write") from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(fd, 20, 0).decode("ascii", "replace") or "unknown"
        os.close(fd)
        raise ConfigurationError(
            f"the folder {folder} is in use by process {holder}: stop that one, or name another folder"
        ) from error
    with contextlib.suppress(OSError):  # a full disk: the pid is only for the message above
        os.ftruncate(fd, 0)
        os.pwrite(fd, str(os.getpid()).encode(), 0)
    return fd
