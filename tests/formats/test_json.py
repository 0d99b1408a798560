"""JSON and NDJSON as other programs write them."""

from __future__ import annotations

import json
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from mcp_telemetry.formats.reading import Reading
from tests.formats.reading import stored_of
from tests.storage.samples import HOUR_START_NS, SECOND_NS

START_S = HOUR_START_NS // SECOND_NS
PLAIN: dict[str, Any] = {"node_id": "a", "timestamp": START_S, "system": {"cpu": {"percent": 1.5}}, "application": {}}


def put(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def seconds_of(folder: Path, path: Path, reading: Reading) -> dict[str, list[float]]:
    """By node, the times of its rows in seconds after START_S."""
    stored = stored_of(folder, path, reading=reading)
    return {name: [(each.time_ns - HOUR_START_NS) / SECOND_NS for each in of_node] for name, of_node in stored.items()}


def test_the_time_inside_counts_and_not_the_name(tmp_path: Path) -> None:
    path = put(tmp_path / "2020-01-01" / "b_00-00-00.json", json.dumps(PLAIN))
    assert seconds_of(tmp_path / "metrics", path, Reading()) == {"a": [0.0]}


@pytest.mark.parametrize(("zone", "offset_s"), [(UTC, 0), (timezone(timedelta(hours=2)), -7200)])
def test_where_there_is_none_inside_the_path_counts(tmp_path: Path, zone: timezone, offset_s: float) -> None:
    path = put(tmp_path / "2026-03-01" / "b_c_10-00-05.json", json.dumps({"system": PLAIN["system"]}))
    assert seconds_of(tmp_path / "metrics", path, Reading(zone=zone)) == {"b_c": [5.0 + offset_s]}


def test_a_list_of_the_json_api(tmp_path: Path) -> None:
    history = [{"timestamp": START_S + at, "cpu_percent": at, "requests": None} for at in range(3)]
    path, reading = put(tmp_path / "history.json", json.dumps([*history, {"cpu_percent": 1}])), Reading("web")
    assert seconds_of(tmp_path / "metrics", path, reading) == {"web": [0, 1, 2]}
    assert reading.problems.listed == [f"{path}: item 4: it has no timestamp"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "Expecting"),
        ("", "Expecting"),
        ("5", "it is no snapshot"),
        ("[" * 100_000, "recursion"),
        ('{"name": "left-pad", "version": 1}', "no timestamp"),
        (json.dumps({**PLAIN, "node_id": "a b"}), "'a b' is no node_id"),
        (json.dumps({**PLAIN, "timestamp": 5}), "before 2000"),
        (json.dumps({**PLAIN, "timestamp": START_S * 1000}), "is no time"),
        (json.dumps({**PLAIN, "system": {"uptime": float("inf")}}), "uptime_seconds is infinite"),
        (json.dumps({**PLAIN, "columns": {"a b": 1}}), "'a b' cannot be a metric"),
    ],
)
def test_what_is_no_snapshot_is_named(tmp_path: Path, content: str, reason: str) -> None:
    reading = Reading()
    path = put(tmp_path / "x.json", content)
    assert stored_of(tmp_path / "metrics", path, reading=reading) == {}
    (text,) = reading.problems.listed
    assert text.startswith(f"{path}: ") and reason in text


def test_lines_that_are_broken_are_left_out_and_counted(tmp_path: Path) -> None:
    lines = [json.dumps({**PLAIN, "timestamp": START_S + at}) for at in range(3)]
    path = put(tmp_path / "x.ndjson", "\n".join([lines[0], "", "{torn", lines[1], '{"timestamp": 1}', lines[2]]))
    reading = Reading()
    assert seconds_of(tmp_path / "metrics", path, reading) == {"a": [0, 1, 2]}
    assert (reading.problems.files, reading.problems.rows) == (0, 2)
    assert [text.split(": ")[1] for text in reading.problems.listed] == ["line 3", "line 5"]


def test_a_file_without_lines_is_no_ndjson_and_fills_no_memory(tmp_path: Path) -> None:
    path, reading = tmp_path / "x.jsonl", Reading()
    with path.open("wb") as file:
        file.truncate(100 << 20)
    assert stored_of(tmp_path / "metrics", path, reading=reading) == {}
    assert "longer than 16 MiB" in reading.problems.listed[0]
