"""A leader with two years of history, which takes 200 snapshots a second.

Ten nodes have a day of hour files of their own. Of a hundred there are a day of rollups and hour files, those of the
ten under other names: a reader opens and decodes each. One was kept for two years. All of them go on reporting, so that
every answer is made of what is on disk and of what is in memory.
"""

from __future__ import annotations

import atexit
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.benchmarks.archive import DAY_S, HOUR_S, link_nodes, write_hours, write_rollups
from tests.benchmarks.competitors import Server, scratch_folder
from tests.benchmarks.effort import Effort
from tests.benchmarks.loads import leader, reporting
from tests.benchmarks.long_ago import write_years

__all__ = ["KEPT_LONG", "LOAD_NODES", "ROLLED_UP", "SAMPLED", "History", "history", "load", "serving_history"]

LOAD_NODES = 200
ROLLED_UP = tuple(f"load-{number:05}" for number in range(100))
SAMPLED = ROLLED_UP[:10]
KEPT_LONG = ROLLED_UP[0]
_HOURS = 24
# What a leader keeps of each tier, unless told otherwise.
_MINUTE_DAYS, _HOUR_DAYS = 88, 728


@dataclass(frozen=True, slots=True)
class History:
    """A metrics folder, and the seconds since 1970 that its hour files are of: end not included."""

    folder: Path
    start_s: int
    end_s: int


@cache
def history(effort: Effort) -> History:
    """Built once in a run, and gone with it."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    folder = stack.enter_context(scratch_folder())
    end_s = int(time.time())
    start_s = end_s - (_HOURS if effort.is_thorough else 2) * HOUR_S
    write_hours(folder, SAMPLED, start_s, end_s)
    write_rollups(folder, SAMPLED, start_s, end_s)
    link_nodes(folder, SAMPLED, ROLLED_UP[len(SAMPLED) :])
    write_years(folder, KEPT_LONG, start_s // DAY_S, _MINUTE_DAYS, _HOUR_DAYS)
    return History(folder, start_s, end_s)


@contextlib.contextmanager
def serving_history(effort: Effort) -> Iterator[tuple[Server, History]]:
    """A leader on that folder."""
    made = history(effort)
    with leader(1, folder=made.folder) as server:
        yield server, made


def load(server: Server) -> contextlib.AbstractContextManager[None]:
    """200 nodes, each of which reports each second."""
    return reporting(server, LOAD_NODES)
