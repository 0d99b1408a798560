"""Browsers without a screen do what a page does."""

from __future__ import annotations

import json

from tests.benchmarks.pages.visitors import Visit, visitors_command

HOST = "http://127.0.0.1:5000"


def test_a_visit_is_what_a_page_last_looked_at_and_asked_the_api_for() -> None:
    sent = ['{"look_at":["status"]}', '{"look_at":["status","node/agent"]}']
    urls = [f"{HOST}/assets/all.js?v=1", f"{HOST}/api/nodes/agent/charts?chart=cpu&start=1"]
    assert Visit.of_page(sent, urls) == Visit(("status", "node/agent"), ("/api/nodes/agent/charts?chart=cpu&start=1",))


def test_another_node_is_visited_in_the_same_way() -> None:
    visit = Visit(
        ("status", "node/agent"), ("/api/nodes/agent", "/api/events?node=agent&limit=5", "/api/agents/agent-2")
    )
    assert visit.of_node("agent", "load-1") == Visit(
        ("status", "node/load-1"), ("/api/nodes/load-1", "/api/events?node=load-1&limit=5", "/api/agents/agent-2")
    )


def test_the_command_tells_each_visit() -> None:
    command = visitors_command("127.0.0.1:5000", [Visit(("fleet",)), Visit(("node/a",), ("/api/nodes/a",))])
    assert json.loads(command[-1]) == [[["fleet"], []], [["node/a"], ["/api/nodes/a"]]]
