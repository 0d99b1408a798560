"""Reading the small text files in which Linux says how it is."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from mcp_telemetry.v1 import metrics_pb2

__all__ = ["KernelFile", "int_after"]

_CHUNK_BYTES = 16_384
_CLOSED = -1
# "MemTotal:" is followed by padding and at most 20 digits.
_LONGEST_NUMBER = 40


class KernelFile:
    """A file of /proc or /sys that is read again and again: kept open, because opening costs more than reading."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = _CLOSED
        self._content = b""
        self._content_of = 0

    def read(self) -> bytes:
        """The content now; empty where the machine has no such file, OSError where it has one that fails."""
        try:
            if self._fd == _CLOSED:
                self._fd = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            return _read_all(self._fd)
        except FileNotFoundError:
            return b""
        except OSError:
            self.close()  # its device may have gone: the next read opens what is there then
            raise

    def read_for(self, snapshot: metrics_pb2.MetricSnapshot) -> bytes:
        """As `read`, but once for all collectors that fill this snapshot, known by its time."""
        if snapshot.time_unix_nano == 0 or snapshot.time_unix_nano != self._content_of:
            self._content = self.read()
            self._content_of = snapshot.time_unix_nano
        return self._content

    def fileno(self) -> int:
        """The open descriptor, negative while there is none."""
        return self._fd

    def close(self) -> None:
        """Give the descriptor back; a later read opens the file again."""
        fd, self._fd = self._fd, _CLOSED
        if fd != _CLOSED:
            with contextlib.suppress(OSError):
                os.close(fd)

    def __del__(self) -> None:
        """Collectors have no end of their own, so the descriptor goes with its owner."""
        self.close()


def _read_all(fd: int) -> bytes:
    # The kernel may hand out less than was asked for long before the end, so only an empty read is the end.
    content = os.pread(fd, _CHUNK_BYTES, 0)
    while chunk := os.pread(fd, _CHUNK_BYTES, len(content)):
        content += chunk
    return content


def int_after(text: bytes, key: bytes) -> int | None:
    """The integer behind the first `key` in `text`, None where the key is not: `int_after(b"tw 3", b"tw ")` is 3."""
    at = text.find(key)
    if at < 0:
        return None
    at += len(key)
    return int(text[at : at + _LONGEST_NUMBER].split(None, 1)[0])
