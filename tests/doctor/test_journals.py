"""Damage of a journal that a real leader wrote: found read-only, repaired, and the leader starts from what is left."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mcp_telemetry.settings import JOURNAL_FOLDER
from tests.doctor.patients import contents, doctor
from tests.processes import leader_process
from tests.streaming import batch, raw_stream, snapshot, welcomed

BATCHES = 5


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What a leader left that was killed after it had acknowledged some batches: nothing is in an hour file."""
    import asyncio

    folder = tmp_path_factory.mktemp("killed") / "metrics"

    async def report(address: str) -> None:
        async with raw_stream(address) as stream:
            await welcomed(stream, "a")
            for place in range(BATCHES):
                await stream.send(batch(10 * place + 1, [snapshot() for _ in range(10)]))
                await stream.ack(10 * place + 10)
            await stream.send(batch(101, [snapshot()], dropped=3))
            await stream.ack(101)

    with leader_process(folder, "--no-dashboard") as leader:
        asyncio.run(report(leader.address))
        leader.kill()
    yield folder


@pytest.fixture
def folder(killed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(killed, tmp_path / "metrics"))


def segment_of(folder: Path) -> Path:
    return max((folder / JOURNAL_FOLDER).glob("*.wal"))


def flip_a_bit(folder: Path) -> None:
    """In the middle of what was acknowledged."""
    path = segment_of(folder)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def tear_the_tail(folder: Path) -> None:
    path = segment_of(folder)
    path.write_bytes(path.read_bytes()[:-5])


def add_zeros(folder: Path) -> None:
    with segment_of(folder).open("ab") as file:
        file.write(bytes(1000))


def overwrite_all(folder: Path) -> None:
    path = segment_of(folder)
    path.write_bytes(b"x" * path.stat().st_size)


FAULTS: dict[Callable[[Path], None], tuple[str, set[str]]] = {
    flip_a_bit: ("journal-damage", {"journal-damage-known"}),
    tear_the_tail: ("journal-torn", set()),
    add_zeros: ("journal-torn", set()),
    overwrite_all: ("journal-unreadable", {"set-aside"}),
}


@pytest.mark.parametrize("spoil", FAULTS, ids=lambda spoil: spoil.__name__)
def test_damage_is_found_and_repaired(folder: Path, spoil: Callable[[Path], None]) -> None:
    code, left = FAULTS[spoil]
    spoil(folder)
    before = contents(folder)
    told = doctor(folder)
    assert (told.status, set(told.codes)) == (1, {code})
    assert contents(folder) == before
    repaired = doctor(folder, "--repair")
    assert (repaired.status, repaired.repaired, set(repaired.codes)) == (0, {code}, left)


def test_a_killed_leader_s_journal_is_whole(folder: Path) -> None:
    told = doctor(folder)
    assert (told.status, told.findings) == (0, [])
    assert told.answer["examined"] == {"journal segments": 1, "journal records": BATCHES + 2}


def test_another_version_is_left_alone_and_the_rest_is_repaired(folder: Path) -> None:
    path = segment_of(folder)
    path.write_bytes(b"MCPTWAL\x09" + bytes(8) + path.read_bytes()[16:])
    (folder / "2026-03-01").mkdir()
    before = path.read_bytes()
    told = doctor(folder, "--repair")
    assert (told.status, set(told.codes), told.repaired) == (1, {"journal-version"}, {"empty-day"})
    assert path.read_bytes() == before


def test_the_leader_s_own_outbox_is_looked_at_too(folder: Path) -> None:
    shutil.copytree(folder / JOURNAL_FOLDER, folder / "_spool" / "a")
    add_zeros_to = max((folder / "_spool" / "a").glob("*.wal"))
    with add_zeros_to.open("ab") as file:
        file.write(bytes(100))
    told = doctor(folder)
    assert told.finding("journal-torn")["path"] == str(add_zeros_to.relative_to(folder))
    assert doctor(folder, "--repair").status == 0


def test_gaps_stand_beside_what_the_leader_has_counted(folder: Path) -> None:
    with leader_process(folder, "--no-dashboard") as leader:
        leader.stop()
    assert doctor(folder).finding("sequence-gaps")["what"] == (
        "node a, instance i1: 50 sequences are in no file: 51-100; "
        "the leader has counted 47 in gaps, 3 dropped by the node, 0 rejected"
    )
