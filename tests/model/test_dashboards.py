"""What a kept dashboard may be, and what is said of one that may not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mcp_telemetry.errors import InvalidDashboardError
from mcp_telemetry.model.dashboards import MOST_BYTES, RANGES, check, from_json, id_of, is_dashboard_id, settle, to_json
from mcp_telemetry.v1 import metrics_pb2 as pb

Q = pb.QueryRangeRequest


def panel(**fields: Any) -> pb.Panel:
    return pb.Panel(**{"columns": ["cpu.percent"], "width": 6, "height": 4} | fields)


def dashboard(*panels: pb.Panel, **fields: Any) -> pb.Dashboard:
    return pb.Dashboard(**{"title": "Mine", "panels": panels} | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "x" * 120, "description": "x" * 1000, "range": "7d"},
        {"id": "a" * 64},
        {"description": "two\nlines\tand a tab"},
        {"panels": [panel()] * 64},
        {"panels": [panel(x=11, width=1, height=24, node_ids=["n"] * 100, columns=["c"] * 20)]},
        {"panels": [panel(aggregate=Q.P95, group_by=["region"], labels=[pb.Label(name="role", value="")])]},
        {"panels": [pb.Panel(kind=pb.Panel.TEXT, width=12, height=1, text="x" * 4000)]},
    ],
)
def test_what_may_be(fields: dict[str, Any]) -> None:
    check(dashboard(**fields))


@pytest.mark.parametrize("name", RANGES)
def test_every_range_of_the_pages_may_be(name: str) -> None:
    check(dashboard(range=name))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"id": "../x"}, r"id is '\.\./x': want lower-case letters"),
        ({"id": "a" * 65}, "id is 'a+': want"),
        ({"title": ""}, "title is '': want 1 to 120 characters"),
        ({"title": " \t"}, "title is .*: want 1 to 120"),
        ({"title": "x" * 121}, "title is 'x{120}': want one line of at most 120 characters"),
        ({"title": "a\nb"}, "want one line"),
        ({"description": "x" * 1001}, "description is .*: want at most 1000 characters"),
        ({"description": "\x00"}, "no control characters"),
        ({"range": "3h"}, "range is '3h': want one of 5m, 15m"),
        ({"panels": [panel()] * 65}, "panels has 65 entries: want at most 64"),
    ],
)
def test_what_a_dashboard_may_not_be(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidDashboardError, match=told):
        check(dashboard(**fields))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"width": 0}, r"panels\[1\]\.width is 0: want 1 to 12 columns"),
        ({"width": 13}, "width is 13: want 1 to 12"),
        ({"height": 0}, "height is 0: want 1 to 24 rows"),
        ({"height": 25}, "height is 25: want 1 to 24"),
        ({"x": 7}, "x is 7: want at most 6: the panel is 6 of 12 columns wide"),
        ({"x": 2**32 - 1}, "x is 4294967295: want at most 6"),
        ({"title": "x" * 121}, "title is"),
        ({"kind": 9}, r"kind is 9: want one of LINES \(0\), STACK \(1\)"),
        ({"counters": 9}, r"counters is 9: want one of PER_SECOND \(0\)"),
        ({"aggregate": 99}, "aggregate is 99: want one of NONE"),
        ({"group_by": ["region"]}, "group_by is 'region': want an aggregate with it"),
        ({"group_by": [""], "aggregate": Q.SUM}, "group_by is '': want 1 to 256 bytes"),
        ({"columns": []}, r"columns is '': want the name of at least one, for instance \"cpu.percent\""),
        ({"columns": ["c"] * 21}, "columns has 21 entries: want at most 20"),
        ({"columns": ["x" * 1025]}, "columns is 'x+': want 1 to 1024 bytes"),
        ({"node_ids": ["n"] * 101}, "node_ids has 101 entries: want at most 100"),
        ({"node_ids": ["ok", "-"]}, r"node_ids\[1\] is '-': want the id of a node"),
        ({"labels": [pb.Label(name="", value="x")]}, r"labels\[0\]\.name is ''"),
        ({"labels": [pb.Label(name="a", value="ä" * 129)]}, r"labels\[0\]\.value is .*: want at most 256 bytes"),
        ({"text": "x" * 4001}, "text is .*: want at most 4000 characters"),
    ],
)
def test_what_a_panel_may_not_be(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidDashboardError, match=told):
        check(dashboard(panel(), panel(**fields)))


@pytest.mark.parametrize(
    ("title", "taken", "found"),
    [
        ("Mémoire & CPU", (), "memoire-cpu"),
        ("Mine", ("mine",), "mine-2"),
        ("Mine", ("mine", "mine-2"), "mine-3"),
        ("監視", (), "dashboard"),
        ("--", (), "dashboard"),
        ("x" * 120, ("x" * 64,), "x" * 62 + "-2"),
        ("a" * 63 + " b", (), "a" * 63),
    ],
)
def test_an_id_is_made_from_the_title(title: str, taken: tuple[str, ...], found: str) -> None:
    assert id_of(title, taken.__contains__) == found
    assert is_dashboard_id(found)


def test_panels_settle() -> None:
    made = dashboard(panel(y=7), panel(x=3, y=8))
    settle(made)
    assert [each.y for each in made.panels] == [0, 4]


def test_json_there_and_back() -> None:
    made = dashboard(panel(aggregate=Q.P95, labels=[pb.Label(name="rôle", value="db")]), revision=2**53 + 1)
    assert from_json(to_json(made)) == made
    assert "rôle" in to_json(made).decode()


NEWER = b'{"title": "Mine", "colour": "red", "panels": [{"kind": "GLOBE"}]}'


def test_json_of_a_newer_version_is_understood_where_that_is_asked_for() -> None:
    assert from_json(NEWER, of_newer=True).title == "Mine"
    with pytest.raises(InvalidDashboardError, match='no field named "colour"'):
        from_json(NEWER)


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"no json", b"3", b"\xff", b"[" * 100_000),
        *(
            b'{"title": 3}',
            b'{"panels": 3}',
            b'{"revision": -1}',
            b'{"title": "\\ud800"}',
            b'{"panels": [{"kind": "PIE"}]}',
        ),
    ],
)
def test_what_is_no_dashboard(text: bytes) -> None:
    with pytest.raises(InvalidDashboardError, match="this is no dashboard in JSON"):
        from_json(text)


def test_a_dashboard_of_too_many_bytes_is_refused() -> None:
    text = [pb.Panel(kind=pb.Panel.TEXT, width=12, height=1, text="ä" * 4000)] * 40
    with pytest.raises(InvalidDashboardError, match=f"bytes of JSON: want at most {MOST_BYTES}"):
        to_json(dashboard(*text))


def test_names_are_those_of_the_contract() -> None:
    assert json.loads(to_json(dashboard(panel(node_ids=["a"]), is_shipped=True))) == {
        "title": "Mine",
        "is_shipped": True,
        "panels": [{"width": 6, "height": 4, "node_ids": ["a"], "columns": ["cpu.percent"]}],
    }
