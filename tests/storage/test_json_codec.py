"""A snapshot as a dictionary: exactly the plain one, with what a row needs on top; and dictionaries of others."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.collectors.metrics_collector import MetricsCollector
from mcp_telemetry.model.columns import Column, Kind, defined_columns
from mcp_telemetry.storage.json_codec import FOREIGN_INSTANCE, decode, encode
from mcp_telemetry.storage.plain import column_named
from mcp_telemetry.storage.snapshots import Snapshot

TIME_NS = 1_772_359_200_123_456_789


def snapshot_of(**values: float) -> Snapshot:
    return Snapshot(TIME_NS, "one", 7, {column_named(name): value for name, value in values.items()})


def test_it_is_the_plain_dictionary_and_what_a_row_needs() -> None:
    values = {"cpu.percent": 5.0, "cpu.count": 8.0, "memory.total_bytes": 2.0**34, "requests{tools/call}": 3.0}
    assert encode("a", snapshot_of(**values)) == {
        "node_id": "a",
        "timestamp": TIME_NS / 1e9,
        "system": {
            "cpu": {"percent": 5.0, "count": 8},
            "memory": {"total": 17179869184},
            "disk": {},
            "network": {},
        },
        "application": {"requests": {"tools/call": 3}},
        "instance_id": "one",
        "sequence": 7,
        "time_unix_nano": TIME_NS,
        "columns": {
            "cpu.percent": {"value": 5, "unit": "%", "kind": "gauge"},
            "cpu.count": {"value": 8, "unit": "{cpu}", "kind": "gauge"},
            "memory.total_bytes": {"value": 17179869184, "unit": "By", "kind": "gauge"},
            "requests{tools/call}": {"value": 3, "unit": "{request}", "kind": "counter"},
        },
    }


def test_whatever_the_collector_has_is_a_column_that_comes_back_to_its_place() -> None:
    collector = MetricsCollector("a")
    collector.request_counter["tools/call"] = 2
    plain = collector.collect_all_metrics()
    node_id, snapshot = decode(plain)
    assert node_id == "a"
    known = {column.name for column in defined_columns()}
    assert {column.name.partition("{")[0] for column in snapshot.values} <= known
    again = encode(node_id, snapshot)
    assert again["application"] == plain["application"]
    for section, expected in plain["system"].items():
        present = expected if section == "uptime" else {k: v for k, v in expected.items() if v is not None}
        assert again["system"][section] == present
    assert json.dumps(again["system"]["cpu"]) == json.dumps(plain["system"]["cpu"])


columns = st.builds(
    Column,
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=20) | st.sampled_from(["requests", "requests{a,b}"]),
    st.sampled_from(["", "By", "{x}"]),
    st.sampled_from(Kind),
)
snapshots = st.builds(
    Snapshot,
    st.integers(-(2**63), 2**63 - 1),
    st.text("abc-.", min_size=1),
    st.integers(1, 2**63 - 1),
    st.lists(columns, unique_by=lambda column: column.name, max_size=4).flatmap(
        lambda chosen: st.fixed_dictionaries({column: st.floats(allow_nan=False) for column in chosen})
    ),
)


@given(snapshots)
def test_nothing_is_lost_on_the_way_through_a_file(snapshot: Snapshot) -> None:
    text = json.dumps(encode("a", snapshot), indent=2, ensure_ascii=False)
    node_id, again = decode(json.loads(text))
    assert (node_id, again) == ("a", snapshot)
    signs = [math.copysign(1, value) for value in snapshot.values.values()]
    assert [math.copysign(1, value) for value in again.values.values()] == signs


@pytest.mark.parametrize(
    ("timestamp", "expected_ns"),
    [
        (1772359200, 1_772_359_200 * 10**9),
        (1772359200.25, 1_772_359_200_250_000_000),
        (1772359200.1234567, 1_772_359_200_123_456_700),
        ("2026-03-01T10:00:00.123456789Z", TIME_NS),
        ("1772359200.5", 1_772_359_200_500_000_000),
    ],
)
def test_times_of_others(timestamp: float | str, expected_ns: int) -> None:
    _, snapshot = decode({"node_id": "a", "timestamp": timestamp, "cpu_percent": 1})
    assert (snapshot.time_ns, snapshot.instance_id, snapshot.sequence) == (expected_ns, FOREIGN_INSTANCE, expected_ns)
    assert snapshot.values == {column_named("cpu.percent"): 1.0}


def test_what_it_lacks_comes_from_its_path() -> None:
    node_id, snapshot = decode({"system": {"uptime": 1.5}}, "b", 5)
    assert (node_id, snapshot.time_ns, snapshot.values) == ("b", 5, {column_named("uptime_seconds"): 1.5})


@pytest.mark.parametrize(
    "dictionary",
    [
        [],
        {},
        {"node_id": "a", "timestamp": 1},
        {"timestamp": 1, "cpu_percent": 1},
        {"node_id": "a", "cpu_percent": 1},
        {"node_id": "a", "timestamp": "noon", "cpu_percent": 1},
        {"node_id": "a", "timestamp": float("nan"), "cpu_percent": 1},
        {"node_id": "a", "timestamp": 1e300, "cpu_percent": 1},
        {"node_id": "a", "timestamp": 1, "cpu_percent": "high"},
        {"node_id": "a", "timestamp": 1, "cpu_percent": True},
        {"node_id": "a", "timestamp": 1, "system": {"cpu": {"percent": "high"}}},
        {"node_id": "a", "timestamp": 1, "application": {"requests": [1]}},
        {"node_id": "a", "timestamp": 1, "columns": {"x": {"value": 1, "unit": "", "kind": "odd"}}},
        {"node_id": "a", "timestamp": 1, "instance_id": "one", "columns": {}},
        {"node_id": "a", "timestamp": 1, "instance_id": "one", "sequence": "1", "columns": {}},
        {"node_id": "a", "timestamp": 1, "instance_id": 5, "sequence": 1, "columns": {}},
        {"node_id": 5, "timestamp": 1, "columns": {}},
    ],
)
def test_what_is_no_snapshot_is_refused(dictionary: Any) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError, ArithmeticError)):
        decode(dictionary)
