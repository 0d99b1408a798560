"""`/`: is the swarm well?"""

from __future__ import annotations

from typing import Any

import dash_mantine_components as dmc  # type: ignore[import-untyped]
from dash import html

from dashboard.components.join import COMMAND, INSTALL
from dashboard.components.parts import Component, attributes, copyable, figure_card, icon
from dashboard.components.table import COLUMN_NAMES, STANDARD_COLUMNS, node_table

__all__ = ["layout"]

_STATES = (("live", "Live"), ("stale", "Stale"), ("offline", "Offline"), ("left", "Left"))
_VIEWS = (("table", "Table", "table"), ("heat", "Heat", "heat"))
_COLOURS = (("cpu", "CPU"), ("memory", "Memory"), ("disk", "Disk"), ("state", "Status"))
_SKELETON_ROWS = 8


def layout(**_query: str) -> Component:
    """The page without data."""
    return html.Div(
        [
            html.Div([_title(), _search()], className="page-head"),
            html.Div(_figures(), className="figures fleet-figures"),
            _faults(),
            html.Div(
                [_states(), _narrowing(), _showing()], id="fleet-bar", className="fleet-bar", **_group("What is shown")
            ),
            html.Div(id="fleet-chips", className="fleet-chips", hidden=True),
            _table(),
            _heat(),
            _empty(),
            _nothing(),
        ],
        id="fleet-page",
        className="page",
        **attributes(
            data_about="fleet",
            data_blank="yes",
            data_state="loading",
            data_columns=" ".join(name for name, _ in COLUMN_NAMES),
            data_standard=" ".join(STANDARD_COLUMNS),
        ),
    )


def _title() -> Component:
    return html.Div([html.H1("Fleet"), html.P(id="fleet-subtitle", className="subtitle")])


def _search() -> Component:
    return dmc.TextInput(
        id="fleet-search",
        placeholder="Search nodes, hosts, labels",
        rightSection=html.Kbd("/", className="key"),
        leftSection=icon("search"),
        className="search",
        **attributes(aria_label="Search nodes by name, host or label"),
    )


def _figures() -> list[Component]:
    return [
        figure_card("nodes", "Nodes live", "nodes"),
        figure_card("cpu", "Mean CPU", "cpu", "%"),
        figure_card("memory", "Mean memory", "memory", "%"),
        figure_card("requests", "Requests", "requests", "/s"),
        figure_card("errors", "Errors", "warning", "/s"),
        figure_card("lost", "Snapshots lost", "unplugged"),
    ]


def _faults() -> Component:
    return html.Div(
        [icon("warning"), html.Span(id="fleet-faults-text")], id="fleet-faults", className="fault", hidden=True
    )


def _states() -> Component:
    """All, or the nodes in one state or several."""
    every = _toggle("All", "", "fleet-state-all", data_state="")
    each = [_toggle(title, key, f"fleet-state-{key}", data_state=key) for key, title in _STATES]
    return html.Div([every, *each], id="fleet-states", className="segments", **_group("Which states"))


def _toggle(title: str, symbol: str, key: str, **data: str) -> Component:
    symbols = [icon(symbol)] if symbol else []
    parts = [*symbols, html.Span(title, className="segment-title"), html.Span(id=f"{key}-count", className="count")]
    return html.Button(parts, id=key, type="button", className="segment", **attributes(aria_pressed="false", **data))


def _narrowing() -> Component:
    return html.Div(
        [
            _menu("labels", "Labels", "tags", "Show only nodes with these labels"),
            html.Label(
                [icon("group"), html.Span("Group"), html.Select(html.Option("none", value=""), id="fleet-by")],
                className="button choice",
            ),
        ],
        className="bar-group",
    )


def _showing() -> Component:
    colours = [html.Option(title, value=key) for key, title in _COLOURS]
    views = [_toggle(title, symbol, f"fleet-view-{key}", data_view=key) for key, title, symbol in _VIEWS]
    return html.Div(
        [
            html.Label(
                [html.Span("Colour"), html.Select(colours, id="fleet-colour")],
                id="fleet-colour-label",
                className="button choice",
                hidden=True,
            ),
            _menu("columns", "Columns", "columns", "Choose the columns of the table"),
            html.Button(
                [icon("download"), html.Span("CSV")],
                id="fleet-csv",
                type="button",
                className="button",
                title="Download what is shown as a CSV file",
            ),
            html.Div(views, className="segments", **_group("How nodes are shown")),
        ],
        className="bar-group bar-end",
    )


def _menu(key: str, title: str, symbol: str, meaning: str) -> Component:
    """A button and what it opens; a script fills that in."""
    button = html.Button(
        [icon(symbol), html.Span(title), icon("open")],
        id=f"fleet-{key}",
        type="button",
        className="button",
        title=meaning,
        **attributes(aria_expanded="false", aria_controls=f"fleet-{key}-menu"),
    )
    content = html.Div(id=f"fleet-{key}-menu", className="menu", hidden=True, **_group(meaning))
    return html.Div([button, content], className="menu-place", **attributes(data_names=_names(key)))


def _names(key: str) -> str:
    return "\n".join(f"{name}\t{title}" for name, title in COLUMN_NAMES) if key == "columns" else ""


def _group(label: str) -> dict[str, Any]:
    return {"role": "group", **attributes(aria_label=label)}


def _table() -> Component:
    skeleton = html.Div(
        [html.Div(className="skeleton") for _ in range(_SKELETON_ROWS)],
        className="skeletons",
        **attributes(aria_hidden="true"),
    )
    return html.Div([skeleton, node_table()], id="fleet-table", className="card table-card")


def _heat() -> Component:
    """The cells are drawn on the canvas; the keyboard moves over them, and what it is on is said."""
    words = "Heat view of all nodes: arrow keys move from node to node, Enter opens one"
    canvas = html.Canvas(id="fleet-cells", tabIndex=0, role="application", **attributes(aria_label=words))
    return html.Section(
        [
            html.Div(canvas, id="fleet-heat-cells", className="heat-cells"),
            html.Div(id="fleet-legend", className="legend"),
            html.P(id="fleet-heat-said", className="visually-hidden", role="status"),
            html.Div(id="fleet-tip", className="tip", hidden=True, **attributes(aria_hidden="true")),
        ],
        id="fleet-heat",
        className="card heat",
        hidden=True,
    )


def _empty() -> Component:
    return html.Section(
        [
            icon("nodes", "empty-icon"),
            html.H2("No node yet"),
            html.P("On each machine to watch, install the program and start its agent:", className="muted"),
            copyable(INSTALL, "the installation"),
            copyable(COMMAND),
            html.P("It appears here within two seconds of its start.", className="muted"),
        ],
        id="fleet-empty",
        className="card empty",
        hidden=True,
    )


def _nothing() -> Component:
    return html.Section(
        [
            icon("search", "empty-icon"),
            html.H2("No node matches"),
            html.P(id="fleet-nothing-text", className="muted"),
            html.Button("Show all nodes", id="fleet-clear", type="button", className="button"),
        ],
        id="fleet-nothing",
        className="card empty",
        hidden=True,
    )
