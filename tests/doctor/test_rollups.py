"""Rollups that are missing, damaged or wrong: found, and made again from the samples."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcp_telemetry.doctor import opened
from mcp_telemetry.doctor.rollups import rollup_contents
from mcp_telemetry.series.buckets import HOUR_NS, MINUTE_NS, Buckets
from mcp_telemetry.series.merge import concatenate
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.series.summarize import join
from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.rollups import Hour, Rollups
from tests.doctor.patients import MISSING, doctor, healthy
from tests.storage.samples import rows_of, run_of

MINUTES = "_minutes/2026-03-01/a_00-00-00.parquet"
HOURS = "_hours/2026-03/a_01_00-00-00.parquet"
ALL: frozenset[str] = frozenset()


def made(folder: Path, step_ns: int) -> Buckets:
    return join([Buckets.none(step_ns), *Rollups(folder).read("a", step_ns, ALL, 0, 2**63 - 1)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = healthy(tmp_path / "metrics")
    told = doctor(folder, "--repair")
    assert [repair["code"] for repair in told.answer["repairs"]] == [MISSING, MISSING]
    assert (told.status, told.answer["findings"]) == (0, [])
    return folder


def test_missing_ones_are_made(folder: Path) -> None:
    assert len(made(folder, MINUTE_NS)) == 120
    assert made(folder, HOUR_NS).counts[:, 0].tolist() == [60, 60]
    HourFiles(folder).write("a", rows_of(run_of(range(1, 7200, 60), first_sequence=121)))
    told = doctor(folder)
    assert (told.status, [finding["code"] for finding in told.answer["findings"]]) == (0, [MISSING])
    assert doctor(folder, "--repair").answer["findings"] == []
    assert made(folder, HOUR_NS).counts[:, 0].tolist() == [120, 120]


@pytest.mark.parametrize("name", [MINUTES, HOURS])
def test_damaged_ones_are_set_aside_and_made_again(folder: Path, name: str) -> None:
    before = made(folder, MINUTE_NS), made(folder, HOUR_NS)
    (folder / name).write_bytes((folder / name).read_bytes()[:-50])
    told = doctor(folder)
    assert (told.status, told.finding("rollup-unreadable")["path"]) == (1, name)
    assert doctor(folder, "--repair").status == 0
    for old, new in zip(before, (made(folder, MINUTE_NS), made(folder, HOUR_NS)), strict=True):
        np.testing.assert_array_equal(old.means, new.means)
        np.testing.assert_array_equal(old.times_ns, new.times_ns)


def test_minutes_of_fewer_samples_than_there_are_are_wrong(folder: Path) -> None:
    """As if the samples had come without a change of the file's time."""
    path = folder / "2026-03-01" / "a_10-00-00.parquet"
    storage, hour = HourFiles(folder), 492_322
    version = storage.versions("a", 0, 2**63 - 1)[hour]
    storage.write("a", rows_of(run_of(range(1, 3600, 60), first_sequence=121)))
    os.utime(path, ns=(0, version ^ path.stat().st_size))
    assert storage.versions("a", 0, 2**63 - 1)[hour] == version
    told = doctor(folder)
    assert (told.status, list(told.codes)) == (1, ["rollup-wrong"])
    assert doctor(folder, "--repair").status == 0
    assert made(folder, HOUR_NS).counts[:, 0].tolist() == [120, 60]


def test_a_day_that_is_to_be_summed_up_again_for_one_of_its_hours_is_not_wrong(folder: Path) -> None:
    storage, rollups, hour = HourFiles(folder), Rollups(folder), 492_322
    storage.write("a", rows_of(run_of(range(1, 3600, 60), first_sequence=121)))
    version = storage.versions("a", 0, 2**63 - 1)[hour]
    rollups.update(
        "a", [Hour(hour, version, concatenate(storage.read("a", ALL, hour * HOUR_NS, (hour + 1) * HOUR_NS)))]
    )
    told = doctor(folder)
    assert (told.status, [finding["code"] for finding in told.answer["findings"]]) == (0, [MISSING])
    assert doctor(folder, "--repair").answer["findings"] == []
    assert made(folder, HOUR_NS).counts[:, 0].tolist() == [120, 60]


def test_samples_written_while_they_are_examined_make_no_minutes_wrong(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flush falls between the look at the hour's version and the reading of its samples."""
    read, more = HourFiles.read, [rows_of(run_of(range(1, 3600, 60), first_sequence=121))]

    def flushed_before(storage: HourFiles, *asked: Any) -> Iterator[Rows]:
        if more:
            storage.write("a", more.pop())
        return read(storage, *asked)

    monkeypatch.setattr(HourFiles, "read", flushed_before)
    assert (list(rollup_contents(opened(folder))), more) == ([], [])


def test_minutes_written_while_they_are_examined_make_no_hours_wrong(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A leader sums up an hour again before its minutes are read, and comes to the day after its hours were."""
    storage, rollups, hour = HourFiles(folder), Rollups(folder), 492_322
    read, more = Rollups.read, [rows_of(run_of(range(1, 3600, 60), first_sequence=121))]

    def beside_a_leader(of: Rollups, node_id: str, step_ns: int, every: Any, start_ns: int, end_ns: int) -> Any:
        is_whole_day = end_ns - start_ns > HOUR_NS
        if more and is_whole_day and step_ns == MINUTE_NS:
            storage.write("a", more.pop())
            rows = concatenate(storage.read("a", ALL, hour * HOUR_NS, (hour + 1) * HOUR_NS))
            rollups.update("a", [Hour(hour, storage.versions("a", 0, 2**63 - 1)[hour], rows)])
        found = list(read(of, node_id, step_ns, every, start_ns, end_ns))
        if step_ns == HOUR_NS:
            rollups.close_day("a", hour // 24)
        return found

    monkeypatch.setattr(Rollups, "read", beside_a_leader)
    assert (list(rollup_contents(opened(folder))), more) == ([], [])
    assert made(folder, HOUR_NS).counts[:, 0].tolist() == [120, 60]


def test_rollups_of_samples_that_are_gone_are_right(folder: Path) -> None:
    """Retention removes samples first: what is summed up of them stays."""
    HourFiles(folder).drop_day(492_322 // 24)
    told = doctor(folder)
    assert (told.status, told.answer["findings"]) == (0, [])
    assert doctor(folder, "--repair").answer["repairs"] == []
    assert len(made(folder, MINUTE_NS)) == 120
