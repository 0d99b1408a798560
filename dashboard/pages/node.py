"""`/node/<id>`: how is this one, and how was it?"""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.parts import NOTHING, Component, attributes, icon
from dashboard.components.time import time_controls
from dashboard.pages.missing import missing
from mcp_telemetry.model.names import is_node_id

__all__ = ["layout", "title"]

_FACTS = {
    "uptime": "Uptime",
    "host": "Host up",
    "load": "Load 1 / 5 / 15 min",
    "cpus": "Processors",
    "memory": "Memory used",
    "connections": "Connections",
    "seen": "Last sample",
    "offset": "Clock offset",
    "first": "First seen",
    "address": "Address",
    "agent": "Agent",
    "lost": "Snapshots lost",
}
_LOSSES = {
    "stored": ("Stored", "on the leader's disk."),
    "gaps": ("Gaps", "never arrived, and the node did not say why."),
    "dropped": ("Dropped", "given up by the node, because its outbox was full."),
    "rejected": ("Rejected", "received, but bad: a NaN, a time far away."),
    "duplicates": ("Duplicates", "received again and not stored twice: harmless."),
    "late": ("Late", "stored, but older than a minute on arrival."),
}


def title(node_id: str = "") -> str:
    """What the browser's tab says; Dash writes it into the page as it is, so only a valid name gets there."""
    return f"{node_id} · MCP Telemetry" if is_node_id(node_id) else "MCP Telemetry"


def layout(node_id: str = "", **_query: str) -> Component:
    """The page without data; whether there is such a node, and what it reports, its script finds out."""
    return html.Div(
        [
            html.Div(
                [
                    html.Div([_title(node_id), time_controls()], className="page-head"),
                    html.Dl([*(_fact(key, label) for key, label in _FACTS.items()), _labels()], className="card facts"),
                    _problem(),
                    _last(),
                    html.Nav(id="node-jumps", className="jumps", **attributes(aria_label="Sections")),
                    html.Div(id="node-sections", className="node-sections"),
                    html.P(id="node-absent", className="muted absent", hidden=True),
                    _losses(),
                ],
                id="node-content",
            ),
            html.Div(
                missing("No such node", f"The leader has never seen a node named “{node_id[:128]}”."),
                id="node-missing",
                hidden=True,
            ),
        ],
        id="node-page",
        className="page",
        **attributes(data_about=node_id, data_blank="yes"),
    )


def _title(node_id: str) -> Component:
    return html.Div(
        [
            dcc.Link(icon("back"), href="/", className="button square", title="Back to the fleet"),
            html.Div(
                [
                    html.Div([html.H1(node_id), html.Span(id="node-state", className="state")], className="title-line"),
                    html.P(id="node-subtitle", className="subtitle"),
                ],
                className="title-text",
            ),
        ],
        className="node-title",
    )


def _fact(key: str, label: str) -> Component:
    return html.Div([html.Dt(label), html.Dd(NOTHING, id=f"fact-{key}")])


def _labels() -> Component:
    # What scrolls has to be within reach of the keyboard: here the labels are, each a link.
    return html.Div([html.Dt("Labels"), html.Dd(NOTHING, id="fact-labels")], className="fact-labels")


def _problem() -> Component:
    """Says why the page is not filled yet, in the place of what it waits for."""
    return html.Div(
        [
            icon("warning"),
            html.Strong(id="node-problem-title"),
            html.P(id="node-problem-text", className="muted"),
        ],
        id="node-problem",
        className="card node-problem",
        role="status",
        hidden=True,
        **attributes(data_timeless="yes"),
    )


def _last() -> Component:
    """Leads out of a time in which the node said nothing."""
    return html.Div(
        [
            html.P(
                ["Nothing came from this node in this time. Its last sample is of ", html.B(id="node-last-time"), "."]
            ),
            html.Button("Go to the last sample", id="node-last-go", type="button", className="button"),
        ],
        id="node-last",
        className="card node-last",
        hidden=True,
    )


def _losses() -> Component:
    return html.Section(
        [
            html.H2("Snapshots since the leader first saw this node"),
            html.Dl([_loss(key, label, meaning) for key, (label, meaning) in _LOSSES.items()]),
        ],
        className="card losses",
    )


def _loss(key: str, label: str, meaning: str) -> Component:
    return html.Div([html.Dt(label), html.Dd(NOTHING, id=f"loss-{key}"), html.Dd(meaning, className="meaning")])
