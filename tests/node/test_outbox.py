from __future__ import annotations

import os
from pathlib import Path

import pytest

from mcp_telemetry.node.outbox import MAX_SNAPSHOT_BYTES, Outbox
from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot
from tests.node.outboxes import MIB, fill, held, snapshot

# -- Numbers ----------------------------------------------------------------------------------------------------------


def test_sequences_start_at_1_and_have_no_gap(outbox: Outbox) -> None:
    assert (outbox.oldest, outbox.next) == (1, 1)
    assert [outbox.append(snapshot()) for _ in range(3)] == [1, 2, 3]
    assert held(outbox) == [1, 2, 3]


def test_a_record_is_the_snapshot_with_its_sequence(outbox: Outbox) -> None:
    outbox.append(snapshot(77))
    [record] = outbox.read(1, 2, MIB).records
    expected = snapshot(77)
    expected.sequence = 1
    assert MetricSnapshot.FromString(record) == expected


def test_a_restart_goes_on_with_the_same_id_and_the_next_number(folder: Path) -> None:
    first = Outbox(folder, MIB)
    fill(first, 5)
    first.acknowledge(2)
    first.close()
    again = Outbox(folder, MIB)
    assert again.instance_id == first.instance_id
    assert (again.oldest, again.next) == (3, 6)
    assert held(again) == [3, 4, 5]
    again.close()


def test_numbers_are_not_given_twice_when_everything_was_acknowledged(folder: Path) -> None:
    for opening in range(4):
        outbox = Outbox(folder, MIB)
        assert outbox.next == 2000 * opening + 1
        fill(outbox, 2000, size=100)
        outbox.acknowledge(outbox.next - 1)
        assert held(outbox) == []
        outbox.close()


def test_numbers_go_on_even_if_the_journal_is_lost(folder: Path) -> None:
    outbox = Outbox(folder, MIB)
    fill(outbox, 5)
    outbox.acknowledge(5)
    outbox.close()
    for segment in folder.glob("*.wal"):
        segment.unlink()
    outbox = Outbox(folder, MIB)
    assert outbox.next == 6
    outbox.close()


@pytest.mark.parametrize("content", [b"", b"short", b"MCPTBOX\x01" + b"?" * 48])
def test_a_broken_identity_is_a_new_outbox_that_keeps_its_snapshots(folder: Path, content: bytes) -> None:
    first = Outbox(folder, MIB)
    fill(first, 3)
    first.close()
    (folder / "identity").write_bytes(content)
    again = Outbox(folder, MIB)
    assert again.instance_id != first.instance_id
    assert held(again) == [1, 2, 3]
    again.close()


def test_a_torn_acknowledgement_is_not_believed(folder: Path) -> None:
    first = Outbox(folder, MIB)
    fill(first, 3)
    first.acknowledge(2)
    first.close()
    with (folder / "identity").open("r+b") as file:
        file.seek(40)
        file.write(b"\xff")
    again = Outbox(folder, MIB)
    assert held(again) == [1, 2, 3]
    again.close()


def test_an_identity_without_the_number_given_last_is_read(folder: Path) -> None:
    first = Outbox(folder, MIB)
    fill(first, 3)
    first.acknowledge(2)
    first.close()
    os.truncate(folder / "identity", 56)
    again = Outbox(folder, MIB)
    assert (again.instance_id, again.acked, held(again)) == (first.instance_id, 2, [3])
    again.close()


def test_renewing_gives_new_numbers_to_what_the_leader_cannot_know(folder: Path) -> None:
    before = Outbox(folder, MIB)
    fill(before, 4)
    before.close()
    outbox = Outbox(folder, MIB)
    outbox.append(snapshot(55))
    outbox.append(snapshot(66))
    outbox.renew()
    assert outbox.instance_id != before.instance_id
    assert (outbox.oldest, outbox.next, outbox.dropped_total) == (1, 3, 0)
    times = [MetricSnapshot.FromString(record).time_unix_nano for record in outbox.read(1, 3, MIB).records]
    assert times == [55, 66]
    outbox.close()
    again = Outbox(folder, MIB)
    assert (again.instance_id, held(again)) == (outbox.instance_id, [1, 2])
    again.close()


# -- Reading ----------------------------------------------------------------------------------------------------------


def test_a_read_is_bounded_in_bytes_but_gives_at_least_one(outbox: Outbox) -> None:
    fill(outbox, 10, size=1000)
    assert len(outbox.read(1, 11, 3500).records) == 3
    assert len(outbox.read(4, 11, 1).records) == 1


def test_what_is_not_in_memory_comes_from_the_disk(outbox: Outbox) -> None:
    fill(outbox, 6000, size=1000)
    assert held(outbox, max_bytes=100_000) == list(range(1, 6001))
    assert outbox.read(3, 5, MIB).first == 3  # a reader that begins again
    assert held(outbox) == list(range(1, 6001))


def test_a_reader_that_paused_finds_what_came_meanwhile(folder: Path) -> None:
    outbox = Outbox(folder, MIB)
    fill(outbox, 100, size=1000)
    first = outbox.read(1, 20, MIB)
    fill(outbox, 500, size=1000)
    assert (first.first, len(first.records)) == (1, 19)
    assert held(outbox, start=20) == list(range(20, 601))
    outbox.close()


def test_a_read_of_nothing_is_empty(outbox: Outbox) -> None:
    fill(outbox, 3)
    outbox.acknowledge(3)
    assert outbox.read(1, 4, MIB) == (4, [])


def test_acknowledging_frees_the_disk(outbox: Outbox) -> None:
    fill(outbox, 10_000, size=1000)
    before = disk_bytes(outbox.folder)
    outbox.acknowledge(9_999)
    assert held(outbox) == [10_000]
    assert disk_bytes(outbox.folder) < before / 2


def disk_bytes(folder: Path) -> int:
    return sum(segment.stat().st_size for segment in folder.glob("*.wal"))


# -- Bounds -----------------------------------------------------------------------------------------------------------


def test_an_overflow_costs_the_oldest_and_is_counted(folder: Path) -> None:
    outbox = Outbox(folder, 160_000)
    fill(outbox, 500, size=1000)
    left = held(outbox)
    assert left == list(range(left[0], 501))
    assert outbox.dropped_total == left[0] - 1
    assert disk_bytes(folder) <= 160_000
    assert disk_bytes(folder) > 140_000
    outbox.close()


def test_what_was_acknowledged_does_not_count_as_dropped(folder: Path) -> None:
    outbox = Outbox(folder, 160_000)
    for _ in range(500):
        outbox.append(snapshot(size=1000))
        outbox.acknowledge(outbox.next - 3)
    assert (outbox.dropped_total, held(outbox)) == (0, [499, 500])
    outbox.close()


def test_an_oversized_snapshot_goes_without_what_the_application_added(
    outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.append(snapshot(7, size=2 * MAX_SNAPSHOT_BYTES))
    [record] = outbox.read(1, 2, MIB).records
    expected = snapshot(7)
    expected.sequence = 1
    assert MetricSnapshot.FromString(record) == expected
    assert "over the limit of 1048576" in caplog.text


def test_giving_up_counts_as_dropped(outbox: Outbox) -> None:
    fill(outbox, 5)
    outbox.acknowledge(2)
    outbox.give_up(4)
    assert (outbox.dropped_total, held(outbox)) == (2, [5])
