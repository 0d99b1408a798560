from __future__ import annotations

from mcp_telemetry.leader.clocks import NodeClock, OwnClock, steady_ns

SECOND_NS = 10**9


def measured(clock: NodeClock, offset_s: float, at_s: float, late_s: float = 0) -> float:
    """A message sent by a clock that is so far ahead, and received so late: the step in seconds."""
    return clock.measure(int((at_s + offset_s) * SECOND_NS), int((at_s + late_s) * SECOND_NS)) / SECOND_NS


def test_a_clock_that_goes_on_makes_no_step_however_far_ahead_it_is() -> None:
    clock = NodeClock()
    assert [measured(clock, 3600 + at / 1000, at) for at in range(100)] == [0] * 100


def test_a_step_is_told_once_as_soon_as_it_has_held_for_a_second() -> None:
    clock = NodeClock()
    steps = [measured(clock, 0 if at < 5 else -90, at) for at in range(10)]
    assert steps == [0, 0, 0, 0, 0, 0, -90, 0, 0, 0]


def test_messages_that_waited_and_come_all_at_once_make_no_step() -> None:
    clock = NodeClock()
    assert measured(clock, 0, 0) == 0
    burst = [measured(clock, 0, at / 10, late_s=30 - at / 10) for at in range(10, 300)]
    assert set(burst) == {0}
    assert [measured(clock, 0, at) for at in range(31, 35)] == [0, 0, 0, 0]


def test_a_step_there_and_back_is_two() -> None:
    clock = NodeClock()
    steps = [measured(clock, 60 if 3 <= at < 6 else 0, at) for at in range(10)]
    assert [step for step in steps if step] == [60, -60]


def test_a_fast_reporter_is_not_believed_sooner() -> None:
    clock = NodeClock()
    assert measured(clock, 0, 0) == 0
    steps = [measured(clock, 60, 1 + at / 10) for at in range(15)]
    assert steps.index(60) == 10


def test_what_was_known_before_a_restart_of_the_leader_counts() -> None:
    clock = NodeClock()
    clock.begin(5 * SECOND_NS, 1_000 * SECOND_NS, 100 * SECOND_NS)
    known = 1_000 - 100
    assert measured(clock, known + 5, 101) == 0
    assert [measured(clock, known + 125, at) for at in (102, 103)] == [0, 120]


def test_the_leaders_own_clock_beside_one_that_nobody_sets() -> None:
    clock = OwnClock(1_000 * SECOND_NS, 0)
    moments = ((1_001, 1), (1_902, 2), (1_903, 3), (1_003, 4))
    assert [clock.step(now * SECOND_NS, at * SECOND_NS) // SECOND_NS for now, at in moments] == [0, 900, 0, -901]


def test_the_steady_clock_goes_on() -> None:
    assert 0 <= -steady_ns() + steady_ns() < SECOND_NS
