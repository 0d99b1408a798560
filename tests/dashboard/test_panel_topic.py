"""What panels get over the live socket, from a leader that is a script."""

from __future__ import annotations

import contextlib
from typing import Any

import orjson
import pytest

from dashboard import panel_steps
from dashboard.client import LeaderGoneError, Series, Update
from dashboard.mirror import Mirror
from dashboard.panel_requests import SETTLED_MS
from dashboard.panel_steps import StepSource, TableSource
from dashboard.panel_topic import PlainSource, panel_source_of
from dashboard.panels import LONGEST_TOPIC
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START, node, samples, update
from tests.dashboard.panel_making import START_MS, of_group, of_node, panel
from tests.dashboard.scripted_leader import ScriptedLeader, taken

Q = pb.QueryRangeRequest
ROWS = [{"cpu.percent": 10.12345678, "requests{ping}": 5}, {"cpu.percent": 20, "requests{ping}": 8}]


class Leader(ScriptedLeader):
    """Answers ranges, too: the next of these, an error if it is one."""

    def __init__(self, *watches: list[Update], answers: list[list[Series] | Exception] | None = None) -> None:
        super().__init__(*watches)
        self.answers = answers or []
        self.asked: list[pb.QueryRangeRequest] = []

    async def series(self, request: pb.QueryRangeRequest) -> list[Series]:
        self.asked.append(request)
        answer = self.answers.pop(0) if self.answers else []
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel_steps, "_LONGEST_S", 0.01)


def plain(query: str, leader: ScriptedLeader) -> PlainSource:
    return PlainSource(f"panel?{query}", panel(query), leader, 0.5)


async def test_samples_of_nodes_come_as_parts_with_rates() -> None:
    query = "node=a&node=b&column=cpu.percent&column=requests"
    leader = Leader([update(samples=[samples("a", ROWS), samples("b", ROWS[:1])], at_ns=START + SECOND)])
    (message,) = await taken(plain(query, leader), 1)
    assert message == {
        "topic": f"panel?{query}",
        "kind": "open",
        "since_ms": START_MS - 9000,
        "parts": [
            [
                [START_MS, START_MS + 1000],
                {"a cpu.percent": [10.1235, 20], "a requests{ping}": [None, 3]},
            ],
            [[START_MS], {"b cpu.percent": [10.1235]}],
        ],
    }
    (request,) = leader.requests
    assert (list(request.node_ids), list(request.columns)) == (["a", "b"], ["cpu.percent", "requests"])
    assert (request.live, request.interval_ms, request.backfill_ms) == (True, 500, 10_000)


async def test_totals_are_told_as_they_are() -> None:
    query = "node=a&column=requests&counters=total"
    (message,) = await taken(plain(query, Leader([update(samples=[samples("a", ROWS)])])), 1)
    assert message["parts"][0][1]["a requests{ping}"] == [5, 8]


async def test_who_joins_gets_what_came_lately() -> None:
    later = START + 2 * SECOND
    first = update(samples=[samples("a", ROWS)], at_ns=START + SECOND)
    second = update(samples=[samples("a", ROWS, later)], at_ns=START + 3 * SECOND)
    source = plain("node=a&column=cpu.percent", Leader([first, update(), second]))
    opened, appended = await taken(source, 2)
    assert [opened["kind"], appended["kind"], appended["now_ms"]] == ["open", "append", START_MS + 3000]
    joining = orjson.loads(source.opening())
    assert joining["since_ms"] == opened["since_ms"]
    assert joining["parts"] == opened["parts"] + appended["parts"]


async def test_what_is_kept_for_newcomers_is_bounded() -> None:
    updates = [update(samples=[samples("a", ROWS, START + at * SECOND)], at_ns=START + at * SECOND) for at in range(90)]
    source = plain("node=a&column=cpu.percent", Leader(updates))
    await taken(source, 90)
    joining = orjson.loads(source.opening())
    assert len(joining["parts"]) == 31
    assert joining["since_ms"] == START_MS + 58_000, "what was dropped last came then"


async def test_after_a_lost_leader_it_opens_again() -> None:
    again = update(samples=[samples("a", ROWS)], at_ns=START + 60 * SECOND)
    source = plain("node=a&column=cpu.percent", Leader([update(samples=[samples("a", ROWS)])], [again]))
    first, second = await taken(source, 2)
    assert [first["kind"], second["kind"]] == ["open", "open"]
    assert second["since_ms"] == START_MS + 50_000, "from here on nothing is missing"


class Clock(Mirror):
    """A mirror whose leader's clock is a script."""

    def __init__(self) -> None:
        super().__init__(ScriptedLeader())
        self.ms = START_MS + SETTLED_MS

    def leader_now_ms(self) -> int:
        return self.ms


def steps(query: str, leader: Leader, clock: Clock) -> StepSource:
    return StepSource(f"panel?{query}", panel(query), 5000, leader, clock)


async def test_each_step_is_asked_for_once_it_is_settled() -> None:
    clock, leader = Clock(), Leader(answers=[[of_group("cpu.percent", [7.5])], [of_group("cpu.percent", [8.5])]])
    source = steps("column=cpu.percent&aggregate=p95&step=5", leader, clock)
    async with contextlib.aclosing(source.updates()) as updates:
        first = orjson.loads(await anext(updates))
        clock.ms += 5000
        second = orjson.loads(await anext(updates))
    assert (first["kind"], first["parts"]) == ("append", [[[START_MS], {" cpu.percent": [7.5]}]])
    assert second["now_ms"] == clock.ms
    asked = [(each.start_unix_nano, each.end_unix_nano, each.step_ms) for each in leader.asked]
    assert asked == [(START - 5 * SECOND, START, 5000), (START, START + 5 * SECOND, 5000)]
    assert [(request.live, request.columns[:]) for request in leader.requests] == [(True, ["none"])]


async def test_lines_of_the_same_steps_come_in_one_part() -> None:
    groups = [of_group("cpu.percent", [1, 2], region=region) for region in ("eu", "us")]
    source = steps("column=cpu.percent&aggregate=sum&by=region", Leader(answers=[groups]), Clock())
    (message,) = await taken(source, 1)
    lines = {"eu cpu.percent": [1, 2], "us cpu.percent": [1, 2]}
    assert message["parts"] == [[[START_MS, START_MS + 5000], lines]]


async def test_areas_are_asked_for_node_by_node_on_the_same_steps() -> None:
    leader = Leader(answers=[[of_group("cpu.percent", [1, 2])], [of_group("cpu.percent", [3, 4])]])
    source = steps("node=a&node=b&column=cpu.percent&kind=stack", leader, Clock())
    (message,) = await taken(source, 1)
    assert message["parts"] == [
        [[START_MS, START_MS + 5000], {"a cpu.percent": [1, 2], "b cpu.percent": [3, 4]}],
    ]
    asked = [(list(each.node_ids), each.aggregate, each.step_ms) for each in leader.asked]
    assert asked == [(["a"], Q.MEAN, 5000), (["b"], Q.MEAN, 5000)]


async def test_a_step_that_could_not_be_had_comes_with_the_next() -> None:
    clock = Clock()
    leader = Leader(answers=[LeaderGoneError("gone"), [of_group("cpu.percent", [7])]])
    (message,) = await taken(steps("column=cpu.percent&aggregate=sum", leader, clock), 1)
    assert message["parts"]
    assert [each.start_unix_nano for each in leader.asked] == [START - 5 * SECOND] * 2


async def test_after_a_long_absence_of_the_leader_it_opens_again() -> None:
    clock, leader = Clock(), Leader(answers=[[of_group("cpu.percent", [1])], [of_group("cpu.percent", [2])]])
    source = steps("column=cpu.percent&aggregate=sum", leader, clock)
    async with contextlib.aclosing(source.updates()) as updates:
        await anext(updates)
        clock.ms += 120_000
        opened, appended = [orjson.loads(await anext(updates)) for _ in range(2)]
    assert (opened["kind"], opened["parts"], appended["kind"]) == ("open", [], "append")
    assert opened["since_ms"] > START_MS + 100_000, "who heard less fetches everything"
    assert len(leader.asked) == 2


async def test_where_nodes_are_sampled_more_rarely_than_before_browsers_fetch_wider_steps() -> None:
    clock, leader = Clock(), Leader(answers=[[of_group("cpu.percent", [1])], []])
    source = steps("column=cpu.percent&aggregate=sum", leader, clock)
    async with contextlib.aclosing(source.updates()) as updates:
        await anext(updates)
        clock.take(update(node("a")))
        for at in (0, 60, 120):
            clock.take(update(samples=[samples("a", [{"cpu.percent": 1}], START + at * SECOND)]))
        clock.ms += 1000
        opened = orjson.loads(await anext(updates))
    assert (opened["kind"], opened["since_ms"]) == ("open", clock.ms), "whoever looks has heard less"


async def test_a_table_is_told_whole() -> None:
    leader = Leader(answers=[[of_node("a", "cpu.percent", [1, 7])]])
    query = "column=cpu.percent&kind=table"
    source = TableSource(f"panel?{query}", panel(query), leader, Mirror(leader))
    assert orjson.loads(source.opening())["kind"] == "open"
    (message,) = await taken(source, 1)
    assert (message["kind"], message["lines"], message["hidden"]) == ("values", 1, 0)
    assert [(value["name"], value["value"]) for value in message["values"]] == [("a", 7)]
    assert orjson.loads(source.opening()) == message


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("node=a&column=cpu.percent", PlainSource),
        ("column=cpu.percent&aggregate=p95&step=5", StepSource),
        ("node=a&column=cpu.percent&kind=stack&step=10", StepSource),
        ("node=a&column=requests&counters=increase&step=10", StepSource),
        ("column=cpu.percent&kind=table", TableSource),
    ],
)
async def test_the_names_that_mean_something(query: str, kind: type[Any]) -> None:
    leader = Leader()
    assert type(panel_source_of(f"panel?{query}", leader, Mirror(leader), 1.0)) is kind


@pytest.mark.parametrize(
    "name",
    [
        "panel",
        "panel?",
        "panel?column=cpu.percent",  # samples of nodes that are not named
        "panel?column=cpu.percent&aggregate=sum",  # steps of no width
        "panel?column=cpu.percent&aggregate=sum&step=x",
        "panel?node=../x&column=cpu.percent",
        "panel?node=a&column=cpu.percent&kind=text&aggregate=pie",
        f"panel?node=a&column={'x' * LONGEST_TOPIC}",
        "node/a",
    ],
)
async def test_a_name_that_means_nothing_has_no_source(name: str) -> None:
    leader = Leader()
    assert panel_source_of(name, leader, Mirror(leader), 1.0) is None


async def test_nodes_are_not_told_of() -> None:
    source = plain("node=a&column=cpu.percent", Leader([update(node("a")), update(node("a", pb.LEFT))]))
    (message,) = await taken(source, 1)
    assert (message["kind"], message["parts"]) == ("open", [])
