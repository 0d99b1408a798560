"""The bytes of a journal's segment.

Segment, integers little endian
    7 B  magic "MCPTWAL"
    1 B  version, 2
    4 B  salt: random bytes, others in each segment
    4 B  CRC-32 (zlib) of the twelve bytes before
    then records up to the end of the file

Record
    4 B  the segment's salt
    4 B  length n of the payload, unsigned
    4 B  how many bytes before this one its commit begins, unsigned: 0 in the first record of a commit
    4 B  CRC-32 of the payload
    4 B  CRC-32 of the sixteen bytes before: they are the record's head
    n B  payload, may be empty

The head has a checksum of its own, so that its length holds also when the payload is damaged: the next record is then
where it should be. When the head itself is damaged, the next salt that begins a good head is looked for, in one pass.
Random bytes pass for a head once in 2^64 positions, and a node cannot send any: nobody outside knows the salt.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple
from zlib import crc32

from mcp_telemetry.errors import StorageError

__all__ = [
    "FRAME_BYTES",
    "HEADER_BYTES",
    "READ_BUFFER_BYTES",
    "Piece",
    "encode",
    "new_header",
    "piece_at",
    "pieces_of",
    "salt_in",
    "salt_of",
    "write_all",
]

_MAGIC = b"MCPTWAL"
_VERSION = 2
_SALT_BYTES = 4
_SALT_AT = len(_MAGIC) + 1
_CRC = struct.Struct("<I")
_HEAD = struct.Struct("<4sIII")
_FRAME = struct.Struct("<4sIIII")
_pack_crc = _CRC.pack
HEADER_BYTES = _SALT_AT + _SALT_BYTES + _CRC.size
FRAME_BYTES = _FRAME.size
READ_BUFFER_BYTES = 1 << 18


class Piece(NamedTuple):
    """What lies from `begin` up to `end`: a record of the commit that begins at `commit`, or None that can be read."""

    begin: int
    end: int
    commit: int
    record: bytes | None


_piece = Piece._make  # of a tuple, which is made in half the time


def new_header() -> bytes:
    """The header of a new segment."""
    return _header(os.urandom(_SALT_BYTES))


def salt_in(header: bytes) -> bytes:
    """The salt of a header that is good."""
    return header[_SALT_AT : _SALT_AT + _SALT_BYTES]


def encode(records: Sequence[bytes], salt: bytes) -> bytes:
    """The records as they stand in a segment, as one commit."""
    pack_head, pack_crc = _HEAD.pack, _CRC.pack
    parts: list[bytes] = []
    before = 0
    for record in records:
        head = pack_head(salt, len(record), before, crc32(record))
        parts += head, pack_crc(crc32(head)), record
        before += FRAME_BYTES + len(record)
    return b"".join(parts)


def write_all(fd: int, data: bytes, offset: int) -> None:
    """Write all of `data`, however short the single writes are; OSError may leave a part of it written."""
    view = memoryview(data)
    while view:
        written = os.pwrite(fd, view, offset)
        view = view[written:]
        offset += written


def salt_of(file: BinaryIO) -> tuple[bytes, bool]:
    """The segment's salt and whether its header is good; the salt is empty if this is no segment.

    A bad header's salt is taken from a record. StorageError if the segment is of another version: that is no damage.
    """
    file.seek(0)
    header = file.read(HEADER_BYTES)
    salt = salt_in(header)
    if header == _header(salt):
        return salt, True
    if header[_SALT_AT:] == _header(salt)[_SALT_AT:]:
        return salt, False  # only its first bytes are bad
    _refuse_other_version(file.name, header)
    return _salt_of_a_record(file), False


def pieces_of(file: BinaryIO, salt: bytes, begin: int, end: int) -> Iterator[Piece]:
    """All that lies between two offsets, piece by piece; the first one must be where a record begins."""
    file.seek(begin)
    while begin < end:
        piece = piece_at(file, salt, begin, end)
        if piece is None:
            piece = Piece(begin, _next_head(file, salt, begin + 1, end), begin, None)
            file.seek(piece.end)
        yield piece
        begin = piece.end


def piece_at(file: BinaryIO, salt: bytes, begin: int, end: int) -> Piece | None:
    """The record at `begin`, where the file stands; None if no head is there whose record ends up to `end`."""
    frame = file.read(FRAME_BYTES)
    if len(frame) < FRAME_BYTES:
        return None
    its_salt, length, before, checksum, head_checksum = _FRAME.unpack(frame)
    if its_salt != salt or crc32(frame[: _HEAD.size]) != head_checksum:
        return None
    after = begin + FRAME_BYTES + length
    if after > end:
        return None
    record = file.read(length)
    return _piece((begin, after, begin - before, record if crc32(record) == checksum else None))


def _refuse_other_version(name: str, header: bytes) -> None:
    version = header[len(_MAGIC) : _SALT_AT]
    if header.startswith(_MAGIC) and version not in (b"", bytes([_VERSION])):
        raise StorageError(
            f"{name} has format version {version[0]}, and this program reads {_VERSION}: "
            "use the program that wrote it, or move the folder away"
        )


def _salt_of_a_record(file: BinaryIO) -> bytes:
    """The first good record near the start has it as well; empty if there is none."""
    file.seek(HEADER_BYTES)
    window = file.read(READ_BUFFER_BYTES)
    for at in range(len(window) - FRAME_BYTES + 1):
        salt = window[at : at + _SALT_BYTES]
        if _is_head(window[at : at + FRAME_BYTES], salt):
            file.seek(HEADER_BYTES + at)
            piece = piece_at(file, salt, 0, 1 << 62)
            if piece is not None and piece.record is not None:
                return salt
    return b""


def _header(salt: bytes) -> bytes:
    start = _MAGIC + bytes([_VERSION]) + salt
    return start + _CRC.pack(crc32(start))


def _is_head(frame: bytes, salt: bytes) -> bool:
    return frame[:_SALT_BYTES] == salt and frame[_HEAD.size :] == _pack_crc(crc32(frame[: _HEAD.size]))


def _next_head(file: BinaryIO, salt: bytes, begin: int, end: int) -> int:
    """Where the next record begins; `end` if none does."""
    for at in range(begin, end, READ_BUFFER_BYTES):
        file.seek(at)
        # So much longer that a head on the seam is whole in one of the two windows.
        window = file.read(min(READ_BUFFER_BYTES + FRAME_BYTES - 1, end - at))
        found = window.find(salt)
        while found >= 0:
            if _is_head(window[found : found + FRAME_BYTES], salt):
                return at + found
            found = window.find(salt, found + 1)
    return end
