from __future__ import annotations

import pytest

from mcp_telemetry.leader import events
from mcp_telemetry.leader.events import IDS_BETWEEN_STARTS, KEPT_NS, Event, EventLog
from mcp_telemetry.v1 import metrics_pb2 as pb

SECOND_NS = 10**9


class Clock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.now_ns = 1_000 * SECOND_NS

    def __call__(self) -> int:
        return self.now_ns

    def pass_s(self, seconds: float) -> None:
        self.now_ns += int(seconds * SECOND_NS)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(clock: Clock) -> EventLog:
    log = EventLog(clock)
    log.begin()
    return log


def told(count: int, times: int) -> str:
    return f"{count} in {times}"


def newest_first(log: EventLog) -> list[tuple[int, str, int, str]]:
    return [(event.id, event.node_id, event.count, event.detail) for event in log.newest_first()]


def event(number: int, time_ns: int = 0) -> Event:
    return Event(number, time_ns, "a", pb.GAP, 1, "lost")


def test_what_happens_is_numbered_and_told_newest_first(log: EventLog, clock: Clock) -> None:
    log.note(pb.JOINED, "a", told)
    clock.pass_s(1)
    log.note(pb.LEADER_STARTED, "", told)
    assert newest_first(log) == [(2, "", 1, "1 in 1"), (1, "a", 1, "1 in 1")]
    assert [each.time_ns for each in log.newest_first()] == [1_001 * SECOND_NS, 1_000 * SECOND_NS]


def test_what_repeats_itself_within_a_minute_is_one_event_and_moves_on(log: EventLog, clock: Clock) -> None:
    for _ in range(3):
        log.note(pb.GAP, "a", told, 5)
        clock.pass_s(29)
    assert newest_first(log) == [(1, "a", 15, "15 in 3")]
    assert [each.time_ns for each in log.newest_first()] == [1_058 * SECOND_NS]
    log.note(pb.GAP, "a", told, 5)
    assert newest_first(log)[0] == (2, "a", 5, "5 in 1")


def test_of_another_node_kind_or_cause_it_is_another_event(log: EventLog) -> None:
    for node_id, kind, cause in (("a", pb.GAP, ""), ("b", pb.GAP, ""), ("a", pb.REJECTED, ""), ("a", pb.GAP, "x")):
        log.note(kind, node_id, told, cause=cause)
    assert [number for number, *_ in newest_first(log)] == [4, 3, 2, 1]


def test_a_clock_set_back_makes_no_endless_event(log: EventLog, clock: Clock) -> None:
    log.note(pb.GAP, "a", told)
    clock.pass_s(-3600)
    log.note(pb.GAP, "a", told)
    assert len(log) == 2


def test_nothing_is_noted_before_the_beginning_and_after_the_end(clock: Clock) -> None:
    log = EventLog(clock)
    log.note(pb.GAP, "a", told)
    log.begin()
    log.note(pb.JOINED, "a", told)
    log.end()
    log.note(pb.WENT_OFFLINE, "a", told)
    assert newest_first(log) == [(1, "a", 1, "1 in 1")]
    assert [each.kind for each in log.take_unwritten()] == [pb.JOINED]


def test_it_is_bounded_and_the_oldest_go(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_EVENTS", 10)
    monkeypatch.setattr(events, "_SLACK", 5)
    for number in range(100):
        log.note(pb.JOINED, f"n{number}", told)
        assert len(log) < 15
        assert next(log.newest_first()).id == number + 1
    assert len(log.take_unwritten()) == 10


def test_an_event_that_is_gone_is_not_repeated(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_EVENTS", 2)
    monkeypatch.setattr(events, "_SLACK", 1)
    for name in ("a", "b", "c", "a"):
        log.note(pb.JOINED, name, told)
    assert [(number, name) for number, name, *_ in newest_first(log)] == [(4, "a"), (3, "c")]


def test_what_is_two_years_old_goes(log: EventLog, clock: Clock) -> None:
    log.note(pb.JOINED, "a", told)
    clock.pass_s(KEPT_NS / SECOND_NS)
    log.note(pb.JOINED, "b", told)
    log.sweep()
    assert len(log) == 2
    clock.pass_s(1)
    log.sweep()
    assert [name for _, name, *_ in newest_first(log)] == ["b"]


def test_those_who_watch_are_told_each_change_once(log: EventLog) -> None:
    version = log.version
    log.note(pb.JOINED, "a", told)
    log.note(pb.GAP, "a", told, 2)
    log.note(pb.GAP, "a", told, 3)
    assert [(each.id, each.count) for each in log.since(version)] == [(1, 1), (2, 5)]
    assert log.since(log.version) == []
    version = log.version
    log.note(pb.JOINED, "a", told)
    assert [(each.id, each.count) for each in log.since(version)] == [(1, 2)]


def test_who_has_not_looked_for_long_is_told_the_newest(log: EventLog) -> None:
    for number in range(events._MOST_NEWS + 3):
        log.note(pb.JOINED, f"n{number}", told)
    found = log.since(0)
    assert (found[0].id, len(found)) == (4, events._MOST_NEWS)


def test_what_could_not_be_written_comes_again_as_it_is_by_then(log: EventLog) -> None:
    log.note(pb.GAP, "a", told, 1)
    log.note(pb.JOINED, "b", told)
    taken = log.take_unwritten()
    assert log.take_unwritten() == []
    log.note(pb.GAP, "a", told, 1)
    log.give_back(taken)
    assert [(each.id, each.count) for each in log.take_unwritten()] == [(1, 2), (2, 1)]


def test_numbers_go_on_behind_those_that_a_crash_may_have_lost(clock: Clock) -> None:
    log = EventLog(clock)
    log.load([event(3), event(IDS_BETWEEN_STARTS + 7)])
    log.begin()
    log.note(pb.JOINED, "b", told)
    assert [number for number, *_ in newest_first(log)] == [2 * IDS_BETWEEN_STARTS, IDS_BETWEEN_STARTS + 7, 3]
    log.note(pb.JOINED, "b", told)
    assert newest_first(log)[0] == (2 * IDS_BETWEEN_STARTS, "b", 2, "2 in 2")
