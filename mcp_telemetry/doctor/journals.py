"""The journals: the leader's, and the outboxes of the node that it runs itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mcp_telemetry._segment import HEADER_BYTES, READ_BUFFER_BYTES, pieces_of, salt_of
from mcp_telemetry._survey import Losses, survey
from mcp_telemetry.doctor.finding import Finding, Repair, Severity
from mcp_telemetry.doctor.folder import Folder, holder_of
from mcp_telemetry.errors import CorruptionError, StorageError
from mcp_telemetry.journal import Journal
from mcp_telemetry.leader.records import decode
from mcp_telemetry.settings import JOURNAL_FOLDER, SPOOL_FOLDER

__all__ = ["journals", "records_of", "segments_of"]


@dataclass(frozen=True, slots=True)
class _Place:
    """A journal's folder; `is_live` when a process appends to it, `understand` refuses a record that means nothing."""

    path: Path
    is_live: bool
    understand: Callable[[bytes], object]

    @property
    def repair(self) -> Repair | None:
        return None if self.is_live else partial(_reopen, self.path)


def journals(folder: Folder) -> Iterator[Finding]:
    """Every record of every segment."""
    own = folder.path / JOURNAL_FOLDER
    yield from _journal(folder, _Place(own, folder.is_live, decode))
    for outbox in sorted((folder.path / SPOOL_FOLDER).glob("*/")):
        yield from _journal(folder, _Place(outbox, bool(holder_of(outbox)), len))


def segments_of(path: Path) -> list[Path]:
    """A journal's segments, oldest first."""
    return sorted(path.glob(f"{'[0-9]' * 20}.wal"))


def records_of(segment: Path) -> Iterator[bytes]:
    """What can be read of a segment; StorageError if it is of another version."""
    with segment.open("rb", buffering=READ_BUFFER_BYTES) as file:
        salt, _ = salt_of(file)
        if salt:
            pieces = pieces_of(file, salt, HEADER_BYTES, segment.stat().st_size)
            yield from (piece.record for piece in pieces if piece.record is not None)


def _journal(folder: Folder, place: _Place) -> Iterator[Finding]:
    segments = segments_of(place.path)
    for done, segment in enumerate(segments):
        folder.progress("journal segments", done, len(segments))
        try:
            yield from _segment(folder, place, segment, is_newest=segment == segments[-1])
        except FileNotFoundError:
            continue  # its rows are in files, and the leader has dropped it
        except StorageError as error:
            yield Finding(Severity.ERROR, "journal-version", segment, str(error), "use the program that wrote it")
    yield from _besides(place)


def _segment(folder: Folder, place: _Place, segment: Path, is_newest: bool) -> Iterator[Finding]:
    size = segment.stat().st_size
    folder.seen["journal segments"] += 1
    if size <= HEADER_BYTES:
        return  # just begun
    with segment.open("rb", buffering=READ_BUFFER_BYTES) as file:
        salt, is_good = salt_of(file)
        found = survey(file, size) if is_newest else None
        if not salt:
            what = "it is no segment of a journal, or nothing of it can be read"
            yield Finding(Severity.ERROR, "journal-unreadable", segment, what, "set it aside", place.repair)
            return
        end = found.end if found else size
        losses = Losses()
        if not is_good:
            losses.add(0, HEADER_BYTES)
        for piece in pieces_of(file, salt, HEADER_BYTES, end):
            if piece.record is None:
                losses.add(piece.begin, piece.end)
            else:
                folder.seen["journal records"] += 1
                yield from _meaningless(place, segment, piece.begin, piece.record)
    if losses.size:
        yield _damage(place, segment, losses)
    if end < size and not place.is_live:
        yield _torn(place, segment, size - end)


def _meaningless(place: _Place, segment: Path, begin: int, record: bytes) -> Iterator[Finding]:
    try:
        place.understand(record)
    except CorruptionError as error:
        what = f"the record at {begin} is left out at each start: {error}"
        yield Finding(Severity.ERROR, "journal-record", segment, what, "start the version that wrote it once")


def _damage(place: _Place, segment: Path, losses: Losses) -> Finding:
    what = f"{losses.size} bytes from {losses.first} on are not what was written; all other records are read"
    kept = segment.with_suffix(".damaged")
    if kept.exists() and kept.samefile(segment):
        return Finding(Severity.INFO, "journal-damage-known", segment, f"{what}; kept as {kept.name}")
    remedy = "keep it for whoever wants to look; what was in it is a gap now"
    return Finding(Severity.ERROR, "journal-damage", segment, what, remedy, place.repair)


def _torn(place: _Place, segment: Path, size: int) -> Finding:
    what = f"its last {size} bytes were torn by a crash before they were acknowledged"
    return Finding(Severity.WARNING, "journal-torn", segment, what, "cut them off; the next start does", place.repair)


def _besides(place: _Place) -> Iterator[Finding]:
    """Segments of which only the damaged copy is left."""
    for path in sorted(place.path.glob("*.damaged")):
        if not path.with_suffix(".wal").exists():
            yield Finding(Severity.INFO, "set-aside", path, "a damaged segment", "have a look at it, or remove it")


def _reopen(path: Path) -> str:
    """What opening and reading a journal repairs; ConfigurationError if somebody has it."""
    with Journal(path) as journal:
        for _ in journal.replay():
            pass
        damaged = [f"{damage.lost_bytes} damaged bytes kept as {damage.kept_as.name}" for damage in journal.damage]
        return ", ".join([f"{journal.cut_bytes} torn bytes cut off", *damaged])
