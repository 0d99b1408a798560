"""What queries have the disk do."""

from __future__ import annotations

from mcp_telemetry.query.cache import Cache
from mcp_telemetry.query.question import Tier
from mcp_telemetry.query.sources import Recent, Sources, Wanted, pieces
from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.series.merge import concatenate
from tests.query.memory import Rolled, Stored
from tests.storage.samples import HOUR_START_NS, rows_of, sample

FIRST = HOUR_START_NS // HOUR_NS


def test_the_disk_is_told_of_the_files_that_will_be_read_and_of_no_others() -> None:
    stored = Stored({("a", FIRST + hour): rows_of([sample(3600 * hour, hour + 1, cpu=1.0)]) for hour in range(40)})
    sources = Sources(stored, Rolled(), Cache(1 << 20))

    def read(hours: int) -> int:
        wanted = Wanted(Tier.RAW, frozenset(), HOUR_START_NS, HOUR_START_NS + hours * HOUR_NS)
        return sum(map(len, pieces(sources, "a", wanted, Recent(concatenate([])))))

    assert read(3) == 3
    assert stored.prefetched == [FIRST, FIRST + 1, FIRST + 2]
    assert read(40) == 40
    assert stored.prefetched == list(range(FIRST, FIRST + 40))
    assert stored.reads == 40
