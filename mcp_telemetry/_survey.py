"""What is wrong with a journal's segment: tells what a crash tore off its end from what was damaged later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import BinaryIO

from mcp_telemetry._segment import HEADER_BYTES, Piece, pieces_of, salt_of

__all__ = ["Losses", "Survey", "survey"]


@dataclass(slots=True)
class Losses:
    """Bytes that cannot be read: how many, and the offset of the first; -1 if there are none."""

    first: int = -1
    size: int = 0

    def add(self, begin: int, end: int) -> None:
        """These, which lie after those before."""
        if self.first < 0:
            self.first = begin
        self.size += end - begin


@dataclass(slots=True)
class Survey:
    """The newest segment: its salt, where its readable part ends, and what is damaged before that."""

    salt: bytes
    end: int = HEADER_BYTES
    losses: Losses = field(default_factory=Losses)


def survey(file: BinaryIO, size: int) -> Survey | None:
    """Look through a segment of `size` bytes that was written last; None if it is none. OSError, StorageError."""
    salt, is_good = salt_of(file)
    if not salt:
        return None
    found = Survey(salt)
    if not is_good:
        found.losses.add(0, HEADER_BYTES)
    _judge(found, pieces_of(file, salt, HEADER_BYTES, size))
    return found


def _judge(found: Survey, pieces: Iterable[Piece]) -> None:
    """A commit is synced before the next one is written: what is bad before a later commit is damage.

    What is bad in the last commit was torn by a crash before it was synced. All after it goes, also what is good: it
    was never acknowledged, and whoever sent it would take it for proof that what was before it arrived.
    """
    doubtful: list[Piece] = []
    for piece in pieces:
        if piece.record is None:
            doubtful.append(piece)
            continue
        while doubtful and doubtful[0].begin < piece.commit:
            bad = doubtful.pop(0)
            found.losses.add(bad.begin, bad.end)
        if not doubtful:
            found.end = piece.end
    if doubtful:
        found.end = doubtful[0].begin
