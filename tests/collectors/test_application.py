from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.collectors.application import DURATION_BOUNDS_SECONDS, MAX_OPERATIONS, ApplicationCounters
from mcp_telemetry.collectors.labels import BoundedCounter
from mcp_telemetry.v1 import metrics_pb2
from tests.collectors.agreement import collected

THREADS, TIMES = 8, 500


def in_threads(act: Callable[[], None]) -> None:
    def repeat() -> None:
        for _ in range(TIMES):
            act()

    threads = [threading.Thread(target=repeat) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Yielding(BoundedCounter):
    """Lets other threads run between reading a count and writing it back, so that a missing lock shows."""

    def __getitem__(self, kind: str) -> int:
        count = super().__getitem__(kind)
        os.sched_yield()
        return count


def application_of(counters: ApplicationCounters) -> metrics_pb2.ApplicationMetrics:
    return collected(counters).application


def test_requests_and_errors_by_kind() -> None:
    counters = ApplicationCounters()
    counters.record_request("tools/call")
    counters.record_request("tools/list")
    counters.record_request("tools/call")
    counters.record_error("ValueError")
    application = application_of(counters)
    assert {each.kind: each.count for each in application.requests} == {"tools/call": 2, "tools/list": 1}
    assert {each.kind: each.count for each in application.errors} == {"ValueError": 1}


def test_kinds_keep_their_order_so_that_snapshots_keep_their_layout() -> None:
    counters = ApplicationCounters()
    for kind in ("b", "a", "c", "a"):
        counters.record_request(kind)
    assert [each.kind for each in application_of(counters).requests] == ["b", "a", "c"]


def test_connections_go_up_and_down_but_not_below_none() -> None:
    counters = ApplicationCounters()
    assert application_of(counters).HasField("active_connections")
    counters.connection_opened()
    counters.connection_opened()
    counters.connection_closed()
    assert counters.active_connections == application_of(counters).active_connections == 1
    counters.connection_closed()
    counters.connection_closed()
    assert counters.active_connections == 0


@given(st.lists(st.tuples(st.floats(0, 1000), st.booleans()), max_size=30))
def test_an_operation_tells_calls_errors_time_and_cumulative_buckets(calls: list[tuple[float, bool]]) -> None:
    counters = ApplicationCounters()
    counters.record_operation("tools/call", "search", 0)
    for seconds, error in calls:
        counters.record_operation("tools/call", "search", seconds, error)
    (operation,) = application_of(counters).operations
    durations = [0.0, *(seconds for seconds, _ in calls)]
    assert (operation.method, operation.tool) == ("tools/call", "search")
    assert operation.calls == len(durations)
    assert operation.errors == sum(error for _, error in calls)
    assert operation.duration_seconds == pytest.approx(sum(durations))
    assert [(bucket.at_most_seconds, bucket.count) for bucket in operation.buckets] == [
        (bound, sum(seconds <= bound for seconds in durations)) for bound in DURATION_BOUNDS_SECONDS
    ]


def test_a_first_call_tells_its_zeros_too() -> None:
    counters = ApplicationCounters()
    counters.record_operation("tools/list", "", 400)
    (operation,) = application_of(counters).operations
    assert operation.HasField("errors")
    assert all(bucket.HasField("count") for bucket in operation.buckets)


@pytest.mark.parametrize("seconds", [-0.1, float("nan"), float("inf")])
def test_a_duration_that_cannot_be_is_refused(seconds: float) -> None:
    counters = ApplicationCounters()
    with pytest.raises(ValueError, match="want a finite number, 0 or more"):
        counters.record_operation("tools/call", "search", seconds)
    assert not application_of(counters).operations


def test_a_flood_of_tools_goes_to_other_and_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    counters = ApplicationCounters()
    with caplog.at_level(logging.WARNING):
        for number in range(MAX_OPERATIONS + 100):
            counters.record_operation("tools/call", f"tool {number}", 0.1)
    operations = application_of(counters).operations
    assert len(operations) == MAX_OPERATIONS + 1
    assert (operations[-1].method, operations[-1].tool, operations[-1].calls) == ("other", "other", 100)
    assert len(caplog.records) == 1


def test_hostile_names_do_not_harm_the_snapshot() -> None:
    counters = ApplicationCounters()
    for name in ("\ud800", "line\nbreak", "x" * 10_000, ""):
        counters.record_request(name)
        counters.record_error(name)
        counters.record_operation(name, name, 1)
    snapshot = collected(counters)
    assert metrics_pb2.MetricSnapshot.FromString(snapshot.SerializeToString()) == snapshot
    assert [each.kind for each in snapshot.application.requests] == ["?", "line?break", "x" * 100, ""]


def test_a_snapshot_does_not_change_afterwards() -> None:
    counters = ApplicationCounters()
    counters.record_operation("tools/call", "search", 1)
    before = application_of(counters)
    counters.record_operation("tools/call", "search", 1)
    assert before.operations[0].calls == 1


def test_threads_lose_no_count_while_snapshots_are_taken() -> None:
    counters = ApplicationCounters()
    counters.requests, counters.errors = Yielding(), Yielding()
    done = threading.Event()
    seen: list[metrics_pb2.ApplicationMetrics] = []

    def watch() -> None:
        while not done.is_set():
            seen.append(application_of(counters))

    def act() -> None:
        counters.record_request("tools/call")
        counters.record_error("tools/call")
        counters.connection_opened()
        counters.record_operation("tools/call", "search", 0.3, error=True)

    watcher = threading.Thread(target=watch)
    watcher.start()
    in_threads(act)
    done.set()
    watcher.join()
    last, total = application_of(counters), THREADS * TIMES
    assert (last.requests[0].count, last.errors[0].count, last.active_connections) == (total, total, total)
    assert (last.operations[0].calls, last.operations[0].errors) == (total, total)
    # Whoever looks meanwhile sees whole operations only.
    assert all(
        operation.calls == operation.errors == operation.buckets[-1].count
        for application in seen
        for operation in application.operations
    )
