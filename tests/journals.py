"""Folders with journals, to test what reading them gives."""

from __future__ import annotations

from pathlib import Path

from mcp_telemetry.journal import Journal

RECORDS = [b"first", b"", b"\x00" * 9, b"the fourth, longer than the others", b"5"]


def records_in(folder: Path) -> list[bytes]:
    with Journal(folder) as journal:
        return [record for _, record in journal.replay()]


def segments_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.wal"))


def write_records(folder: Path) -> Path:
    """RECORDS in one segment, each its own commit."""
    with Journal(folder) as journal:
        for record in RECORDS:
            journal.append([record])
    return folder


def flip(path: Path, offset: int, mask: int) -> None:
    """Change some bits of one byte."""
    content = bytearray(path.read_bytes())
    content[offset] ^= mask
    path.write_bytes(content)
