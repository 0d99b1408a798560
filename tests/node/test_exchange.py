"""Outbox and Exchange against a model of the leader, over a network that delivers, delays and loses at will."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mcp_telemetry.errors import OutboxBehindError, ProtocolError
from mcp_telemetry.node import messages
from mcp_telemetry.node.exchange import MAX_BATCH_SNAPSHOTS, Exchange
from mcp_telemetry.node.outbox import Outbox
from mcp_telemetry.protocol import LeaderSession, Paced, admit
from mcp_telemetry.v1.metrics_pb2 import (
    Ack,
    Batch,
    Directive,
    LeaderMessage,
    MetricSnapshot,
    NodeMessage,
    Pace,
    Welcome,
)

WINDOW = 20


def welcome(resume: int = 1, window: int = WINDOW) -> LeaderMessage:
    return LeaderMessage(welcome=Welcome(resume_sequence=resume, window=window))


def ack(durable: int) -> LeaderMessage:
    return LeaderMessage(ack=Ack(durable_sequence=durable))


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    opened = Outbox(tmp_path / "n", 1 << 20)
    for number in range(1, 11):
        opened.append(MetricSnapshot(time_unix_nano=number))
    yield opened
    opened.close()


def batches(exchange: Exchange) -> list[Batch]:
    sent = []
    while (message := exchange.next_batch()) is not None:
        sent.append(NodeMessage.FromString(message).batch)
    return sent


def sequences(exchange: Exchange) -> list[int]:
    return [snapshot.sequence for batch in batches(exchange) for snapshot in batch.snapshots]


# -- Examples ---------------------------------------------------------------------------------------------------------


def test_nothing_goes_out_before_the_welcome(outbox: Outbox) -> None:
    exchange = Exchange(outbox)
    exchange.report(11)
    assert batches(exchange) == []
    exchange.receive(welcome())
    assert sequences(exchange) == list(range(1, 11))


@pytest.mark.parametrize(
    ("resume", "expected"), [(1, list(range(1, 11))), (5, list(range(5, 11))), (10, [10]), (11, [])]
)
def test_it_resumes_where_the_leader_says(outbox: Outbox, resume: int, expected: list[int]) -> None:
    exchange = Exchange(outbox)
    exchange.receive(welcome(resume))
    exchange.report(11)
    assert sequences(exchange) == expected
    assert outbox.oldest == resume


@pytest.mark.parametrize(
    ("window", "acked", "expected"), [(3, [], 3), (3, [2], 5), (3, [1, 3], 6), (1, [1], 2), (100, [], 10)]
)
def test_the_window_moves_with_the_acks(outbox: Outbox, window: int, acked: list[int], expected: int) -> None:
    exchange = Exchange(outbox)
    exchange.receive(welcome(window=window))
    exchange.report(11)
    sent = sequences(exchange)
    for durable in acked:
        exchange.receive(ack(durable))
        sent += sequences(exchange)
    assert sent == list(range(1, expected + 1))


def test_a_careful_exchange_sends_one_batch_at_a_time_and_asks_for_its_ack(outbox: Outbox) -> None:
    exchange = Exchange(outbox, batch_snapshots=4)
    exchange.receive(welcome())
    exchange.report(11)
    for first, count in [(1, 4), (5, 4), (9, 2)]:
        [batch] = batches(exchange)
        assert (batch.first_sequence, len(batch.snapshots), batch.ack_now) == (first, count, True)
        assert exchange.last_batch == (first, count)
        exchange.receive(ack(first + count - 1))
    assert exchange.is_settled


def test_what_was_given_up_is_said_once(outbox: Outbox) -> None:
    exchange = Exchange(outbox)
    exchange.receive(welcome())
    outbox.give_up(4)
    exchange.report(9)
    assert [(batch.first_sequence, batch.dropped) for batch in batches(exchange)] == [(5, 4)]
    exchange.report(11)
    assert [(batch.first_sequence, batch.dropped) for batch in batches(exchange)] == [(9, 0)]


def test_the_rules_are_kept_up(outbox: Outbox) -> None:
    exchange = Exchange(outbox)
    with pytest.raises(ProtocolError, match="ack before welcome"):
        exchange.receive(ack(1))
    with pytest.raises(OutboxBehindError, match="only given 10"):
        exchange.receive(welcome(resume=12))
    exchange.receive(welcome())
    with pytest.raises(ProtocolError, match="a second welcome"):
        exchange.receive(welcome())


def test_a_pace_and_an_unknown_message_change_nothing_here(outbox: Outbox) -> None:
    exchange = Exchange(outbox)
    exchange.receive(welcome())
    pace = Pace(report_interval_ms=1000)
    assert exchange.receive(LeaderMessage(directive=Directive(pace=pace))) == Paced(pace)
    assert exchange.receive(LeaderMessage()) is None
    assert outbox.oldest == 1


# -- Anything ---------------------------------------------------------------------------------------------------------


class Leader:
    """Takes batches in order, makes them durable later, and may die in between."""

    def __init__(self) -> None:
        self.stored: dict[int, int] = {}  # time by sequence, durable
        self.durable = self.taken = self.explained = 0
        self.pending: deque[tuple[Batch, int, int, int]] = deque()
        self.session: LeaderSession | None = None
        self.said: deque[LeaderMessage] = deque()

    def hello(self, hello: bytes) -> None:
        self.said.clear()
        self.session = LeaderSession(WINDOW)
        self.session.hello(NodeMessage.FromString(hello).hello, self.durable, 0.0)
        self.said.append(welcome(self.durable + 1))

    def take(self, batch: Batch) -> None:
        assert self.session is not None
        self.session.batch(batch.first_sequence, len(batch.snapshots), batch.ack_now)
        admission = admit(self.taken, batch.first_sequence, len(batch.snapshots), batch.dropped)
        assert admission.gap == 0, "a loss that nobody explained"
        self.taken = admission.cursor
        self.pending.append((batch, admission.skip, admission.dropped, admission.cursor))

    def commit(self) -> None:
        batch, skip, dropped, cursor = self.pending.popleft()
        for number, snapshot in enumerate(batch.snapshots[skip:], batch.first_sequence + skip):
            assert number not in self.stored, "stored twice"
            assert snapshot.sequence == number
            self.stored[number] = snapshot.time_unix_nano
        self.durable = max(self.durable, cursor)
        self.explained += dropped
        if self.session is not None and self.session.is_ack_due(self.durable, 0.0):
            self.session.acked(self.durable, 0.0)
            self.said.append(ack(self.durable))

    def lose_stream(self) -> None:
        self.session = None
        self.said.clear()

    def die(self) -> None:
        self.lose_stream()
        self.pending.clear()
        self.taken = self.durable


class NetworkMachine(RuleBasedStateMachine):
    """Nothing that happens to node, leader or network makes a snapshot stored twice, or lost without a word."""

    folders: Iterator[Path]

    def __init__(self) -> None:
        super().__init__()
        self.folder = next(self.folders)
        self.leader = Leader()
        self.sent: deque[bytes] = deque()
        self.exchange: Exchange | None = None
        self.open()

    def open(self) -> None:
        self.outbox = Outbox(self.folder, 100_000)

    @rule(count=st.integers(1, 25), size=st.integers(0, 4000))
    def sample(self, count: int, size: int) -> None:
        for _ in range(count):
            snapshot = MetricSnapshot(time_unix_nano=self.outbox.next)
            snapshot.custom.add(name="x" * size)
            self.outbox.append(snapshot)
        self.report()

    @rule(batch_snapshots=st.sampled_from([1, 3, MAX_BATCH_SNAPSHOTS]))
    def connect(self, batch_snapshots: int) -> None:
        """Also while another stream lives, which this one supersedes."""
        self.sent.clear()
        self.exchange = Exchange(self.outbox, batch_snapshots)
        self.leader.hello(messages.hello("n", self.outbox.instance_id, self.outbox.oldest, {}))
        self.report()

    @rule()
    def report(self) -> None:
        if self.exchange is not None:
            self.exchange.report(self.outbox.next)

    @precondition(lambda self: self.exchange is not None)
    @rule(most=st.integers(1, 5))
    def node_sends(self, most: int) -> None:
        assert self.exchange is not None
        for _ in range(most):
            if (batch := self.exchange.next_batch()) is not None:
                self.sent.append(batch)

    @precondition(lambda self: self.sent)
    @rule(most=st.integers(1, 5))
    def leader_takes(self, most: int) -> None:
        for _ in range(min(most, len(self.sent))):
            self.leader.take(NodeMessage.FromString(self.sent.popleft()).batch)

    @precondition(lambda self: self.leader.pending)
    @rule(most=st.integers(1, 5))
    def leader_commits(self, most: int) -> None:
        for _ in range(min(most, len(self.leader.pending))):
            self.leader.commit()

    @precondition(lambda self: self.leader.said)
    @rule(most=st.integers(1, 5))
    def node_receives(self, most: int) -> None:
        assert self.exchange is not None
        for _ in range(min(most, len(self.leader.said))):
            self.exchange.receive(self.leader.said.popleft())

    @rule()
    def cut(self) -> None:
        self.sent.clear()
        self.leader.lose_stream()
        self.exchange = None

    @rule()
    def leader_dies(self) -> None:
        self.cut()
        self.leader.die()

    @rule()
    def node_dies(self) -> None:
        self.cut()
        self.outbox.close()
        self.open()

    @invariant()
    def what_is_acknowledged_is_durable(self) -> None:
        assert self.outbox.acked <= self.leader.durable

    @invariant()
    def what_is_stored_is_what_was_sampled(self) -> None:
        assert all(number == time for number, time in self.leader.stored.items())

    def teardown(self) -> None:
        """When the network works again, everything is at the leader, or known to be lost."""
        self.leader_dies()
        self.connect(MAX_BATCH_SNAPSHOTS)
        given = self.outbox.next - 1
        for _ in range(given + 2):
            while self.leader.said:
                self.node_receives(1)
            self.node_sends(5)
            while self.sent:
                self.leader_takes(1)
            while self.leader.pending:
                self.leader_commits(1)
        self.outbox.close()
        assert self.leader.durable == given
        assert len(self.leader.stored) + self.leader.explained == given


@pytest.fixture(autouse=True)
def folders(tmp_path_factory: pytest.TempPathFactory) -> None:
    NetworkMachine.folders = iter(lambda: tmp_path_factory.mktemp("outbox"), None)


TestAnyNetwork = NetworkMachine.TestCase
TestAnyNetwork.settings = settings(max_examples=60, stateful_step_count=40)
