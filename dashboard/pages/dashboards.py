"""`/dashboards` and `/dashboard/<id>`: pages that people made themselves."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.parts import Component, attributes, icon
from dashboard.components.time import time_controls
from dashboard.pages.missing import missing

__all__ = ["layout", "one_layout"]


def layout(**_query: str) -> Component:
    """The list of dashboards, without data."""
    return html.Div(
        [
            html.Div(
                [
                    html.Div([html.H1("Dashboards"), html.P(id="dashboards-subtitle", className="subtitle")]),
                    html.Div(
                        [
                            html.Div(id="dashboards-search-place", className="search-box"),
                            _button("dashboards-import", "upload", "Import"),
                            _button("dashboards-new", "add", "New dashboard", "primary"),
                        ],
                        className="filters",
                    ),
                ],
                className="page-head",
            ),
            _failure("dashboards"),
            html.Div(id="dashboards-list", className="board-cards"),
            html.P("No dashboard matches.", id="dashboards-nothing", className="muted nothing", hidden=True),
            html.P([icon("upload"), "Let go to import"], className="board-drop", **attributes(aria_hidden="true")),
        ],
        id="dashboards-page",
        className="page",
        **attributes(data_about="dashboards", data_blank="yes", aria_busy="true"),
    )


def one_layout(dashboard_id: str = "", **_query: str) -> Component:
    """One dashboard, without data; whether there is such a one, its script finds out."""
    return html.Div(
        [
            html.Div(
                [
                    html.Div(
                        [_title(), html.Div(id="dashboard-tools", className="board-tools-row")], className="page-head"
                    ),
                    html.Div(time_controls(), className="board-time"),
                    html.Div(id="dashboard-bar", className="board-bar card", hidden=True),
                    _failure("dashboard"),
                    html.Div(id="dashboard-grid", className="board-grid"),
                    html.Section(id="dashboard-empty", className="card empty", hidden=True),
                ],
                id="dashboard-content",
                className="page",
            ),
            html.Div(
                missing(
                    "No such dashboard",
                    f"The leader keeps no dashboard “{dashboard_id[:64]}”.",
                    ("/dashboards", "All dashboards"),
                ),
                id="dashboard-missing",
                hidden=True,
            ),
        ],
        id="dashboard-page",
        className="page",
        **attributes(data_about=dashboard_id, data_blank="yes", aria_busy="true"),
    )


def _title() -> Component:
    return html.Div(
        [
            dcc.Link(icon("back"), href="/dashboards", className="button square", title="All dashboards"),
            html.Div(
                [
                    html.H1(id="dashboard-title"),
                    html.P(id="dashboard-description", className="subtitle"),
                ],
                className="title-text",
            ),
        ],
        className="node-title",
    )


def _failure(page: str) -> Component:
    return html.Div(
        [icon("warning"), html.Span(id=f"{page}-failure-text")], id=f"{page}-failure", className="fault", hidden=True
    )


def _button(key: str, symbol: str, label: str, *classes: str) -> Component:
    return html.Button(
        [icon(symbol), html.Span(label)], id=key, type="button", className=" ".join(("button", *classes))
    )
