"""Which sequences of a node are stored, as runs: what is missing between them, and what is there twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.doctor.hour_file import Keys
from mcp_telemetry.storage.json_codec import FOREIGN_INSTANCE

__all__ = ["Coverage", "Double", "Gap"]

# 24 bytes each. A node's hours are some runs long each, whatever happened to it; more is somebody's joke.
_MOST_RUNS = 1_000_000

Runs = NDArray[np.int64]  # [n, 3]: first sequence, last sequence, hour


class Gap(NamedTuple):
    """Sequences first to last are in no file."""

    first: int
    last: int

    @property
    def width(self) -> int:
        """How many those are."""
        return self.last - self.first + 1


class Double(NamedTuple):
    """Rows of an earlier hour that are also in a later one."""

    earlier: int
    later: int


class Coverage:
    """What the files of one node hold, file by file; bounded.

    is_scattered: there were too many runs to compare, so that nothing is known
    """

    def __init__(self) -> None:
        self._runs: dict[str, list[Runs]] = {}
        self._count = 0
        self.is_scattered = False

    def add(self, hour: int, keys: Keys) -> None:
        """Take in the rows of one file."""
        for number, name in enumerate(keys.instance_ids):
            if name == FOREIGN_INSTANCE:
                continue  # its sequences are times, of which nobody expects each
            sequences = np.unique(keys.sequences[keys.instances == number])
            if len(sequences) and not self.is_scattered:
                runs = _runs(sequences, hour)
                self._runs.setdefault(name, []).append(runs)
                self._count += len(runs)
        if self._count > _MOST_RUNS:
            self.is_scattered = True
            self._runs.clear()

    def gaps(self) -> Iterator[tuple[str, list[Gap]]]:
        """By instance, what is missing between the first and the last sequence stored, if anything is."""
        for name, runs in self._sorted():
            highest = np.maximum.accumulate(runs[:, 1])
            before = np.flatnonzero(runs[1:, 0] > highest[:-1] + 1)
            if len(before):
                pairs = zip(highest[before].tolist(), runs[before + 1, 0].tolist(), strict=True)
                yield name, [Gap(last + 1, first - 1) for last, first in pairs]

    def doubles(self) -> set[Double]:
        """The pairs of files that share keys."""
        found = set()
        for _, runs in self._sorted():
            widest = np.maximum.accumulate(runs[:, 1])
            for at in (np.flatnonzero(runs[1:, 0] <= widest[:-1]) + 1).tolist():
                # The run before it that reaches furthest; ties do not matter, the next examination finds the rest.
                other = int(runs[int(np.argmax(runs[:at, 1])), 2])
                found.add(Double(*sorted((other, int(runs[at, 2])))))
        return found

    def _sorted(self) -> Iterator[tuple[str, Runs]]:
        for name, parts in sorted(self._runs.items()):
            runs = np.concatenate(parts)
            yield name, runs[np.argsort(runs[:, 0], kind="stable")]


def _runs(sequences: NDArray[np.int64], hour: int) -> Runs:
    ends = np.flatnonzero(np.diff(sequences) != 1)
    firsts = sequences[np.concatenate(([0], ends + 1))]
    lasts = sequences[np.concatenate((ends, [len(sequences) - 1]))]
    return np.column_stack((firsts, lasts, np.full(len(firsts), hour)))
