"""`/system`: how is the leader itself?"""

from __future__ import annotations

from dash import html

from dashboard.components.parts import Component, attributes

__all__ = ["layout"]


def layout(**_query: str) -> Component:
    """The page without data."""
    return html.Div(
        [html.Div(html.H1("System"), className="page-head")],
        id="system-page",
        className="page",
        **attributes(data_about="system"),
    )
