"""Answers as CSV."""

from __future__ import annotations

import csv
import io

import httpx
import numpy as np
import pytest

from dashboard.api.tables import MOST_VALUES, rows_csv, series_csv
from dashboard.client import Series
from mcp_telemetry.errors import InvalidQueryError
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.api.scripted import ScriptedLeader, get
from tests.dashboard.making import series


def headed(one: Series, **head: object) -> Series:
    return Series(one.column, one.times_ns, one.values, pb.Series(**head))


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_a_line_for_each_value() -> None:
    one = headed(series("requests{a,b}", [1, float("nan")], step_s=0.5), node_id="web-1")
    assert read(series_csv([one])) == [
        ["time", "node", "column", "value"],
        ["2026-01-01T00:00:00.000Z", "web-1", "requests{a,b}", "1.0"],
        ["2026-01-01T00:00:00.500Z", "web-1", "requests{a,b}", ""],
    ]


def test_groups_have_a_column_for_each_label() -> None:
    of_role = headed(series("errors", [1]), group=[pb.Label(name="role", value="db, the big one")])
    of_both = headed(series("errors", [2]), group=[pb.Label(name="zone", value="b"), pb.Label(name="role", value="x")])
    head, *lines = read(series_csv([of_role, of_both]))
    assert head == ["time", "node", "role", "zone", "column", "value"]
    assert [line[1:4] for line in lines] == [["", "db, the big one", ""], ["", "x", "b"]]


def test_nothing_is_a_head_alone() -> None:
    assert read(series_csv([])) == [["time", "node", "column", "value"]]
    assert read(rows_csv([], ("a", "b"))) == [["a", "b"]]


def test_more_than_fits_is_refused_with_the_remedy() -> None:
    with pytest.raises(InvalidQueryError, match="ask for 500000 or fewer, or for JSON"):
        series_csv([series("errors", np.zeros(MOST_VALUES + 1).tolist())])


@pytest.mark.parametrize("path", ["/api/metrics/history/a", "/api/query?column=cpu.percent&column=requests"])
async def test_csv_by_parameter_and_by_header(http: httpx.AsyncClient, path: str) -> None:
    chosen = await http.get(f"{path}{'&' if '?' in path else '?'}format=csv")
    negotiated = await http.get(path, headers={"Accept": "text/csv"})
    assert chosen.content == negotiated.content
    assert chosen.headers["content-type"] == "text/csv; charset=utf-8"
    assert "Accept" in negotiated.headers["vary"]
    assert len(read(chosen.content)) > 3


async def test_a_history_as_csv_has_the_names_it_has_as_json(http: httpx.AsyncClient) -> None:
    rows = await get(http, "/api/metrics/history/a")
    head, first, *_ = read((await http.get("/api/metrics/history/a?format=csv")).content)
    assert head == list(rows[0])
    assert first == ["" if value is None else str(value) for value in rows[0].values()]


@pytest.mark.parametrize(
    ("accepted", "given"),
    [
        ("text/csv; charset=utf-8", "text/csv"),
        ("text/csv, */*", "text/csv"),
        ("application/json;q=0.5, TEXT/CSV", "text/csv"),
        ("application/json, text/csv;q=0.1", "application/json"),
        ("text/csv;q=0", "application/json"),
        ("text/csv;q=0, */*", "application/json"),
        ("text/html, */*;q=0.8", "application/json"),
        ("", "application/json"),
    ],
)
async def test_what_a_caller_would_rather_have_is_given(http: httpx.AsyncClient, accepted: str, given: str) -> None:
    answer = await http.get("/api/metrics/history/a", headers={"Accept": accepted})
    assert answer.headers["content-type"].partition(";")[0] == given


async def test_the_parameter_wins_over_the_header(http: httpx.AsyncClient) -> None:
    answer = await http.get("/api/metrics/history/a?format=json", headers={"Accept": "text/csv"})
    assert answer.headers["content-type"] == "application/json"


async def test_another_format_is_refused(http: httpx.AsyncClient, leader: ScriptedLeader) -> None:
    assert "want one of json, csv" in (await get(http, "/api/metrics/history/a?format=xml", 400))["error"]
    assert leader.asked == []
