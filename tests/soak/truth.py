"""What one node sampled, and what became of it, by its own account.

A log of lines, words separated by blanks; sequences are of the instance of the last `start` or `renewed`:
  start INSTANCE NEXT ACKED DROPPED    the outbox was opened; so many before NEXT only the process before had, in memory
  sample SEQUENCE SERIAL TIME_NS       a snapshot is about to be put in
  dropped FIRST UNTIL                  these were given up, as there was no room, and counted (until is exclusive)
  kept SEQUENCE UNWRITTEN DROPPED      it is in; from UNWRITTEN on only memory has them; dropped since the process began
  acked SEQUENCE                       a leader has everything up to here
  renewed INSTANCE FIRST UNTIL DROPPED what had these sequences got new ones, from 1, under another instance
  end                                  the outbox was closed in order
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["CHECK", "SERIAL", "Sample", "Truth", "check_of", "last_serial"]

# Custom metrics that each snapshot carries: its number, and a number made of it, to notice values in wrong places.
SERIAL = "soak.serial"
CHECK = "soak.check"
_TAIL_BYTES = 4096


def check_of(serial: int) -> float:
    return (serial * 2_654_435_761 % 2**32) / 256


def last_serial(log: Path) -> int:
    """The number of the last sample in the log; 0 if there is none. A line that was torn counts as none."""
    if not log.exists():
        return 0
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
        lines = file.read().decode().split("\n")[:-1]
    return max((int(line.split()[2]) for line in lines[1:] if line.startswith("sample ")), default=0)


@dataclass(slots=True)
class Sample:
    """One snapshot. `is_kept`: it was in the outbox for certain; `is_dropped`: given up and counted; `is_forgotten`:
    only the memory of a killed process had it, because the disk refused.
    """

    instance: str
    sequence: int
    serial: int
    time_ns: int
    is_kept: bool = False
    is_dropped: bool = False
    is_forgotten: bool = False

    def __str__(self) -> str:
        where = ", only in the memory of a killed process" if self.is_forgotten else ""
        return f"{self.instance[:8]}:{self.sequence} (serial {self.serial}, time {self.time_ns}{where})"


@dataclass
class Truth:
    """The account of one node so far; `read` takes in what was written since.

    dropped:   snapshots the node counted as dropped, over all its processes
    in_ranges: how many of its samples are in the ranges that it named
    """

    log: Path
    samples: dict[int, Sample] = field(default_factory=dict)
    acked: dict[str, int] = field(default_factory=dict)
    instance: str = ""
    dropped: int = 0
    in_ranges: int = 0
    _at: dict[tuple[str, int], Sample] = field(default_factory=dict)
    _offset: int = 0
    _began: int = 1  # the first sequence of this process
    _unwritten: int = 1
    _dropped_before: int = 0
    _memory: dict[int, Sample] = field(default_factory=dict)
    _newest: Sample | None = None

    @property
    def newest(self) -> Sample:
        """The newest sample that is in the outbox for certain."""
        assert self._newest is not None, f"{self.log} holds no sample"
        return self._newest

    @property
    def has_samples(self) -> bool:
        return self._newest is not None

    def at(self, instance: str, sequence: int) -> Sample | None:
        """The newest sample that got this number."""
        return self._at.get((instance, sequence))

    def read(self) -> None:
        """Take in what was written since."""
        if self.log.exists():
            for line in self._new_lines():
                what, *words = line.split()
                getattr(self, f"_{what}")(*words)

    def _new_lines(self) -> Iterator[str]:
        with self.log.open("rb") as file:
            file.seek(self._offset)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        self._offset += len(whole)
        yield from whole.decode().splitlines()

    def _start(self, instance: str, following: str, acked: str, dropped: str) -> None:
        acked_before = self.acked.get(self.instance, 0)
        for sequence, sample in self._memory.items():
            sample.is_forgotten = sequence >= self._unwritten and sequence > acked_before
        self._memory.clear()
        self.instance, self._began, self._unwritten = instance, int(following), int(following)
        self.acked[instance] = max(self.acked.get(instance, 0), int(acked))
        self._dropped_before = self.dropped
        self.dropped += int(dropped)
        self._dropped(str(self._began - int(dropped)), following)

    def _sample(self, sequence: str, serial: str, time_ns: str) -> None:
        sample = Sample(self.instance, int(sequence), int(serial), int(time_ns))
        self.samples[sample.serial] = self._at[sample.instance, sample.sequence] = sample
        self._memory[sample.sequence] = sample

    def _kept(self, sequence: str, unwritten: str, dropped: str) -> None:
        self._newest = self._at[self.instance, int(sequence)]
        self._newest.is_kept = True
        self._unwritten = int(unwritten)
        self._memory = {number: sample for number, sample in self._memory.items() if number >= self._unwritten}
        self.dropped = self._dropped_before + int(dropped)

    def _dropped(self, first: str, until: str) -> None:
        for sequence in range(int(first), int(until)):
            self._at[self.instance, sequence].is_dropped = True
            self.in_ranges += 1

    def _acked(self, sequence: str) -> None:
        self.acked[self.instance] = max(self.acked.get(self.instance, 0), int(sequence))

    def _renewed(self, instance: str, first: str, until: str, dropped: str) -> None:
        old, self.instance = self.instance, instance
        lost = range(max(self._began, self.acked.get(old, 0) + 1), int(first))
        for sequence in lost:
            self._at[old, sequence].is_dropped = True
        self.in_ranges += len(lost)
        self._memory.clear()
        for number, sequence in enumerate(range(int(first), int(until)), 1):
            sample = self._at.pop((old, sequence))
            sample.instance, sample.sequence = instance, number
            self._at[instance, number] = self._memory[number] = sample
        self._began = self._unwritten = 1
        self.dropped = self._dropped_before + int(dropped)

    def _end(self) -> None:
        self._memory.clear()
