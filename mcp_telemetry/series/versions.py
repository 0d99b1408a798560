"""Which hours there is something of, and the version of each: two years are 17,520 hours, so they are arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Versions"]


class Versions(NamedTuple):
    """hours: int64[n], those that have something, since 1970, ascending; numbers: int64[n], the version of each.

    Of samples it is a number that any new row changes; of buckets that of the samples they were made from.
    """

    hours: NDArray[np.int64]
    numbers: NDArray[np.int64]

    @classmethod
    def of(cls, found: Mapping[int, int]) -> Versions:
        """By hour, ascending."""
        return cls(np.fromiter(found, np.int64), np.fromiter(found.values(), np.int64))

    def between(self, first: int, end: int) -> Versions:
        """Of the hours [first, end)."""
        within = slice(*np.searchsorted(self.hours, (first, end)).tolist())
        return Versions(self.hours[within], self.numbers[within])

    def digest(self) -> bytes:
        """What other hours, or other versions of them, have not."""
        return hashlib.blake2b(np.stack(self).tobytes(), digest_size=16).digest()

    def by_hour(self) -> dict[int, int]:
        """The same, to look up."""
        return dict(zip(self.hours.tolist(), self.numbers.tolist(), strict=True))
