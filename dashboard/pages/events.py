"""`/events`: what happened in the swarm?"""

from __future__ import annotations

from dash import html

from dashboard.components.parts import Component, attributes

__all__ = ["layout"]


def layout(**_query: str) -> Component:
    """The page without data."""
    return html.Div(
        [html.Div(html.H1("Events"), className="page-head")],
        id="events-page",
        className="page",
        **attributes(data_about="events"),
    )
