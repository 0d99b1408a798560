"""See `test_intake.py` for any order of records; here is what it would take long to meet by chance."""

from __future__ import annotations

import pytest

from mcp_telemetry.errors import CorruptionError
from mcp_telemetry.journal import Position
from mcp_telemetry.leader.backfill import Backlog
from mcp_telemetry.leader.fleet import Fleet, Node
from mcp_telemetry.leader.records import Effect, Kind, encode
from mcp_telemetry.leader.skim import Skim

WIDE = 2**62


def batch(node_id: str, effect: Effect, received_ns: int = 1) -> bytes:
    return encode(Kind.BATCH, received_ns, node_id.encode(), b"i1", b"", effect)


def skimmed(*records: bytes) -> tuple[Fleet, Backlog]:
    fleet, backlog = Fleet(10, 10, 10), Backlog()
    skim = Skim(fleet, backlog)
    for number, record in enumerate(records):
        skim.add(Position(7, number), record)
    skim.finish()
    return fleet, backlog


def known(fleet: Fleet, node_id: str) -> Node:
    node = fleet.get(node_id)
    assert node is not None
    return node


def test_gaps_may_add_up_to_more_than_64_bits() -> None:
    fleet, _ = skimmed(*[batch("a", Effect(WIDE, WIDE, 1, WIDE, WIDE, 0, 0, 0, 5))] * 9)
    counts = known(fleet, "a").counts
    assert (counts.stored, counts.gaps, counts.dropped) == (9, 9 * WIDE, 9 * WIDE)


def test_times_and_cursors_are_the_latest_whatever_the_order() -> None:
    fleet, backlog = skimmed(
        batch("a", Effect(1, 5, 5, 0, 0, 0, 0, 0, 70), received_ns=10),
        batch("b", Effect(1, 1, 1, 0, 0, 0, 0, 0, 1), received_ns=11),
        batch("a", Effect(6, 9, 4, 0, 0, 2, 1, 3, 60), received_ns=30),
        batch("a", Effect(10, 9, 0, 0, 0, 0, 0, 0, 0), received_ns=20),
    )
    node = known(fleet, "a")
    assert (node.durable["i1"], node.taken["i1"], node.fresh) == (9, 9, set())
    assert (node.first_seen_ns, node.last_seen_ns, node.ring.newest_ns) == (10, 30, 70)
    counts = node.counts
    assert (counts.stored, counts.duplicates, counts.rejected, counts.late) == (9, 2, 1, 3)
    assert list(backlog.positions("a")) == [Position(7, 0), Position(7, 2), Position(7, 3)]
    assert backlog.rows == 10


@pytest.mark.parametrize("bad", [b"", b"B", b"B" + bytes(68), b"B" + bytes(64) + b"\x03\x00\x02\x00abc", b"X" * 90])
def test_what_is_no_record_is_refused_and_changes_nothing(bad: bytes) -> None:
    fleet, backlog = Fleet(10, 10, 10), Backlog()
    skim = Skim(fleet, backlog)
    skim.add(Position(1, 0), batch("a", Effect(1, 1, 1, 0, 0, 0, 0, 0, 1)))
    with pytest.raises((CorruptionError, ValueError)):
        skim.add(Position(1, 1), bad)
    skim.finish()
    assert [node.node_id for node in fleet] == ["a"]
