"""The mirror holds what the leader said last, and no more than it may."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator

import pytest

from dashboard import mirror as module
from dashboard.client import LeaderClient, LeaderGoneError, Update
from dashboard.mirror import NOTHING, SPARK_BUCKET_MS, SPARK_BUCKETS, Mirror, SparkRing, backoff_s
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START, node, samples, update


@pytest.fixture
async def mirror() -> Mirror:
    return Mirror(LeaderClient("127.0.0.1:1"))


async def test_nodes_and_their_newest_sample(mirror: Mirror) -> None:
    mirror.take(update(node("a"), samples=[samples("a", [{"cpu.percent": 1}, {"cpu.percent": 2}])]))
    view = mirror.nodes["a"]
    assert view.latest == {"cpu.percent": 2}
    assert view.time_ms == START // 1_000_000 + 1000
    assert view.spark.until()[-1] == 2


async def test_requests_per_second_over_all_kinds(mirror: Mirror) -> None:
    first = {"requests{a}": 10, "requests{b}": 0}
    mirror.take(update(node("a"), samples=[samples("a", [first])]))
    assert mirror.nodes["a"].rates == {}
    mirror.take(update(samples=[samples("a", [{"requests{a}": 14, "requests{b}": 1}], START + SECOND)]))
    assert mirror.nodes["a"].rates == {"requests": 5}
    assert mirror.nodes["a"].total("requests") == 15


async def test_a_node_whose_clock_is_set_back_goes_on(mirror: Mirror) -> None:
    ahead = START + 3600 * SECOND
    mirror.take(update(node("a"), samples=[samples("a", [{"cpu.percent": 50, "requests{x}": 10}], ahead)]))
    mirror.take(update(samples=[samples("a", [{"cpu.percent": 1, "requests{x}": 12}], START)]))
    view = mirror.nodes["a"]
    assert (view.time_ms, view.latest["cpu.percent"]) == (START // 1_000_000, 1)
    assert list(view.spark.until()) == [NOTHING] * (SPARK_BUCKETS - 1) + [1]
    assert view.rates == {}
    mirror.take(update(samples=[samples("a", [{"requests{x}": 15}], START + SECOND)]))
    assert view.rates["requests"] == 3


async def test_old_samples_of_a_node_that_is_gone_do_not_make_it_seen_now(mirror: Mirror) -> None:
    old = samples("gone", [{"cpu.percent": 1}])
    mirror.take(update(node("gone", pb.OFFLINE), samples=[old], at_ns=START + 600 * SECOND))
    assert mirror.nodes["gone"].last_seen_ms == START // 1_000_000


async def test_nodes_that_joined_or_changed_state_are_told_once(mirror: Mirror) -> None:
    mirror.take(update(node("b"), node("a")))
    assert [(view.number, view.info.node_id) for view in mirror.take_renewed()] == [(0, "b"), (1, "a")]
    mirror.take(update(node("a", pb.STALE), samples=[samples("b", [{"cpu.percent": 1}])]))
    assert [view.info.node_id for view in mirror.take_renewed()] == ["a"]
    assert mirror.take_renewed() == []


async def test_samples_of_an_unknown_node_are_passed_over(mirror: Mirror) -> None:
    mirror.take(update(samples=[samples("nobody", [{"cpu.percent": 1}])]))
    assert mirror.nodes == {}


async def test_more_nodes_than_it_may_hold_are_refused_and_counted(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_NODES", 2)
    mirror.take(update(node("a"), node("b"), node("c")))
    assert set(mirror.nodes) == {"a", "b"}
    assert mirror.refused == 1


class FailingLeader(LeaderClient):
    """Answers each watch once; the first then fails with an error nobody expects, the second stays silent."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1:1")
        self.requests: list[pb.WatchRequest] = []
        self.fails = asyncio.Event()

    async def watch(self, request: pb.WatchRequest) -> AsyncGenerator[Update, None]:
        self.requests.append(request)
        yield update(node(f"n{len(self.requests)}"))
        await self.fails.wait()
        self.fails.clear()
        raise KeyError("a defect")


async def test_an_unexpected_error_is_told_and_the_leader_followed_again(caplog: pytest.LogCaptureFixture) -> None:
    leader = FailingLeader()
    mirror = Mirror(leader)
    running = asyncio.create_task(mirror.run())
    states = []
    async with asyncio.timeout(5):
        for _ in range(3):
            await mirror.wait_for_news(5)
            states.append(mirror.status()["leader"])
            if mirror.is_live:
                leader.fails.set()
    running.cancel()
    assert states == ["live", "lost", "live"]
    assert set(mirror.nodes) == {"n2"}
    assert "a defect" in caplog.text


@pytest.mark.parametrize(("refresh_s", "interval_ms"), [(0.1, 100), (1.0, 1000), (60.0, 1000)])
async def test_the_leader_is_asked_for_updates_as_often_as_pages_are_refreshed(
    refresh_s: float, interval_ms: int
) -> None:
    leader = FailingLeader()
    mirror = Mirror(leader, refresh_s)
    running = asyncio.create_task(mirror.run())
    await mirror.wait_for_news(5)
    running.cancel()
    assert [request.interval_ms for request in leader.requests] == [interval_ms]


async def test_before_the_leader_ever_answered_nothing_is_known(mirror: Mirror) -> None:
    with pytest.raises(LeaderGoneError, match=r"127\.0\.0\.1:1 has not answered yet"):
        mirror.known()
    assert mirror.status()["leader"] == "connecting"


class Patient(LeaderClient):
    """Is away when first asked how it is, then well, then away for good."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1:1")
        self.asked = 0
        self.was_asked_thrice = asyncio.Event()

    async def health(self) -> pb.LeaderHealth:
        self.asked += 1
        if self.asked >= 3:
            self.was_asked_thrice.set()
        if self.asked != 2:
            raise LeaderGoneError("gone")
        return pb.LeaderHealth(damaged_files=7)


async def test_what_the_leader_said_of_itself_last_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_HEALTH_EVERY_S", 0.01)
    leader = Patient()
    mirror = Mirror(leader)
    asking = asyncio.create_task(mirror.watch_health())
    await asyncio.wait_for(leader.was_asked_thrice.wait(), 5)
    assert mirror.health.damaged_files == 7
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)


def test_the_ring_holds_two_minutes_and_breaks_where_nothing_came() -> None:
    ring = SparkRing()
    ring.put(0, 10)
    ring.put(3 * SPARK_BUCKET_MS, 40.6)
    assert list(ring.until()[-4:]) == [10, NOTHING, NOTHING, 41]
    ring.put(1000 * SPARK_BUCKET_MS, 7)
    assert list(ring.until()) == [NOTHING] * (SPARK_BUCKETS - 1) + [7]


@pytest.mark.parametrize("later", [1, 2, SPARK_BUCKETS, 10**9])
def test_a_silent_node_s_line_moves_on_without_points(later: int) -> None:
    ring = SparkRing()
    ring.put(100 * SPARK_BUCKET_MS, 7)
    passed = min(later, SPARK_BUCKETS)
    line = [NOTHING] * (SPARK_BUCKETS - 1) + [7]
    assert list(ring.until(later)) == line[passed:] + [NOTHING] * passed


def test_a_clock_set_back_empties_the_buckets_ahead_and_keeps_those_before() -> None:
    ring = SparkRing()
    for bucket in range(100, 110):
        ring.put(bucket * SPARK_BUCKET_MS, bucket)
    ring.put(105 * SPARK_BUCKET_MS, 7)
    assert list(ring.until()) == [NOTHING] * (SPARK_BUCKETS - 6) + [100, 101, 102, 103, 104, 7]
    ring.put(108 * SPARK_BUCKET_MS, 8)
    assert list(ring.until()[-5:]) == [104, 7, NOTHING, NOTHING, 8]


def test_the_ring_takes_no_rubbish() -> None:
    ring = SparkRing()
    for value in (float("nan"), float("inf"), -5.0, 1e300):
        ring.put(SPARK_BUCKET_MS, value)
        assert all(held == NOTHING or 0 <= held <= 250 for held in ring.until())


def test_pauses_grow_to_a_second_and_never_beyond() -> None:
    pauses = list(itertools.islice(backoff_s(lambda: 0.0), 8))
    assert pauses[:4] == [0.1, 0.2, 0.4, 0.8]
    assert pauses[-1] == 1.0
    assert min(itertools.islice(backoff_s(lambda: 1.0), 8)) == 0.05


async def test_who_waits_for_an_update_goes_on_with_the_next_one_or_after_a_while(mirror: Mirror) -> None:
    mirror.take(update(node("a")))
    waiting = asyncio.create_task(mirror.wait_for_update(60))
    await asyncio.sleep(0)
    assert not waiting.done(), "what came before is no news"
    mirror.take(update())
    await asyncio.wait_for(waiting, 5)
    await asyncio.wait_for(mirror.wait_for_update(0.01), 5)


async def test_nodes_that_the_leader_has_forgotten_are_dropped(mirror: Mirror) -> None:
    mirror.take(update(node("a"), node("b"), samples=[samples("a", [{"cpu.percent": 1}])]))
    mirror.take(update(forgotten=["a", "nobody"]))
    assert list(mirror.nodes) == ["b"]
    assert [view.info.node_id for view in mirror.take_renewed()] == ["b"]
    assert (mirror.take_gone(), mirror.take_gone()) == ([0], [])


async def test_one_that_joins_takes_the_number_of_one_that_is_gone(mirror: Mirror) -> None:
    mirror.take(update(node("a"), node("b"), node("c")))
    mirror.take(update(node("d"), node("a"), node("e"), forgotten=["a", "c"]))
    numbers = {name: view.number for name, view in mirror.nodes.items()}
    assert sorted(numbers.values()) == [0, 1, 2, 3]
    assert numbers["b"] == 1
    assert mirror.take_gone() == [0, 2]


async def test_a_node_that_comes_back_begins_anew(mirror: Mirror) -> None:
    mirror.take(update(node("a"), samples=[samples("a", [{"cpu.percent": 1}])]))
    mirror.take(update(node("a"), forgotten=["a"]))
    assert (mirror.nodes["a"].latest, mirror.nodes["a"].number) == ({}, 0)


async def test_there_is_room_for_new_nodes_where_old_ones_are_forgotten(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_NODES", 2)
    for number in range(10):
        mirror.take(update(node(f"n{number}"), forgotten=[f"n{number - 2}"]))
    assert (list(mirror.nodes), mirror.refused) == (["n8", "n9"], 0)
    assert sorted(view.number for view in mirror.nodes.values()) == [0, 1]
