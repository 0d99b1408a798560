"""The protocol under every fault at every point: nothing is stored twice, and no loss goes uncounted."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mcp_telemetry.protocol import ACK_SECONDS
from tests.protocol_model import Batch, Leader, Node, Outbox, Wire

CAPACITY = 12
# What a worker does; the last two only if it is hostile. There is more reading than committing, so that much is between
# the two when something breaks.
STEPS = [
    *["sample"] * 3,
    *["send", "send_one", "send_one"],
    *["leader_reads", "leader_reads", "leader_reads_newest", "leader_commits"],
    *["node_reads"] * 2,
    *["repeat_a_batch", "swap_batches"],
]
SOME_STEPS = st.lists(st.sampled_from(STEPS), min_size=20, max_size=60)
LONG_ENOUGH = 10_000  # messages and commits, for everything to settle


class Swarm(RuleBasedStateMachine):
    """Two processes that share a node_id, each with an outbox of its own, and the leader they take turns to reach."""

    @initialize(window=st.sampled_from([1, 2, 5, 40]), is_hostile=st.booleans())
    def start(self, window: int, is_hostile: bool) -> None:
        self.window = window
        self.is_hostile = is_hostile
        self.leader = Leader(window)
        self.former_leaders: list[Leader] = []
        self.outboxes: list[Outbox] = []
        self.tampered: set[str] = set()
        self.nodes = [Node(self.new_outbox()) for _ in range(2)]
        self.wires: list[Wire] = []

    def new_outbox(self) -> Outbox:
        outbox = Outbox(f"outbox-{len(self.outboxes)}", CAPACITY)
        self.outboxes.append(outbox)
        return outbox

    # -- What happens every day ---------------------------------------------------------------------------------------

    @rule(steps=SOME_STEPS)
    def first_works(self, steps: list[str]) -> None:
        self.work(self.nodes[0], steps)

    @rule(steps=SOME_STEPS)
    def second_works(self, steps: list[str]) -> None:
        self.work(self.nodes[1], steps)

    @rule(steps=SOME_STEPS)
    def first_works_on_after_a_cut(self, steps: list[str]) -> None:
        self.nodes[0].disconnect(kept=0)
        self.work(self.nodes[0], steps)

    def work(self, node: Node, steps: list[str]) -> None:
        """Any order of steps: that is where messages wait, pass each other and meet the fault that follows."""
        if node.wire is None:
            self.wires.append(node.connect())
        for step in steps:
            getattr(self, step)(node)

    def sample(self, node: Node) -> None:
        node.outbox.append()

    def send(self, node: Node) -> None:
        node.send(min(3, self.window))

    def send_one(self, node: Node) -> None:
        node.send(1)

    def node_reads(self, node: Node) -> None:
        if node.wire is not None and node.wire.down:
            node.receive()

    def leader_reads(self, node: Node) -> None:
        """What an earlier stream sent and was not lost may come first."""
        waiting = [wire for wire in self.wires if wire.leader_is_there and wire.up]
        if waiting:
            self.leader.receive(waiting[0])

    def leader_reads_newest(self, node: Node) -> None:
        if node.wire is not None and node.wire.leader_is_there and node.wire.up:
            self.leader.receive(node.wire)

    def leader_commits(self, node: Node) -> None:
        self.leader.commit(1)

    def repeat_a_batch(self, node: Node) -> None:
        if batches := self.tamperable(node):
            node.wire.up.append(node.wire.up[batches[0]])

    def swap_batches(self, node: Node) -> None:
        if batches := self.tamperable(node):
            up = node.wire.up
            up[batches[0]], up[batches[-1]] = up[batches[-1]], up[batches[0]]

    def tamperable(self, node: Node) -> list[int]:
        """Where its batches stand, if this node breaks the rules."""
        if not self.is_hostile or node is not self.nodes[0] or node.wire is None:
            return []
        self.tampered.add(node.outbox.instance_id)
        return [at for at, message in enumerate(node.wire.up) if isinstance(message, Batch)]

    @rule()
    def time_passes(self) -> None:
        self.leader.now += ACK_SECONDS

    # -- Faults -------------------------------------------------------------------------------------------------------

    @rule(node=st.integers(0, 1), kept=st.integers(0, 3))
    def cut(self, node: int, kept: int) -> None:
        self.nodes[node].disconnect(kept)

    @rule(node=st.integers(0, 1), kept=st.integers(0, 3))
    def node_restarts(self, node: int, kept: int) -> None:
        self.nodes[node].disconnect(kept)
        self.nodes[node] = Node(self.nodes[node].outbox)

    @rule(node=st.integers(0, 1), kept=st.integers(0, 3))
    def outbox_is_lost(self, node: int, kept: int) -> None:
        self.nodes[node].disconnect(kept)
        self.nodes[node] = Node(self.new_outbox())

    @rule(node=st.integers(0, 1))
    def overflow(self, node: int) -> None:
        for _ in range(CAPACITY + 1):
            self.nodes[node].outbox.append()

    @rule()
    def leader_restarts(self) -> None:
        self.leader.restart()
        self.end_all_streams()

    @rule()
    def another_leader_takes_over(self) -> None:
        self.former_leaders.append(self.leader)
        self.leader = Leader(self.window)
        self.end_all_streams()

    def end_all_streams(self) -> None:
        for wire in self.wires:
            wire.leader_is_there = False
        self.wires.clear()
        for node in self.nodes:
            node.disconnect(kept=0)

    # -- What always holds --------------------------------------------------------------------------------------------

    @invariant()
    def nothing_is_stored_twice(self) -> None:
        for instance in self.leader.disk.values():
            assert len(instance.stored) == len(set(instance.stored))

    @invariant()
    def everything_up_to_the_cursor_is_stored_or_counted(self) -> None:
        for instance in self.leader.disk.values():
            assert len(instance.stored) + instance.gaps + instance.dropped == instance.cursor - instance.base

    @invariant()
    def losses_are_counted_for_what_they_are(self) -> None:
        for outbox in self.outboxes:
            instance = self.leader.disk.get(outbox.instance_id)
            if instance is not None and outbox.instance_id not in self.tampered:
                lost = set(range(instance.base + 1, instance.cursor + 1)) - set(instance.stored)
                assert instance.gaps == 0
                assert instance.dropped == len(lost)
                assert lost <= outbox.given_up

    @invariant()
    def what_was_acknowledged_is_on_a_disk(self) -> None:
        for outbox in self.outboxes:
            if outbox.instance_id not in self.tampered:
                stored = set(self.on_some_disk(outbox.instance_id))
                assert set(range(1, outbox.acked + 1)) - outbox.given_up <= stored

    @invariant()
    def what_is_on_no_disk_is_still_held_or_was_given_up(self) -> None:
        for node in self.nodes:
            outbox = node.outbox
            if outbox.instance_id not in self.tampered:
                kept = set(self.on_some_disk(outbox.instance_id)) | set(outbox.held) | outbox.given_up
                assert kept == set(range(1, outbox.next))

    @invariant()
    def the_window_is_kept(self) -> None:
        for node in self.nodes:
            if node.session is not None:
                assert node.session.in_flight <= self.window
                assert len(node.unacked) <= self.window

    def on_some_disk(self, instance_id: str) -> list[int]:
        leaders = [self.leader, *self.former_leaders]
        return [each for leader in leaders if instance_id in leader.disk for each in leader.disk[instance_id].stored]

    # -- What holds in the end ----------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """Without faults, everything held gets to the leader: by the streams that are there, and then by new ones."""
        if not hasattr(self, "leader"):
            return
        for node in self.nodes:
            held = set(node.outbox.held)
            self.settle(node)
            instance = self.leader.disk[node.outbox.instance_id]
            if node.outbox.instance_id not in self.tampered:
                assert held <= set(instance.stored)
            assert instance.cursor == node.outbox.next - 1
        self.nothing_is_stored_twice()
        self.everything_up_to_the_cursor_is_stored_or_counted()
        self.losses_are_counted_for_what_they_are()
        self.what_was_acknowledged_is_on_a_disk()

    def settle(self, node: Node) -> None:
        if node.wire is None or not node.wire.leader_is_there or node.wire is not self.leader.newest:
            self.wires.append(node.connect())
        wire = node.wire
        for _ in range(LONG_ENOUGH):
            if wire.down:
                node.receive()
            elif wire.up:
                self.leader.receive(wire)
            elif not node.send(1) and not self.leader.pending:
                return
            else:
                self.leader.commit(1)
        raise AssertionError("does not settle")


Swarm.TestCase.settings = settings(max_examples=120, stateful_step_count=60)
TestSwarm = Swarm.TestCase
