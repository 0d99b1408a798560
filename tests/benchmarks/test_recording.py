"""Hosts made from the recording are as real ones: counters rise, samples differ, files come out the same size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcp_telemetry.model.columns import Kind
from mcp_telemetry.series.buckets import MINUTE_NS
from mcp_telemetry.series.rows import Rows
from mcp_telemetry.series.summarize import summarize
from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.parquet_codec import encode
from tests.benchmarks.archive import DAY_S, HOUR_S, folder_bytes, link_nodes
from tests.benchmarks.long_ago import moved
from tests.benchmarks.record import newest
from tests.benchmarks.recording import COLUMNS, SECOND_NS, recorded_hour

FIRST_S = 1_800_000_000 // DAY_S * DAY_S


def places(rows: Rows, kind: Kind) -> list[int]:
    return [at for at, column in enumerate(rows.columns) if column.kind is kind]


def test_the_recording_is_an_hour_of_44_standard_columns() -> None:
    recording = recorded_hour()
    assert tuple(column.name for column in recording.columns) == COLUMNS
    assert len(set(COLUMNS)) == 44
    assert abs(len(recording) - HOUR_S) <= 5


def test_counters_rise_through_the_seams_of_the_recording_and_stay_exact() -> None:
    rows = recorded_hour().rows(3, FIRST_S, 3 * HOUR_S)
    counters = rows.values[:, places(rows, Kind.COUNTER)]
    steps = np.diff(counters, axis=0)
    assert steps.min() >= 0
    assert steps.sum() > 0
    assert counters.max() < 2**53 and (counters == np.floor(counters)).all()


def test_time_goes_on_a_sample_in_each_second() -> None:
    rows = recorded_hour().rows(3, FIRST_S, 3 * HOUR_S)
    assert (rows.times_ns // SECOND_NS).tolist() == list(range(FIRST_S, FIRST_S + 3 * HOUR_S))
    assert len(set((rows.times_ns % SECOND_NS).tolist())) > HOUR_S // 2


def test_the_same_seconds_are_the_same_however_they_are_asked_for() -> None:
    recording = recorded_hour()
    whole, part = recording.rows(5, FIRST_S, 500), recording.rows(5, FIRST_S + 400, 100)
    assert (whole.values[400:] == part.values).all()
    assert (whole.times_ns[400:] == part.times_ns).all()


def test_nodes_differ_and_none_is_smaller_than_what_was_recorded() -> None:
    recording = recorded_hour()
    hours = [recording.rows(node, FIRST_S, HOUR_S) for node in range(3)]
    assert len({tuple(hour.values[0]) for hour in hours}) == 3
    sizes = [len(encode("a", hour)) for hour in hours]
    assert max(sizes) < 1.1 * min(sizes)


def test_a_day_that_is_moved_is_the_day_with_counters_further_on() -> None:
    day = summarize(recorded_hour().rows(0, FIRST_S, 2 * HOUR_S), MINUTE_NS)
    later = moved(day, 2)
    assert (later.times_ns - day.times_ns).tolist() == [2 * DAY_S * SECOND_NS] * len(day)
    rises = later.firsts[0] >= day.lasts[-1]
    is_counter = [column.kind is Kind.COUNTER for column in day.columns]
    assert rises[is_counter].all()
    gauges = [not each for each in is_counter]
    np.testing.assert_array_equal(later.firsts[:, gauges], day.firsts[:, gauges])


def test_the_newest_minutes_of_a_folder_are_taken(tmp_path: Path) -> None:
    storage = HourFiles(tmp_path)
    storage.write("a", recorded_hour().rows(0, FIRST_S, HOUR_S))
    rows = newest(tmp_path, 1)
    assert [column.name for column in rows.columns] == list(COLUMNS)
    assert 60 <= len(rows) <= 61
    assert rows.times_ns[-1] // SECOND_NS == FIRST_S + HOUR_S - 1


def test_a_host_that_lacks_a_column_is_refused(tmp_path: Path) -> None:
    rows = recorded_hour().rows(0, FIRST_S, 10)
    values = rows.values[:, :-1]
    HourFiles(tmp_path).write(
        "a", Rows(rows.columns[:-1], rows.times_ns, rows.sequences, rows.instances, rows.instance_ids, values)
    )
    with pytest.raises(ValueError, match=r"host\.uptime_seconds"):
        newest(tmp_path, 1)


def test_a_linked_node_has_the_samples_of_the_first(tmp_path: Path) -> None:
    storage = HourFiles(tmp_path)
    storage.write("a-1", recorded_hour().rows(0, FIRST_S, 100))
    before = folder_bytes(tmp_path)
    link_nodes(tmp_path, ["a-1"], ["a-2", "a-3"])
    assert storage.nodes() == ["a-1", "a-2", "a-3"]
    assert folder_bytes(tmp_path) == 3 * before
    (rows,) = storage.read("a-3", frozenset({"cpu.percent"}), 0, 2**62)
    assert len(rows) == 100
