"""Keeps the rollups up to date with what is written to the hour files."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from mcp_telemetry.errors import StorageError
from mcp_telemetry.leader.stale import StaleHours
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS
from mcp_telemetry.series.merge import concatenate
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.storage.contract import Storage, WriteReport
from mcp_telemetry.storage.layout import DAY_HOURS
from mcp_telemetry.storage.rollups import Hour, Rollups
from mcp_telemetry.storage.shelf import DAY_NS

__all__ = ["Roller"]

log = logging.getLogger(__name__)

Write = Callable[[str, Rows], WriteReport]

_ALL: frozenset[str] = frozenset()
_LAST_NS = 2**63 - 1
_LOOK_S = 30.0
# How long after the end of an hour its last rows may take to come in.
_DELAY_S = 60.0
_RETRY_S = 60.0
# Work is cut into pieces of a node's day, and after each there is a rest of so many times as long: what is live goes
# first, and what is summed up a minute later is missed by nobody.
_REST = 2.0
_NICENESS = 10
_MOST_CHECKED = 100


class Roller:
    """Sums up an hour once it is over and its rows are in files, and again whenever late rows come.

    After a start it looks through all nodes for hours that changed since they were summed up, in the background.
    failures: times the disk refused, or a node's hours could not be summed up; both are tried again
    rolled:   hours summed up
    """

    def __init__(
        self,
        storage: Storage,
        rollups: Rollups,
        flush_interval_s: float,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._storage = storage
        self._rollups = rollups
        self._settle_ns = int((flush_interval_s + _DELAY_S) * 1e9)
        self._look_s = min(_LOOK_S, flush_interval_s)
        self._now_ns = now_ns
        self._unchecked: deque[str] = deque()
        self._open_days: dict[tuple[str, int], None] = {}
        self._closing = threading.Event()
        self._thread = ThreadPoolExecutor(1, "rollup", initializer=_step_back)
        self.stale_hours = StaleHours()
        self.failures = 0
        self.rolled = 0

    def noting(self, write: Write) -> Write:
        """The same write; what it touches is noted before, too, for one that fails half-way."""

        def noted(node_id: str, rows: Rows) -> WriteReport:
            self.stale_hours.mark(node_id, np.unique(rows.times_ns // HOUR_NS).tolist())
            report = write(node_id, rows)
            # They may have been summed up just before their files were replaced.
            self.stale_hours.mark(node_id, report.hours)
            return report

        return noted

    async def run(self) -> None:
        """Sum up until cancelled."""
        loop = asyncio.get_running_loop()
        work: Callable[[], bool] = self.begin
        while True:
            pause_s = self._look_s
            try:
                if await loop.run_in_executor(self._thread, work):
                    pause_s = 0
                work = self.work
            except StorageError as error:
                self.failures += 1
                log.error("cannot sum up hours, trying again in %d s: %s", _RETRY_S, error)
                pause_s = _RETRY_S
            except Exception:  # whatever it is, the leader lives
                self.failures += 1
                log.exception("cannot sum up hours, trying again in %d s", _RETRY_S)
                pause_s = _RETRY_S
            await asyncio.sleep(pause_s)

    def close(self) -> None:
        """Begin nothing more."""
        self._closing.set()
        self._thread.shutdown(wait=False, cancel_futures=True)

    # -- On the thread ------------------------------------------------------------------------------------------------

    def begin(self) -> bool:
        """Note all nodes that have rows to be looked through; returns whether there are any."""
        self._unchecked.extend(self._storage.nodes())
        return bool(self._unchecked)

    def work(self) -> bool:
        """Everything that is due, and some of what is to be checked; returns whether there is more of that."""
        for node_id in self.stale_hours.nodes():
            if any(map(self._is_over, self.stale_hours.marks(node_id))):
                self._attend(node_id, self._roll_due)
        for node_id, day in list(self._open_days):
            if self._is_over((day + 1) * DAY_HOURS - 1):
                self._attend(node_id, partial(self._close_day, day=day))
        self._unchecked.extend(self.stale_hours.take_overflowed())
        for _ in range(min(_MOST_CHECKED, len(self._unchecked))):
            self._attend(self._unchecked[0], self._check)
            self._unchecked.popleft()
        return bool(self._unchecked)

    def finish_day(self, day: int) -> None:
        """Sum up whatever of a day is not yet, on the caller's thread.

        StorageError if the disk refuses, CancelledError when the leader is stopping.
        """
        for node_id in self._storage.nodes():
            hours = self._storage.versions(node_id, day * DAY_NS, (day + 1) * DAY_NS)
            self._roll(node_id, day, hours)
            self._close_day(node_id, day)

    def _attend(self, node_id: str, work: Callable[[str], object]) -> None:
        if self._closing.is_set():
            return
        began = time.monotonic()
        try:
            work(node_id)
        except StorageError:
            raise
        except Exception:  # whatever is wrong with one node's data, the others are summed up, and the leader lives
            self.failures += 1
            self.stale_hours.clear(node_id, self.stale_hours.marks(node_id))
            log.exception("the hours of node %s cannot be summed up", node_id)
        self._closing.wait(_REST * (time.monotonic() - began))

    def _roll_due(self, node_id: str) -> None:
        marks = self.stale_hours.marks(node_id)
        due = [hour for hour in marks if self._is_over(hour)]
        for day, hours in _by_day(due):
            self._roll(node_id, day, hours)
        self.stale_hours.clear(node_id, {hour: marks[hour] for hour in due})

    def _check(self, node_id: str) -> None:
        """Find what was written but not summed up before a crash, or by an import."""
        stored = self._storage.versions(node_id, 0, _LAST_NS)
        minutes = self._rollups.versions(node_id, MINUTE_NS, 0, _LAST_NS)
        hours = self._rollups.versions(node_id, HOUR_NS, 0, _LAST_NS)
        changed = [hour for hour, version in stored.items() if version not in (minutes.get(hour), hours.get(hour))]
        self.stale_hours.mark(node_id, (hour for hour in changed if hour in minutes or not self._is_over(hour)))
        for day, of_day in _by_day(hour for hour in changed if self._is_over(hour)):
            self._roll(node_id, day, of_day)
        for day in self._rollups.unclosed_days(node_id, 0, _LAST_NS):
            self._open_days[node_id, day] = None

    def _roll(self, node_id: str, day: int, hours: Iterable[int]) -> None:
        """Sum up those of a day's hours that changed since."""
        if self._closing.is_set():
            raise asyncio.CancelledError
        versions = self._storage.versions(node_id, day * DAY_NS, (day + 1) * DAY_NS)
        known = self._rollups.versions(node_id, MINUTE_NS, day * DAY_NS, (day + 1) * DAY_NS)
        changed = [hour for hour in sorted(hours) if hour in versions and known.get(hour) != versions[hour]]
        if changed:
            damaged = self._rollups.update(node_id, (self._hour(node_id, hour, versions[hour]) for hour in changed))
            self.rolled += len(changed)
            self._open_days[node_id, day] = None
            if damaged:
                self.stale_hours.mark(node_id, set(versions).difference(changed))

    def _hour(self, node_id: str, hour: int, version: int) -> Hour:
        rows = self._storage.read(node_id, _ALL, hour * HOUR_NS, (hour + 1) * HOUR_NS)
        return Hour(hour, version, concatenate(rows))

    def _close_day(self, node_id: str, day: int) -> None:
        if self._rollups.unclosed_days(node_id, day * DAY_NS, (day + 1) * DAY_NS) and self._rollups.close_day(
            node_id, day
        ):
            for other in self._rollups.unclosed_days(node_id, 0, _LAST_NS):
                self._open_days[node_id, other] = None
        self._open_days.pop((node_id, day), None)

    def _is_over(self, hour: int) -> bool:
        """Whether its last rows should be in files: most are, and an hour summed up too early is so again."""
        return (hour + 1) * HOUR_NS + self._settle_ns <= self._now_ns()


def _by_day(hours: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
    """The newest day first: it is the one asked for."""
    days: dict[int, list[int]] = {}
    for hour in sorted(hours, reverse=True):
        days.setdefault(hour // DAY_HOURS, []).append(hour)
    yield from days.items()


def _step_back() -> None:
    """Linux schedules each thread by its own niceness."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
