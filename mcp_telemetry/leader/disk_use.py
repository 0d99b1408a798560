"""What the leader's files take on the disk, and what is left there: looked at now and then, off the event loop."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from mcp_telemetry.errors import StorageError
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS
from mcp_telemetry.storage.contract import Storage
from mcp_telemetry.storage.rollups import Rollups

__all__ = ["DiskUse", "Footprint"]

log = logging.getLogger(__name__)

_FREE_EVERY_S = 10.0
_FILES_EVERY_S = 120.0
# To look at every file of a large fleet takes seconds: this keeps it below half a hundredth of a core.
_REST = 200.0


@dataclass(slots=True)
class Footprint:
    """Bytes, as of the last look; 0 before it."""

    sample_file_bytes: int = 0
    rollup_file_bytes: int = 0
    disk_free_bytes: int = 0


class DiskUse:
    """Keeps `footprint` up to date."""

    def __init__(self, metrics_dir: Path, storage: Storage, rollups: Rollups) -> None:
        self._metrics_dir = metrics_dir
        self._storage = storage
        self._rollups = rollups
        self._thread = ThreadPoolExecutor(1, "disk-use")
        self.footprint = Footprint()

    async def run(self) -> None:
        """Look until cancelled. A disk that does not answer holds up nothing but this."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            await self._look(self.look_at_disk)
            if loop.time() >= due:
                began = loop.time()
                await self._look(self.look_at_files)
                due = loop.time() + max(_FILES_EVERY_S, _REST * (loop.time() - began))
            await asyncio.sleep(_FREE_EVERY_S)

    async def _look(self, look: Callable[[], None]) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, look)
        except (StorageError, OSError) as error:
            log.warning("the leader does not know what its files take: %s", error)
        except Exception:  # whatever it is, the leader lives
            log.exception("the leader does not know what its files take")

    def close(self) -> None:
        """Begin nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def look_at_disk(self) -> None:
        """Ask the file system; OSError if it does not say."""
        self.footprint.disk_free_bytes = shutil.disk_usage(self._metrics_dir).free

    def look_at_files(self) -> None:
        """Sum up all files; StorageError if they cannot be listed."""
        self.footprint.sample_file_bytes = sum(self._storage.days().values())
        self.footprint.rollup_file_bytes = sum(
            sum(self._rollups.sizes(step_ns).values()) for step_ns in (MINUTE_NS, HOUR_NS)
        )
