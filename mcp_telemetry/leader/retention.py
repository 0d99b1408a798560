"""Removes what had its time: samples, minutes and hours, each by age and by size."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from mcp_telemetry.errors import StorageError
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS
from mcp_telemetry.settings import LeaderSettings
from mcp_telemetry.storage.contract import Storage
from mcp_telemetry.storage.layout import day_name
from mcp_telemetry.storage.retention import excess, expired
from mcp_telemetry.storage.rollups import Rollups
from mcp_telemetry.storage.shelf import DAY_NS

__all__ = ["Keep", "Retention"]

log = logging.getLogger(__name__)

_EVERY_S = 600.0
# To look at every file of a large fleet takes seconds: it is done so seldom that it stays below a hundredth of a core.
_REST = 100.0
# So long a day of samples that has had its time waits for being summed up; on a full disk it may wait in vain.
_PATIENCE_NS = HOUR_NS
_NAMES = {MINUTE_NS: "minutes", HOUR_NS: "hours"}


@dataclass(frozen=True, slots=True)
class Keep:
    """How long to keep a tier, in seconds, and how much of it; 0: for ever, and all."""

    age_s: int = 0
    limit_bytes: int = 0


class Retention:
    """Sweeps at the start and every ten minutes. Whole days of samples and minutes go, and whole months of hours.

    A day goes when all of it is too old. By size the oldest goes first, but never the day or month of now. Samples go
    once they are summed up, or an hour later if they cannot be.

    removed: files removed since the start; failures: sweeps that the disk refused
    """

    def __init__(
        self,
        storage: Storage,
        rollups: Rollups,
        sum_up: Callable[[int], None],
        samples: Keep,
        tiers: dict[int, Keep],
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._storage = storage
        self._rollups = rollups
        self._sum_up = sum_up
        self._samples = samples
        self._tiers = tiers
        self._now_ns = now_ns
        self._waiting_since_ns: dict[int, int] = {}
        self._thread = ThreadPoolExecutor(1, "retention")
        self.removed = 0
        self.failures = 0

    @classmethod
    def of(
        cls, settings: LeaderSettings, storage: Storage, rollups: Rollups, sum_up: Callable[[int], None]
    ) -> Retention:
        """As the operator set it. `sum_up` makes a day's samples rollups; it raises StorageError if it cannot."""
        tiers = {
            MINUTE_NS: Keep(settings.minute_retention_s, settings.minute_limit_bytes),
            HOUR_NS: Keep(settings.hour_retention_s, settings.hour_limit_bytes),
        }
        return cls(storage, rollups, sum_up, Keep(settings.raw_retention_s, settings.raw_limit_bytes), tiers)

    async def run(self) -> None:
        """Sweep until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await loop.run_in_executor(self._thread, self.sweep)
            except StorageError as error:
                self.failures += 1
                log.error("cannot remove what is too old, trying again: %s", error)
            except Exception:  # whatever it is, the leader lives
                self.failures += 1
                log.exception("cannot remove what is too old, trying again")
            await asyncio.sleep(max(_EVERY_S, _REST * (loop.time() - began)))

    def close(self) -> None:
        """Begin nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def sweep(self) -> None:
        """Remove what is too old or too much now; StorageError if that fails."""
        self._sweep_samples()
        for step_ns, keep in self._tiers.items():
            self._sweep_tier(step_ns, keep)

    def _sweep_samples(self) -> None:
        if self._samples == Keep():
            return
        sizes, now_ns = self._storage.days(), self._now_ns()
        going = expired({day: day + 1 for day in sizes}, self._samples.age_s * 10**9, now_ns)
        kept = {day: size for day, size in sizes.items() if day not in going}
        going += excess(kept, self._samples.limit_bytes, newest=now_ns // DAY_NS)
        self._waiting_since_ns = {day: self._waiting_since_ns.get(day, now_ns) for day in going}
        for day in going:
            if self._is_summed_up(day) or self._waiting_since_ns[day] <= now_ns - _PATIENCE_NS:
                self._note(self._storage.drop_day(day), "samples", day)

    def _is_summed_up(self, day: int) -> bool:
        try:
            self._sum_up(day)
        except StorageError as error:
            log.error("the samples of %s have had their time, but cannot be summed up: %s", day_name(day), error)
            return False
        except Exception:  # whatever is wrong with one node's samples, the disk must not fill up with everybody's
            log.exception("the samples of %s have had their time, but cannot be summed up", day_name(day))
            return False
        return True

    def _sweep_tier(self, step_ns: int, keep: Keep) -> None:
        ends, now_ns = self._rollups.spans(step_ns), self._now_ns()
        going = expired(ends, keep.age_s * 10**9, now_ns)
        if keep.limit_bytes:
            sizes = {span: size for span, size in self._rollups.sizes(step_ns).items() if span not in going}
            current = [span for span, end in ends.items() if end * DAY_NS > now_ns]
            going += excess(sizes, keep.limit_bytes, newest=min(current, default=now_ns // DAY_NS))
        for span in going:
            self._note(self._rollups.drop(step_ns, span), _NAMES[step_ns], span)

    def _note(self, files: int, what: str, span: int) -> None:
        # None are left where a folder only stays for what was set aside in it.
        if files:
            self.removed += files
            log.info("removed the %s of %s: %d files", what, day_name(span), files)
