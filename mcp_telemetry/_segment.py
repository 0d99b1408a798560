"""The bytes of a journal's segment.

Segment, integers little endian
    7 B  magic "MCPTWAL"
    1 B  version, 1
    then records up to the end of the file

Record
    4 B  length n of the payload, unsigned
    4 B  CRC-32 (zlib) of the four length bytes and the payload; so a stretch of zeros is no record
    n B  payload, may be empty
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO
from zlib import crc32

from mcp_telemetry.errors import StorageError

__all__ = ["FRAME", "HEADER", "READ_BUFFER_BYTES", "encode", "has_header", "keep_prefix", "records_of", "write_all"]

HEADER = b"MCPTWAL\x01"
FRAME = struct.Struct("<II")
READ_BUFFER_BYTES = 1 << 18
_LENGTH = struct.Struct("<I")


def encode(records: Sequence[bytes]) -> bytes:
    """The records as they stand in a segment."""
    frame, length_bytes = FRAME.pack, _LENGTH.pack
    parts: list[bytes] = []
    for record in records:
        length = len(record)
        parts += frame(length, crc32(record, crc32(length_bytes(length)))), record
    return b"".join(parts)


def write_all(fd: int, data: bytes, offset: int) -> None:
    """Write all of `data`, however short the single writes are; OSError may leave a part of it written."""
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        view = view[written:]
        offset += written


def has_header(file: BinaryIO) -> bool:
    """Whether this is a segment at all. StorageError if it is one of another version: that is no damage."""
    file.seek(0)
    header = file.read(len(HEADER))
    if header[:-1] == HEADER[:-1] and header != HEADER:
        raise StorageError(f"{file.name} has format version {header[-1]}, and this program reads {HEADER[-1]}")
    return header == HEADER


def records_of(file: BinaryIO, begin: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The records between two offsets with the offset of each, up to the first bad one."""
    if not has_header(file):
        return
    file.seek(begin)
    while begin + FRAME.size <= end:
        length, checksum = FRAME.unpack(file.read(FRAME.size))
        if length > end - begin - FRAME.size:
            return
        record = file.read(length)
        if crc32(record, crc32(_LENGTH.pack(length))) != checksum:
            return
        yield begin, record
        begin += FRAME.size + length


def keep_prefix(path: Path, end: int, aside: Path) -> None:
    """Replace the file by its first `end` bytes and keep the whole as `aside`; a crash leaves one or both complete."""
    prefix = path.with_suffix(".tmp")
    with path.open("rb") as whole, prefix.open("wb") as kept:
        kept.write(whole.read(end))
        kept.flush()
        os.fsync(kept.fileno())
    aside.unlink(missing_ok=True)
    aside.hardlink_to(path)
    prefix.replace(path)
