"""The smallest pieces: an icon, a figure card, a command to copy."""

from __future__ import annotations

from typing import Any

from dash import html

__all__ = ["NOTHING", "Component", "attributes", "copyable", "figure_card", "icon"]

Component = Any  # Dash writes its component classes itself, without a common type.
NOTHING = "\N{EN DASH}"


def attributes(**values: str) -> dict[str, Any]:
    """HTML attributes whose names hold a dash: `data_about` is data-about."""
    return {name.replace("_", "-"): value for name, value in values.items()}


def icon(name: str, *classes: str) -> Component:
    """An icon of assets/icons.css; it is decoration, so screen readers pass it over."""
    return html.Span(className=" ".join(("icon", f"icon-{name}", *classes)), **attributes(aria_hidden="true"))


def figure_card(key: str, label: str, symbol: str, unit: str = "") -> Component:
    """A figure at the head of a page: label, value, a note below, and a line of the last two minutes."""
    return html.Section(
        [
            html.Div([html.H2(label, className="figure-label"), icon(symbol, "figure-icon", f"tone-{key}")]),
            html.P(
                [html.Span(NOTHING, id=f"figure-{key}", className="figure-value"), html.Span(unit, className="unit")]
            ),
            html.P(id=f"figure-{key}-note", className="figure-note"),
            html.Div(id=f"figure-{key}-line", className="figure-line"),
        ],
        className="card figure",
    )


def copyable(template: str, what: str = "the command") -> Component:
    """Text, with LEADER and ORIGIN where a script puts the leader's and this site's, and a button that copies it."""
    is_block = "\n" in template
    # What scrolls has to be within reach of the keyboard.
    reachable: dict[str, Any] = {}
    if is_block:
        reachable = {"tabIndex": "0", "role": "group", "aria-label": what.capitalize()}
    return html.Div(
        [
            html.Code(
                template,
                className="command block" if is_block else "command",
                **attributes(data_template=template),
                **reachable,
            ),
            html.Button(
                [icon("copy"), html.Span("Copy"), html.Span(f" {what}", className="visually-hidden")],
                className="button",
                type="button",
                **attributes(data_copy=""),
            ),
        ],
        className="copyable block" if is_block else "copyable",
    )
