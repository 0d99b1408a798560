"""What is shown where there is nothing."""

from __future__ import annotations

from dash import dcc, html

from dashboard.components.parts import Component, icon

__all__ = ["layout", "missing"]


def layout(**_query: str) -> Component:
    """The page for an address that means nothing."""
    return html.Div(missing("Nothing here", "This address leads nowhere."), className="page")


def missing(title: str, text: str, back: tuple[str, str] = ("/", "Back to the fleet")) -> Component:
    """A card that says what is missing, and the way back: an address, and what it is called."""
    href, label = back
    return html.Section(
        [
            icon("offline", "empty-icon"),
            html.H1(title),
            html.P(text, className="muted"),
            dcc.Link([icon("back"), html.Span(label)], href=href, className="button"),
        ],
        className="card empty",
    )
