"""The figures of a node's charts: what to ask its leader for, and what to draw of the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from dashboard.charts import Chart, chart_columns
from dashboard.client import Series
from dashboard.durations import is_bucket, means, percentiles, sum_of
from dashboard.figures import Figure, figure
from dashboard.node_plan import is_derived
from dashboard.params import Range
from dashboard.queries import chart_requests, plain_request
from mcp_telemetry.model.columns import Kind
from mcp_telemetry.model.names import base_name
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Question", "figures_of", "questions_of"]

_PERCENTILE = 0.95
_CUSTOM = "custom."
# A percentage of each of a thousand moments says less than one of some hundred longer ones.
_DERIVED_POINTS = 150

Query = pb.QueryRangeRequest
Made = Callable[[Chart, Sequence[Series]], Sequence[Series]]


@dataclass(frozen=True, slots=True)
class Question:
    """One request to a leader, the charts that its answer is for, and what is made of the answer for a chart."""

    request: pb.QueryRangeRequest
    charts: tuple[Chart, ...]
    made: Made = field(default=lambda _chart, series: series)


def questions_of(node_id: str, charts: Iterable[Chart], wanted: Range) -> list[Question]:
    """At most five requests, however many charts."""
    derived = tuple(chart for chart in charts if is_derived(chart))
    stacked = tuple(chart for chart in charts if chart.is_stacked)
    plain = tuple(chart for chart in charts if chart not in derived and chart not in stacked)
    questions = [
        *_plain(node_id, plain, wanted),
        _stacked(node_id, stacked, wanted),
        _derived(node_id, derived, wanted),
    ]
    return [question for question in questions if question.charts]


def figures_of(charts: Iterable[Chart], questions: Sequence[Question], answers: Sequence[Sequence[Series]]) -> Figures:
    """A figure for each chart, by its key; `answers` are those to the questions, in their order."""
    drawn: Figures = {}
    for chart in charts:
        lines: list[Series] = []
        for question, answer in zip(questions, answers, strict=True):
            if chart in question.charts:
                lines += question.made(chart, answer)
        drawn[chart.key] = figure(chart, lines)
    return drawn


Figures = dict[str, Figure]


def _plain(node_id: str, charts: tuple[Chart, ...], wanted: Range) -> list[Question]:
    """Of a column of its own only the leader knows whether it counts: it is asked for its value and for its rate."""
    columns = _columns(charts)
    own = [column for column in columns if column.startswith(_CUSTOM)]
    requests = chart_requests(node_id, [column for column in columns if column not in own], wanted)
    questions = [Question(request, charts) for request in requests]
    if own:
        rates = plain_request([node_id], own, wanted)
        rates.transform = Query.RATE
        questions += [Question(plain_request([node_id], own, wanted), charts, _gauges), Question(rates, charts)]
    return questions


def _gauges(_chart: Chart, series: Sequence[Series]) -> list[Series]:
    return [one for one in series if one.column.kind is not Kind.COUNTER]


def _stacked(node_id: str, charts: tuple[Chart, ...], wanted: Range) -> Question:
    """Steps, at the same times for all columns: lines that lie on each other need that."""
    request = plain_request([node_id], _columns(charts), wanted)
    request.aggregate = Query.MEAN
    return Question(request, charts)


def _derived(node_id: str, charts: tuple[Chart, ...], wanted: Range) -> Question:
    columns = _columns(charts)
    # Buckets only count: what was measured, and in which unit, their sums know.
    sums = [sum_of(column) for column in columns if is_bucket(column)]
    request = plain_request([node_id], dict.fromkeys(columns + sums), wanted)
    request.transform = Query.DELTA
    request.max_points = min(request.max_points, _DERIVED_POINTS)
    return Question(request, charts, _durations)


def _durations(chart: Chart, series: Sequence[Series]) -> list[Series]:
    columns = chart_columns(chart)
    mine = [one for one in series if base_name(one.column.name) in columns]
    if not is_bucket(columns[0]):
        return means(mine, *columns)
    units = [one.column.unit for one in series if base_name(one.column.name) == sum_of(columns[0])]
    return percentiles(mine, _PERCENTILE, units[0] if units else "")


def _columns(charts: Iterable[Chart]) -> list[str]:
    return list(dict.fromkeys(column for chart in charts for column in chart_columns(chart)))
