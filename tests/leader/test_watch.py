from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from mcp_telemetry.leader import fleet as fleet_module
from mcp_telemetry.leader.fleet import Fleet, Node, State
from mcp_telemetry.leader.watch import Watcher
from mcp_telemetry.model.columns import Column
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.leader.parts import CPU, fill

SECOND_NS = 10**9
WIDE = tuple(Column(f"custom.{number}") for number in range(200))


def new_fleet() -> Fleet:
    return Fleet(100_000, 10_000, 2000)


class Reader:
    """One reader; knows the sets it was sent, and fails on samples of others."""

    def __init__(self, updates: AsyncIterator[pb.WatchUpdate]) -> None:
        self._updates = updates
        self._columns: dict[int, list[str]] = {}

    async def next(self) -> pb.WatchUpdate:
        update = await asyncio.wait_for(anext(self._updates), 5)
        self._columns |= {each.id: [column.name for column in each.columns] for each in update.new_column_sets}
        for samples in update.samples:
            assert len(samples.values) == len(samples.sequences) * len(self._columns[samples.column_set])
            assert len(samples.times_unix_nano) == len(samples.sequences)
        assert update.ByteSize() < 2 << 20
        return update

    def columns(self, samples: pb.Samples) -> list[str]:
        return self._columns[samples.column_set]


@asynccontextmanager
async def watching(fleet: Fleet, **request: Any) -> AsyncIterator[Reader]:
    async with aclosing(Watcher(fleet, pb.WatchRequest(interval_ms=100, **request)).updates()) as updates:
        yield Reader(updates)


def sequences(update: pb.WatchUpdate) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for samples in update.samples:
        found.setdefault(samples.node_id, []).extend(samples.sequences)
    return found


async def test_it_begins_with_all_nodes_and_their_newest_samples() -> None:
    fleet = new_fleet()
    fill(fleet.join("a", 1), 5, time.time_ns() - 100 * SECOND_NS)
    fleet.changed(fleet.join("a", 1))
    fleet.changed(fleet.join("empty", 1))
    async with watching(fleet) as reader:
        first = await reader.next()
        assert [node.node_id for node in first.nodes] == ["a", "empty"]
        assert sequences(first) == {"a": [5]}
        assert abs(first.leader_time_unix_nano - time.time_ns()) < SECOND_NS
        second = await reader.next()
        assert (list(second.nodes), list(second.samples), list(second.new_column_sets)) == ([], [], [])


async def test_then_come_new_samples_each_once_and_nodes_that_changed() -> None:
    fleet = new_fleet()
    a, b = fleet.join("a", 1), fleet.join("b", 1)
    async with watching(fleet) as reader:
        await reader.next()
        fill(a, 3)
        update = await reader.next()
        assert (sequences(update), update.coalesced) == ({"a": [1, 2, 3]}, 0)
        fill(a, 1)
        fill(b, 2)
        fleet.enter(b, State.LIVE, 1)
        update = await reader.next()
        assert sequences(update) == {"a": [4], "b": [1, 2]}
        assert [(node.node_id, node.state) for node in update.nodes] == [("b", pb.LIVE)]
        fleet.changed(fleet.join("late", 1))
        fill(fleet.join("late", 1), 2)
        update = await reader.next()
        assert ([node.node_id for node in update.nodes], sequences(update)) == (["late"], {"late": [1, 2]})


def send(node: Node) -> None:
    """One row, told of as a batch that is durable is."""
    fill(node, 1)
    for came in node.waiting:
        came.set()


async def test_a_reader_who_names_a_node_hears_at_once_of_what_it_sends() -> None:
    fleet = new_fleet()
    node = fleet.join("a", 1)
    watcher = Watcher(fleet, pb.WatchRequest(node_ids=["a"], interval_ms=60_000))
    async with aclosing(watcher.updates()) as updates:
        reader = Reader(updates)
        await reader.next()
        asyncio.get_running_loop().call_later(0.01, send, node)
        assert sequences(await reader.next()) == {"a": [1]}
    assert not node.waiting, "nobody waits any more"


async def test_a_reader_who_names_a_node_gets_no_more_updates_than_intervals() -> None:
    fleet = new_fleet()
    node = fleet.join("a", 1)
    loop = asyncio.get_running_loop()
    for step in range(50):
        loop.call_later(step * 0.01, send, node)
    start, got, updates = loop.time(), 0, 0
    async with watching(fleet, node_ids=["a"]) as reader:
        while got < 50:
            got += sum(len(numbers) for numbers in sequences(await reader.next()).values())
            updates += 1
    assert updates <= 2 + (loop.time() - start) / 0.1


async def test_backfill_begins_so_long_ago() -> None:
    fleet = new_fleet()
    fill(fleet.join("a", 1), 100, time.time_ns() - 100 * SECOND_NS)
    async with watching(fleet, backfill_ms=10_500) as reader:
        assert sequences(await reader.next()) == {"a": list(range(91, 101))}


async def test_only_the_nodes_and_columns_asked_for() -> None:
    fleet = new_fleet()
    columns = (CPU, Column("requests{x}"), Column("requests{y}"), Column("memory.percent"))
    for name in "ab":
        fill(fleet.join(name, 1), 1, columns=columns)
        fleet.changed(fleet.join(name, 1))
    async with watching(fleet, node_ids=["b", "b", "nobody"], columns=["requests", "cpu.percent"]) as reader:
        update = await reader.next()
        (samples,) = update.samples
        assert (samples.node_id, reader.columns(samples)) == ("b", ["cpu.percent", "requests{x}", "requests{y}"])
        assert [node.node_id for node in update.nodes] == ["b"]
        fleet.changed(fleet.join("nobody", 1))
        assert [node.node_id for node in (await reader.next()).nodes] == ["nobody"]


async def test_nodes_with_the_same_columns_share_one_set() -> None:
    fleet = new_fleet()
    for number in range(50):
        fill(fleet.join(f"n{number}", 1), 1)
    fill(fleet.join("other", 1), 1, columns=WIDE)
    async with watching(fleet) as reader:
        update = await reader.next()
        assert len(update.new_column_sets) == 2
        assert len({samples.column_set for samples in update.samples}) == 2
        assert not (await reader.next()).new_column_sets


async def test_a_slow_reader_gets_the_newest_and_the_number_of_what_it_missed() -> None:
    fleet = new_fleet()
    a, b = fleet.join("a", 1), fleet.join("b", 1)
    fill(b, 1)
    async with watching(fleet) as reader:
        await reader.next()
        for _ in range(6):
            fill(a, 10)
            await asyncio.sleep(0.1)  # the reader is busy with something else
        update = await reader.next()
        assert (sequences(update), update.coalesced) == ({"a": [60]}, 59)
        fill(a, 2)
        update = await reader.next()
        assert (sequences(update), update.coalesced) == ({"a": [61, 62]}, 0)


async def test_a_reader_that_is_a_little_late_misses_nothing() -> None:
    fleet = new_fleet()
    a = fleet.join("a", 1)
    async with watching(fleet) as reader:
        await reader.next()
        fill(a, 30)
        await asyncio.sleep(0.25)
        update = await reader.next()
        assert (sequences(update), update.coalesced) == ({"a": list(range(1, 31))}, 0)


async def test_what_left_the_ring_meanwhile_is_counted() -> None:
    fleet = Fleet(10, 100, 10)
    a = fleet.join("a", 1)
    async with watching(fleet) as reader:
        await reader.next()
        for _ in range(10):
            fill(a, 100)
            a.ring.mark_flushed(a.ring.appended)
        update = await reader.next()
        assert (len(sequences(update)["a"]), update.coalesced) == (100, 900)


async def test_much_is_sent_in_parts() -> None:
    fleet = new_fleet()
    for name in "ab":
        fill(fleet.join(name, 1), 3000, time.time_ns() - 3000 * SECOND_NS, WIDE)
    found: dict[str, list[int]] = {"a": [], "b": []}
    async with watching(fleet, backfill_ms=4_000_000) as reader:
        while any(len(numbers) < 3000 for numbers in found.values()):
            for node_id, numbers in sequences(await reader.next()).items():
                found[node_id] += numbers
    assert found == {name: list(range(1, 3001)) for name in "ab"}


async def test_long_names_and_labels_are_sent_in_parts_too() -> None:
    fleet = new_fleet()
    for number in range(40):
        node = fleet.join(f"n{number}", 1)
        node.hello.labels.extend([pb.Label(name="n" * 250, value="v" * 250)] * 64)
        fleet.changed(node)
        fill(node, 1, columns=tuple(Column(f"custom.n{number}.{place:0500}") for place in range(500)))
    nodes: list[str] = []
    samples: list[str] = []
    async with watching(fleet) as reader:
        while len(samples) < 40:
            update = await reader.next()
            nodes += [node.node_id for node in update.nodes]
            samples += [each.node_id for each in update.samples]
    assert sorted(nodes) == sorted(samples) == sorted(f"n{number}" for number in range(40))


def replaced(fleet: Fleet, node_id: str, rows: int = 0, ago_s: int = 0) -> Node:
    """A node joins, with so many rows that are in files; in a full fleet the oldest is given up for it."""
    node = fleet.join(node_id, 1)
    if rows:
        fill(node, rows, time.time_ns() - ago_s * SECOND_NS)
        node.ring.mark_flushed(node.ring.appended)
    fleet.changed(node)
    return node


async def test_nodes_that_are_given_up_are_told_and_one_that_comes_back_has_its_rows() -> None:
    fleet = Fleet(1, 10_000, 2000)
    replaced(fleet, "a", rows=5)
    async with watching(fleet) as reader:
        assert not (await reader.next()).forgotten_node_ids
        replaced(fleet, "b")
        update = await reader.next()
        assert (list(update.forgotten_node_ids), [node.node_id for node in update.nodes]) == (["a"], ["b"])
        replaced(fleet, "a", rows=2)
        update = await reader.next()
        assert (list(update.forgotten_node_ids), sequences(update)) == (["b"], {"a": [1, 2]})
        assert not (await reader.next()).forgotten_node_ids


async def test_a_node_given_up_and_back_within_an_interval_is_told_as_both() -> None:
    fleet = Fleet(1, 10_000, 2000)
    replaced(fleet, "a", rows=5)
    async with watching(fleet, node_ids=["a"]) as reader:
        await reader.next()
        replaced(fleet, "b")
        replaced(fleet, "a", rows=7)
        update = await reader.next()
        assert (list(update.forgotten_node_ids), [node.node_id for node in update.nodes]) == (["a"], ["a"])
        assert sequences(update) == {"a": [1, 2, 3, 4, 5, 6, 7]}


async def test_who_missed_too_many_is_told_all_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_module, "_FORGOTTEN_REMEMBERED", 1)
    fleet = Fleet(3, 10_000, 2000)
    for name in ("here", "a", "b"):
        replaced(fleet, name, rows=4, ago_s=100).last_seen_ns = 10 if name == "here" else 1
    async with watching(fleet, backfill_ms=200_000) as reader:
        assert sequences(await reader.next()) == {name: [1, 2, 3, 4] for name in ("here", "a", "b")}
        for name in "cd":
            replaced(fleet, name, rows=1, ago_s=50).last_seen_ns = 10
        update = await reader.next()
        assert sorted(update.forgotten_node_ids) == ["a", "b", "here"]
        assert [node.node_id for node in update.nodes] == ["here", "c", "d"]
        assert sequences(update) == {"here": [4], "c": [1], "d": [1]}, "the newest of each, not all again"
        assert not (await reader.next()).forgotten_node_ids


async def test_a_watcher_remembers_no_more_nodes_than_there_are() -> None:
    fleet = Fleet(5, 10_000, 2000)
    watcher = Watcher(fleet, pb.WatchRequest(interval_ms=100))
    async with aclosing(watcher.updates()) as updates:
        for number in range(100):
            replaced(fleet, f"n{number}")
            if number % 20 == 0:
                await anext(updates)
        await anext(updates)
        assert set(watcher._seen) == {node.node_id for node in fleet}
