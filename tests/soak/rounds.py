"""Rounds of faults: break, wait until all is well again, compare."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from random import Random

import grpc

from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.processes import wait_until
from tests.reading import nodes as listed_nodes
from tests.soak.aftermath import wrong_counts, wrong_effort, wrong_folder, wrong_log
from tests.soak.faults import Fault, Limits, actions, schedule, wait_for
from tests.soak.report import Report
from tests.soak.stored import Row, in_answer, in_files
from tests.soak.swarm import Effort, Leader, Member, Node, Swarm
from tests.soak.verdict import Verdict, judge

__all__ = ["Rounds", "ViolationError"]

_START_SECONDS = 60
_SETTLE_SECONDS = 120
# A node tries a disk that refused every ten seconds; a process that fails for it is started again this long.
_AFTER_FULL_SECONDS = 15
# A leader that was started again has everything in its files within this.
_REPLAY_SECONDS = 60
_MOST_STOPS = 3
# All that is stored is compared in each round of so many; else only what is new.
_FULL_EVERY = 10


class ViolationError(Exception):
    """Something that must be true is not."""


class Rounds:
    """Runs rounds with one swarm, which lives on between them."""

    def __init__(self, swarm: Swarm, seed: str, limits: Limits, kinds: Sequence[str]) -> None:
        self._swarm = swarm
        self._seed = seed
        self._limits = limits
        self._kinds = kinds
        self._compared: dict[str, int] = {}  # the last serial of each node that was
        self._restarts = 0

    def begin(self) -> None:
        """Start everything; returns when every node is heard."""
        for member in self._swarm:
            member.start()
        self._settle(_START_SECONDS)

    def run(self, number: int) -> Report:
        """One round; ViolationError says what is wrong after it."""
        began, self._restarts = time.monotonic(), 0
        random = Random(f"{self._seed}/{number}")
        faults = schedule(random, self._swarm, self._limits, self._kinds)
        report = Report(number, faults)
        try:
            self._apply(faults, random)
            report.recovery_s = self._settle(_SETTLE_SECONDS)
            report.verdicts = self._compare(is_full=number % _FULL_EVERY == 0)
        except ViolationError as violation:
            raise ViolationError(f"round {number}, {'; '.join(map(str, faults))}:\n{violation}") from None
        report.leader, report.leader_pid = self._swarm.leader.effort(), self._swarm.leader.process.pid
        report.nodes = _most([node.effort() for node in self._swarm.nodes])
        _raise_for({"leader": wrong_effort(report.leader), "a node": wrong_effort(report.nodes)})
        report.seconds, report.restarts = time.monotonic() - began, self._restarts
        return report

    def end(self) -> list[Verdict]:
        """Stop the nodes, compare everything once more, stop the leader, and compare with the files alone."""
        for node in self._swarm.nodes:
            self._stop(node)
            node.truth.read()
        self._compare(is_full=True)
        listed = listed_nodes(self._swarm.address)
        self._stop_flushed(self._swarm.leader)
        _raise_for({"leader": wrong_folder(self._swarm.leader.metrics_dir)})
        return self._compare_files(listed)

    def _stop_flushed(self, leader: Leader) -> None:
        """A stop is boxed in time: what is not in a file by then, the next start writes."""
        for _ in range(_MOST_STOPS):
            self._stop(leader)
            if not any(self._judge_files(node)[1].missing for node in self._swarm.nodes):
                return
            leader.start()
            wait_until(lambda: not self._behind({}), _START_SECONDS)
            self._compare(is_full=True)

    def _stop(self, member: Member) -> None:
        if status := member.stop():
            raise ViolationError(f"{member.name} ended with {status}")
        _raise_for({member.name: wrong_log(member.log)})

    # -- Faults -------------------------------------------------------------------------------------------------------

    def _apply(self, faults: list[Fault], random: Random) -> None:
        began = time.monotonic()
        steps = [step for fault in faults for step in actions(fault, self._swarm, random)]
        for at_s, act in sorted(steps, key=lambda step: step[0]):
            wait_for(began + at_s, self._watch_over)
            act()

    def _watch_over(self) -> None:
        """Whoever ended by itself is started again if a full disk can be the reason, and is a violation otherwise."""
        for member in self._swarm:
            if member.has_ended:
                self._ended(member)

    def _ended(self, member: Member) -> None:
        if not member.disk.was_full_within(_AFTER_FULL_SECONDS):
            raise ViolationError(f"{member.name} ended by itself with {member.process.returncode}")
        member.kill()
        member.start()
        self._restarts += 1

    # -- Settling -----------------------------------------------------------------------------------------------------

    def _settle(self, seconds: float) -> float:
        """Until the leader has something newer than now of every node; returns how long that took."""
        began = time.monotonic()
        before = {node.name: self._newest_serial(node) for node in self._swarm.nodes}
        while waiting := self._behind(before):
            self._watch_over()
            if time.monotonic() - began > seconds:
                raise ViolationError(f"not recovered within {seconds} s: {', '.join(waiting)}")
            time.sleep(0.1)
        return time.monotonic() - began

    def _newest_serial(self, node: Node) -> int:
        node.truth.read()
        return node.truth.newest.serial if node.truth.has_samples else 0

    def _behind(self, before: dict[str, int]) -> list[str]:
        try:
            listed = listed_nodes(self._swarm.address)
        except grpc.RpcError as error:
            return [f"the leader does not answer, {error.code()}"]  # type: ignore[attr-defined]
        return [node.name for node in self._swarm.nodes if not self._is_heard(node, listed, before.get(node.name, 0))]

    def _is_heard(self, node: Node, listed: dict[str, pb.Node], serial: int) -> bool:
        node.truth.read()
        known = listed.get(node.name)
        if known is None or known.instance_id != node.truth.instance:
            return False
        heard = node.truth.at(known.instance_id, known.durable_sequence)
        return heard is not None and heard.serial > serial

    # -- Comparing ----------------------------------------------------------------------------------------------------

    def _compare(self, is_full: bool) -> list[Verdict]:
        """What is missing may come yet: a leader that was started again writes its journal's rows behind."""
        listed = listed_nodes(self._swarm.address)
        verdicts = {node.name: self._judge(node, listed[node.name], is_full) for node in self._swarm.nodes}
        began = time.monotonic()
        while any(verdict.missing for verdict in verdicts.values()) and time.monotonic() < began + _REPLAY_SECONDS:
            self._watch_over()
            time.sleep(0.2)
            for node in self._swarm.nodes:
                if verdicts[node.name].missing:
                    verdicts[node.name] = self._judge(node, listed[node.name], is_full)
        _raise_for({name: verdict.wrong + verdict.missing for name, verdict in verdicts.items()})
        self._compared = {node.name: self._until(node, listed[node.name]) for node in self._swarm.nodes}
        return list(verdicts.values())

    def _until(self, node: Node, listed: pb.Node) -> int:
        """The serial of the newest sample that was durable when the nodes were listed."""
        durable = node.truth.at(listed.instance_id, listed.durable_sequence)
        return durable.serial if durable else 0

    def _judge(self, node: Node, listed: pb.Node, is_full: bool) -> Verdict:
        truth = node.truth
        after, until = 0 if is_full else self._compared.get(node.name, 0), self._until(node, listed)
        times = [truth.samples[serial].time_ns for serial in range(after + 1, until + 1) if serial in truth.samples]
        if not times:
            return Verdict()
        rows = in_files(self._swarm.leader.metrics_dir, node.name, after)
        answer = in_answer(self._swarm.address, node.name, min(times), max(times) + 1)
        truth.read()
        return judge(truth, after, until, rows, answer)

    def _compare_files(self, listed: dict[str, pb.Node]) -> list[Verdict]:
        verdicts = list[Verdict]()
        for node in self._swarm.nodes:
            rows, verdict = self._judge_files(node)
            counts = wrong_counts(node.truth, listed[node.name], rows)
            _raise_for({node.name: [*verdict.wrong, *verdict.missing, *counts]})
            verdicts.append(verdict)
        return verdicts

    def _judge_files(self, node: Node) -> tuple[list[Row], Verdict]:
        rows = in_files(self._swarm.leader.metrics_dir, node.name, 0)
        return rows, judge(node.truth, 0, max(node.truth.samples), rows)


def _most(efforts: list[Effort]) -> Effort:
    return Effort(*(max(column) for column in zip(*efforts, strict=True)))


def _raise_for(wrong: Mapping[str, Iterable[str]]) -> None:
    lines = [f"{name}: {each}" for name, complaints in wrong.items() for each in complaints]
    if lines:
        raise ViolationError("\n".join(lines))
