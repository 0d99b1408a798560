"""What is wrong in the JSON of a dashboard is named by its place, without words of protobuf."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mcp_telemetry.leader.dashboards as shipped
from dashboard.board_json import dashboard_of
from mcp_telemetry.errors import InvalidDashboardError
from mcp_telemetry.model.dashboards import from_json


def with_panel(**panel: Any) -> dict[str, Any]:
    return {"title": "x", "panels": [{"columns": ["cpu.percent"]}, panel]}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (with_panel(kind="PIE"), "panels[1].kind is 'PIE': want one of LINES, STACK, FIGURE, TABLE, TEXT"),
        (with_panel(kind=["LINES"]), 'panels[1].kind is ["LINES"]: want one of LINES'),
        (with_panel(colour=3), "panels[1].colour is no field: want one of title, kind, "),
        (with_panel(width=-1), "panels[1].width is -1: want a whole number from 0 to 4294967295"),
        (with_panel(width=1.5), "panels[1].width is 1.5: want a whole number"),
        (with_panel(width=float("nan")), "panels[1].width is NaN: want a whole number"),
        (with_panel(width=True), "panels[1].width is true: want a whole number"),
        (with_panel(columns="cpu.percent"), "panels[1].columns is 'cpu.percent': want a list"),
        (with_panel(columns=[None]), "panels[1].columns[0] is null: want text"),
        (with_panel(labels=["a=b"]), "panels[1].labels[0] is 'a=b': want an object"),
        ({"title": 5}, "title is 5: want text"),
        ({"title": "\ud83d"}, "title is '\\ud83d': want text without halves"),
        ({"title": "x", "is_shipped": 1}, "is_shipped is 1: want true or false"),
        ({"title": "x", "revision": "-1"}, "revision is '-1': want a whole number"),
        ({"title": "x", "panels": {}}, "panels is {}: want a list"),
        ({"title": ["y" * 100]}, 'title is ["' + "y" * 62 + "…: want text"),
        ([], "the dashboard is []: want an object"),
        (None, "the dashboard is null: want an object"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(given: Any, told: str) -> None:
    with pytest.raises(InvalidDashboardError) as refusal:
        dashboard_of(json.dumps(given).encode())
    assert str(refusal.value).startswith(told)


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff", b'{"title": "x", "title": "y"}'])
def test_what_is_no_json_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(InvalidDashboardError, match="this is no dashboard in JSON"):
        dashboard_of(content)


@pytest.mark.parametrize(
    "given",
    [
        {"title": None, "panels": None},
        {"title": "x", "isShipped": True, "revision": "18446744073709551615", "changed_unix_nano": 5},
        with_panel(kind=99, width=2.0, group_by=["zone"], groupBy=[], text="Übersicht 🏔"),
    ],
)
def test_whatever_protobuf_takes_is_taken(given: Any) -> None:
    content = json.dumps(given).encode()
    assert dashboard_of(content) == from_json(content)


@pytest.mark.parametrize(
    "path", sorted(Path(shipped.__path__[0], "shipped").glob("*.json")), ids=lambda path: path.stem
)
def test_those_that_ship_are_taken(path: Path) -> None:
    assert dashboard_of(path.read_bytes()).panels
