"""Three days of 44 columns at 1 s, answered in a process of its own: prints by how many bytes its peak memory grew."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

from mcp_telemetry.query.answer import Asked, Need, Subject, answer
from mcp_telemetry.query.cache import Cache
from mcp_telemetry.query.question import Aggregate, Question, Tier, Transform
from mcp_telemetry.query.sources import Recent, Sources
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.series.merge import concatenate
from mcp_telemetry.series.rows import Rows
from tests.query.memory import THREADS, Rolled
from tests.storage.samples import HOUR_START_NS, busy_hour

_HOURS = 3 * 24
_CACHE_BYTES = 16 << 20
_QUESTIONS = {
    "points": Question(HOUR_START_NS, 0),
    "rates": Question(HOUR_START_NS, 0, transform=Transform.RATE),
    "thinned": Question(HOUR_START_NS, 0, max_points=1000, tier=Tier.RAW),
    "steps": Question(HOUR_START_NS, 0, aggregate=Aggregate.P95, step_ns=10**9),
}


class Weeks:
    """As many hours as asked for, all alike."""

    def __init__(self) -> None:
        self._hour = busy_hour()

    def read(self, node_id: str, selectors: frozenset[str], start_ns: int, end_ns: int) -> Iterator[Rows]:
        later_ns = start_ns - HOUR_START_NS
        yield replace(self._hour, times_ns=self._hour.times_ns + later_ns, values=self._hour.values.copy())

    def prefetch(self, node_id: str, hours: Iterable[int]) -> None:
        pass

    def versions(self, node_id: str, start_ns: int, end_ns: int) -> dict[int, int]:
        return dict.fromkeys(range(start_ns // HOUR_NS, (end_ns - 1) // HOUR_NS + 1), 1)


def _answered(question: Question, weeks: Weeks) -> int:
    """The bytes of all messages, none of which is kept."""
    sources = Sources(weeks, Rolled(), Cache(_CACHE_BYTES), THREADS)
    work, reply, size = answer(Asked(question, (Subject("a"),), 44, 0), sources), list[Recent](), 0
    while True:
        try:
            item = work.send(reply) if reply else next(work)
        except StopIteration:
            return size
        reply = [Recent(concatenate([]))] if isinstance(item, Need) else []
        size += 0 if isinstance(item, Need) else sum(map(len, item))


def _peak_bytes() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(name: str) -> None:
    question, weeks = _QUESTIONS[name], Weeks()
    _answered(replace(question, end_ns=HOUR_START_NS + HOUR_NS // 60), weeks)
    before = _peak_bytes()
    size = _answered(replace(question, end_ns=HOUR_START_NS + _HOURS * HOUR_NS), weeks)
    print(_peak_bytes() - before, size)


if __name__ == "__main__":
    main(sys.argv[1])
