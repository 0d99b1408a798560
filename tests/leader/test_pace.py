from __future__ import annotations

from collections import Counter

import pytest

from mcp_telemetry.leader.fleet import Fleet
from mcp_telemetry.leader.pace import Pacing
from mcp_telemetry.v1 import metrics_pb2 as pb


class Listener:
    """In a stream's place: hears what its node is told."""

    def __init__(self, fleet: Fleet, pacing: Pacing, node_id: str) -> None:
        self.node = fleet.join(node_id, 0)
        self.node.stream = self  # type: ignore[assignment]
        self.node.pace = pacing.pace(node_id)
        self.told = 0

    def direct(self, pace: pb.Pace) -> None:
        self.node.pace = pace
        self.told += 1

    @property
    def is_live(self) -> bool:
        return self.node.pace.report_interval_ms == 0


class Swarm:
    def __init__(self, names: str, most_live: int) -> None:
        self.fleet = Fleet(1000, 10, 10)
        self.pacing = Pacing(self.fleet, 5, most_live)
        self.listeners: dict[str, Listener] = {}
        for name in names:
            self.join(name)

    def join(self, name: str) -> None:
        self.listeners[name] = Listener(self.fleet, self.pacing, name)
        self.pacing.joined()

    @property
    def live(self) -> str:
        return "".join(name for name, listener in self.listeners.items() if listener.is_live)


def test_reports_are_spread_evenly_over_few_moments() -> None:
    pacing = Pacing(Fleet(1000, 10, 10), 5, 100)
    phases = Counter(pacing.pace(f"n{number}").report_phase_ms for number in range(200))
    assert phases == dict.fromkeys(range(0, 5000, 250), 10)


def test_a_node_keeps_its_moment() -> None:
    pacing = Pacing(Fleet(1000, 10, 10), 5, 100)
    first = [pacing.pace(f"n{number}") for number in range(50)]
    assert [pacing.pace(f"n{number}") for number in range(50)] == first


@pytest.mark.parametrize("interval_s", [0.05, 0.2, 0.3, 3600])
def test_a_moment_lies_within_the_interval(interval_s: float) -> None:
    pacing = Pacing(Fleet(1000, 10, 10), interval_s, 100)
    for number in range(100):
        pace = pacing.pace(f"n{number}")
        assert 0 <= pace.report_phase_ms < pace.report_interval_ms == round(interval_s * 1000)


def test_who_is_watched_reports_at_once_until_the_last_looks_away() -> None:
    swarm = Swarm("abc", most_live=10)
    swarm.pacing.watch(["a", "b"])
    swarm.pacing.watch(["b"])
    assert swarm.live == "ab"
    swarm.pacing.unwatch(["a", "b"])
    assert swarm.live == "b"
    swarm.pacing.unwatch(["b"])
    assert swarm.live == ""
    assert [listener.told for listener in swarm.listeners.values()] == [2, 2, 0]


def test_a_node_that_is_watched_before_it_joins_is_live_when_it_does() -> None:
    swarm = Swarm("a", most_live=10)
    swarm.pacing.watch(["b"])
    swarm.join("b")
    assert swarm.live == "b"
    assert swarm.listeners["b"].told == 0


def test_of_more_watched_nodes_than_may_be_live_none_is() -> None:
    swarm = Swarm("abc", most_live=2)
    swarm.pacing.watch(["a", "b"])
    assert swarm.live == "ab"
    swarm.pacing.watch(["c"])
    assert swarm.live == ""
    swarm.pacing.unwatch(["b"])
    assert swarm.live == "ac"


def test_watching_all_makes_all_live_while_they_are_few() -> None:
    swarm = Swarm("ab", most_live=2)
    swarm.pacing.watch([])
    assert swarm.live == "ab"
    swarm.join("c")
    assert swarm.live == ""
    swarm.pacing.watch(["a"])
    assert swarm.live == "a"
    swarm.pacing.unwatch([])
    assert swarm.live == "a"
