"""Reading Parquet files that may be missing, or damaged: what cannot be read is counted, and never overwritten."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from mcp_telemetry.errors import CorruptionError, StorageError
from mcp_telemetry.storage.atomic import move_aside, storage_errors
from mcp_telemetry.storage.damage import DamageLog
from mcp_telemetry.storage.layout import damaged_path

__all__ = ["ParquetFiles", "prefetch"]

T = TypeVar("T")
_log = logging.getLogger(__name__)


class ParquetFiles:
    """Looks into files. `open_file` makes a source a ParquetReader; `damaged` counts the unreadable ones met."""

    def __init__(self, open_file: Callable[[pa.NativeFile], pq.ParquetReader]) -> None:
        self._open_file = open_file
        self._damage = DamageLog()

    @property
    def damaged(self) -> int:
        """Unreadable files met since the start."""
        return self._damage.count

    def look_into(self, path: Path, look: Callable[[pq.ParquetReader], T]) -> T | None:
        """What `look` finds, for readers; None for a file that is not there or cannot be read, which is logged once."""
        try:
            source = _source(path)
            return None if source is None else self._parsed(path, source, look)
        except CorruptionError as error:
            if self._damage.is_new(path):
                _log.error("%s; it is left out", error)
            return None

    def is_damaged(self, path: Path, version: int) -> bool:
        """Whether it is known that this version of the file cannot be read; it is, once somebody tried."""
        return self._damage.is_known(path, version)

    def take(self, path: Path, look: Callable[[pq.ParquetReader], T]) -> tuple[T | None, tuple[Path, ...]]:
        """The same for a writer who will replace the file: an unreadable one is put aside first, and where to."""
        content = _content(path)
        if content is None:
            return None, ()
        try:
            return self._parsed(path, pa.BufferReader(content), look), ()
        except CorruptionError as error:
            aside = damaged_path(path)
            move_aside(path, aside)
            self._damage.set_aside(path)
            _log.error("%s; kept as %s", error, aside.name)
            return None, (aside,)

    def _parsed(self, path: Path, source: pa.NativeFile, look: Callable[[pq.ParquetReader], T]) -> T:
        with source:
            try:
                return look(self._open_file(source))
            except (pa.ArrowException, OSError, ValueError, KeyError) as error:
                if isinstance(error, OSError) and error.errno:
                    raise StorageError(f"cannot read {path}: {error}; check the disk") from error
                raise CorruptionError(f"{path} is damaged, or none of ours ({error})") from error


def _content(path: Path) -> bytes | None:
    with storage_errors("read", path):
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None


def _source(path: Path) -> pa.NativeFile | None:
    with storage_errors("read", path):
        try:
            return pa.OSFile(str(path))
        except FileNotFoundError:
            return None


def prefetch(path: Path) -> None:
    """Have the kernel begin to read a file, if it is there, without waiting for it."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_WILLNEED)
        finally:
            os.close(descriptor)
