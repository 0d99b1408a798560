"""Which outbox this is, and how far it was acknowledged: a file of 56 bytes beside the journal.

7 B   magic "MCPTBOX"
1 B   version, 1
32 B  instance_id, hexadecimal digits in ASCII
8 B   the highest acknowledged sequence, little endian, overwritten in place
8 B   the same again with all bits inverted, so that a torn number is noticed
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
_ACKED = struct.Struct("<QQ")
_ACKED_AT = len(_HEADER) + 32
_MASK = 2**64 - 1


class Identity:
    """The identity file of one folder, open for acknowledgements. OSError if the disk refuses."""

    def __init__(self, path: Path, instance_id: str, acked: int) -> None:
        self.instance_id = instance_id
        self.acked = acked
        self._fd = os.open(path, os.O_RDWR)

    @classmethod
    def of(cls, folder: Path, instance_id: str) -> Identity:
        """The one kept there; a new one under `instance_id` if there is none that can be read."""
        path = folder / "identity"
        content = path.read_bytes() if path.exists() else b""
        kept = content[len(_HEADER) : _ACKED_AT]
        if content.startswith(_HEADER) and _INSTANCE.fullmatch(kept):
            return cls(path, kept.decode(), _acked_in(content))
        return cls.new(folder, instance_id)

    @classmethod
    def new(cls, folder: Path, instance_id: str) -> Identity:
        """Begin again under another name; durable before it returns."""
        path, temporary = folder / "identity", folder / "identity.tmp"
        with temporary.open("wb") as file:
            file.write(_HEADER + instance_id.encode() + _ACKED.pack(0, _MASK))
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(folder)
        return cls(path, instance_id, 0)

    def acknowledge(self, sequence: int) -> None:
        """Remember it without syncing: after a power loss an older number is there, and the leader knows better."""
        self.acked = sequence
        os.pwrite(self._fd, _ACKED.pack(sequence, sequence ^ _MASK), _ACKED_AT)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._fd)


def new_instance_id() -> str:
    """32 hexadecimal digits that no other outbox has."""
    return uuid.uuid4().hex


def _acked_in(content: bytes) -> int:
    stored = content[_ACKED_AT:]
    if len(stored) != _ACKED.size:
        return 0
    acked, inverted = _ACKED.unpack(stored)
    return int(acked) if acked ^ _MASK == inverted else 0


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
