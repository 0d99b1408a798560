from __future__ import annotations

from pathlib import Path
from typing import Any

import grpc
import pytest

from mcp_telemetry.leader.events import Event
from mcp_telemetry.leader.fleet import Fleet
from mcp_telemetry.leader.watch import Watcher
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.leader.parts import Parts, fill
from tests.leader.serving import Served, serving

SECOND_NS = 10**9
KINDS = (pb.WENT_OFFLINE, pb.CAME_BACK, pb.GAP)


def events(count: int) -> list[Event]:
    """One a second, of nodes n0, n1, n2 in turn, and kinds that change each three."""
    return [
        Event(number, number * SECOND_NS, f"n{number % 3}", KINDS[number // 3 % 3], 1, f"no {number}")
        for number in range(1, count + 1)
    ]


async def asked(served: Served, **request: Any) -> pb.ListEventsResponse:
    answer: pb.ListEventsResponse = await served.stub.ListEvents(pb.ListEventsRequest(**request), timeout=10)
    return answer


def ids(answer: pb.ListEventsResponse) -> list[int]:
    return [event.id for event in answer.events]


async def test_events_newest_first_filtered_and_in_pages(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts, serving(parts) as served:
        parts.fleet.events.load(events(3000))
        answer = await asked(served)
        assert (ids(answer), answer.has_more) == (list(range(3000, 2000, -1)), True)
        newest = answer.events[0]
        assert (newest.node_id, newest.kind, newest.count, newest.detail) == ("n0", pb.CAME_BACK, 1, "no 3000")
        assert newest.time_unix_nano == 3000 * SECOND_NS
        pages: list[int] = []
        while True:
            page = await asked(served, node_ids=["n1"], limit=300, before_id=pages[-1] if pages else 0)
            pages += ids(page)
            if not page.has_more:
                break
        assert pages == list(range(2998, 0, -3))
        assert ids(await asked(served, kinds=[pb.GAP], limit=4)) == [2996, 2995, 2994, 2987]
        span = {"start_unix_nano": 10 * SECOND_NS, "end_unix_nano": 12 * SECOND_NS}
        assert ids(await asked(served, **span)) == [11, 10]
        assert ids(await asked(served, node_ids=["nobody"])) == []
        assert not (await asked(served, limit=10_000)).has_more


async def test_how_many_of_each_kind_whatever_is_shown(tmp_path: Path) -> None:
    async with Parts(tmp_path) as parts, serving(parts) as served:
        parts.fleet.events.load(events(3000))
        assert len((await asked(served)).kinds) == 0
        more = {"node_ids": ["n1", "n2"], "end_unix_nano": 10 * SECOND_NS, "count_kinds": True}
        answer = await asked(served, limit=1, before_id=4, kinds=[pb.GAP], **more)
        counts = {each.kind: each.events for each in answer.kinds}
        assert (ids(answer), counts) == ([], {pb.WENT_OFFLINE: 2, pb.CAME_BACK: 2, pb.GAP: 2})


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (pb.ListEventsRequest(start_unix_nano=5, end_unix_nano=5), "start must be before end"),
        (pb.ListEventsRequest(kinds=[99]), "kinds has 99: want numbers of EventKind, 1 to 12"),  # type: ignore[list-item]
        (pb.ListEventsRequest(kinds=[pb.EVENT_KIND_UNSPECIFIED]), "kinds has 0"),
        (pb.ListEventsRequest(limit=10_001), "limit is 10001: want at most 10000"),
        (pb.ListEventsRequest(node_ids=["../x"]), "no node can be called that"),
    ],
    ids=range(5),
)
async def test_what_makes_no_sense_is_refused(tmp_path: Path, request_: pb.ListEventsRequest, says: str) -> None:
    async with Parts(tmp_path) as parts, serving(parts) as served:
        code, details = await served.refusal("ListEvents", request_)
        assert code is grpc.StatusCode.INVALID_ARGUMENT
        assert says in details


async def test_who_watches_is_told_what_happens_from_then_on_and_only_of_the_nodes_asked_for() -> None:
    fleet = Fleet(100, 100, 100)
    fleet.happenings.begin([], 0)
    fill(fleet.join("a", 1), 1)
    watchers = [Watcher(fleet, pb.WatchRequest(node_ids=names)) for names in ([], ["a"])]

    def told() -> list[list[tuple[int, int]]]:
        return [[(e.id, e.count) for update in w._update(False) for e in update.events] for w in watchers]

    assert told() == [[], []]
    for node_id in ("a", "b", "a"):
        fleet.events.note(pb.GAP, node_id, lambda count, _times: str(count), 5)
    fleet.events.note(pb.LEADER_STARTED, "", lambda count, _times: str(count))
    # The leader's start of before is repeated by this one.
    assert told() == [[(1, 2), (2, 10), (3, 5)], [(2, 10)]]
    assert told() == [[], []]


async def test_many_events_come_in_several_messages_of_bounded_size() -> None:
    fleet = Fleet(100, 100, 100)
    fleet.events.begin()
    watcher = Watcher(fleet, pb.WatchRequest())
    for number in range(5000):
        fleet.events.note(pb.WENT_OFFLINE, f"n{number}", lambda *_: "x" * 500)
    updates = list(watcher._update(False))
    assert len(updates) > 2
    assert all(update.ByteSize() < 2 << 20 for update in updates)
    assert sum(len(update.events) for update in updates) == 5000
