"""Figures are plain lists, honest about gaps, and bounded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import orjson
import plotly.graph_objects as go
import pytest

from dashboard.chart_table import CHARTS
from dashboard.charts import Chart, Trace, trace_of
from dashboard.client import Series
from dashboard.figures import MAX_TRACES, figure, gap_ms, rounded, with_gaps
from tests.dashboard.making import SECOND, START, series


def browser_gets(chart: Chart, lines: Iterable[Series], title: str = "") -> Any:
    """The figure after its way as JSON."""
    return orjson.loads(orjson.dumps(figure(chart, lines, title=title), option=orjson.OPT_SERIALIZE_NUMPY))


def test_a_gauge_is_drawn_as_it_is_against_epoch_milliseconds() -> None:
    drawn = browser_gets(CHARTS["cpu"], [series("cpu.percent", [10, 20.1234, 30])])
    (line,) = drawn["data"]
    assert line["x"] == [START // 1_000_000 + step for step in (0, 1000, 2000)]
    assert line["y"] == [10, 20.1234, 30]
    assert line["type"] == "scatter"
    assert line["fill"] == "tozeroy"
    assert drawn["layout"]["yaxis"]["range"] == [0, 100]


def test_the_rate_of_a_counter_is_drawn_as_the_leader_gave_it() -> None:
    received = series("network.bytes_recv", [200, 300, 50])
    (line,) = browser_gets(CHARTS["network"], [received])["data"]
    assert line["y"] == [200, 300, 50]
    assert line["connectgaps"] is False


def test_a_silence_breaks_the_line() -> None:
    times = START + np.array([0, 1, 2, 60, 61, 62]) * SECOND
    x, y = with_gaps(times, np.arange(6.0), gap_ms(times))
    assert y[[0, 1, 2, 4, 5, 6]].tolist() == [0, 1, 2, 3, 4, 5]
    assert np.isnan(y[3])
    assert x[3] == x[2] + 1


def test_thinned_points_of_uneven_distance_are_no_gaps() -> None:
    times = START + np.sort(np.concatenate([np.arange(0, 86_400, 170), np.arange(3, 86_400, 170)])) * SECOND
    assert len(with_gaps(times, np.ones(len(times)), gap_ms(times))[0]) == len(times)


def test_a_missing_value_is_null() -> None:
    (line,) = browser_gets(CHARTS["cpu"], [series("cpu.percent", [1, float("nan"), 3])])["data"]
    assert line["y"] == [1, None, 3]


def test_requests_get_one_line_a_kind() -> None:
    kinds = [series("requests{tools/call}", [0, 5]), series("requests{tools/list}", [0, 1])]
    drawn = browser_gets(CHARTS["requests"], kinds)
    assert [line["name"] for line in drawn["data"]] == ["tools/call", "tools/list"]
    assert len({line["line"]["color"] for line in drawn["data"]}) == 2


def test_lines_of_labels_are_named_and_in_their_order() -> None:
    cores = [series(f"cpu.core_percent{{{number}}}", [1.0]) for number in (10, 2, 0)]
    assert [line["name"] for line in browser_gets(CHARTS["cpu_cores"], cores)["data"]] == [
        "Core 0",
        "Core 2",
        "Core 10",
    ]
    received = [series("network.interface.bytes_recv{eth0}", [1.0])]
    assert browser_gets(CHARTS["interfaces"], received)["data"][0]["name"] == "eth0 received"


def test_too_many_kinds_keep_the_busiest_and_say_how_many_are_hidden() -> None:
    many = [series(f"requests{{kind-{number:02d}}}", [0, number]) for number in range(30)]
    drawn = browser_gets(CHARTS["requests"], many)
    assert len(drawn["data"]) == MAX_TRACES
    assert drawn["layout"]["meta"]["hidden"] == 30 - MAX_TRACES
    assert "kind-29" in {line["name"] for line in drawn["data"]}


@pytest.mark.parametrize("key", list(CHARTS))
def test_every_chart_is_a_valid_figure_with_title_and_axes_even_without_data(key: str) -> None:
    titled = browser_gets(CHARTS[key], [], title="of a node")
    checked = go.Figure(titled)
    assert checked.layout.title.text == "of a node"
    assert checked.layout.yaxis.title.text
    assert checked.layout.xaxis.title.text
    assert browser_gets(CHARTS[key], [])["layout"]["margin"]["b"] >= 38, "less cuts the second line of a date axis"


def test_a_column_of_another_chart_is_not_drawn() -> None:
    assert browser_gets(CHARTS["cpu"], [series("memory.percent", [1, 2])])["data"] == []
    assert trace_of(CHARTS["cpu"], "cpu.percentile") is None


def test_points_too_few_to_tell_have_no_gap() -> None:
    assert gap_ms(np.array([START, START + 100 * SECOND])) == 0


def test_small_values_of_any_unit_are_drawn() -> None:
    chart = Chart("own", "Share", "{share}", (Trace("custom.share", "Share"),))
    (line,) = browser_gets(chart, [series("custom.share", [0.00012, 0.00000034567891])])["data"]
    assert line["y"] == [0.00012, 0.000000345679]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1 / 3, 0.333333), (12345.678901, 12345.7), (98_765_432.1, 98_765_432), (0.000012345678, 0.0000123457), (0, 0)],
)
def test_values_have_six_digits(value: float, expected: float) -> None:
    assert rounded(np.array([value, np.nan]))[0] == expected
