"""The dialog that tells what the keyboard does."""

from __future__ import annotations

import dash_mantine_components as dmc  # type: ignore[import-untyped]
from dash import html

from dashboard.components.parts import Component

__all__ = ["CLOSE", "KEYS", "help_dialog"]

CLOSE = {"aria-label": "Close"}
# Group, then keys and what they do; several keys are pressed one after the other.
KEYS: dict[str, tuple[tuple[str, str], ...]] = {
    "Everywhere": (
        ("/", "Search nodes"),
        ("?", "These keys"),
        ("Esc", "Close a dialog, leave the search"),
    ),
    "Go to": (
        ("g f", "Fleet"),
        ("g c", "Compare"),
        ("g d", "Dashboards"),
        ("g e", "Events"),
        ("g s", "System"),
    ),
    "Charts": (
        ("p", "Pause, and go on"),
        ("Drag", "Zoom in, in all charts"),
        ("Hold-and-drag", "The same with a finger"),
        ("Double-click", "Back out"),
    ),
    "In the search of nodes": (
        ("Enter", "Open the first that matches"),
        ("\N{DOWNWARDS ARROW}", "Go to the nodes"),
    ),
    "In the table of nodes": (
        ("\N{UPWARDS ARROW} \N{DOWNWARDS ARROW}", "Move from row to row"),
        ("Enter", "Open the node, or fold its group"),
        ("Space", "Fold a group"),
    ),
}


def help_dialog() -> Component:
    """Closed at first."""
    return dmc.Modal(
        html.Div([_group(title, keys) for title, keys in KEYS.items()], className="keys"),
        id="help-dialog",
        title="Keyboard shortcuts",
        size="md",
        centered=True,
        closeButtonProps=CLOSE,
    )


def _group(title: str, keys: tuple[tuple[str, str], ...]) -> Component:
    return html.Section(
        [
            html.H3(title),
            html.Dl([html.Div([html.Dt(_pressed(pressed)), html.Dd(text)]) for pressed, text in keys]),
        ]
    )


def _pressed(keys: str) -> list[Component]:
    return [html.Kbd(key, className="key") for key in keys.split()]
