"""What happens to nodes and to the leader, told as events by one call where it happens."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote

from mcp_telemetry._version import __version__
from mcp_telemetry.leader.clocks import OwnClock, steady_ns
from mcp_telemetry.leader.events import Event, EventLog, Sentence
from mcp_telemetry.leader.states import State
from mcp_telemetry.v1 import metrics_pb2 as pb

if TYPE_CHECKING:
    from mcp_telemetry.leader.fleet import Node
    from mcp_telemetry.leader.records import Effect

__all__ = ["Happenings"]

_AWAY = {pb.WENT_STALE, pb.WENT_OFFLINE, pb.SAID_GOODBYE}
_HERE = {pb.JOINED, pb.CAME_BACK, pb.RESTARTED}
# A node is back within 15 s of a leader that is.
_PATIENCE_S = 30.0
_MOST_DETAIL = 300
# More than a leader remembers: then names are made up, and which of them come back is no news.
_MOST_AWAY = 200_000
_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


class Happenings:
    """Makes events; knows which nodes are away as far as the events tell, so that each that went comes back once."""

    def __init__(self, log: EventLog, patience_s: float = _PATIENCE_S) -> None:
        self.log = log
        self._patience_ns = int(patience_s * 1e9)
        # Each with the time it was heard last; 0 if it went before this leader started.
        self._away: dict[str, int] = {}
        self._met: frozenset[str] = frozenset()
        self._refusing: dict[str, int] = {}
        self._look_at_ns = 0
        self._own_clock = OwnClock(time.time_ns(), steady_ns())

    # -- The leader ---------------------------------------------------------------------------------------------------

    def begin(self, earlier: Iterable[Event], nodes: int) -> None:
        """The leader started, and knows so many nodes; `earlier` is what happened before."""
        events = list(earlier)
        self.log.load(events)
        # A crash may have cost the journal the first words of a node that were told already.
        self._met = frozenset(event.node_id for event in events)
        for event in events:
            if event.kind in _AWAY:
                self._away[event.node_id] = 0
            elif event.kind in _HERE:
                self._away.pop(event.node_id, None)
        self.log.begin()
        known = f", and knows {nodes} {'node' if nodes == 1 else 'nodes'} from before" if nodes else ""
        self.log.note(pb.LEADER_STARTED, "", _again(f"Leader {__version__} started{known}."))
        self._look_at_ns = steady_ns() + self._patience_ns

    def disk(self, what: str, error: Exception | None) -> None:
        """The disk refuses to write the journal, or files, or takes them again."""
        if error is not None and what not in self._refusing:
            self._refusing[what] = steady_ns()
            text = f"The {what} cannot be written: {str(error)[:_MOST_DETAIL]}."
            self.log.note(pb.DISK_REFUSED, "", _again(text), cause=what)
        elif error is None and what in self._refusing:
            lasted = _span(steady_ns() - self._refusing.pop(what))
            text = f"The {what} can be written again, after {lasted}."
            self.log.note(pb.DISK_RECOVERED, "", _again(text), cause=what)
            self._look_at_ns = steady_ns() + self._patience_ns

    def tick(self, nodes: Iterable[Node]) -> None:
        """Once a second: what nothing else tells."""
        if step := self._own_clock.step(time.time_ns(), steady_ns()):
            self.log.note(pb.CLOCK_STEP, "", _stepped("The leader's clock", step), abs(step) // 10**6)
        if self._look_at_ns and steady_ns() >= self._look_at_ns and not self._refusing:
            self._look_at_ns = 0
            for node in nodes:
                if node.state is State.OFFLINE and node.node_id not in self._away:
                    self._went(pb.WENT_OFFLINE, node, "Has not come back since the leader did.")

    # -- A node -------------------------------------------------------------------------------------------------------

    def entered(self, node: Node, before: State, since_ns: int, now_ns: int) -> None:
        """The node changed its state, which was `before` since then."""
        if node.state is State.STALE:
            silence = _span(now_ns - node.last_seen_ns)
            self._went(pb.WENT_STALE, node, f"Silent for {silence}, though its connection is open.")
        elif node.state is State.LEFT:
            self._went(pb.SAID_GOODBYE, node, "Stopped on purpose.")
        elif node.state is State.OFFLINE and not self._refusing:
            self._went(pb.WENT_OFFLINE, node, "Its connection broke.")
        elif node.state is State.LIVE and node.node_id in self._away and not self.log.is_quiet:
            heard_ns = self._away.pop(node.node_id)
            again, gone_ns = ("Reports again", heard_ns) if before is State.STALE else ("Connected again", since_ns)
            # The journal may have lost when it went.
            text = f"{again}, after {_span(now_ns - gone_ns)}." if gone_ns else f"{again}."
            self.log.note(pb.CAME_BACK, node.node_id, _again(text))

    def _went(self, kind: int, node: Node, text: str) -> None:
        if not self.log.is_quiet:
            if len(self._away) >= _MOST_AWAY:
                self._away.clear()
            self._away[node.node_id] = node.last_seen_ns
            self.log.note(kind, node.node_id, _again(text))

    def greeted(self, node: Node, earlier: tuple[pb.Hello, int] | None, now_ns: int) -> None:
        """The node said hello; `earlier` are its last one, and by how much its clock was ahead then."""
        if earlier is None or not earlier[0].node_id:
            if node.node_id not in self._met:
                self.log.note(pb.JOINED, node.node_id, _again(f"First seen, from {_host(node.address)}."))
        else:
            if earlier[1]:
                node.clock.begin(earlier[1], now_ns, steady_ns())
            self._compare(node, earlier[0])
        if node.hello.time_unix_nano:
            self.clock(node, node.hello.time_unix_nano)

    def _compare(self, node: Node, before: pb.Hello) -> None:
        hello = node.hello
        began, ended = hello.process_start_unix_nano, before.process_start_unix_nano
        lost = " Its outbox is new: what the old one may have held is lost."
        if began != ended:
            age = f"; the one before began {_span(began - ended)} earlier" if 0 < ended < began else ""
            text = f"A new process{age}." + (lost if hello.instance_id != before.instance_id else "")
            self.log.note(pb.RESTARTED, node.node_id, _again(text))
        elif hello.instance_id != before.instance_id:
            self.log.note(pb.RESTARTED, node.node_id, _again(f"Began anew.{lost}"))

    def took(self, node: Node, effect: Effect, rejections: Sequence[pb.Rejection]) -> None:
        """A batch of the node is stored, apart from what it lacked."""
        if effect.gap:
            self.log.note(pb.GAP, node.node_id, _missing, effect.gap, "missing")
        if effect.dropped:
            self.log.note(pb.GAP, node.node_id, _dropped, effect.dropped, "dropped")
        if effect.rejected:
            why = rejections[0].detail if rejections else ""
            self.log.note(pb.REJECTED, node.node_id, _rejected(why), effect.rejected)

    def clock(self, node: Node, sent_ns: int) -> None:
        """The node said what time it has."""
        if step := node.clock.measure(sent_ns, steady_ns()):
            self.log.note(pb.CLOCK_STEP, node.node_id, _stepped("Its clock", step), abs(step) // 10**6)


def _again(text: str) -> Sentence:
    """The same sentence, and how many times if more than once."""
    return lambda _count, times: text if times == 1 else f"{text[:-1]} ({times} times within a minute)."


def _missing(count: int, _times: int) -> str:
    return f"{_snapshots(count)} never arrived, and the node did not say why."


def _dropped(count: int, _times: int) -> str:
    return f"{_snapshots(count)} given up by the node, because its outbox was full."


def _rejected(why: str) -> Sentence:
    reason = f"; the last one: {why[:_MOST_DETAIL]}" if why else ""
    return lambda count, _times: f"{_snapshots(count)} rejected{reason}."


def _stepped(whose: str, step_ns: int) -> Sentence:
    where = f"{_span(step_ns)} {'ahead' if step_ns > 0 else 'back'}"
    return lambda _count, times: f"{whose} jumped {where}{f', the last of {times} times' if times > 1 else ''}."


def _snapshots(count: int) -> str:
    return f"{count:,} snapshot{'' if count == 1 else 's'}"


def _span(length_ns: int) -> str:
    """`3 h 20 min`; `0.4 s`."""
    seconds = abs(length_ns) / 1e9
    if seconds < 10:
        return f"{seconds:.3g} s"
    seconds = round(seconds)
    for at, (length, name) in enumerate(_UNITS[:-1]):
        if seconds >= length:
            next_length, next_name = _UNITS[at + 1]
            rest = seconds % length // next_length
            return f"{seconds // length} {name}" + (f" {rest} {next_name}" if rest else "")
    return f"{seconds} s"


def _host(peer: str) -> str:
    """Of `ipv4:10.0.0.5:41234` the address."""
    return unquote(peer.partition(":")[2].rpartition(":")[0]).strip("[]") or peer or "somewhere"
