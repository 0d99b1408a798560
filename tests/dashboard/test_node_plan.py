"""What a node page consists of, by what its node reports."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.chart_table import CHARTS, SECTIONS
from dashboard.node_plan import MOST_CUSTOM, chart_of, is_derived, plan_of
from mcp_telemetry.model.columns import Column, Kind, defined_columns
from mcp_telemetry.model.names import base_name


def charts_of(plan: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {chart["key"]: chart for section in plan["sections"] for chart in section["charts"]}


def test_only_what_is_reported_has_a_chart_and_the_rest_is_named() -> None:
    plan = plan_of([Column("cpu.percent"), Column("cpu.core_percent{0}")])
    assert list(charts_of(plan)) == ["cpu", "cpu_cores"]
    assert [section["title"] for section in plan["sections"]] == ["Overview", "Processor"]
    assert "Memory" in plan["absent"]
    assert "CPU" not in plan["absent"]


def test_a_chart_says_which_columns_it_draws() -> None:
    (chart,) = charts_of(plan_of([Column("network.bytes_sent", "By", Kind.COUNTER)])).values()
    assert (chart["columns"], chart["unit"]) == (["network.bytes_recv", "network.bytes_sent"], "By/s")


def test_every_own_metric_has_a_chart_for_all_its_labels() -> None:
    own = [Column("custom.depth{lane=a}", "{job}"), Column("custom.depth{lane=b}", "{job}")]
    (section,) = plan_of([*own, Column("custom.done", "", Kind.COUNTER)])["sections"]
    assert section["title"] == "Own metrics"
    assert [(chart["key"], chart["title"], chart["unit"]) for chart in section["charts"]] == [
        ("custom.depth", "depth", "{job}"),
        ("custom.done", "done", "1/s"),
    ]


def test_a_percentile_is_of_what_was_measured_and_its_buckets_are_no_rates() -> None:
    columns = [
        Column("custom.wait.bucket{at_most=1}", "1", Kind.COUNTER),
        Column("custom.wait.count", "1", Kind.COUNTER),
        Column("custom.wait.sum", "s", Kind.COUNTER),
        Column("custom.lone.bucket{at_most=1}", "1", Kind.COUNTER),
    ]
    units = {chart["title"]: chart["unit"] for chart in charts_of(plan_of(columns)).values()}
    assert units == {
        "lone, 95th percentile": "",
        "wait, 95th percentile": "s",
        "wait.count": "1/s",
        "wait.sum": "s/s",
    }


def test_too_many_own_metrics_are_counted() -> None:
    plan = plan_of([Column(f"custom.m{number}") for number in range(MOST_CUSTOM + 3)])
    assert len(charts_of(plan)) == MOST_CUSTOM
    assert plan["hidden"] == 3


def test_a_node_that_reports_everything_has_every_chart_of_the_table() -> None:
    plan = plan_of(defined_columns())
    assert set(charts_of(plan)) == set(CHARTS)
    assert plan["absent"] == []


def test_every_measurement_of_the_contract_is_drawn_somewhere_or_a_fact() -> None:
    drawn = {trace.column for section in SECTIONS for chart in section.charts for trace in chart.traces}
    facts = {"uptime_seconds", "host.uptime_seconds", "cpu.count"}
    totals = {column.name for column in defined_columns() if "total_bytes" in column.name}
    as_percent = {"swap.used_bytes", "disk.used_bytes", "disk.mount.used_bytes"}
    assert {base_name(column.name) for column in defined_columns()} - drawn == facts | totals | as_percent


@pytest.mark.parametrize("key", ["", "nothing", "custom.a{b=c}", "cpu.percent"])
def test_a_key_that_means_nothing_has_no_chart(key: str) -> None:
    assert chart_of(key) is None


def test_what_is_computed_from_increases_is_not_appended_live() -> None:
    keys = ("durations", "durations_p95", "custom.wait.bucket", "cpu", "custom.wait")
    charts = [chart for key in keys if (chart := chart_of(key)) is not None]
    assert [is_derived(chart) for chart in charts] == [True, True, True, False, False]
