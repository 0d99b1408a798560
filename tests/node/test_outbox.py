from __future__ import annotations

import errno
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.node.outbox import MAX_SNAPSHOT_BYTES, Outbox
from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot

MIB = 1 << 20


def snapshot(time_unix_nano: int = 1, size: int = 0) -> MetricSnapshot:
    made = MetricSnapshot(time_unix_nano=time_unix_nano)
    made.system.cpu.percent = 12.5
    if size:
        made.custom.add(name="x" * size, gauge=1)
    return made


def fill(outbox: Outbox, count: int, size: int = 0) -> None:
    for _ in range(count):
        outbox.append(snapshot(outbox.next, size))


def held(outbox: Outbox, max_bytes: int = MIB) -> list[int]:
    """The sequences that reading to the end gives, each checked against its snapshot."""
    sequences, start = [], outbox.oldest
    while start < outbox.next:
        chunk = outbox.read(start, outbox.next, max_bytes)
        read = [MetricSnapshot.FromString(record) for record in chunk.records]
        assert [each.sequence for each in read] == list(range(chunk.first, chunk.first + len(read)))
        sequences += [each.sequence for each in read]
        start = chunk.first + len(read)
    return sequences


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool" / "node"


@pytest.fixture
def outbox(folder: Path) -> Iterator[Outbox]:
    opened = Outbox(folder, 64 * MIB)
    yield opened
    opened.close()


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


# -- A disk that refuses ----------------------------------------------------------------------------------------------


class Disk:
    """Lets writes through, or refuses them as a full disk does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_full = False
        self._pwrite = os.pwrite
        monkeypatch.setattr(os, "pwrite", self.pwrite)

    def pwrite(self, fd: int, data: bytes, offset: int) -> int:
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._pwrite(fd, data, offset)


def test_a_full_disk_is_borne_in_memory_and_left_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock, disk = Clock(), Disk(monkeypatch)
    outbox = Outbox(folder, MIB, clock)
    fill(outbox, 3)
    disk.is_full = True
    fill(outbox, 5)
    clock.now += 60
    fill(outbox, 2)
    assert held(outbox) == list(range(1, 11))
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "No space left on device" in caplog.text
    disk.is_full = False
    clock.now += 60
    fill(outbox, 1)
    outbox.close()
    again = Outbox(folder, MIB)
    assert held(again) == list(range(1, 12))
    again.close()


def test_memory_is_bounded_while_the_disk_is_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, disk = Clock(), Disk(monkeypatch)
    outbox = Outbox(folder, MIB, clock)
    fill(outbox, 3, size=1000)
    disk.is_full = True
    fill(outbox, 1000, size=1000)
    left = held(outbox)
    assert left[:3] == [1, 2, 3]
    assert left[3:] == list(range(left[3], 1004))
    assert outbox.dropped_total == 1003 - len(left)
    assert len(left) < 70
    disk.is_full = False
    clock.now += 60
    fill(outbox, 1)
    assert held(outbox) == [*left, 1004]
    outbox.close()
    again = Outbox(folder, MIB)
    assert held(again) == [*left, 1004]
    again.close()


def test_a_failed_sync_makes_the_folder_be_opened_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    clock = Clock()
    outbox = Outbox(folder, MIB, clock)
    fill(outbox, 3)
    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", fail)
        outbox.sync()
    fill(outbox, 3)
    outbox.sync()
    assert held(outbox) == [1, 2, 3, 4, 5, 6]
    outbox.close()
    again = Outbox(folder, MIB)
    assert held(again) == [1, 2, 3, 4, 5, 6]
    again.close()


def test_a_folder_that_cannot_be_used_leaves_the_memory(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    obstacle = tmp_path / "file"
    obstacle.write_text("")
    outbox = Outbox(obstacle / "node", MIB, clock)
    fill(outbox, 3)
    assert held(outbox) == [1, 2, 3]
    assert "Not a directory" in caplog.text
    obstacle.unlink()
    clock.now += 60
    fill(outbox, 1)
    assert (obstacle / "node" / "identity").exists()
    outbox.close()
    again = Outbox(obstacle / "node", MIB)
    assert (again.instance_id, held(again)) == (outbox.instance_id, [1, 2, 3, 4])
    again.close()


def test_a_second_process_is_refused(outbox: Outbox) -> None:
    with pytest.raises(ConfigurationError, match="is in use by process"):
        Outbox(outbox.folder, MIB)


# -- Processes --------------------------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from mcp_telemetry.node.outbox import Outbox
from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot

outbox = Outbox(Path(sys.argv[1]), 1 << 20)
while True:
    sequence = outbox.append(MetricSnapshot(time_unix_nano=outbox.next))
    if sequence % 100 == 0:
        outbox.acknowledge(sequence - 50)
    print(sequence, flush=True)
"""


def test_a_killed_process_loses_nothing_and_its_numbers_go_on(folder: Path) -> None:
    last, instance_ids = 0, set()
    for kill in range(4):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            given = [int(writer.stdout.readline()) for _ in range(150 + 33 * kill)]
            writer.send_signal(signal.SIGKILL)
            given += [int(line) for line in writer.stdout.read().split("\n")[:-1]]
        assert given == list(range(last + 1, last + 1 + len(given)))
        outbox = Outbox(folder, MIB)
        instance_ids.add(outbox.instance_id)
        last = outbox.next - 1
        assert last in (given[-1], given[-1] + 1)
        assert held(outbox) == list(range(outbox.oldest, last + 1))
        assert outbox.oldest <= last // 100 * 100 + 1
        outbox.close()
    assert len(instance_ids) == 1


# -- Anything ---------------------------------------------------------------------------------------------------------


class OutboxMachine(RuleBasedStateMachine):
    """Any order of appends, acknowledgements, reads, restarts and full disks loses nothing within the bounds."""

    def __init__(self) -> None:
        super().__init__()
        self.monkeypatch = pytest.MonkeyPatch()
        self.disk, self.clock = Disk(self.monkeypatch), Clock()
        self.folder = Path(make_folder())
        self.acked = self.given = 0
        self.open()

    def open(self) -> None:
        self.outbox = Outbox(self.folder, 4 * MIB, self.clock)

    @rule(count=st.integers(1, 30), size=st.integers(0, 900))
    def append(self, count: int, size: int) -> None:
        fill(self.outbox, count, size)
        self.given += count

    @rule(ahead=st.integers(0, 40))
    def acknowledge(self, ahead: int) -> None:
        self.acked = min(self.acked + ahead, self.given)
        self.outbox.acknowledge(self.acked)

    @rule()
    def full(self) -> None:
        self.disk.is_full = True

    @rule()
    def room_again(self) -> None:
        self.disk.is_full = False
        self.clock.now += 60

    @rule()
    def restart(self) -> None:
        self.room_again()
        self.append(1, 0)  # brings what memory has to the disk
        self.outbox.close()
        self.open()
        self.outbox.acknowledge(self.acked)  # as the leader's welcome does

    @invariant()
    def everything_is_held(self) -> None:
        assert self.outbox.next == self.given + 1
        assert held(self.outbox, max_bytes=5000) == list(range(self.acked + 1, self.given + 1))
        assert self.outbox.dropped_total == 0

    def teardown(self) -> None:
        self.outbox.close()
        self.monkeypatch.undo()


make_folder: Callable[[], Path]


@pytest.fixture(autouse=True)
def folders(tmp_path_factory: pytest.TempPathFactory) -> None:
    global make_folder
    make_folder = lambda: tmp_path_factory.mktemp("outbox")  # noqa: E731


TestAnyOrder = OutboxMachine.TestCase
TestAnyOrder.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
