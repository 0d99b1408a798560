"""A large figure says when it is not of now, and its line ends where nothing came any more."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import grpc
import pytest
from playwright.sync_api import Page, expect

from mcp_telemetry.v1 import metrics_pb2 as pb
from mcp_telemetry.v1.metrics_pb2_grpc import TelemetryStub
from tests.browser.boards import drawn, made, panel
from tests.browser.swarm import Swarm

OpenPage = Callable[..., Page]
SECOND = 1_000_000_000
FIGURE = {"kind": "FIGURE", "columns": ["cpu.percent"], "width": 6, "height": 4}


def report(node_id: str, leader: str, ages_s: range) -> None:
    """A node that has reported so many seconds ago, and leaves."""

    def messages() -> Iterator[pb.NodeMessage]:
        now = time.time_ns()
        made = [pb.MetricSnapshot(time_unix_nano=now - age_s * SECOND) for age_s in ages_s]
        for each in made:
            each.system.cpu.percent = 40
        yield pb.NodeMessage(hello=pb.Hello(node_id=node_id, instance_id="i1", protocol_version=1, first_sequence=1))
        yield pb.NodeMessage(batch=pb.Batch(first_sequence=1, snapshots=made, ack_now=True))
        yield pb.NodeMessage(goodbye=pb.Goodbye(reason="done"))

    with grpc.insecure_channel(leader) as channel:
        for _ in TelemetryStub(channel).StreamMetrics(messages()):
            pass


@pytest.mark.parametrize("aggregate", ["NONE", "SUM"])
def test_a_figure_of_five_minutes_ago_says_so(open_page: OpenPage, swarm: Swarm, aggregate: str) -> None:
    report("quiet", swarm.leader_address, range(600, 299, -1))
    swarm.wait_for_nodes("quiet")
    old = {**FIGURE, "title": "Old", "node_ids": ["quiet"], "aggregate": aggregate}
    new = {**FIGURE, "title": "New", "node_ids": ["alpha"], "aggregate": aggregate, "x": 6}
    page = open_page(f"/dashboard/{made(swarm.url, 'Figures of then and now', old, new)}?range=15m")
    for title in ("Old", "New"):
        drawn(page, title)
    figure, fresh = panel(page, "Old").locator(".panel-figure"), panel(page, "New").locator(".panel-figure")
    expect(figure).to_have_class(re.compile("is-old"))
    expect(figure.locator(".panel-figure-age")).to_have_text(re.compile(r"5 min.* ago"))
    expect(fresh).not_to_have_class(re.compile("is-old"))
    expect(fresh.locator(".panel-figure-age")).to_be_empty()
    line, plot = figure.locator("path.line").bounding_box(), figure.locator(".panel-spark").bounding_box()
    assert line is not None
    assert plot is not None
    ends = (line["x"] + line["width"] - plot["x"]) / plot["width"]
    assert 0.6 < ends < 0.72, "the last third of the time is empty"
