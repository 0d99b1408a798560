"""Paths of hours."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mcp_telemetry.series.buckets import HOUR_NS
from mcp_telemetry.storage.layout import Layout, temporary_path


def hour_of(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) // 3600


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-01T10:59", "2026-03-01/a_10-00-00.parquet"),
        ("2026-12-31T23:00", "2026-12-31/a_23-00-00.parquet"),
        ("2027-01-01T00:00", "2027-01-01/a_00-00-00.parquet"),
        ("2028-02-29T05:00", "2028-02-29/a_05-00-00.parquet"),
        ("1970-01-01T00:00", "1970-01-01/a_00-00-00.parquet"),
    ],
)
def test_path(moment: str, expected: str) -> None:
    assert Layout(Path("m")).path("a", hour_of(moment)) == Path("m") / expected


def make(folder: Path, *names: str) -> Layout:
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    return Layout(folder)


def test_hours_are_those_the_range_touches_on_days_that_exist(tmp_path: Path) -> None:
    layout = make(tmp_path, "2026-03-01/x", "2026-03-03/x", "2026-13-01/x", "notes/x")
    first = hour_of("2026-03-01T22:00")
    assert list(layout.hours(first * HOUR_NS, (first + 1) * HOUR_NS)) == [first]
    assert list(layout.hours(first * HOUR_NS + 1, (first + 1) * HOUR_NS + 1)) == [first, first + 1]
    assert list(layout.hours(first * HOUR_NS, first * HOUR_NS)) == []
    assert len(list(layout.hours(0, 2**63 - 1))) == 48
    assert list(layout.hours(first * HOUR_NS, hour_of("2026-03-03T01:00") * HOUR_NS))[-1] == hour_of("2026-03-03T00:00")


def test_newest_paths_cross_days(tmp_path: Path) -> None:
    names = ["2026-03-01/a_23-00-00.parquet", "2026-03-03/a_00-00-00.parquet", "2026-03-03/ab_01-00-00.parquet"]
    layout = make(tmp_path, "2026-02-27/a_01-00-00.parquet", *names)
    assert [str(path.relative_to(tmp_path)) for path in layout.newest_paths("a", 2)] == [names[1], names[0]]


def test_a_temporary_is_hidden_and_no_parquet_file() -> None:
    assert temporary_path(Path("m/a_10-00-00.parquet")) == Path("m/.tmp-a_10-00-00")


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "none")
    assert layout.newest_hours() == {} and layout.temporaries() == [] and list(layout.hours(0, 2**63 - 1)) == []
