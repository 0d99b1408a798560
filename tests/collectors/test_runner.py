from __future__ import annotations

import logging
import threading

import pytest

from mcp_telemetry.collectors.load import LoadCollector
from mcp_telemetry.collectors.runner import CollectorRunner
from mcp_telemetry.v1 import metrics_pb2


class Failing:
    """Raises what a test gives it, and works when it gives nothing."""

    def __init__(self, name: str, error: BaseException | None) -> None:
        self.name = name
        self.error = error

    def collect(self, snapshot: metrics_pb2.MetricSnapshot) -> None:
        if self.error is not None:
            raise self.error


def run(runner: CollectorRunner) -> metrics_pb2.MetricSnapshot:
    snapshot = metrics_pb2.MetricSnapshot()
    runner.collect(snapshot)
    return snapshot


def errors(snapshot: metrics_pb2.MetricSnapshot) -> dict[str, int]:
    return {each.collector: each.count for each in snapshot.agent.collector_errors}


def test_one_that_fails_stops_no_other_and_is_counted_from_this_snapshot_on() -> None:
    failing = Failing("bad", RuntimeError("no"))
    runner = CollectorRunner([failing, LoadCollector()])
    first = run(runner)
    assert first.system.cpu.HasField("load_1m")
    assert errors(first) == {"bad": 1}
    assert errors(run(runner)) == {"bad": 2}
    failing.error = None
    assert errors(run(runner)) == {"bad": 2}


def test_without_failures_nothing_is_said() -> None:
    assert not run(CollectorRunner([LoadCollector()])).HasField("agent")


def test_failures_keep_their_order() -> None:
    b, a = Failing("b", OSError(5, "x")), Failing("a", None)
    runner = CollectorRunner([b, a])
    run(runner)
    a.error = ValueError()
    assert list(errors(run(runner))) == ["a", "b"]


def test_an_error_is_logged_once_and_another_one_again(caplog: pytest.LogCaptureFixture) -> None:
    failing = Failing("bad", RuntimeError("first"))
    runner = CollectorRunner([failing])
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            run(runner)
        failing.error = RuntimeError("second")
        for _ in range(5):
            run(runner)
    assert [str(record.exc_info and record.exc_info[1]) for record in caplog.records] == ["first", "second"]
    assert "bad" in caplog.text


def test_an_error_that_is_always_different_does_not_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    failing = Failing("bad", None)
    runner = CollectorRunner([failing])
    with caplog.at_level(logging.WARNING):
        for number in range(500):
            failing.error = RuntimeError(str(number))
            snapshot = run(runner)
    assert len(caplog.records) == 100
    assert errors(snapshot) == {"bad": 500}


def test_an_interrupt_is_not_swallowed() -> None:
    with pytest.raises(KeyboardInterrupt):
        run(CollectorRunner([Failing("bad", KeyboardInterrupt())]))


def test_threads_lose_no_error() -> None:
    runner = CollectorRunner([Failing("bad", RuntimeError("no"))])

    def act() -> None:
        for _ in range(200):
            run(runner)

    threads = [threading.Thread(target=act) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors(run(runner)) == {"bad": 801}
