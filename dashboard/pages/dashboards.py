"""`/dashboards` and `/dashboard/<id>`: pages that people made themselves."""

from __future__ import annotations

from dash import html

from dashboard.components.parts import Component, attributes

__all__ = ["layout", "one_layout"]


def layout(**_query: str) -> Component:
    """The list of dashboards, without data."""
    return html.Div(
        [html.Div(html.H1("Dashboards"), className="page-head")],
        id="dashboards-page",
        className="page",
        **attributes(data_about="dashboards"),
    )


def one_layout(dashboard_id: str = "", **_query: str) -> Component:
    """One dashboard, without data; whether there is such a one, its script finds out."""
    return html.Div(
        [html.Div(html.H1("Dashboard"), className="page-head")],
        id="dashboard-page",
        className="page",
        **attributes(data_about=dashboard_id),
    )
