"""CSV as other programs write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcp_telemetry.formats.reading import Reading
from mcp_telemetry.storage.json_codec import FOREIGN_INSTANCE
from tests.formats.reading import stored_of
from tests.storage.samples import HOUR_START_NS, SECOND_NS, Sample

START_S = HOUR_START_NS // SECOND_NS


def read(tmp_path: Path, text: str, node_id: str = "") -> tuple[dict[str, list[Sample]], Reading]:
    path, reading = tmp_path / "rows.csv", Reading(node_id)
    path.write_text(text, "utf-8")
    return stored_of(tmp_path / "metrics", path, reading=reading), reading


def foreign(offset_ns: int, **values: float) -> Sample:
    time_ns = HOUR_START_NS + offset_ns
    return Sample(time_ns, time_ns, {name.replace("_", "."): value for name, value in values.items()}, FOREIGN_INSTANCE)


@pytest.mark.parametrize(
    ("heading", "time", "offset_ns"),
    [
        ("time", "2026-03-01T10:00:00Z", 0),
        ("time", "2026-03-01T11:00:00.5+01:00", SECOND_NS // 2),
        ("time", "2026-03-01 10:00:00.123456789", 123_456_789),
        ("timestamp", f"{START_S}", 0),
        ("timestamp", f"{START_S}.25", SECOND_NS // 4),
        ("time_unix_nano", f"{HOUR_START_NS + 7}", 7),
    ],
)
def test_times_are_iso_8601_or_unix_seconds(tmp_path: Path, heading: str, time: str, offset_ns: int) -> None:
    stored, reading = read(tmp_path, f"{heading},node_id,cpu.percent\n{time},a,1.5\n")
    assert stored == {"a": [foreign(offset_ns, cpu_percent=1.5)]}, reading.problems.listed


def test_empty_cells_are_absent_and_a_byte_order_mark_is_none(tmp_path: Path) -> None:
    rows = f"b,{START_S},,,,2\nb,{START_S + 1},,7,1,\na,{START_S + 1},one,5,1,\n"
    stored, _ = read(tmp_path, f"\ufeffnode_id,time,instance_id,sequence,cpu.percent,memory.percent\n{rows}")
    assert stored["b"] == [foreign(0, memory_percent=2.0), foreign(SECOND_NS, cpu_percent=1.0)]
    assert stored["a"] == [Sample(HOUR_START_NS + SECOND_NS, 5, {"cpu.percent": 1.0}, "one")]


def test_the_node_may_be_named_for_all(tmp_path: Path) -> None:
    stored, _ = read(tmp_path, f"timestamp,cpu_percent\n{START_S},1\n", node_id="web-1")
    assert stored == {"web-1": [foreign(0, cpu_percent=1.0)]}


def test_rows_with_other_cells_than_the_header_are_left_out_and_counted(tmp_path: Path) -> None:
    text = f"time,node_id,cpu.percent\n{START_S},a\n{START_S + 1},a,1,2\n{START_S + 2},a,3\n"
    stored, reading = read(tmp_path, text)
    assert stored == {"a": [foreign(2 * SECOND_NS, cpu_percent=3.0)]}
    assert (reading.problems.files, reading.problems.rows) == (0, 2)
    assert "2 cells where the header has 3" in reading.problems.listed[0]


def test_rows_without_a_time_cost_no_others(tmp_path: Path) -> None:
    times = [f"{START_S}", "noon", f"{START_S + 2}", "", f"{START_S + 4}"]
    stored, reading = read(tmp_path, "time,node_id,cpu.percent\n" + "".join(f"{time},a,1\n" for time in times))
    assert stored == {"a": [foreign(offset * SECOND_NS, cpu_percent=1.0) for offset in (0, 2, 4)]}
    assert (reading.problems.files, reading.problems.rows) == (0, 2)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no column time"),
        ("when,node_id\n1,a\n", "no column time"),
        ("time,cpu,cpu\n1,2,3\n", "'cpu' is there twice"),
        (f"time,node_id,cpu.percent\n{START_S},a,high\n", "high"),
        ("time,node_id,cpu.percent\nnoon,a,1\n", "'noon' is neither ISO 8601 nor Unix seconds"),
        ("time,node_id,cpu.percent\n,a,1\n", "have no time"),
        (f"time,node_id,CPU %\n{START_S},a,1\n", "'CPU %' cannot be a metric"),
        (f"time,cpu.percent\n{START_S},1\n", "name one with --node"),
        (f"time,node_id,cpu.percent\n{START_S},../a,1\n", "'../a' is no node_id"),
        ("time,node_id,cpu.percent\n17,a,1\n", "before 2000"),
        (f"time,node_id,cpu.percent\n{START_S},a,inf\n", "infinite"),
        (f"time,node_id,instance_id,sequence,cpu.percent\n{START_S},a,one,-1,1\n", "sequences below 1"),
        (f"time,node_id,instance_id,cpu.percent\n{START_S},a,a b,1\n", "'a b' has other characters"),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, text: str, reason: str) -> None:
    stored, reading = read(tmp_path, text)
    assert stored == {}
    assert reading.problems.files + reading.problems.rows == 1
    assert reason in reading.problems.listed[0]
    assert str(tmp_path / "rows.csv") in reading.problems.listed[0]
