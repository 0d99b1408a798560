"""An append-only journal on disk: group commit, checksums, torn-tail repair. The leader and a node's outbox use it.

Folder
    <segment:020d>.wal       segments, oldest first; their numbers only grow
    <segment:020d>.damaged   a segment with bytes that are not those written, kept for whoever wants to look: a second
                             name of the segment, as long as the others of its records are needed
    lock                     held with flock while the journal is open; contains the holder's pid in decimal

A commit is one write and one fdatasync, and lies within one segment. A crash can tear only what was not yet synced, the
last commit of the last segment: opening cuts it off there. A bad record anywhere else is damage: it is skipped and
reported, and all others are read. `_segment.py` describes the bytes of a segment.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple

from mcp_telemetry._folders import lock
from mcp_telemetry._segment import (
    FRAME_BYTES,
    HEADER_BYTES,
    READ_BUFFER_BYTES,
    encode,
    new_header,
    piece_at,
    pieces_of,
    salt_in,
    salt_of,
    write_all,
)
from mcp_telemetry._survey import Losses, survey
from mcp_telemetry.errors import StorageError

__all__ = ["Damage", "Journal", "Position"]

_DIGITS = "[0-9]" * 20
# Records of one node lie far apart: what is read beyond one is seldom of use.
_FETCH_BUFFER_BYTES = 1 << 13
_ANY_END = 1 << 62


class Position(NamedTuple):
    """A place between two records: segment number, and offset in bytes from the start of its file."""

    segment: int
    offset: int


@dataclass(frozen=True, slots=True)
class Damage:
    """What of a segment could not be read: so many bytes, the first of them at `start`; the segment is `kept_as`."""

    start: Position
    lost_bytes: int
    kept_as: Path


class Journal:
    """The journal in one folder. One process at a time, and one thread at a time except for `sync` and `fetch`.

    cut_bytes: what opening cut off the end of the last segment because a crash had torn it
    damage:    segments with damage, in the order found: by opening the journal or by `replay`, and not before that

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
        self._salt = b""
        self._damaged: set[int] = set()
        self._lock: int | None = lock(folder)
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
        if self._fd is None or self._is_full(sum(map(len, records)) + FRAME_BYTES * len(records)):
            self._roll()
        self._write(encode(records, self._salt))
        if sync:
            self.sync()
        return self.positions[1]

    def roll(self) -> None:
        """Go on in a new segment, so that `drop_before` can later drop everything written until now."""
        self._require_usable()
        if self._fd is not None:
            self._roll()

    def sync(self) -> None:
        """Make everything appended before this call durable. Any thread may call it beside the one that appends.

        It opens nothing: where no file can be opened any more, what is written already can still be acknowledged.
        """
        self._require_usable()
        with self._fd_guard:
            if self._fd is not None:
                self._sync(os.fdatasync, self._fd)
                self._require_its_name(self._fd)

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
            start = Position(self._number + 1, HEADER_BYTES)
            return start, start
        newest = next(reversed(self._ends))
        return Position(next(iter(self._ends)), HEADER_BYTES), Position(newest, self._ends[newest])

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
        A record appended meanwhile may or may not be seen. Bad ones are skipped, and their segment added to `damage`.
        StorageError if a file cannot be read.
        """
        start = from_position or self.positions[0]
        for number in [number for number in self.segments if number >= start.segment]:
            offset = max(start.offset, HEADER_BYTES) if number == start.segment else HEADER_BYTES
            yield from self._replay_segment(number, offset)

    def fetch(self, positions: Iterable[Position]) -> Iterator[bytes]:
        """The records that begin at these positions, which `replay` gave; one that has become bad is left out.

        Any thread may do this beside the one that appends. StorageError if a file cannot be read, or was dropped.
        """
        for number, wanted in groupby(positions, lambda position: position.segment):
            yield from self._fetch_from(number, wanted)

    # -- Inside -------------------------------------------------------------------------------------------------------

    def _open(self) -> int:
        self._ends = {int(path.stem): path.stat().st_size for path in sorted(self.folder.glob(f"{_DIGITS}.wal"))}
        aside = [int(path.stem) for path in self.folder.glob(f"{_DIGITS}.damaged")]
        self._number = max([*self._ends, *aside], default=0)
        return self._repair_tail(self._number) if self._number in self._ends else 0

    def _repair_tail(self, number: int) -> int:
        """Cut what a crash tore off the last segment, and append after it from now on if it is sound."""
        size = self._ends[number]
        if size <= HEADER_BYTES:
            self._begin_again(number)
            return 0
        with self._path(number).open("rb", buffering=READ_BUFFER_BYTES) as file:
            found = survey(file, size)
        if found is None:
            self._set_aside(number)
            return 0
        self._cut(number, found.end)
        if found.losses.size:
            self._report(number, found.losses)
            self._replace_fd(None)
        self._salt = found.salt
        return size - found.end

    def _begin_again(self, number: int) -> None:
        """A crash came between creating a segment and its first record."""
        header, fd = new_header(), os.open(self._path(number), os.O_RDWR)
        self._replace_fd(fd)
        self._begin(fd, header)
        self._salt, self._ends[number] = salt_in(header), HEADER_BYTES

    def _cut(self, number: int, end: int) -> None:
        fd = os.open(self._path(number), os.O_RDWR)
        self._replace_fd(fd)
        os.ftruncate(fd, end)
        # Also when nothing was torn: what a killed process had only written is from now on taken for durable.
        self._sync(os.fsync, fd)
        self._ends[number] = end

    def _set_aside(self, number: int) -> None:
        """Nothing of this segment can be read."""
        path, size = self._path(number), self._ends[number]
        aside = path.with_suffix(".damaged")
        path.replace(aside)
        if number == self._number:
            self._replace_fd(None)
        del self._ends[number]
        self.damage.append(Damage(Position(number, 0), size, aside))
        self._sync_folder()

    def _report(self, number: int, losses: Losses) -> None:
        """Some of it cannot be read. It gets a second name, that it keeps when the segment is dropped."""
        path = self._path(number)
        aside = path.with_suffix(".damaged")
        if number in self._damaged or (aside.exists() and aside.samefile(path)):
            return
        self._damaged.add(number)
        with contextlib.suppress(OSError):  # not every file system has second names
            aside.hardlink_to(path)
        self.damage.append(Damage(Position(number, losses.first), losses.size, aside if aside.exists() else path))
        self._sync_folder()

    def _replay_segment(self, number: int, offset: int) -> Iterator[tuple[Position, bytes]]:
        end = self._ends.get(number)
        if end is None:
            return  # dropped since the replay began
        try:
            with self._path(number).open("rb", buffering=READ_BUFFER_BYTES) as file:
                yield from self._read(file, number, offset, end)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageError(f"cannot read {self._path(number)}: {error.strerror}") from error

    def _read(self, file: BinaryIO, number: int, offset: int, end: int) -> Iterator[tuple[Position, bytes]]:
        salt, is_good = salt_of(file)
        if not salt:
            if end > HEADER_BYTES:
                self._set_aside(number)
            return
        losses = Losses()
        if not is_good:
            losses.add(0, HEADER_BYTES)
        for begin, after, _, record in pieces_of(file, salt, offset, end):
            if record is None:
                losses.add(begin, after)
            else:
                yield Position(number, begin), record
        if losses.size:
            self._report(number, losses)

    def _fetch_from(self, number: int, positions: Iterable[Position]) -> Iterator[bytes]:
        try:
            with self._path(number).open("rb", buffering=_FETCH_BUFFER_BYTES) as file:
                salt, _ = salt_of(file)
                for _, offset in positions:
                    file.seek(offset)
                    piece = piece_at(file, salt, offset, _ANY_END)
                    if piece is not None and piece.record is not None:
                        yield piece.record
        except OSError as error:
            raise StorageError(f"cannot read {self._path(number)}: {error.strerror}") from error

    def _require_usable(self) -> None:
        if self._failure:
            raise StorageError(f"the journal in {self.folder} cannot be used any more: {self._failure}")

    def _require_its_name(self, fd: int) -> None:
        """A file that somebody removed takes everything, and nobody will ever read it."""
        if os.fstat(fd).st_nlink == 0:
            self._failure = "its newest segment was removed"
            self._require_usable()

    def _is_full(self, more: int) -> bool:
        end = self._ends[self._number]
        return end + more > self.segment_bytes and end > HEADER_BYTES

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
        header = new_header()
        try:
            self._begin(fd, header)
        except (OSError, StorageError) as error:
            os.close(fd)
            with contextlib.suppress(OSError):  # what refused to sync may refuse this, too
                self._path(number).unlink()
            raise StorageError(f"cannot begin {self._path(number)}: {error}") from error
        self._replace_fd(fd)
        self._number, self._salt = number, salt_in(header)
        self._ends[number] = HEADER_BYTES

    def _begin(self, fd: int, header: bytes) -> None:
        write_all(fd, header, 0)
        self._sync(os.fsync, fd)
        self._sync_folder()

    def _replace_fd(self, fd: int | None) -> None:
        """Close the file appended to, not under the hands of a thread that syncs it; append to this one from now on."""
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
        """A folder that cannot be opened was not synced at all, as when too many files are open: that may pass."""
        try:
            fd = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise StorageError(f"cannot open {self.folder}: {error.strerror}") from error
        try:
            self._sync(os.fsync, fd)
        finally:
            os.close(fd)
