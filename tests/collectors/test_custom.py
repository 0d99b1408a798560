from __future__ import annotations

import logging

import pytest

from mcp_telemetry.collectors.custom import MAX_CUSTOM_COLUMNS, CustomMetrics
from mcp_telemetry.collectors.instruments import Counter, Gauge, Histogram
from mcp_telemetry.collectors.labels import MAX_COLUMN_NAME
from mcp_telemetry.model.names import custom_column_name
from mcp_telemetry.v1 import metrics_pb2
from tests.collectors.agreement import collected


def sent(custom: CustomMetrics) -> list[metrics_pb2.CustomMetric]:
    return list(collected(custom).custom)


def columns(metric: metrics_pb2.CustomMetric) -> int:
    return len(metric.histogram.buckets) + 2 if metric.HasField("histogram") else 1


def test_each_kind_with_name_unit_and_labels() -> None:
    custom = CustomMetrics()
    custom.gauge("queue.depth", "{item}", {"lane": "fast", "app": "x"}).set(3)
    custom.counter("jobs").add(2)
    custom.histogram("wait", "s").record(1)
    gauge, counter, histogram = sent(custom)
    assert (gauge.name, gauge.unit, gauge.gauge) == ("queue.depth", "{item}", 3)
    assert [(label.name, label.value) for label in gauge.labels] == [("app", "x"), ("lane", "fast")]
    assert counter.counter == 2
    assert (histogram.histogram.count, histogram.histogram.sum, len(histogram.histogram.buckets)) == (1, 1, 14)


def test_a_gauge_that_was_never_set_is_missing() -> None:
    custom = CustomMetrics()
    custom.gauge("depth")
    custom.counter("jobs")
    assert [metric.name for metric in sent(custom)] == ["jobs"]


def test_the_same_name_and_labels_are_the_same_instrument() -> None:
    custom = CustomMetrics()
    assert custom.counter("jobs", labels={"a": "1", "b": "2"}) is custom.counter("jobs", labels={"b": "2", "a": "1"})
    assert custom.counter("jobs", labels={"a": "1"}) is not custom.counter("jobs", labels={"a": "2"})


def test_one_name_cannot_be_of_two_kinds() -> None:
    custom = CustomMetrics()
    custom.gauge("depth")
    with pytest.raises(ValueError, match="'depth' is a Gauge already: give the Counter another name"):
        custom.counter("depth")


@pytest.mark.parametrize("name", ["", "1st", "a b", "a{b}", "x" * 129, "né"])
def test_names_a_leader_would_refuse_are_refused_here(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a metric or a label"):
        CustomMetrics().gauge(name)
    with pytest.raises(ValueError, match="cannot name a metric or a label"):
        CustomMetrics().gauge("good", labels={name: "x"})


def test_too_many_long_label_names_are_refused() -> None:
    with pytest.raises(ValueError, match="the labels of 'good' are too long"):
        CustomMetrics().gauge("good", labels={f"label_{'x' * 100}_{number}": "v" for number in range(5)})


def test_label_values_are_made_fit_whatever_they_are() -> None:
    custom = CustomMetrics()
    custom.gauge("depth", labels={"a": "line\nbreak \ud800"}).set(1)
    custom.gauge("depth", labels={"a": "{" * 100, "b": "{" * 100, "c": "{" * 100}).set(2)
    named = [
        custom_column_name(metric.name, [(label.name, label.value) for label in metric.labels])
        for metric in sent(custom)
    ]
    assert named == ["custom.depth{a=line?break ?}", "custom.depth{a=other,b=other,c=other}"]
    assert all(len(name) <= MAX_COLUMN_NAME for name in named)


def test_a_flood_of_labels_shares_one_series_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    custom = CustomMetrics()
    with caplog.at_level(logging.WARNING):
        for number in range(MAX_CUSTOM_COLUMNS + 50):
            custom.counter("jobs", labels={"user": str(number)}).add()
    metrics = sent(custom)
    assert len(metrics) == MAX_CUSTOM_COLUMNS + 1
    assert [label.value for label in metrics[-1].labels] == ["other"]
    assert metrics[-1].counter == 50
    assert sum(metric.counter for metric in metrics) == MAX_CUSTOM_COLUMNS + 50
    assert custom.refused == 0
    assert len(caplog.records) == 1


def test_a_flood_of_names_is_bounded_and_counted() -> None:
    custom = CustomMetrics()
    for number in range(1000):
        custom.histogram(f"wait_{number}", "s").record(1)
    metrics = sent(custom)
    assert sum(map(columns, metrics)) <= MAX_CUSTOM_COLUMNS + 100
    assert custom.refused == 1000 - len(metrics)


def test_a_snapshot_does_not_change_afterwards() -> None:
    custom = CustomMetrics()
    gauge = custom.gauge("depth")
    gauge.set(1)
    (before,) = sent(custom)
    gauge.set(2)
    assert before.gauge == 1


def test_instruments_are_the_public_types() -> None:
    custom = CustomMetrics()
    made = (custom.gauge("a"), custom.counter("b"), custom.histogram("c"))
    assert [type(each) for each in made] == [Gauge, Counter, Histogram]
