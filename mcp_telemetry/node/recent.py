"""The newest records in memory, without a gap, up to the next sequence to be given."""

from __future__ import annotations

from collections import deque
from itertools import islice

__all__ = ["Recent"]


class Recent:
    """Holds the records of sequences `first` to `next - 1`; `size_bytes` of them in all."""

    def __init__(self, next: int) -> None:  # noqa: A002
        self.next = next
        self.size_bytes = 0
        self._records: deque[bytes] = deque()

    @property
    def first(self) -> int:
        """The oldest sequence here; `next` if there is none."""
        return self.next - len(self._records)

    def append(self, record: bytes) -> None:
        """The record of sequence `next`."""
        self._records.append(record)
        self.size_bytes += len(record)
        self.next += 1

    def forget_before(self, sequence: int) -> None:
        """Let go of everything older than `sequence`."""
        while self._records and self.first < sequence:
            self.size_bytes -= len(self._records.popleft())

    def records(self, start: int, stop: int) -> list[bytes]:
        """The records of sequences `start` to `stop - 1`, as far as they are given; `start` must be here."""
        return list(islice(self._records, start - self.first, max(stop - self.first, 0)))
