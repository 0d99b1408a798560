"""Verdicts, the table, and the numbers in it."""

from __future__ import annotations

import pytest

from tests.benchmarks.figures import Figure, not_measured, table
from tests.benchmarks.loadgen.tally import Tally
from tests.benchmarks.stats import percentile


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("cpu", "%", 14.0, 14), "pass"),
        (Figure("cpu", "%", 14.1, 14), "MISS"),
        (Figure("speed", "M", 2.0, 2, is_floor=True), "pass"),
        (Figure("speed", "M", 1.9, 2, is_floor=True), "MISS"),
        (Figure("to compare", "%", 50.0), ""),
        (not_measured("other", "apt-get install other"), "not measured"),
    ],
)
def test_verdict(figure: Figure, verdict: str) -> None:
    assert figure.verdict == verdict


def test_table_shows_target_measured_and_their_ratio() -> None:
    text = table([Figure("leader", "ms", 150.0, 300), not_measured("netdata", "apt-get install netdata")])
    header, line, leader, netdata = text.splitlines()
    assert header.split() == ["figure", "target", "measured", "of", "target", "verdict"]
    assert set(line) == {"-", " "}
    assert leader.split() == ["leader", "<=", "300", "ms", "150", "ms", "0.50", "pass"]
    assert netdata.endswith("not measured (apt-get install netdata)")


def test_percentile_is_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1.0)) == (50, 99, 100)
    assert percentile([3.0], 0.01) == 3.0
    with pytest.raises(ValueError, match="measure something"):
        percentile([], 0.5)


def test_tallies_of_processes_add_up() -> None:
    one = Tally(welcomed=1, sent=10, reports=5, acked=8, seconds=2.0, acks_s=[0.1])
    one.count_error(ConnectionError("refused"))
    other = Tally(welcomed=2, sent=30, reports=5, acked=30, seconds=2.5, acks_s=[0.3])
    other.count_error(ConnectionError("refused"))
    summary = Tally.total([one, other]).summary()
    assert (summary["welcomed"], summary["sent"], summary["acked"], summary["seconds"]) == (3, 40, 38, 2.5)
    assert (summary["snapshots_per_s"], summary["reports_per_s"]) == (16.0, 4.0)
    assert summary["ack_ms"] == {"p50": 100.0, "p99": 300.0, "max": 300.0}
    assert summary["errors"] == {"refused": 2}
