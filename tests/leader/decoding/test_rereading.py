from __future__ import annotations

import time

import pytest

from mcp_telemetry.leader.decoding import decoder, rereading
from mcp_telemetry.leader.decoding.batch import BatchBytes
from mcp_telemetry.leader.decoding.layouts import Layouts
from mcp_telemetry.leader.decoding.rereading import Rereader
from mcp_telemetry.leader.records import Effect, Kind, Record
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.streaming import snapshot

NOW_NS = time.time_ns()


def record(first: int, snapshots: list[pb.MetricSnapshot], skip: int = 0, instance_id: str = "i1") -> Record:
    body = pb.Batch(first_sequence=first, snapshots=snapshots, sent_unix_nano=7).SerializeToString()
    effect = Effect(first, first + len(snapshots) - 1, len(snapshots) - skip, 0, 0, skip, 0, 0, NOW_NS)
    return Record(Kind.BATCH, NOW_NS, "a", instance_id, effect, body, 0)


def snapshots(first: int, count: int) -> list[pb.MetricSnapshot]:
    return [snapshot(float(number), NOW_NS + number) for number in range(first, first + count)]


def reader(monkeypatch: pytest.MonkeyPatch) -> tuple[Rereader, list[int]]:
    """And how many snapshots each step decodes."""
    steps: list[int] = []
    decode = decoder.Decoder.decode

    def counted(self: decoder.Decoder, batch: BatchBytes, skip: int, received_ns: int) -> decoder.Decoded:
        steps.append(batch.count - skip)
        return decode(self, batch, skip, received_ns)

    monkeypatch.setattr(decoder.Decoder, "decode", counted)
    return Rereader(Layouts(100)), steps


def test_batches_that_follow_each_other_are_decoded_in_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    rereader, steps = reader(monkeypatch)
    for first in range(1, 100, 3):
        rereader.add(record(first, snapshots(first, 3)))
    rows = rereader.take()
    assert steps == [99]
    assert rows.sequences.tolist() == list(range(1, 100))
    assert rows.values[:, 0].tolist() == [float(number) for number in range(1, 100)]
    assert rows.times_ns.tolist() == [NOW_NS + number for number in range(1, 100)]
    assert len(rereader.take()) == 0


def test_gaps_duplicates_and_other_instances_begin_another_step(monkeypatch: pytest.MonkeyPatch) -> None:
    rereader, steps = reader(monkeypatch)
    for each in (
        record(1, snapshots(1, 3)),
        record(10, snapshots(10, 3)),
        record(11, snapshots(11, 4), skip=2),
        record(15, snapshots(15, 2), instance_id="i2"),
        record(15, snapshots(15, 2)),
    ):
        rereader.add(each)
    rows = rereader.take()
    assert steps == [3, 5, 2, 2]
    keys = zip([rows.instance_ids[number] for number in rows.instances], rows.sequences.tolist(), strict=True)
    assert list(keys) == [("i1", n) for n in (1, 2, 3, 10, 11, 12, 13, 14)] + [
        ("i2", 15), ("i2", 16), ("i1", 15), ("i1", 16)
    ]  # fmt: skip


def test_a_step_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rereading, "_JOINT_BYTES", 100)
    rereader, steps = reader(monkeypatch)
    for first in range(1, 31, 3):
        rereader.add(record(first, snapshots(first, 3)))
    assert len(rereader.take()) == 30
    assert max(steps) <= 9


def test_what_each_batch_was_allowed_to_change_is_not_held_against_all_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decoder, "MAX_CHANGING_BYTES", 600)
    rereader, steps = reader(monkeypatch)
    for first in range(1, 41, 2):
        changing = [snapshot(1.0, NOW_NS, **{name: 1.0}) for name in ("x", "y")]
        rereader.add(record(first, changing))
    assert rereader.take().sequences.tolist() == list(range(1, 41))
    assert steps == [40, *[2] * 20]
