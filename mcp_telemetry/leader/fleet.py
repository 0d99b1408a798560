"""Every node the leader knows: who it is, how far it has come, how it is doing."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, Protocol

from mcp_telemetry.errors import OverloadedError, TelemetryError
from mcp_telemetry.leader.budget import ColumnBudget
from mcp_telemetry.leader.clocks import NodeClock
from mcp_telemetry.leader.events import EventLog
from mcp_telemetry.leader.happenings import Happenings
from mcp_telemetry.leader.states import State
from mcp_telemetry.storage.ring import Ring
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["Counts", "Fleet", "Link", "Node", "State"]

log = logging.getLogger(__name__)

# An outbox that comes back after so many others of the same node is taken for new.
_INSTANCES_REMEMBERED = 16
_MOST_COUNTED = 2**64 - 1
# Of nodes given up so many names are kept for those who follow the fleet; who is further behind begins anew.
_FORGOTTEN_REMEMBERED = 10_000


class Link(Protocol):
    """The open stream of a node, as far as others need it."""

    def end(self, error: TelemetryError) -> None:
        """End the stream with this error."""

    def direct(self, pace: pb.Pace) -> None:
        """Have the node take up another pace."""

    def durable_moved(self) -> None:
        """The node's cursor moved; tell the node if it is time to."""


@dataclass(slots=True)
class Counts:
    """Snapshots of a node since the leader first saw it."""

    stored: int = 0
    gaps: int = 0
    dropped: int = 0
    rejected: int = 0
    duplicates: int = 0
    late: int = 0

    def message(self) -> pb.NodeCounts:
        """The counts as they travel: a jump may be wider than what a number there can say."""
        return pb.NodeCounts(**{name: min(count, _MOST_COUNTED) for name, count in asdict(self).items()})


@dataclass(slots=True, eq=False)
class Node:
    """One node. `durable` and `taken` are per instance_id: the highest sequence on disk, and received.

    fresh:   the instances of which no batch is on disk yet
    version: the fleet's version when something besides samples last changed
    waiting: set when rows have come, for those who wait for them
    """

    node_id: str
    ring: Ring
    budget: ColumnBudget
    hello: pb.Hello = field(default_factory=pb.Hello)
    durable: OrderedDict[str, int] = field(default_factory=OrderedDict)
    taken: dict[str, int] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    state: State = State.OFFLINE
    state_since_ns: int = 0
    first_seen_ns: int = 0
    last_seen_ns: int = 0
    clock_offset_ns: int = 0
    clock: NodeClock = field(default_factory=NodeClock)
    counts: Counts = field(default_factory=Counts)
    pace: pb.Pace = field(default_factory=pb.Pace)
    address: str = ""
    stream: Link | None = None
    version: int = 0
    waiting: set[asyncio.Event] = field(default_factory=set)

    def remember(self, instance_id: str, first_cursor: int) -> None:
        """This instance is the newest; the oldest of too many is forgotten. One not met before begins at the cursor."""
        if instance_id not in self.durable:
            self.fresh.add(instance_id)
        self.durable[instance_id] = self.durable.pop(instance_id, first_cursor)
        self.taken.setdefault(instance_id, self.durable[instance_id])
        while len(self.durable) > _INSTANCES_REMEMBERED:
            forgotten, _ = self.durable.popitem(last=False)
            self.taken.pop(forgotten, None)
            self.fresh.discard(forgotten)

    def is_first(self, instance_id: str) -> bool:
        """Whether no batch of this instance was taken yet."""
        return instance_id in self.fresh and self.taken[instance_id] == self.durable[instance_id]

    def message(self) -> pb.Node:
        """The node as the query service shows it."""
        return pb.Node(
            node_id=self.node_id,
            state=self.state.value,
            instance_id=self.hello.instance_id,
            host=self.hello.host,
            labels=self.hello.labels,
            first_seen_unix_nano=self.first_seen_ns,
            last_seen_unix_nano=self.last_seen_ns,
            state_since_unix_nano=self.state_since_ns,
            process_start_unix_nano=self.hello.process_start_unix_nano,
            durable_sequence=self.durable.get(self.hello.instance_id, 0),
            pace=self.pace,
            clock_offset_ms=round(self.clock_offset_ns / 1e6),
            counts=self.counts.message(),
            address=self.address,
        )


class Fleet:
    """All nodes by id; bounded.

    version grows whenever a node joins or changes other than by samples; forgotten counts the nodes given up.
    events is what happened to them, and happenings what has to be told of it.
    """

    def __init__(self, max_nodes: int, capacity: int, max_columns: int) -> None:
        self._max_nodes = max_nodes
        self._max_columns = max_columns
        self._nodes: dict[str, Node] = {}
        self.capacity = capacity
        self.version = 0
        self.forgotten = 0
        self.events = EventLog()
        self.happenings = Happenings(self.events)
        self._lately_forgotten: deque[str] = deque(maxlen=_FORGOTTEN_REMEMBERED)
        self.on_forget: Callable[[str], None] = lambda node_id: None

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())

    def __len__(self) -> int:
        return len(self._nodes)

    def get(self, node_id: str) -> Node | None:
        """The node, if it is known."""
        return self._nodes.get(node_id)

    def join(self, node_id: str, now_ns: int) -> Node:
        """The node, made known if it is new; OverloadedError when the fleet is full of nodes that are here."""
        if node_id not in self._nodes and len(self._nodes) >= self._max_nodes:
            self._forget_one()
        return self.recall(node_id, now_ns)

    def _forget_one(self) -> None:
        """Give up the node that has been away longest; its files stay, and its name may come back."""
        away = [node for node in self if node.stream is None and not node.ring.unflushed]
        if not away:
            raise OverloadedError(f"{len(self._nodes)} nodes are here: raise --max-nodes at the leader")
        forgotten = min(away, key=lambda node: node.last_seen_ns)
        del self._nodes[forgotten.node_id]
        self.forgotten += 1
        self._lately_forgotten.append(forgotten.node_id)
        self.on_forget(forgotten.node_id)
        log.warning("node %s is forgotten: there are --max-nodes others; its files stay", forgotten.node_id)

    def forgotten_since(self, count: int) -> list[str] | None:
        """The nodes given up since there were `count` of them, oldest first; None if not all of them are remembered."""
        new = self.forgotten - count
        if new > len(self._lately_forgotten):
            return None
        return list(islice(reversed(self._lately_forgotten), new))[::-1]

    def recall(self, node_id: str, now_ns: int) -> Node:
        """The same for a node that was let in before, however many there may be now."""
        node = self._nodes.get(node_id)
        if node is None:
            ring, budget = Ring(self.capacity, time.time_ns()), ColumnBudget(self._max_columns)
            node = self._nodes[node_id] = Node(node_id, ring, budget, first_seen_ns=now_ns)
        return node

    def changed(self, node: Node) -> None:
        """Something besides samples is new about the node."""
        self.version += 1
        node.version = self.version

    def enter(self, node: Node, state: State, now_ns: int) -> None:
        """The node is in this state from now on."""
        if node.state is not state:
            before, since_ns = node.state, node.state_since_ns
            node.state = state
            node.state_since_ns = now_ns
            self.changed(node)
            self.happenings.entered(node, before, since_ns, now_ns)

    # -- What a checkpoint holds --------------------------------------------------------------------------------------

    def dump(self) -> list[dict[str, Any]]:
        """All that must survive a restart besides rows, as JSON values."""
        return [
            {
                "node_id": node.node_id,
                "hello": node.hello.SerializeToString().hex(),
                "durable": list(node.durable.items()),
                "fresh": sorted(node.fresh),
                "state": node.state.value,
                "state_since_ns": node.state_since_ns,
                "first_seen_ns": node.first_seen_ns,
                "last_seen_ns": node.last_seen_ns,
                "clock_offset_ns": node.clock_offset_ns,
                "newest_ns": node.ring.newest_ns,
                "counts": asdict(node.counts),
            }
            for node in self
        ]

    def load(self, dumped: list[dict[str, Any]]) -> None:
        """Take over what `dump` gave."""
        for item in dumped:
            node = self.recall(item["node_id"], item["first_seen_ns"])
            node.hello = pb.Hello.FromString(bytes.fromhex(item["hello"]))
            node.durable = OrderedDict(item["durable"])
            node.taken = dict(node.durable)
            node.fresh = set(item["fresh"])
            node.state = State(item["state"])
            node.state_since_ns = item["state_since_ns"]
            node.last_seen_ns = item["last_seen_ns"]
            node.clock_offset_ns = item["clock_offset_ns"]
            node.ring.follow(item["newest_ns"])
            node.counts = Counts(**item["counts"])
