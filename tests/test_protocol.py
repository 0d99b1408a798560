"""The node's rules one by one; `test_protocol_faults.py` has them together with the leader's, under faults."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from mcp_telemetry.errors import OutboxBehindError, ProtocolError
from mcp_telemetry.protocol import Acked, Drained, NodeSession, Paced, Welcomed, backoff
from mcp_telemetry.v1 import metrics_pb2 as pb

WINDOW = 100


def welcome(resume: int, window: int = WINDOW) -> pb.LeaderMessage:
    pace = pb.Pace(report_interval_ms=5000)
    return pb.LeaderMessage(
        welcome=pb.Welcome(resume_sequence=resume, window=window, pace=pace, leader_time_unix_nano=7)
    )


def ack(durable: int) -> pb.LeaderMessage:
    return pb.LeaderMessage(ack=pb.Ack(durable_sequence=durable))


def node_session(oldest: int, next: int, resume: int, window: int = WINDOW) -> NodeSession:  # noqa: A002
    session = NodeSession(oldest, next)
    session.receive(welcome(resume, window))
    return session


# -- The node's end ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("oldest", "next", "resume", "sendable"),
    [
        (1, 1, 1, range(1, 1)),  # nothing given yet
        (1, 4, 1, range(1, 4)),  # the leader is new, or this is the first stream
        (4, 9, 4, range(4, 9)),  # the leader has what was acked
        (4, 9, 6, range(6, 9)),  # it has more: acks were lost
        (4, 9, 9, range(9, 9)),  # it has everything
        (4, 9, 1, range(4, 9)),  # it has less than it acked: what is gone cannot be sent
        (9, 9, 1, range(9, 9)),
        (4, 9, 0, range(4, 9)),  # it says nothing
        (1, 500, 1, range(1, 101)),  # the window
        (50, 500, 1, range(50, 150)),
    ],
)
def test_a_stream_goes_on_where_the_leader_says(oldest: int, next: int, resume: int, sendable: range) -> None:  # noqa: A002
    session = node_session(oldest, next, resume)
    assert session.sendable(next) == sendable
    assert session.in_flight == 0


def test_welcome_says_what_it_says() -> None:
    received = NodeSession(1, 5).receive(welcome(3))
    assert received == Welcomed(3, pb.Pace(report_interval_ms=5000), WINDOW, 7)


def test_a_window_of_nothing_would_never_send() -> None:
    assert node_session(1, 5, 1, window=0).sendable(5) == range(1, 2)


@pytest.mark.parametrize(("oldest", "next"), [(0, 1), (2, 1), (-1, 5)])
def test_an_outbox_holds_sequences_from_1(oldest: int, next: int) -> None:  # noqa: A002
    with pytest.raises(ValueError, match="cannot hold"):
        NodeSession(oldest, next)


def test_before_welcome_nothing_is_sendable() -> None:
    assert len(NodeSession(1, 50).sendable(50)) == 0


def test_the_window_moves_with_acks() -> None:
    session = node_session(1, 300, 1)
    session.sent(60)
    assert (session.in_flight, session.sendable(300)) == (60, range(61, 101))
    session.sent(100)
    assert (session.in_flight, len(session.sendable(300))) == (100, 0)
    assert session.receive(ack(30)) == Acked(30, ())
    assert (session.in_flight, session.sendable(300)) == (70, range(101, 131))
    session.receive(ack(100))
    assert (session.in_flight, session.sendable(150)) == (0, range(101, 150))


def test_an_ack_may_repeat_and_never_takes_back() -> None:
    session = node_session(1, 300, 1)
    session.sent(50)
    session.receive(ack(40))
    session.receive(ack(20))
    assert session.in_flight == 10


def test_rejections_come_with_the_ack() -> None:
    rejection = pb.Rejection(sequence=3, reason=pb.Rejection.NOT_FINITE, detail="cpu.percent is nan")
    session = node_session(1, 5, 1)
    session.sent(4)
    message = pb.LeaderMessage(ack=pb.Ack(durable_sequence=4, rejections=[rejection]))
    assert session.receive(message) == Acked(4, (rejection,))


def test_what_an_earlier_stream_sent_may_be_acked_in_this_one() -> None:
    session = node_session(11, 31, 11)
    session.sent(12)
    assert session.receive(ack(25)) == Acked(25, ())
    assert (session.in_flight, session.sendable(31)) == (0, range(26, 31))


@pytest.mark.parametrize("message", [welcome(32), welcome(2**40)])
def test_a_leader_that_has_more_than_was_given_asks_for_a_new_outbox(message: pb.LeaderMessage) -> None:
    with pytest.raises(OutboxBehindError, match="this outbox has only given 30"):
        NodeSession(11, 31).receive(message)


def test_an_ack_of_more_than_was_given_asks_for_a_new_outbox() -> None:
    session = node_session(11, 31, 11)
    session.sendable(35)
    session.receive(ack(34))
    with pytest.raises(OutboxBehindError, match="up to sequence 35, but this outbox has only given 34"):
        session.receive(ack(35))


def test_pace_and_draining_are_passed_on() -> None:
    session = node_session(1, 5, 1)
    pace = pb.Pace(sample_interval_ms=100)
    assert session.receive(pb.LeaderMessage(directive=pb.Directive(pace=pace))) == Paced(pace)
    draining = pb.LeaderMessage(draining=pb.Draining(retry_delay_ms=300, reason="restart"))
    assert session.receive(draining) == Drained(300, "restart")
    assert NodeSession(1, 1).receive(draining) == Drained(300, "restart")


def test_a_message_of_the_future_means_nothing() -> None:
    unknown = pb.LeaderMessage.FromString(b"\xa2\x06\x00")
    assert NodeSession(1, 1).receive(unknown) is None
    assert node_session(1, 5, 1).receive(unknown) is None


@pytest.mark.parametrize("message", [ack(0), pb.LeaderMessage(directive=pb.Directive())])
def test_welcome_comes_first(message: pb.LeaderMessage) -> None:
    with pytest.raises(ProtocolError, match="before welcome"):
        NodeSession(1, 5).receive(message)


def test_welcome_comes_once() -> None:
    with pytest.raises(ProtocolError, match="second welcome"):
        node_session(1, 5, 1).receive(welcome(1))


# -- Overflow while a stream is open ----------------------------------------------------------------------------------


def test_what_was_given_up_is_passed_over() -> None:
    session = node_session(1, 30, 1)
    session.sent(5)
    session.gave_up(20)
    assert (session.in_flight, session.sendable(30)) == (5, range(21, 30))


def test_an_overflow_wider_than_the_window_does_not_fill_it() -> None:
    session = node_session(1, 11, 1, window=10)
    session.sent(8)
    session.gave_up(5000)
    assert session.sendable(6000) == range(5001, 5003)
    session.sent(5002)
    assert (session.in_flight, len(session.sendable(6000))) == (10, 0)
    session.receive(ack(8))
    assert (session.in_flight, session.sendable(6000)) == (2, range(5003, 5011))
    session.receive(ack(5002))
    assert (session.in_flight, session.sendable(6000)) == (0, range(5003, 5013))


def test_what_was_sent_before_it_was_given_up_is_still_in_flight() -> None:
    session = node_session(1, 30, 1)
    session.sent(10)
    session.gave_up(7)
    assert (session.in_flight, session.sendable(30)) == (10, range(11, 30))


def test_an_ack_may_end_within_what_was_given_up() -> None:
    session = node_session(1, 30, 1)
    session.sent(5)
    session.gave_up(20)
    session.sent(25)
    session.receive(ack(12))
    assert (session.in_flight, session.sendable(30)) == (5, range(26, 30))


def test_a_long_overflow_is_remembered_as_one() -> None:
    session = node_session(1, 2, 1)
    for until in range(1, 1000):
        session.gave_up(until)
    assert session._skipped == type(session._skipped)([range(1, 1000)])
    assert session.in_flight == 0


def test_what_was_given_up_before_welcome_is_not_sendable() -> None:
    session = NodeSession(1, 10)
    session.gave_up(15)
    session.receive(welcome(1))
    assert session.sendable(20) == range(16, 20)


def test_an_ack_below_what_the_outbox_holds_does_not_fill_the_window() -> None:
    session = node_session(50, 60, 1, window=5)
    session.receive(ack(3))
    assert (session.in_flight, session.sendable(60)) == (0, range(50, 55))


# -- Backoff ----------------------------------------------------------------------------------------------------------


class Longest(Random):
    def uniform(self, a: float, b: float) -> float:
        assert a == 0.0
        return b


def test_pauses_grow_up_to_a_limit() -> None:
    pauses = list(islice(backoff(Longest()), 10))
    assert pauses[:4] == pytest.approx([0.5, 0.8, 1.28, 2.048])
    assert pauses[-2:] == [15.0, 15.0]


def test_pauses_are_spread_over_their_whole_length() -> None:
    firsts = [next(backoff(Random(seed))) for seed in range(200)]
    assert 0.0 <= min(firsts) < 0.02
    assert 0.48 < max(firsts) <= 0.5


def test_no_pause_is_over_the_limit() -> None:
    assert list(islice(backoff(Longest(), first_s=9.0, limit_s=2.0), 3)) == [2.0, 2.0, 2.0]
