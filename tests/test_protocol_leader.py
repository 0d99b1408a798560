"""The leader's rules one by one; `test_protocol_faults.py` has them together with the node's, under faults."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_telemetry.errors import ProtocolError, TooLargeError
from mcp_telemetry.protocol import (
    ACK_SECONDS,
    ACK_SNAPSHOTS,
    MAX_SEQUENCE,
    PROTOCOL_VERSION,
    Admission,
    LeaderSession,
    admit,
    check_hello,
    first_cursor,
)
from mcp_telemetry.v1 import metrics_pb2 as pb

WINDOW = 100


def hello(**changes: object) -> pb.Hello:
    fields: dict[str, object] = {"node_id": "node", "instance_id": "i-1", "protocol_version": PROTOCOL_VERSION}
    return pb.Hello(**(fields | changes))  # type: ignore[arg-type]


def leader_session(cursor: int = 0, window: int = WINDOW, now: float = 0.0) -> LeaderSession:
    session = LeaderSession(window)
    session.hello(hello(), cursor, now)
    return session


# -- The leader's cursor ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cursor", "first", "count", "dropped", "admission"),
    [
        (0, 1, 3, 0, Admission(skip=0, gap=0, dropped=0, cursor=3)),
        (10, 11, 5, 0, Admission(skip=0, gap=0, dropped=0, cursor=15)),
        (10, 8, 5, 0, Admission(skip=3, gap=0, dropped=0, cursor=12)),  # in part a duplicate
        (10, 8, 3, 0, Admission(skip=3, gap=0, dropped=0, cursor=10)),  # wholly
        (10, 1, 3, 0, Admission(skip=3, gap=0, dropped=0, cursor=10)),  # long ago
        (10, 14, 2, 0, Admission(skip=0, gap=3, dropped=0, cursor=15)),  # lost without a word
        (10, 14, 2, 3, Admission(skip=0, gap=0, dropped=3, cursor=15)),  # lost, as the node says
        (10, 14, 2, 1, Admission(skip=0, gap=2, dropped=1, cursor=15)),
        (10, 14, 2, 99, Admission(skip=0, gap=0, dropped=3, cursor=15)),  # said before, in a batch that was lost
        (10, 8, 5, 99, Admission(skip=3, gap=0, dropped=0, cursor=12)),  # said again
        (10, 14, 0, 3, Admission(skip=0, gap=0, dropped=0, cursor=10)),  # nothing in it
        (0, MAX_SEQUENCE - 1, 1, 0, Admission(skip=0, gap=MAX_SEQUENCE - 2, dropped=0, cursor=MAX_SEQUENCE - 1)),
    ],
)
def test_a_batch_is_held_against_the_cursor(
    cursor: int, first: int, count: int, dropped: int, admission: Admission
) -> None:
    assert admit(cursor, first, count, dropped) == admission


@pytest.mark.parametrize(
    ("cursor", "first", "count", "dropped", "lost"),
    [
        (49, 50, 2, 49, 49),  # given up before the hello, which began at the oldest
        (0, 50, 2, 49, 49),  # or at the first that was not acked
        (49, 50, 2, 2**64 - 1, 49),  # more than there were
        (49, 50, 0, 49, 0),
    ],
)
def test_with_its_first_batch_a_node_says_all_it_gave_up(
    cursor: int, first: int, count: int, dropped: int, lost: int
) -> None:
    assert admit(cursor, first, count, dropped, is_new=True).dropped == lost


@given(st.integers(0, 60), st.integers(1, 60), st.integers(0, 20), st.integers(0, 80), st.booleans())
def test_no_sequence_is_missed_or_counted_twice(cursor: int, first: int, count: int, dropped: int, again: bool) -> None:
    admission = admit(cursor, first, count, dropped)
    assert admission.cursor >= cursor
    assert count - admission.skip + admission.gap + admission.dropped == admission.cursor - cursor
    if again:
        repeated = admit(admission.cursor, first, count, dropped)
        assert repeated == Admission(skip=count, gap=0, dropped=0, cursor=admission.cursor)


@pytest.mark.parametrize(("first", "count"), [(0, 1), (0, 0), (-1, 1), (MAX_SEQUENCE, 1), (2**64 - 1, 1)])
def test_sequences_start_at_1_and_stay_below_2_to_62(first: int, count: int) -> None:
    with pytest.raises(ProtocolError, match=f"first_sequence is {first}: sequences start at 1"):
        admit(0, first, count, 0)


@pytest.mark.parametrize(("first_sequence", "cursor"), [(0, 0), (1, 0), (500, 499)])
def test_an_instance_begins_with_what_no_leader_has(first_sequence: int, cursor: int) -> None:
    assert first_cursor(hello(first_sequence=first_sequence)) == cursor


# -- Hello ------------------------------------------------------------------------------------------------------------


def labels(count: int, name: str = "name", value: str = "value") -> list[pb.Label]:
    return [pb.Label(name=name, value=value)] * count


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"node_id": "a" * 128, "instance_id": "0b7cbb2e-2b1c-4d52-bd9b-2c7e1a7f0c11"},
        {"labels": labels(64)},
        {"labels": labels(1, "n" * 256, "v" * 256)},
        {"labels": labels(1, "ä" * 128, "")},
        {"host": pb.HostFacts(hostname="h" * 900)},
        {"first_sequence": MAX_SEQUENCE - 1},
    ],
)
def test_a_good_hello_is_taken(changes: dict[str, object]) -> None:
    check_hello(hello(**changes))


@pytest.mark.parametrize(
    ("changes", "error", "why"),
    [
        ({"node_id": ""}, ProtocolError, "node_id is ''"),
        ({"node_id": "../up"}, ProtocolError, "node_id is '../up'"),
        ({"node_id": "a" * 129}, ProtocolError, "up to 127"),
        ({"instance_id": "a/b"}, ProtocolError, "instance_id is 'a/b'"),
        ({"protocol_version": 0}, ProtocolError, "protocol_version is 0: this leader speaks 1"),
        ({"protocol_version": 2}, ProtocolError, "protocol_version is 2"),
        ({"first_sequence": MAX_SEQUENCE}, ProtocolError, "below 2^62"),
        ({"labels": labels(65)}, TooLargeError, "65 labels: at most 64"),
        ({"labels": labels(1, name="")}, TooLargeError, "want a name"),
        ({"labels": labels(1, name="n" * 257)}, TooLargeError, "256 bytes"),
        ({"labels": labels(1, value="ä" * 129)}, TooLargeError, "256 bytes"),
        ({"host": pb.HostFacts(os="o" * 1024)}, TooLargeError, "host facts of 1027 bytes"),
    ],
)
def test_a_bad_hello_is_refused(changes: dict[str, object], error: type[Exception], why: str) -> None:
    with pytest.raises(error) as caught:
        check_hello(hello(**changes))
    assert why in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_refused_hello_opens_nothing() -> None:
    session = LeaderSession(WINDOW)
    with pytest.raises(ProtocolError):
        session.hello(hello(node_id=""), 0, 0.0)
    with pytest.raises(ProtocolError, match="batch before hello"):
        session.batch(1, 1, ack_now=False)


# -- The leader's end -------------------------------------------------------------------------------------------------


def test_hello_comes_first_and_once() -> None:
    session = LeaderSession(WINDOW)
    with pytest.raises(ProtocolError, match="goodbye before hello"):
        session.goodbye()
    session.hello(hello(), 0, 0.0)
    with pytest.raises(ProtocolError, match="a second hello"):
        session.hello(hello(), 0, 0.0)


def test_nothing_follows_goodbye() -> None:
    session = leader_session()
    session.goodbye()
    with pytest.raises(ProtocolError, match="batch after goodbye"):
        session.batch(1, 1, ack_now=False)
    with pytest.raises(ProtocolError, match="goodbye after goodbye"):
        session.goodbye()
    with pytest.raises(ProtocolError, match="a second hello"):
        session.hello(hello(), 0, 0.0)


def test_a_batch_is_no_larger_than_the_window() -> None:
    session = leader_session()
    session.batch(1, WINDOW, ack_now=False)
    with pytest.raises(ProtocolError, match="a batch of 101 snapshots: the window is 100"):
        session.batch(1, WINDOW + 1, ack_now=False)


@pytest.mark.parametrize(
    ("durable", "after_s", "is_due"),
    [
        (50, 0.0, False),
        (50, 1000.0, False),  # nothing new
        (40, 1000.0, False),
        (51, 0.0, False),
        (50 + ACK_SNAPSHOTS - 1, ACK_SECONDS - 0.1, False),
        (50 + ACK_SNAPSHOTS, 0.0, True),
        (51, ACK_SECONDS, True),
    ],
)
def test_an_ack_is_due_after_some_snapshots_or_some_time(durable: int, after_s: float, is_due: bool) -> None:
    assert leader_session(cursor=50, now=5.0).is_ack_due(durable, 5.0 + after_s) is is_due


def test_an_ack_counts_from_the_one_before() -> None:
    session = leader_session()
    session.acked(20, 3.0)
    assert not session.is_ack_due(20 + ACK_SNAPSHOTS - 1, 3.0 + ACK_SECONDS - 0.1)
    assert session.is_ack_due(20 + ACK_SNAPSHOTS, 3.0)
    assert session.is_ack_due(21, 3.0 + ACK_SECONDS)


def test_a_small_window_is_acked_before_it_is_full() -> None:
    assert leader_session(window=1).is_ack_due(1, 0.0)
    session = leader_session(window=6)
    assert not session.is_ack_due(2, 0.0)
    assert session.is_ack_due(3, 0.0)


def test_an_ack_that_was_asked_for_is_due_until_it_is_reached() -> None:
    session = leader_session()
    session.batch(1, 5, ack_now=True)
    assert not session.is_ack_due(0, 0.0)
    assert session.is_ack_due(2, 0.0)
    session.acked(2, 0.0)
    assert session.is_ack_due(5, 0.0)
    session.acked(5, 0.0)
    assert not session.is_ack_due(6, 0.0)


def test_a_node_that_leaves_is_told_of_everything() -> None:
    session = leader_session()
    session.batch(1, 1, ack_now=False)
    session.goodbye()
    assert session.is_ack_due(1, 0.0)
    session.acked(1, 0.0)
    assert not session.is_ack_due(1, 0.0)
