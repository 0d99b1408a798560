"""Whatever a client sends, it gets the right status or rejection; the leader lives on, its nodes notice nothing."""

from __future__ import annotations

import math
import random
import time
from collections.abc import AsyncIterator, Iterator, Sequence

import grpc
import psutil
import pytest

from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.processes import LeaderProcess, killed_at_end, leader_process, start_node, wait_until
from tests.reading import nodes
from tests.streaming import RawStream, batch, goodbye, hello, raw_stream, snapshot, welcomed

NEIGHBOUR = "neighbour"
DAY_NS = 86_400 * 10**9
# What a leader may gain by all this: layouts, rings of a few nodes, buffers of 4 MiB messages.
MOST_GROWTH_BYTES = 160 << 20

Rejection = pb.Rejection
Status = grpc.StatusCode


@pytest.fixture(scope="module")
def leader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LeaderProcess]:
    """A leader with a healthy node, whose stream must be whole when all the garbage was sent."""
    folder = tmp_path_factory.mktemp("garbage")
    with leader_process(folder / "metrics", "--no-dashboard", "--report-interval", "0.2") as leader:
        with killed_at_end() as processes:
            processes.append(start_node(leader.address, NEIGHBOUR, folder / "spool"))
            before = wait_until(lambda: settled(leader.address))
            memory = rss(leader.pid)
            yield leader
            after = nodes(leader.address)[NEIGHBOUR]
            assert rss(leader.pid) - memory < MOST_GROWTH_BYTES
            assert_undisturbed(before, after)
            assert processes[0].poll() is None
        leader.stop()


def settled(leader: str) -> pb.Node | None:
    node = nodes(leader).get(NEIGHBOUR)
    return node if node is not None and node.counts.stored > 10 else None


def assert_undisturbed(before: pb.Node, after: pb.Node) -> None:
    """The same stream as before, and nothing missing, refused or sent twice on it."""
    assert after.address == before.address
    assert after.state == pb.LIVE
    assert time.time_ns() - after.last_seen_unix_nano < 3 * 10**9
    assert after.counts == pb.NodeCounts(stored=after.durable_sequence)
    assert after.durable_sequence > before.durable_sequence


def rss(pid: int) -> int:
    return int(psutil.Process(pid).memory_info().rss)


@pytest.fixture
async def stream(leader: LeaderProcess) -> AsyncIterator[RawStream]:
    async with raw_stream(leader.address) as stream:
        yield stream


# -- The stream's rules -----------------------------------------------------------------------------------------------

FIRST = batch(1, [snapshot()])
LABELS_OF_10_MB = [pb.Label(name=f"n{number}", value="x" * 100_000) for number in range(100)]

BROKEN_RULES = {
    "batch before hello": ([FIRST], Status.INVALID_ARGUMENT, "batch before hello"),
    "goodbye before hello": ([goodbye()], Status.INVALID_ARGUMENT, "goodbye before hello"),
    "a second hello": ([hello("a"), hello("a")], Status.INVALID_ARGUMENT, "second hello"),
    "batch after goodbye": ([hello("b"), goodbye(), FIRST], Status.INVALID_ARGUMENT, "batch after goodbye"),
    "a path as node_id": ([hello("../../etc/passwd")], Status.INVALID_ARGUMENT, "'../../etc/passwd'"),
    "a hidden file as node_id": ([hello(".journal")], Status.INVALID_ARGUMENT, "'.journal'"),
    "no node_id": ([hello("")], Status.INVALID_ARGUMENT, "node_id is ''"),
    "a node_id with a line break": ([hello("a\n")], Status.INVALID_ARGUMENT, "node_id is 'a\\n'"),
    "a node_id of 129 letters": ([hello("a" * 129)], Status.INVALID_ARGUMENT, "127"),
    "a path as instance_id": ([hello("c", "../i")], Status.INVALID_ARGUMENT, "instance_id is '../i'"),
    "version 0": ([hello("c", protocol_version=0)], Status.INVALID_ARGUMENT, "protocol_version is 0"),
    "version 2": ([hello("c", protocol_version=2)], Status.INVALID_ARGUMENT, "this leader speaks 1"),
    "sequence 0": ([hello("d"), batch(0, [snapshot()])], Status.INVALID_ARGUMENT, "first_sequence is 0"),
    "a huge sequence": ([hello("e"), batch(2**62, [snapshot()])], Status.INVALID_ARGUMENT, "2^62"),
    "the hugest sequence": ([hello("e"), batch(2**64 - 1, [snapshot()])], Status.INVALID_ARGUMENT, "2^62"),
    "a huge first sequence": ([hello("e", first_sequence=2**63)], Status.INVALID_ARGUMENT, "2^62"),
    "more than the window": (
        [hello("f"), batch(1, [pb.MetricSnapshot()] * 20_001)],
        Status.INVALID_ARGUMENT,
        "the window is 20000",
    ),
    "65 labels": (
        [hello("g", labels=[pb.Label(name=f"n{number}", value="x") for number in range(65)])],
        Status.RESOURCE_EXHAUSTED,
        "65 labels: at most 64",
    ),
    "a label without a name": ([hello("g", labels=[pb.Label(value="x")])], Status.RESOURCE_EXHAUSTED, "want a name"),
    "10 MB of labels": ([hello("g", labels=LABELS_OF_10_MB)], Status.RESOURCE_EXHAUSTED, "4194304"),
    "3 MB of labels": ([hello("g", labels=LABELS_OF_10_MB[:30])], Status.RESOURCE_EXHAUSTED, "at most 256 bytes"),
    "a fact of 1 MB": (
        [hello("g", host=pb.HostFacts(hostname="x" * 2**20))],
        Status.RESOURCE_EXHAUSTED,
        "at most 1024",
    ),
    "a million columns in 24 MB": (
        [hello("h"), batch(1, [pb.MetricSnapshot(custom=[pb.CustomMetric(name="x" * 20, gauge=1)] * 1_000_000)])],
        Status.RESOURCE_EXHAUSTED,
        "4194304",
    ),
    "text": ([b"GET / HTTP/1.1\r\nHost: leader\r\n\r\n"], Status.INVALID_ARGUMENT, "no NodeMessage"),
    "a field that never ends": ([b"\x0a\xff\xff\xff\xff"], Status.INVALID_ARGUMENT, "no NodeMessage"),
    "a hello that is no Hello": ([b"\x0a\x02\xff\xff"], Status.INVALID_ARGUMENT, "hello cannot be read"),
    "a node_id that is not UTF-8": ([b"\x0a\x04\x0a\x02\xff\xfe"], Status.INVALID_ARGUMENT, "hello cannot be read"),
    "a batch that is cut": ([hello("h"), b"\x12\x04\x08\x01\x12\x7f"], Status.INVALID_ARGUMENT, "no NodeMessage"),
}


@pytest.mark.parametrize(("messages", "status", "detail"), BROKEN_RULES.values(), ids=BROKEN_RULES.keys())
async def test_a_broken_rule_ends_the_stream(
    stream: RawStream, messages: Sequence[pb.NodeMessage | bytes], status: grpc.StatusCode, detail: str
) -> None:
    await stream.send(*messages)
    code, details = await stream.end()
    assert code is status
    assert detail in details


async def test_a_bomb_is_measured_unpacked(leader: LeaderProcess) -> None:
    packed = {"grpc.default_compression_algorithm": int(grpc.Compression.Gzip)}
    async with raw_stream(leader.address, **packed) as stream:
        await stream.send(hello("bomb", host=pb.HostFacts(hostname="x" * 200_000_000)))
        assert (await stream.end())[0] is Status.RESOURCE_EXHAUSTED


async def test_a_newer_stream_takes_over_and_gets_what_the_older_sent(leader: LeaderProcess, stream: RawStream) -> None:
    await welcomed(stream, "twins")
    await stream.send(batch(1, [snapshot()] * 5))
    await stream.ack(5)
    async with raw_stream(leader.address) as newer:
        assert (await welcomed(newer, "twins")).resume_sequence == 6
        code, details = await stream.end()
        assert (code, "a newer stream for 'twins' took over" in details) == (Status.ABORTED, True)
        await newer.send(batch(6, [snapshot()] * 5))
        await newer.ack(10)
    assert nodes(leader.address)["twins"].counts == pb.NodeCounts(stored=10)


async def test_what_a_newer_version_may_send_means_nothing(leader: LeaderProcess, stream: RawStream) -> None:
    unknown_message, unknown_field = b"\xa2\x06\x03abc", b"\x98\x06\x01"
    said_hello = hello("newer").SerializeToString()
    await stream.send(unknown_message, said_hello + unknown_field, unknown_message, b"")
    assert (await stream.read()).welcome.resume_sequence == 1
    await stream.send(batch(1, [snapshot()]).SerializeToString() + unknown_field)
    assert await stream.ack(1) == []
    assert nodes(leader.address)["newer"].counts.stored == 1


# -- Bad data ---------------------------------------------------------------------------------------------------------


def custom(**fields: object) -> pb.MetricSnapshot:
    made = snapshot()
    made.custom.add(**fields)
    return made


def negative_counter() -> pb.MetricSnapshot:
    made = snapshot()
    made.system.network.bytes_sent = 2**64 - 1
    return made


BAD_DATA = {
    "NaN": (snapshot(math.nan), Rejection.NOT_FINITE, "cpu.percent is nan"),
    "infinity": (snapshot(math.inf), Rejection.NOT_FINITE, "cpu.percent is inf"),
    "minus infinity": (snapshot(-math.inf), Rejection.NOT_FINITE, "cpu.percent is -inf"),
    "a counter below 0": (custom(name="x", counter=-1), Rejection.NEGATIVE_COUNTER, "custom.x is -1"),
    "-1 as a whole number": (negative_counter(), Rejection.NEGATIVE_COUNTER, "network.bytes_sent"),
    "1970": (snapshot(time_ns=1), Rejection.TIME_OUT_OF_RANGE, "time_unix_nano is 1:"),
    "no time": (snapshot(time_ns=0), Rejection.TIME_OUT_OF_RANGE, "missing"),
    "2200": (snapshot(time_ns=7_258_118_400 * 10**9), Rejection.TIME_OUT_OF_RANGE, "set the node's clock"),
    "beyond all time": (snapshot(time_ns=2**64 - 1), Rejection.TIME_OUT_OF_RANGE, "set the node's clock"),
    "two days ahead": (
        snapshot(time_ns=time.time_ns() + 2 * DAY_NS),
        Rejection.TIME_OUT_OF_RANGE,
        "set the node's clock",
    ),
    "of another node": (pb.MetricSnapshot(node_id="victim", time_unix_nano=1), Rejection.MALFORMED, "'victim'"),
    "of another sequence": (pb.MetricSnapshot(sequence=77, time_unix_nano=1), Rejection.MALFORMED, "sequence 77"),
    "a metric without a name": (custom(gauge=1), Rejection.BAD_NAME, "custom metric ''"),
    "a metric like a path": (custom(name="../x", gauge=1), Rejection.BAD_NAME, "'../x'"),
    "a label like a novel": (
        custom(name="x", gauge=1, labels=[pb.Label(name="l", value="v" * 10_000)]),
        Rejection.BAD_NAME,
        "512",
    ),
    "2001 columns": (
        pb.MetricSnapshot(time_unix_nano=1, custom=[pb.CustomMetric(name=f"c{n}", gauge=n) for n in range(2001)]),
        Rejection.TOO_MANY_COLUMNS,
        "more than 2000 columns",
    ),
    "40,000 columns": (
        pb.MetricSnapshot(time_unix_nano=1, custom=[pb.CustomMetric(name=f"c{n}", gauge=n) for n in range(40_000)]),
        Rejection.TOO_MANY_COLUMNS,
        "--max-columns",
    ),
}


@pytest.mark.parametrize(("bad", "reason", "detail"), BAD_DATA.values(), ids=BAD_DATA.keys())
async def test_bad_data_is_rejected_and_the_stream_lives_on(
    leader: LeaderProcess,
    stream: RawStream,
    bad: pb.MetricSnapshot,
    reason: pb.Rejection.Reason,
    detail: str,
    request: pytest.FixtureRequest,
) -> None:
    node_id = f"bad-{list(BAD_DATA).index(request.node.callspec.id)}"
    await welcomed(stream, node_id)
    await stream.send(batch(1, [snapshot(), bad, snapshot()]))
    (rejection,) = await stream.ack(3)
    assert (rejection.sequence, rejection.reason) == (2, reason)
    assert detail in rejection.detail
    await stream.send(batch(4, [snapshot()]))
    assert await stream.ack(4) == []
    assert nodes(leader.address)[node_id].counts == pb.NodeCounts(stored=3, rejected=1)


async def test_bytes_of_another_type_are_rejected_one_by_one(leader: LeaderProcess, stream: RawStream) -> None:
    await welcomed(stream, "typeless")
    snapshots = [b"\x29\x00", b"\x08\x96\x01", b"not a snapshot", b"", snapshot().SerializeToString()]
    packed = b"".join(b"\x12" + bytes([len(each)]) + each for each in snapshots)
    body = b"\x08\x01\x28\x01" + packed
    await stream.send(b"\x12" + bytes([len(body)]) + body)
    assert {rejection.sequence for rejection in await stream.ack(5)} == {1, 2, 3, 4}
    assert nodes(leader.address)["typeless"].counts == pb.NodeCounts(stored=1, rejected=4)


async def test_random_bytes_end_their_stream_and_nothing_else(leader: LeaderProcess) -> None:
    chance = random.Random(7)
    for _ in range(50):
        async with raw_stream(leader.address) as stream:
            await stream.send(b"\xff" + chance.randbytes(chance.randrange(1, 3000)))
            assert (await stream.end())[0] is Status.INVALID_ARGUMENT


async def test_damaged_batches_are_rejected_or_end_the_stream(leader: LeaderProcess) -> None:
    """One bit wrong somewhere: whatever that makes of the message, the leader says what it took it for."""
    chance, outcomes = random.Random(8), []
    good = batch(1, [snapshot(a=1.0, b=2.0)] * 12).SerializeToString()
    for number in range(100):
        wrong = bytearray(good)
        # Not in the first byte: that could make it a message of a newer version, to which nothing is said.
        wrong[chance.randrange(1, len(wrong))] ^= 1 << chance.randrange(8)
        outcomes.append(await outcome(leader.address, f"damaged-{number % 10}", f"i{number}", bytes(wrong)))
    assert set(outcomes) == {"stored", "rejected", Status.INVALID_ARGUMENT}


async def outcome(leader: str, node_id: str, instance_id: str, message: bytes) -> str | grpc.StatusCode:
    async with raw_stream(leader) as stream:
        await welcomed(stream, node_id, instance_id)
        await stream.send(message)
        try:
            answer = await stream.read()
        except grpc.aio.AioRpcError as error:
            return error.code()
        return "rejected" if answer.ack.rejections else "stored"


# -- Too much of it ---------------------------------------------------------------------------------------------------


async def test_new_columns_in_every_snapshot_are_rejected_once_they_are_too_many(
    leader: LeaderProcess, stream: RawStream
) -> None:
    # Of its own each time: columns are counted by the hour, which may just end.
    name = f"churn-{time.monotonic_ns()}"
    await welcomed(stream, name)
    before, sent, rejections = rss(leader.pid), 0, []
    for _ in range(10):
        snapshots = [churned(number) for number in range(sent, sent + 100)]
        await stream.send(batch(sent + 1, snapshots))
        sent += 100
        rejections += await stream.ack(sent)
    assert {rejection.reason for rejection in rejections} == {Rejection.TOO_MANY_COLUMNS}
    assert "within an hour" in rejections[0].detail
    counts = nodes(leader.address)[name].counts
    assert (counts.stored, counts.rejected) == (19, 981)
    assert rss(leader.pid) - before < 32 << 20
    await stream.send(batch(sent + 1, [churned(0)]))
    assert await stream.ack(sent + 1) == []


def churned(number: int) -> pb.MetricSnapshot:
    """A snapshot with a hundred columns no other has, and one that all have."""
    return snapshot(**{f"c{number}_{place}": 1.0 for place in range(100)})


async def test_instances_that_come_and_go_are_forgotten(leader: LeaderProcess) -> None:
    for number in range(40):
        async with raw_stream(leader.address) as stream:
            await welcomed(stream, "restless", f"i{number}")
            await stream.send(batch(1, [snapshot()]))
            await stream.ack(1)
    assert nodes(leader.address)["restless"].counts == pb.NodeCounts(stored=40)


async def test_a_flood_of_bad_snapshots_is_counted_and_not_kept(leader: LeaderProcess, stream: RawStream) -> None:
    await welcomed(stream, "flood")
    before = rss(leader.pid)
    for round_ in range(5):
        await stream.send(batch(1 + 20_000 * round_, [pb.MetricSnapshot()] * 20_000))
        assert len(await stream.ack(20_000 * (round_ + 1))) == 1000
    assert nodes(leader.address)["flood"].counts.rejected == 100_000
    assert rss(leader.pid) - before < 64 << 20


async def test_jumps_wider_than_any_count_break_no_answer(leader: LeaderProcess) -> None:
    for number in range(6):
        async with raw_stream(leader.address) as stream:
            await welcomed(stream, "jumper", f"i{number}")
            await stream.send(batch(2**62 - 2, [snapshot()], dropped=2**64 - 1 if number % 2 else 0))
            await stream.ack(2**62 - 2)
    counts = nodes(leader.address)["jumper"].counts
    assert (counts.stored, counts.gaps) == (6, 3 * (2**62 - 3))
