"""The doctor beside a running leader: it says so, changes nothing, and what is just written is no damage to it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from mcp_telemetry.doctor import opened
from mcp_telemetry.doctor.hours import hour_files
from tests.doctor.patients import HOUR, doctor, doctor_process, healthy
from tests.processes import leader_process, wait_until
from tests.streaming import batch, raw_stream, snapshot, welcomed

FLAGS = ("--no-dashboard", "--raw-retention", "0", "--log-level", "error")
HOUR_NS = 3600 * 10**9


def met_a_flush(folder: Path) -> bool:
    """Whether files were replaced while they were examined; nothing may be wrong with them, whatever happens."""
    examined = opened(folder)
    assert list(hour_files(examined)) == []
    return examined.seen["nodes written to meanwhile"] > 0


def test_it_says_who_has_the_folder_and_repairs_nothing(tmp_path: Path) -> None:
    folder = healthy(tmp_path / "metrics")
    (folder / HOUR).write_bytes(b"")
    with leader_process(folder, *FLAGS) as leader:
        told = doctor(folder)
        assert told.answer["leader"] == str(leader.pid)
        assert told.finding("hour-unreadable")["path"] == HOUR
        done = doctor_process(folder, "--repair")
        assert done.returncode == 2
        assert f"in use by process {leader.pid}" in done.stderr
        assert (folder / HOUR).read_bytes() == b""
        leader.stop()


async def test_what_is_just_written_is_no_damage(tmp_path: Path) -> None:
    """Samples spread over ten hours, so that each flush replaces ten files while they are read one after the other."""
    folder = tmp_path / "metrics"
    first_hour_ns = (time.time_ns() // HOUR_NS - 12) * HOUR_NS
    done = asyncio.Event()

    async def report(address: str) -> int:
        sequence = 1
        async with raw_stream(address) as stream:
            await welcomed(stream, "a")
            while not done.is_set():
                times = [first_hour_ns + (sequence + place) % 10 * HOUR_NS + sequence for place in range(20)]
                await stream.send(batch(sequence, [snapshot(1.0, time_ns) for time_ns in times]))
                sequence += 20
                await stream.ack(sequence - 1)
        return sequence - 1

    with leader_process(folder, *FLAGS, "--flush-interval", "0.1") as leader:
        reporting = asyncio.create_task(report(leader.address))
        met = await asyncio.to_thread(wait_until, lambda: met_a_flush(folder), 30)
        told = await asyncio.to_thread(doctor, folder)
        done.set()
        assert met and (told.status, told.findings) == (0, [])
        count = await reporting
        leader.stop()
    told = doctor(folder)
    assert (told.status, told.findings, told.answer["examined"]["rows"]) == (0, [], count)
