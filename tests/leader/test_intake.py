"""What is read from the journal makes the same fleet as what arrived, and the same rows."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_telemetry.journal import Position
from mcp_telemetry.leader.backfill import Backlog
from mcp_telemetry.leader.decoding.batch import parse_batch
from mcp_telemetry.leader.decoding.decoder import Decoder
from mcp_telemetry.leader.decoding.layouts import Layouts
from mcp_telemetry.leader.decoding.rereading import Rereader
from mcp_telemetry.leader.fleet import Fleet, Node
from mcp_telemetry.leader.intake import (
    apply_batch,
    apply_goodbye,
    apply_hello,
    effect_of,
    journaled,
    take,
)
from mcp_telemetry.leader.records import Effect, Kind, decode, encode
from mcp_telemetry.leader.skim import Skim
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.streaming import snapshot

MAX_COLUMNS = 6
NOW_NS = time.time_ns()


def new_fleet() -> Fleet:
    return Fleet(10, 10_000, MAX_COLUMNS)


class Live:
    """What streams do with what they receive, and the journal they write."""

    def __init__(self) -> None:
        self.fleet = new_fleet()
        self.layouts = Layouts(MAX_COLUMNS)
        self.journal: list[bytes] = []
        self.now_ns = NOW_NS

    def hello(self, node_id: str, instance_id: str, first: int) -> None:
        said = pb.Hello(node_id=node_id, instance_id=instance_id, first_sequence=first)
        apply_hello(self.fleet, said, self.now_ns)
        self._write(Kind.HELLO, node_id, instance_id, said.SerializeToString())

    def batch(self, node_id: str, instance_id: str, batch: pb.Batch) -> None:
        node = self.fleet.get(node_id)
        if node is None or instance_id not in node.durable:
            return
        body = batch.SerializeToString()
        decoder = Decoder(self.layouts, node_id, instance_id)
        taken = take(parse_batch(body, 0, len(body)), node, instance_id, decoder, self.now_ns)
        node.budget.refuse(taken.decoded, self.now_ns)
        node.taken[instance_id] = taken.admission.cursor
        effect = effect_of(taken, self.now_ns)
        apply_batch(self.fleet, node, instance_id, taken, effect, self.now_ns)
        self._write(Kind.BATCH, node_id, instance_id, journaled(taken) if taken.decoded.rejections else body, effect)

    def goodbye(self, node_id: str) -> None:
        node = self.fleet.get(node_id)
        if node is not None:
            apply_goodbye(self.fleet, node, self.now_ns)
            self._write(Kind.GOODBYE, node_id, "i", b"")

    def _write(self, kind: Kind, node_id: str, instance_id: str, body: bytes, effect: Effect | None = None) -> None:
        self.journal.append(encode(kind, self.now_ns, node_id.encode(), instance_id.encode(), body, effect))
        self.now_ns += 10**9


def state_of(node: Node) -> dict[str, Any]:
    return {
        "durable": dict(node.durable),
        "taken": dict(node.taken),
        "fresh": set(node.fresh),
        "counts": asdict(node.counts),
        "state": (node.state, node.state_since_ns, node.last_seen_ns, node.first_seen_ns, node.ring.newest_ns),
    }


def values_of(rows: Rows) -> list[tuple[Any, ...]]:
    """What each row says, whatever the columns of the others."""
    names = [column.name for column in rows.columns]
    return [
        (
            rows.instance_ids[rows.instances[row]],
            int(rows.sequences[row]),
            int(rows.times_ns[row]),
            {name: value for name, value in zip(names, rows.values[row].tolist(), strict=True) if value == value},
        )
        for row in range(len(rows))
    ]


def reread(live: Live, node_id: str) -> Rows:
    rereader = Rereader(Layouts(1 << 20))
    for record in map(decode, live.journal):
        if record.node_id == node_id and record.effect is not None:
            rereader.add(record)
    return rereader.take()


def assert_replayed(live: Live, fleet: Fleet | None = None, most_waiting_bytes: int = 1 << 20) -> None:
    fleet, backlog = fleet or new_fleet(), Backlog()
    skim = Skim(fleet, backlog, most_waiting_bytes)
    for number, data in enumerate(live.journal):
        skim.add(Position(1, number), data)
    skim.finish()
    for node in live.fleet:
        batches = [
            number
            for number, record in enumerate(map(decode, live.journal))
            if (record.node_id, record.kind) == (node.node_id, Kind.BATCH)
        ]
        assert [position.offset for position in backlog.positions(node.node_id)] == batches
    assert [node.node_id for node in fleet] == [node.node_id for node in live.fleet]
    for before, after in zip(live.fleet, fleet, strict=True):
        assert state_of(after) == state_of(before)
        assert values_of(reread(live, before.node_id)) == values_of(before.ring.since(0))
        assert not len(after.ring)
        assert not after.ring.is_whole_from(before.ring.newest_ns)


SNAPSHOTS = st.one_of(
    st.just(snapshot(1.0, NOW_NS)),
    st.just(snapshot(float("nan"), NOW_NS)),
    st.just(pb.MetricSnapshot(time_unix_nano=1)),
    st.just(snapshot(2.0, NOW_NS - 3600 * 10**9)),
    st.lists(st.integers(0, 20), max_size=4, unique=True).map(
        lambda numbers: snapshot(3.0, NOW_NS, **{f"c{number}": float(number) for number in numbers})
    ),
)
BATCHES = st.builds(
    pb.Batch,
    first_sequence=st.integers(1, 30),
    snapshots=st.lists(SNAPSHOTS, max_size=5),
    dropped=st.sampled_from([0, 0, 0, 1, 7, 100]),
)
STEPS = st.one_of(
    st.tuples(st.just("hello"), st.sampled_from("ab"), st.sampled_from("ij"), st.sampled_from([0, 1, 8])),
    st.tuples(st.just("batch"), st.sampled_from("ab"), st.sampled_from("ij"), BATCHES),
    st.tuples(st.just("batch"), st.sampled_from("ab"), st.sampled_from("ij"), BATCHES),
    st.tuples(st.just("goodbye"), st.sampled_from("ab")),
)


@settings(max_examples=200)
@given(st.lists(STEPS, max_size=25), st.sampled_from([1, 700, 1 << 20]))
def test_a_replay_makes_the_same_fleet(steps: list[tuple[Any, ...]], most_waiting_bytes: int) -> None:
    live = Live()
    for name, *arguments in [("hello", "a", "i", 1), *steps]:
        getattr(live, name)(*arguments)
    assert_replayed(live, most_waiting_bytes=most_waiting_bytes)


def test_what_was_rejected_takes_no_room_in_the_journal_and_is_rejected_again() -> None:
    live = Live()
    live.hello("a", "i", 1)
    many = [snapshot(1.0, NOW_NS, **{f"name_{number}_{place}": 1.0 for place in range(4)}) for number in range(50)]
    live.batch("a", "i", pb.Batch(first_sequence=1, snapshots=many, sent_unix_nano=5, dropped=3, ack_now=True))
    node = live.fleet.get("a")
    assert node is not None
    assert (node.counts.stored, node.counts.rejected) == (1, 49)
    kept = pb.Batch.FromString(live.journal[-1][decode(live.journal[-1]).body :])
    assert (kept.first_sequence, kept.dropped, kept.sent_unix_nano) == (1, 3, 5)
    assert list(kept.snapshots) == [many[0], *[pb.MetricSnapshot()] * 49]
    assert_replayed(live)


@pytest.mark.parametrize("bound", ["nodes", "columns"])
def test_a_bound_that_was_lowered_since_takes_nothing_back(bound: str) -> None:
    live = Live()
    for node_id in "ab":
        live.hello(node_id, "i", 1)
        live.batch(node_id, "i", pb.Batch(first_sequence=1, snapshots=[snapshot(1.0, NOW_NS, x=1.0, y=2.0)]))
    assert_replayed(live, Fleet(1, 10, MAX_COLUMNS) if bound == "nodes" else Fleet(10, 10, 1))
