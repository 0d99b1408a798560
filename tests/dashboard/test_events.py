"""What happened, as the dashboard asks for it and passes it on."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.datastructures import QueryParams

from dashboard import events
from dashboard.client import Update
from dashboard.events import EventSource, RecentEvents, event_facts, events_request
from dashboard.fleet import FleetState
from dashboard.mirror import Mirror
from dashboard.pages import events as page
from dashboard.topics import source_of
from mcp_telemetry.errors import InvalidQueryError, UnknownNodeError
from mcp_telemetry.model.events import KINDS_BY_WORD
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START, update
from tests.dashboard.scripted_leader import ScriptedLeader

ASSETS = Path(events.__file__).parent / "assets"
NOW_S = START / SECOND


def event(number: int, **fields: Any) -> pb.Event:
    usual = {
        "id": number,
        "time_unix_nano": START,
        "node_id": "a",
        "kind": pb.WENT_OFFLINE,
        "count": 1,
        "detail": "Gone.",
    }
    return pb.Event(**usual | fields)


def asked(query: str, known: tuple[str, ...] = ("web-1", "web-2", "db")) -> pb.ListEventsRequest | None:
    return events_request(QueryParams(query), known, NOW_S)


def test_an_event_as_json() -> None:
    assert event_facts(event(7, time_unix_nano=START + 1_999_999)) == {
        "id": 7,
        "time_ms": START // 1_000_000 + 1,
        "node_id": "a",
        "kind": "offline",
        "count": 1,
        "detail": "Gone.",
    }
    assert event_facts(event(7, kind=99))["kind"] == "other"


def test_all_that_happened_is_asked_for_if_nothing_is_said() -> None:
    assert asked("") == pb.ListEventsRequest(limit=200)


def test_every_parameter_reaches_the_leader() -> None:
    query = "node=a&node=b&kind=offline&kind=clock_step&start=100&end=200&limit=5&before=77&counts=true"
    assert asked(query) == pb.ListEventsRequest(
        node_ids=["a", "b"],
        kinds=[pb.WENT_OFFLINE, pb.CLOCK_STEP],
        start_unix_nano=100 * SECOND,
        end_unix_nano=200 * SECOND,
        limit=5,
        before_id=77,
        count_kinds=True,
    )


def test_a_range_ends_when_the_leader_says_that_it_is_now() -> None:
    request = asked("range=1h")
    assert request is not None
    assert (request.start_unix_nano, request.end_unix_nano) == (START - 3600 * SECOND, 0)


def test_an_end_alone_has_no_beginning() -> None:
    request = asked("end=200")
    assert request is not None
    assert (request.start_unix_nano, request.end_unix_nano) == (0, 200 * SECOND)


def test_a_text_means_the_nodes_whose_names_hold_it() -> None:
    for query, names in (("q=WEB", ["web-1", "web-2"]), ("q=-&node=db&node=web-2", ["web-2"]), ("q=%20", [])):
        request = asked(query)
        assert request is not None
        assert list(request.node_ids) == names
    assert asked("q=nobody") is None


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("kind=gone", "kind is 'gone': want one of joined, stale, "),
        ("limit=0", "limit is '0': want a whole number from 1 to 10000"),
        ("limit=10001", "limit is '10001'"),
        ("before=x", "before is 'x'"),
        ("counts=yes", "counts is 'yes': want true or false"),
        ("start=5&end=5", "start must be before end"),
        (f"q={'x' * 129}", "q has 129 characters: want at most 128"),
    ],
)
def test_what_makes_no_sense_is_refused(query: str, says: str) -> None:
    with pytest.raises(InvalidQueryError, match=says):
        asked(query)


def test_a_node_that_cannot_be_is_refused() -> None:
    with pytest.raises(UnknownNodeError):
        asked("node=../x")


async def next_message(messages: Any) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(await asyncio.wait_for(anext(messages), 5))
    return found


async def test_a_browser_asks_first_and_is_told_each_event_then() -> None:
    mirror = Mirror(ScriptedLeader())
    source = source_of("events", ScriptedLeader(), mirror, FleetState(mirror), 1.0)
    assert isinstance(source, EventSource)
    assert orjson.loads(source.opening()) == {"topic": "events", "kind": "open"}
    messages = source.updates()
    waiting = asyncio.ensure_future(next_message(messages))
    mirror.take(update())
    mirror.take(Update([], [], 0, START, [event(1), event(2)]))
    first = await waiting
    assert (first["topic"], first["kind"], [each["id"] for each in first["events"]]) == ("events", "append", [1, 2])
    mirror.take(Update([], [], 0, START, [event(2, count=5)]))
    assert [(each["id"], each["count"]) for each in (await next_message(messages))["events"]] == [(2, 5)]


async def test_it_is_to_ask_again_when_the_leader_was_away_or_too_much_happened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    generation = [1]
    recent = RecentEvents()
    messages = EventSource(recent, lambda: generation[0]).updates()
    waiting = asyncio.ensure_future(next_message(messages))
    generation[0] += 1
    recent.wake()
    assert await waiting == {"topic": "events", "kind": "open"}
    recent.take(map(event, range(events._MOST_RECENT + 1)))
    assert await next_message(messages) == {"topic": "events", "kind": "open"}
    recent.take([event(9)])
    assert (await next_message(messages))["events"][0]["id"] == 9


def test_the_page_and_its_script_know_every_kind_by_one_name() -> None:
    script = (ASSETS / "events.js").read_text()
    told = dict(re.findall(r'^    (\w+): \["([^"]+)", "[^"]+", "[^"]+"\],$', script, re.M))
    assert told.keys() == KINDS_BY_WORD.keys()
    assert told == {kind: label for kind, (label, *_) in page._KINDS.items()}
    icons = set(re.findall(r"^\.icon-([\w-]+) ", (ASSETS / "icons.css").read_text(), re.M))
    assert {symbol for _, symbol, _ in page._KINDS.values()} <= icons
