"""What a panel shows, asked of a leader that is a script."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from dashboard.client import LeaderClient, Series
from dashboard.panel_answer import MAX_ROWS, panel_answer
from dashboard.panel_asking import Asked, ask, missing_columns
from dashboard.panel_figure import MAX_LINES
from dashboard.panels import LONGEST_TOPIC
from dashboard.params import Range
from mcp_telemetry.model.names import is_selected
from mcp_telemetry.v1 import metrics_pb2 as pb
from tests.dashboard.making import SECOND, START
from tests.dashboard.panel_making import START_MS, of_group, of_node, panel

WANTED = Range(START, START + 300 * SECOND, 1000)


class ScriptedLeader(LeaderClient):
    """Gives of its series those that are asked for, and remembers the questions."""

    def __init__(self, *series: Series) -> None:
        super().__init__("127.0.0.1:1")
        self._series = series
        self.asked: list[pb.QueryRangeRequest] = []

    async def series(self, request: pb.QueryRangeRequest) -> list[Series]:
        self.asked.append(request)
        selectors = frozenset(request.columns)
        found = [one for one in self._series if is_selected(one.column.name, selectors)]
        return [one for one in found if not request.node_ids or one.head.node_id in request.node_ids]

    async def columns(self, request: pb.ListColumnsRequest) -> list[pb.ListColumnsResponse.ColumnUse]:
        names = sorted({one.column.name for one in self._series})
        return [pb.ListColumnsResponse.ColumnUse(column=pb.Column(name=name)) for name in names]


async def shown(query: str, *series: Series, nodes: int = 2) -> Any:
    asked = Asked.of(panel(query), WANTED, START_MS + 400_000, nodes)
    answer = panel_answer(asked, await ask(ScriptedLeader(*series), asked))
    return orjson.loads(orjson.dumps(answer, option=orjson.OPT_SERIALIZE_NUMPY))


async def test_lines_of_nodes_and_where_their_live_points_come_from() -> None:
    answer = await shown("column=cpu.percent", of_node("a", "cpu.percent", [1]), of_node("b", "cpu.percent", [2]))
    assert (answer["kind"], answer["title"], answer["lines"], answer["hidden"]) == ("lines", "CPU", 2, 0)
    assert [line["name"] for line in answer["charts"][0]["data"]] == ["a", "b"]
    assert answer["topic"] == "panel?node=a&node=b&column=cpu.percent"
    assert answer["values"] == []
    assert (answer["start_ms"], answer["end_ms"], answer["step_ms"]) == (START_MS, START_MS + 300_000, 0)


async def test_each_unit_has_a_chart_whose_lines_are_named_for_themselves() -> None:
    of_a = (of_node("a", "cpu.percent", [1]), of_node("a", "network.bytes_sent", [1]))
    answer = await shown("column=network.bytes_sent&column=cpu.percent", *of_a, of_node("b", "cpu.percent", [2]))
    first, second = answer["charts"]
    assert [chart["layout"]["meta"]["title"] for chart in (first, second)] == ["Network sent", "CPU"]
    assert [line["name"] for line in second["data"]] == ["a", "b"]


async def test_an_aggregate_has_steps_and_a_topic_of_the_whole_panel() -> None:
    answer = await shown("column=requests&aggregate=sum&by=region&label=x=y", of_group("requests{p}", [1], region="eu"))
    assert answer["step_ms"] == 5000
    assert answer["topic"] == "panel?label=x%3Dy&column=requests&aggregate=sum&by=region&step=5"
    assert answer["charts"][0]["data"][0]["name"] == "eu"


@pytest.mark.parametrize(("query", "kind"), [("&kind=figure", ""), ("&kind=stack", "&kind=stack&step=5")])
async def test_panels_that_draw_the_same_points_share_a_topic(query: str, kind: str) -> None:
    answer = await shown(f"column=cpu.percent{query}", of_node("a", "cpu.percent", [1]))
    assert answer["topic"] == f"panel?node=a&column=cpu.percent{kind}"


async def test_a_figure_has_its_newest_value_and_its_line() -> None:
    answer = await shown("column=cpu.percent&kind=figure", of_node("a", "cpu.percent", [1, 7.25, float("nan")]))
    (value,) = answer["values"]
    assert (value["value"], value["time_ms"], value["unit"]) == (7.25, START_MS + 1000, "%")
    assert value["key"] == answer["charts"][0]["data"][0]["meta"]["key"]


async def test_a_table_has_values_alone_and_is_bounded() -> None:
    many = [of_node(f"n{number}", "cpu.percent", [number]) for number in range(MAX_ROWS + 50)]
    answer = await shown("column=cpu.percent&kind=table", *many, nodes=len(many))
    assert (len(answer["values"]), answer["hidden"], answer["charts"]) == (MAX_ROWS, 50, [])
    assert answer["topic"] == "panel?column=cpu.percent&kind=table"


@pytest.mark.parametrize(("query", "step_s"), [("&aggregate=sum", 5), ("&counters=increase", 5), ("", 0)])
def test_the_steps_of_a_table_are_over_before_they_are_shown(query: str, step_s: int) -> None:
    now_ms = START_MS + 123_456
    wanted = Range((now_ms - 3_600_000) * 1_000_000, now_ms * 1_000_000, 1000)
    asked = Asked.of(panel(f"column=requests&kind=table{query}"), wanted, now_ms, 2)
    assert asked.step_ms == step_s * 1000
    end_ms = asked.wanted.end_ns // 1_000_000
    assert end_ms == (now_ms if not step_s else START_MS + 115_000)


async def test_of_a_fleet_a_few_points_tell_which_nodes_to_ask_for() -> None:
    many = [of_node(f"n{number:03d}", "cpu.percent", [number, 1]) for number in range(100)]
    leader = ScriptedLeader(*many)
    asked = Asked.of(panel("column=cpu.percent"), WANTED, START_MS, 100)
    answer = panel_answer(asked, await ask(leader, asked))
    few, exact = leader.asked
    assert (few.max_points, list(few.node_ids)) == (4, [])
    assert (exact.max_points, len(exact.node_ids)) == (1000, MAX_LINES)
    assert (answer["lines"], answer["hidden"]) == (100, 100 - MAX_LINES)


async def test_what_is_named_is_followed_before_it_says_anything() -> None:
    answer = await shown("column=cpu.percent&node=a&node=b", of_node("a", "cpu.percent", [1]))
    assert answer["topic"] == "panel?node=a&node=b&column=cpu.percent"


async def test_where_nothing_is_drawn_nothing_is_followed() -> None:
    answer = await shown("column=cpu.percent")
    assert (answer["topic"], answer["lines"], answer["charts"]) == (None, 0, [])


async def test_of_names_so_long_that_a_topic_would_be_refused_none_is_told() -> None:
    # Each of these letters takes six in an address.
    names = [f"custom.{number}{'é' * 500}" for number in range(12)]
    told = [
        (await shown("column=" + "&column=".join(some), of_node("a", names[0], [1])))["topic"]
        for some in (names[:7], names)
    ]
    assert [topic and len(topic) < LONGEST_TOPIC for topic in told] == [True, None]


async def test_columns_that_nobody_has_are_told() -> None:
    leader = ScriptedLeader(of_node("a", "requests{x}", [1]))
    assert await missing_columns(leader, panel("column=requests&column=nope&column=requests%7By%7D")) == [
        "nope",
        "requests{y}",
    ]


def test_the_worst_of_the_wrong_clocks_are_told() -> None:
    asked = Asked.of(panel("column=cpu.percent"), WANTED, START_MS, 9)
    answer = panel_answer(asked, [], clocks={f"n{number}": 9_000_000 - number for number in range(9)})
    assert answer["wrong_clocks"] == 9
    assert [clock["node_id"] for clock in answer["clocks"]] == ["n0", "n1", "n2"]
    assert answer["clocks"][0]["offset_ms"] == 9_000_000
