"""Which questions charts need, and what becomes of the answers."""

from __future__ import annotations

from dashboard.chart_table import CHARTS
from dashboard.charts import Chart
from dashboard.client import Series
from dashboard.node_figures import figures_of, questions_of
from dashboard.node_plan import chart_of
from dashboard.params import Range
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START, series

WANTED = Range(START, START + 300 * SECOND, 500)
Q = pb.QueryRangeRequest


def charts(*keys: str) -> list[Chart]:
    return [chart for key in keys if (chart := chart_of(key)) is not None]


def test_gauges_counters_stacks_and_durations_are_asked_for_each_in_its_way() -> None:
    questions = questions_of("a", charts("cpu", "network", "cpu_modes", "durations"), WANTED)
    asked = {question.request.columns[0]: question.request for question in questions}
    assert [(each.transform, each.aggregate) for each in asked.values()] == [
        (Q.VALUE, Q.NONE),
        (Q.RATE, Q.NONE),
        (Q.VALUE, Q.MEAN),
        (Q.DELTA, Q.NONE),
    ]
    assert list(asked["network.bytes_recv"].columns) == ["network.bytes_recv", "network.bytes_sent"]
    assert all(list(each.node_ids) == ["a"] for each in asked.values())


def test_nothing_is_asked_for_nothing() -> None:
    assert questions_of("a", [], WANTED) == []
    assert len(questions_of("a", charts("cpu"), WANTED)) == 1


def test_every_chart_of_the_table_takes_few_questions() -> None:
    assert len(questions_of("a", CHARTS.values(), WANTED)) == 4


def test_of_own_metrics_gauges_are_drawn_as_they_are_and_counters_as_rates() -> None:
    wanted = charts("custom.depth", "custom.done")
    questions = questions_of("a", wanted, WANTED)
    done = series("custom.done", [5, 6])
    counter = Series(Column("custom.done", "", Kind.COUNTER), done.times_ns, done.values)
    rate = Series(Column("custom.done", "1/s"), done.times_ns, done.values / 5)
    drawn = figures_of(wanted, questions, [[series("custom.depth", [1, 2]), counter], [rate]])
    assert drawn["custom.depth"]["data"][0]["y"].tolist() == [1, 2]
    assert [line["y"].tolist() for line in drawn["custom.done"]["data"]] == [[1, 1.2]]
    assert drawn["custom.done"]["layout"]["meta"]["unit"] == "1/s"


def test_lines_on_top_of_each_other_have_common_times() -> None:
    wanted = charts("cpu_modes")
    lines = [series("cpu.user_percent", [1, 2, 3]), series("cpu.system_percent", [4, 5, 6])]
    drawn = figures_of(wanted, questions_of("a", wanted, WANTED), [lines])["cpu_modes"]["data"]
    assert [line["stackgroup"] for line in drawn] == ["all", "all"]
    assert drawn[0]["x"].tolist() == drawn[1]["x"].tolist()


def test_mean_durations_are_drawn_and_the_calls_they_come_from_are_not() -> None:
    wanted = charts("durations")
    answer = [series("operation.duration_seconds{a,b}", [2.0]), series("operation.calls{a,b}", [4])]
    (line,) = figures_of(wanted, questions_of("a", wanted, WANTED), [answer])["durations"]["data"]
    assert (line["name"], line["y"].tolist()) == ("a b", [0.5])


def test_a_percentile_of_an_own_histogram_has_the_unit_of_its_sum() -> None:
    wanted = charts("custom.wait.bucket")
    (question,) = questions_of("a", wanted, WANTED)
    assert list(question.request.columns) == ["custom.wait.bucket", "custom.wait.sum"]
    total = series("custom.wait.sum", [3.0])
    answer = [
        series("custom.wait.bucket{at_most=1}", [1]),
        Series(Column("custom.wait.sum", "s"), total.times_ns, total.values),
    ]
    drawn = figures_of(wanted, [question], [answer])["custom.wait.bucket"]
    assert len(drawn["data"]) == 1
    assert drawn["layout"]["meta"]["unit"] == "s"


def test_a_chart_without_an_answer_is_empty() -> None:
    wanted = charts("cpu")
    assert figures_of(wanted, questions_of("a", wanted, WANTED), [[]])["cpu"]["data"] == []
