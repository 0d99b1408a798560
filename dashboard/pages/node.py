"""`/node/<id>`: how is this one, and how was it?"""

from __future__ import annotations

import dash_mantine_components as dmc  # type: ignore[import-untyped]
from dash import dcc, html

from dashboard.charts import CHARTS
from dashboard.components.parts import NOTHING, Component, attributes, chart_card, icon
from dashboard.pages.missing import missing
from mcp_telemetry.model.names import is_node_id

__all__ = ["layout", "title"]

# Seconds; the first is what a page opens with.
_RANGES = {
    "300": "5 min",
    "900": "15 min",
    "3600": "1 h",
    "86400": "24 h",
    "604800": "7 d",
    "2592000": "30 d",
    "31536000": "1 y",
}
_FACTS = {
    "uptime": "Uptime",
    "load": "Load 1 / 5 / 15 min",
    "memory": "Memory used",
    "connections": "Connections",
    "seen": "Last sample",
    "offset": "Clock offset",
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
    """The page without data; whether there is such a node, its script finds out."""
    return html.Div(
        [
            html.Div(
                [
                    html.Div([_title(node_id), _range()], className="page-head"),
                    html.Dl([_fact(key, label) for key, label in _FACTS.items()], className="card facts"),
                    html.Div([chart_card(key, chart.title) for key, chart in CHARTS.items()], className="charts"),
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
        **attributes(data_about=node_id),
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


def _range() -> Component:
    return html.Div(
        [
            html.Button("Back to live", id="node-follow", type="button", className="button", hidden=True),
            dmc.SegmentedControl(
                id="node-range",
                data=[{"value": seconds, "label": label} for seconds, label in _RANGES.items()],
                value=next(iter(_RANGES)),
                **attributes(aria_label="Time range"),
            ),
        ],
        className="filters",
    )


def _fact(key: str, label: str) -> Component:
    return html.Div([html.Dt(label), html.Dd(NOTHING, id=f"fact-{key}")])


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
