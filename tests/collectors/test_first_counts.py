"""The first count of everything is growth, too."""

from __future__ import annotations

import pytest

from mcp_telemetry.collectors.first_counts import FirstCounts
from mcp_telemetry.collectors.metrics_collector import MetricsCollector
from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot


class Sent:
    """What a node with these counters sends, snapshot by snapshot."""

    def __init__(self) -> None:
        self.collector = MetricsCollector("a", collectors=[Failing()])

    def next(self) -> MetricSnapshot:
        snapshot = self.collector.snapshot()
        self.collector.first_counts.begin_at_zero(snapshot)
        return snapshot

    def is_holding_back(self) -> bool:
        return self.collector.first_counts.is_holding_back


class Failing:
    name = "failing"

    def collect(self, _snapshot: MetricSnapshot) -> None:
        raise OSError("never works")


@pytest.fixture
def sent() -> Sent:
    return Sent()


def test_a_kind_that_is_new_begins_at_zero(sent: Sent) -> None:
    application = sent.collector.application
    application.record_request("ping")
    assert [(each.kind, each.count) for each in sent.next().application.requests] == [("ping", 0)]
    application.record_request("ping")
    for _ in range(5):
        application.record_error("ping")
    second = sent.next().application
    assert [(each.kind, each.count) for each in second.requests] == [("ping", 2)]
    assert [(each.kind, each.count) for each in second.errors] == [("ping", 0)]
    assert second.errors[0].HasField("count"), "0, and not nothing"
    assert [(each.kind, each.count) for each in sent.next().application.errors] == [("ping", 5)]


def test_an_operation_begins_at_zero_with_all_of_its_buckets(sent: Sent) -> None:
    sent.collector.application.record_operation("tools/call", "search", 0.7, error=True)
    (first,) = sent.next().application.operations
    assert (first.calls, first.errors, first.duration_seconds) == (0, 0, 0)
    assert first.HasField("calls")
    assert {bucket.count for bucket in first.buckets} == {0}
    assert first.buckets[0].at_most_seconds == 0.01
    (second,) = sent.next().application.operations
    assert (second.calls, second.errors, second.duration_seconds) == (1, 1, 0.7)
    assert second.buckets[-1].count == 1


def test_counters_and_histograms_of_ones_own_begin_at_zero_and_gauges_as_they_are(sent: Sent) -> None:
    custom = sent.collector.custom
    custom.counter("jobs", labels={"lane": "fast"}).add(3)
    custom.gauge("depth").set(7)
    custom.histogram("wait", bounds=[1, 2]).record(1.5)
    jobs, depth, wait = sent.next().custom
    assert (jobs.counter, jobs.WhichOneof("value"), depth.gauge) == (0, "counter", 7)
    assert (wait.histogram.count, wait.histogram.sum) == (0, 0)
    assert [(each.at_most, each.count) for each in wait.histogram.buckets] == [(1, 0), (2, 0)]
    assert sent.is_holding_back()
    custom.counter("jobs", labels={"lane": "slow"}).add(2)
    jobs, depth, wait, slow = sent.next().custom
    assert (jobs.counter, depth.gauge, wait.histogram.count, wait.histogram.sum) == (3, 7, 1, 1.5)
    assert slow.counter == 0, "other labels are another counter"
    assert sent.next().custom[3].counter == 2
    assert not sent.is_holding_back()


def test_failures_of_a_collector_begin_at_zero(sent: Sent) -> None:
    counts = [sent.next().agent.collector_errors[0].count for _ in range(3)]
    assert counts == [0, 2, 3]


def test_counters_of_the_kernel_are_sent_as_they_are() -> None:
    snapshot = MetricSnapshot()
    snapshot.system.network.bytes_sent = 5
    FirstCounts().begin_at_zero(snapshot)
    assert snapshot.system.network.bytes_sent == 5
