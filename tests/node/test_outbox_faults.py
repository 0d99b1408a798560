from __future__ import annotations

import errno
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.node.outbox import Outbox
from tests.node.outboxes import MIB, fill, held


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


# -- A disk that refuses ----------------------------------------------------------------------------------------------


class Disk:
    """Lets writes through, or refuses those that need room, as a full disk does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_full = False
        self._pwrite = os.pwrite
        monkeypatch.setattr(os, "pwrite", self.pwrite)

    def pwrite(self, fd: int, data: bytes, offset: int) -> int:
        if self.is_full and offset + len(data) > os.fstat(fd).st_size:
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


def test_numbers_of_what_only_memory_had_are_not_given_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A leader may have stored them, and would take what comes under them for repeats."""
    disk = Disk(monkeypatch)
    before = Outbox(folder, MIB)
    fill(before, 3)
    disk.is_full = True
    fill(before, 5)
    before.acknowledge(5)
    before.close()
    again = Outbox(folder, MIB)
    assert (again.instance_id, again.next, again.dropped_total) == (before.instance_id, 9, 3)
    assert held(again) == []
    disk.is_full = False
    fill(again, 1)
    again.close()
    later = Outbox(folder, MIB)
    assert (later.dropped_total, held(later)) == (0, [9])
    later.close()


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
TestAnyOrder.settings = settings(max_examples=25, stateful_step_count=25)
