"""Every fault of hour files: caused for real, found, repaired, gone, and no row lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mcp_telemetry.doctor.hour_file import read_keys
from mcp_telemetry.errors import CorruptionError
from mcp_telemetry.storage.hour_files import HourFiles
from tests.doctor.patients import (
    DAY,
    HOUR,
    NEXT_HOUR,
    SAMPLES,
    contents,
    doctor,
    healthy,
    left_to_repair,
    rewritten,
    stored,
)
from tests.storage.samples import HOUR_START_NS, SECOND_NS, rows_of, run_of, sample

Spoil = Callable[[Path], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return healthy(tmp_path / "metrics")


def rename_to_another_hour(folder: Path) -> None:
    (folder / HOUR).rename(folder / DAY / "a_15-00-00.parquet")


def swap_two_hours(folder: Path) -> None:
    (folder / HOUR).rename(folder / "kept")
    (folder / NEXT_HOUR).rename(folder / HOUR)
    (folder / "kept").rename(folder / NEXT_HOUR)


def append_the_next_hour(folder: Path) -> None:
    rewritten(folder / HOUR, pa.concat_tables([pq.read_table(folder / HOUR), pq.read_table(folder / NEXT_HOUR)]))


def reverse(folder: Path) -> None:
    table = pq.read_table(folder / HOUR)
    rewritten(folder / HOUR, table.take(np.arange(len(table))[::-1]))


def double_each_row(folder: Path) -> None:
    table = pq.read_table(folder / HOUR)
    rewritten(folder / HOUR, table.take(np.repeat(np.arange(len(table)), 2)))


def double_in_the_next_hour(folder: Path) -> None:
    """As if a clock had said another time for what was sampled once: the keys are there twice."""
    shifted = [sample(3601 + place, place + 1, cpu=0.5) for place in range(10)]
    HourFiles(folder).write("a", rows_of(shifted))


def name_after_another_node(folder: Path) -> None:
    (folder / HOUR).rename(folder / DAY / "c_10-00-00.parquet")


def name_after_an_impossible_node(folder: Path) -> None:
    (folder / HOUR).rename(folder / DAY / "a b_10-00-00.parquet")


def swap_two_nodes(folder: Path) -> None:
    """Each file holds what belongs into the other."""
    other = folder / DAY / "b_10-00-00.parquet"
    (folder / HOUR).rename(folder / "kept")
    other.rename(folder / HOUR)
    (folder / "kept").rename(other)


def mix_two_nodes(folder: Path) -> None:
    tables = [pq.read_table(folder / DAY / f"{node_id}_10-00-00.parquet") for node_id in "ab"]
    rewritten(folder / HOUR, pa.concat_tables(tables))
    (folder / DAY / "b_10-00-00.parquet").unlink()


FAULTS: dict[Spoil, set[str]] = {
    rename_to_another_hour: {"hour-other-hours"},
    swap_two_hours: {"hour-other-hours"},
    append_the_next_hour: {"hour-other-hours"},
    reverse: {"hour-unsorted"},
    double_each_row: {"hour-duplicates"},
    double_in_the_next_hour: {"duplicates-across-hours"},
    name_after_another_node: {"hour-other-node"},
    name_after_an_impossible_node: {"hour-other-node", "impossible-node-id"},
    swap_two_nodes: {"hour-other-node"},
    mix_two_nodes: {"hour-other-node", "hour-unsorted"},
}


@pytest.mark.parametrize("spoil", FAULTS, ids=lambda spoil: spoil.__name__)
def test_rows_in_the_wrong_place_are_found_and_put_right(folder: Path, spoil: Spoil) -> None:
    spoil(folder)
    before = contents(folder)
    told = doctor(folder)
    assert told.status == 1
    assert set(told.codes) == FAULTS[spoil]
    assert contents(folder) == before
    repaired = doctor(folder, "--repair")
    assert repaired.repaired - {"move-unfinished"} == FAULTS[spoil] - {"impossible-node-id"}
    assert repaired.status == 0
    assert set(repaired.codes) == {"set-aside"}
    assert stored(folder) == SAMPLES
    assert left_to_repair(folder) == []


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip_a_bit_of_a_page(path: Path) -> None:
    """Of the last page, which is a metric's: who reads only the keys never sees it."""
    whole = path.read_bytes()
    place = len(whole) - int.from_bytes(whole[-8:-4], "little") - 8 - 5
    path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])


def lose_the_sequences(path: Path) -> None:
    rewritten(path, pq.read_table(path).drop_columns(["sequence"]))


def tell_times_in_seconds(path: Path) -> None:
    table = pq.read_table(path)
    times = table["time"].cast(pa.timestamp("s", "UTC"))
    rewritten(path, table.set_column(0, "time", times.cast(pa.timestamp("ms", "UTC"))))


@pytest.mark.parametrize("spoil", [cut, empty, flip_a_bit_of_a_page, lose_the_sequences, tell_times_in_seconds])
def test_an_unreadable_file_is_set_aside_as_it_is(folder: Path, spoil: Spoil) -> None:
    spoil(folder / HOUR)
    damaged = (folder / HOUR).read_bytes()
    told = doctor(folder)
    assert (told.status, told.finding("hour-unreadable")["path"]) == (1, HOUR)
    repaired = doctor(folder, "--repair")
    assert (repaired.status, repaired.repaired) == (0, {"hour-unreadable"})
    (aside,) = (folder / DAY).glob(".damaged-*")
    assert aside.read_bytes() == damaged
    assert stored(folder) == SAMPLES | {"a": SAMPLES["a"][60:]}


def test_a_healthy_folder_is_healthy(folder: Path) -> None:
    told = doctor(folder)
    assert (told.status, told.findings, told.answer["leader"]) == (0, [], None)
    assert told.answer["examined"] == {"hour files": 3, "rows": 140, "nodes": 2}


def test_gaps_are_told_by_instance_with_their_ranges(folder: Path) -> None:
    late = run_of(range(7200, 7210), first_sequence=201) + run_of(range(7210, 7220), first_sequence=212)
    HourFiles(folder).write("a", rows_of(late))
    HourFiles(folder).write("a", rows_of([sample(8000 + place, 10 * place, "scattered") for place in range(1, 10)]))
    told = doctor(folder)
    texts = [finding["what"] for finding in told.findings]
    assert told.status == 0
    assert texts == [
        "node a, instance one: 81 sequences are in no file: 121-200, 211",
        "node a, instance scattered: 72 sequences are in no file: 11-19, 21-29, 31-39, 41-49, 51-59 and 3 more",
    ]


def test_sequences_of_imported_rows_are_times_and_have_no_gaps(folder: Path) -> None:
    rows = [sample(second, HOUR_START_NS + second * SECOND_NS, "import", cpu=1.0) for second in range(0, 100, 10)]
    HourFiles(folder).write("imported", rows_of(rows))
    assert doctor(folder).findings == []


def test_rows_of_an_instance_in_any_order_over_the_hours_are_no_gap(folder: Path) -> None:
    """A clock that was set back: later sequences stand in the earlier hour."""
    HourFiles(folder).write("c", rows_of(run_of(range(3600, 3700))))
    HourFiles(folder).write("c", rows_of(run_of(range(100), first_sequence=101)))
    assert doctor(folder).findings == []


def test_conflicting_rows_are_both_kept(folder: Path) -> None:
    """What is under one key twice with different values is stored once, and the other file is kept as it was."""
    table = pq.read_table(folder / HOUR)
    values = table.set_column(4, "cpu.percent", pa.array(np.full(len(table), 1.25)))
    rewritten(folder / DAY / "a_15-00-00.parquet", values)
    assert doctor(folder, "--repair").status == 0
    assert stored(folder) == SAMPLES
    (aside,) = (folder / DAY).glob(".damaged-*")
    with aside.open("rb") as kept:
        assert set(pq.read_table(kept)["cpu.percent"].to_pylist()) == {1.25}


def test_a_row_a_nanosecond_before_the_hour_is_in_the_hour_before(folder: Path) -> None:
    edge = run_of([3600])[0].time_ns
    for place, time_ns in enumerate((edge - 1, edge, edge + SECOND_NS)):
        HourFiles(folder).write("edge", rows_of([sample((time_ns - edge) / SECOND_NS + 3600, place + 1)]))
    assert doctor(folder).findings == []


def test_the_metrics_of_a_file_with_many_columns_are_all_read(folder: Path) -> None:
    wide = sample(0, 1, **{f"custom.m{number}": float(number) for number in range(100)})
    HourFiles(folder).write("wide", rows_of([wide, *run_of(range(1, 5), first_sequence=2)]))
    path = folder / DAY / "wide_10-00-00.parquet"
    assert doctor(folder).status == 0
    flip_a_bit_of_a_page(path)
    assert doctor(folder).finding("hour-unreadable")["path"] == str(path.relative_to(folder))


def test_copies_of_a_file_under_other_names_make_nothing_twice(folder: Path) -> None:
    for hour in (13, 14):
        shutil.copy(folder / HOUR, folder / DAY / f"a_{hour}-00-00.parquet")
    assert doctor(folder).codes["hour-other-hours"] == 2
    assert doctor(folder, "--repair").status == 0
    assert stored(folder) == SAMPLES


def test_metadata_that_tells_of_other_rows_is_found(folder: Path) -> None:
    table = pq.read_table(folder / HOUR)
    with pq.ParquetWriter(folder / HOUR, table.schema, store_schema=False) as writer:
        writer.write_table(table.take(np.arange(len(table))[::-1]))
        writer.add_key_value_metadata(table.schema.metadata)
    with pytest.raises(CorruptionError, match="tells of other rows"):
        read_keys(folder / HOUR)
