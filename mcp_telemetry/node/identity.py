"""Which outbox this is, and how far it has come: a file of 72 bytes beside the journal.

7 B   magic "MCPTBOX"
1 B   version, 1
32 B  instance_id, hexadecimal digits in ASCII
8 B   the highest acknowledged sequence, little endian, overwritten in place
8 B   the same again with all bits inverted, so that a torn number is noticed
16 B  likewise the highest sequence that was given while the journal refused; missing or 0 if it never did

Overwriting needs no room, so a full disk still takes these numbers.
"""

from __future__ import annotations

import os
import re
import struct
import uuid
from pathlib import Path

__all__ = ["Identity", "new_instance_id"]

_HEADER = b"MCPTBOX\x01"
_INSTANCE = re.compile(rb"[0-9a-f]{32}")
_NUMBER = struct.Struct("<QQ")
_ACKED_AT = len(_HEADER) + 32
_GIVEN_AT = _ACKED_AT + _NUMBER.size
_MASK = 2**64 - 1


class Identity:
    """The identity file of one folder, open for its numbers. OSError if the disk refuses."""

    def __init__(self, path: Path, instance_id: str, acked: int = 0, given: int = 0) -> None:
        self.instance_id = instance_id
        self.acked = acked
        self.given = given
        self._fd = os.open(path, os.O_RDWR)

    @classmethod
    def of(cls, folder: Path, instance_id: str) -> Identity:
        """The one kept there; a new one under `instance_id` if there is none that can be read."""
        path = folder / "identity"
        content = path.read_bytes() if path.exists() else b""
        kept = content[len(_HEADER) : _ACKED_AT]
        if content.startswith(_HEADER) and _INSTANCE.fullmatch(kept):
            return cls(path, kept.decode(), _number_at(_ACKED_AT, content), _number_at(_GIVEN_AT, content))
        return cls.new(folder, instance_id)

    @classmethod
    def new(cls, folder: Path, instance_id: str) -> Identity:
        """Begin again under another name; durable before it returns."""
        path, temporary = folder / "identity", folder / "identity.tmp"
        with temporary.open("wb") as file:
            file.write(_HEADER + instance_id.encode() + 2 * _packed(0))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(folder)
        return cls(path, instance_id)

    def acknowledge(self, sequence: int) -> None:
        """Remember it without syncing: after a power loss an older number is there, and the leader knows better."""
        self.acked = sequence
        os.pwrite(self._fd, _packed(sequence), _ACKED_AT)

    def give(self, sequence: int) -> None:
        """Remember, likewise, that this number was given to a snapshot that is not in the journal."""
        self.given = sequence
        os.pwrite(self._fd, _packed(sequence), _GIVEN_AT)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._fd)


def new_instance_id() -> str:
    """32 hexadecimal digits that no other outbox has."""
    return uuid.uuid4().hex


def _packed(number: int) -> bytes:
    return _NUMBER.pack(number, number ^ _MASK)


def _number_at(offset: int, content: bytes) -> int:
    stored = content[offset : offset + _NUMBER.size]
    if len(stored) != _NUMBER.size:
        return 0
    number, inverted = _NUMBER.unpack(stored)
    return int(number) if number ^ _MASK == inverted else 0


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
