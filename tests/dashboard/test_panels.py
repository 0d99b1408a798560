"""A panel is read from an address, refused with the remedy, and written back always alike."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from starlette.datastructures import QueryParams

from dashboard.panels import (
    MOST_COLUMNS,
    MOST_LABEL_BYTES,
    MOST_LABELS,
    MOST_NAME_BYTES,
    MOST_NODES,
    is_plain,
    panel_of,
    panel_query,
    panel_title,
)
from mcp_telemetry.errors import InvalidDashboardError, InvalidQueryError
from mcp_telemetry.model.dashboards import check
from mcp_telemetry.v1 import metrics_pb2 as pb

Q = pb.QueryRangeRequest


def panel(query: str) -> pb.Panel:
    return panel_of(QueryParams(query))


def test_everything_that_can_be_asked() -> None:
    asked = "node=a&node=b&label=region=eu&column=cpu.percent&column=requests&counters=increase&aggregate=p95"
    found = panel(f"{asked}&by=region&by=zone&kind=stack")
    assert (list(found.node_ids), list(found.columns)) == (["a", "b"], ["cpu.percent", "requests"])
    assert [(label.name, label.value) for label in found.labels] == [("region", "eu")]
    assert (found.counters, found.aggregate, found.kind) == (pb.Panel.INCREASE, Q.P95, pb.Panel.STACK)
    assert list(found.group_by) == ["region", "zone"]


def test_a_column_is_enough() -> None:
    found = panel("column=cpu.percent")
    assert (found.kind, found.counters, found.aggregate) == (pb.Panel.LINES, pb.Panel.PER_SECOND, Q.NONE)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "column is missing"),
        ("column=", "column is empty"),
        ("column=a&kind=pie", "kind is 'pie': want one of lines, stack, figure, table, text"),
        ("column=a&aggregate=median", "aggregate is 'median': want one of none, sum"),
        ("column=a&counters=fast", "counters is 'fast': want one of per_second"),
        ("column=a&by=region", "by is 'region' without an aggregate"),
        ("column=a&node=../x", "node is '../x'"),
        ("column=a&label=region", "label is 'region': want name=value"),
        ("&".join(f"column=c{number}" for number in range(21)), "column is given 21 times: want at most 20"),
        ("column=a&" + "&".join(f"node=n{number}" for number in range(101)), "node is given 101 times"),
        (f"column={'x' * 1025}", "of 1025 bytes: want at most 1024"),
        (f"column=a&aggregate=sum&by={'ü' * 129}", "of 258 bytes: want at most 256"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_remedy(query: str, said: str) -> None:
    with pytest.raises(InvalidQueryError, match=said.replace("(", r"\(")):
        panel(query)


@pytest.mark.parametrize("beyond", [0, 1])
@pytest.mark.parametrize(
    ("name", "field", "value", "most"),
    [
        ("column", "columns", "c{}", MOST_COLUMNS),
        ("node", "node_ids", "n{}", MOST_NODES),
        ("by", "group_by", "l{}", MOST_LABELS),
        ("label", "labels", "l{}=v", MOST_LABELS),
        ("column", "columns", "x" * MOST_NAME_BYTES, 1),
        ("by", "group_by", "x" * MOST_LABEL_BYTES, 1),
    ],
)
def test_what_a_kept_dashboard_may_have_can_be_drawn_and_no_more(
    name: str, field: str, value: str, most: int, beyond: int
) -> None:
    texts = [value + "x" * beyond] if most == 1 else [value.format(number) for number in range(most + beyond)]
    kept = pb.Panel(columns=["cpu.percent"], width=1, height=1, aggregate=Q.SUM)
    del getattr(kept, field)[:]
    getattr(kept, field).extend(texts if field != "labels" else [pb.Label(name=text[:-2], value="v") for text in texts])
    more = "" if name == "column" else "column=cpu.percent&"
    query = f"{more}aggregate=sum&" + "&".join(f"{name}={text}" for text in texts)
    with pytest.raises(InvalidQueryError) if beyond else nullcontext():
        panel(query)
    with pytest.raises(InvalidDashboardError) if beyond else nullcontext():
        check(pb.Dashboard(title="limits", panels=[kept]))


def test_it_is_written_always_alike() -> None:
    one = panel_query(panel("kind=lines&column=cpu.percent&node=b&node=a&node=b&label=z=1&label=a=2"))
    other = panel_query(panel("label=a=2&label=z=1&node=a&node=b&column=cpu.percent"))
    assert one == other == "node=a&node=b&label=a%3D2&label=z%3D1&column=cpu.percent"


@pytest.mark.parametrize(
    "query",
    ["column=requests%7Btools%2Fcall%7D&aggregate=sum&by=region", "node=a&column=a&column=b&counters=total&kind=table"],
)
def test_what_was_written_is_read_again(query: str) -> None:
    assert panel_query(panel(query)) == query


def test_more_stands_behind() -> None:
    assert panel_query(panel("column=a&aggregate=sum"), step="5", tier="") == "column=a&aggregate=sum&step=5"


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("column=cpu.percent", "CPU"),
        ("column=cpu.percent&aggregate=p95", "CPU, p95"),
        ("column=requests&aggregate=sum&by=region&by=zone", "Requests, sum by region, zone"),
        ("column=memory.percent&aggregate=max", "Memory, highest"),
    ],
)
def test_its_title_is_made_of_what_it_shows(query: str, title: str) -> None:
    assert panel_title(panel(query)) == title


def test_its_own_title_stands() -> None:
    assert panel_title(pb.Panel(title="Mine", columns=["cpu.percent"])) == "Mine"


@pytest.mark.parametrize(
    ("query", "plain"),
    [
        ("column=a", True),
        ("column=a&kind=figure", True),
        ("column=a&counters=total", True),
        ("column=a&aggregate=mean", False),
        ("column=a&kind=stack", False),
        ("column=a&counters=increase", False),
    ],
)
def test_which_are_made_of_single_samples(query: str, plain: bool) -> None:
    assert is_plain(panel(query)) is plain
