"""`/`: is the swarm well?"""

from __future__ import annotations

import dash_mantine_components as dmc  # type: ignore[import-untyped]
from dash import html

from dashboard.components.join import COMMAND
from dashboard.components.parts import Component, attributes, copyable, figure_card, icon
from dashboard.components.table import node_table

__all__ = ["layout"]

_STATES = [{"value": "", "label": "All"}, {"value": "live", "label": "Live"}, {"value": "down", "label": "Not live"}]


def layout(**_query: str) -> Component:
    """The page without data."""
    return html.Div(
        [
            html.Div([_title(), _filters()], className="page-head"),
            html.Div(
                [
                    figure_card("nodes", "Nodes live", "nodes"),
                    figure_card("cpu", "Mean CPU", "cpu", "%"),
                    figure_card("memory", "Mean memory", "memory", "%"),
                    figure_card("requests", "Requests", "requests", "/s"),
                    figure_card("errors", "Errors", "warning", "/s"),
                ],
                className="figures",
            ),
            _faults(),
            html.Div(node_table(), id="fleet-table", className="card table-card"),
            _empty(),
            html.P("No node matches.", id="fleet-nothing", className="muted nothing", hidden=True),
        ],
        id="fleet-page",
        className="page",
        **attributes(data_about="fleet"),
    )


def _title() -> Component:
    return html.Div([html.H1("Fleet"), html.P(id="fleet-subtitle", className="subtitle")])


def _filters() -> Component:
    return html.Div(
        [
            dmc.SegmentedControl(id="fleet-states", data=_STATES, value="", **attributes(aria_label="Which nodes")),
            dmc.TextInput(
                id="fleet-search",
                placeholder="Search nodes",
                rightSection=html.Kbd("/", className="key"),
                leftSection=icon("search"),
                className="search",
                **attributes(aria_label="Search nodes by name, host or label"),
            ),
        ],
        className="filters",
    )


def _faults() -> Component:
    return html.Div(
        [icon("warning"), html.Span(id="fleet-faults-text")], id="fleet-faults", className="fault", hidden=True
    )


def _empty() -> Component:
    return html.Section(
        [
            icon("nodes", "empty-icon"),
            html.H2("No node yet"),
            html.P("On each machine to watch, install mcp-telemetry and start its agent:", className="muted"),
            copyable(COMMAND),
            html.P("It appears here within two seconds of its start.", className="muted"),
        ],
        id="fleet-empty",
        className="card empty",
        hidden=True,
    )
