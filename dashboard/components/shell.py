"""The frame around every page: header, navigation, the banner that says what is wrong, the page."""

from __future__ import annotations

import dash_mantine_components as dmc  # type: ignore[import-untyped]
from dash import dcc, html

from dashboard.components.help import CLOSE, help_dialog
from dashboard.components.join import join_ways
from dashboard.components.parts import Component, attributes, icon
from mcp_telemetry._version import __version__

__all__ = ["LINKS", "shell"]

# Key, label, address, icon; the key and "-link" is the id.
_PAGES = (
    ("fleet", "Fleet", "/", "fleet"),
    ("compare", "Compare", "/compare", "compare"),
    ("dashboards", "Dashboards", "/dashboards", "dashboards"),
    ("events", "Events", "/events", "events"),
    ("system", "System", "/system", "system"),
)
_SCHEMES = [{"value": scheme, "label": scheme.capitalize()} for scheme in ("auto", "light", "dark")]
LINKS = tuple(f"{key}-link" for key, *_ in _PAGES)

_THEME = {
    "primaryColor": "indigo",
    "fontFamily": "Inter, system-ui, sans-serif",
    "defaultRadius": "md",
    # Mantine's greys with a touch of blue: 7 is the page, 6 a card, 4 a border, 2 secondary text.
    "colors": {
        "dark": [
            *("#dfe2e8", "#b9bfca", "#9aa2b1", "#6b7383", "#343a46"),
            *("#2a2f3a", "#1c2029", "#14171e", "#0f1217", "#0a0c10"),
        ]
    },
}


def shell(container: Component) -> Component:
    """The layout of the site around Dash's container of pages."""
    return dmc.MantineProvider(
        [
            html.A("Skip to the content", href="#main", className="skip-link"),
            dmc.AppShell(
                [
                    dmc.AppShellHeader(_header(), className="header"),
                    dmc.AppShellNavbar(_navigation(), className="navigation", **attributes(aria_label="Pages")),
                    dmc.AppShellMain([_banner(), _error(), container], id="main", tabIndex=-1),
                ],
                id="shell",
                header={"height": 60},
                navbar={"width": 208, "breakpoint": "sm", "collapsed": {"mobile": True}},
                padding={"base": "md", "sm": "lg"},
            ),
            _join_dialog(),
            help_dialog(),
            html.Div(id="announcer", className="visually-hidden", role="status", **attributes(aria_live="polite")),
        ],
        theme=_THEME,
        defaultColorScheme="auto",
    )


def _header() -> list[Component]:
    return [
        dmc.Burger(id="menu-button", opened=False, hiddenFrom="sm", size="sm", **attributes(aria_label="Menu")),
        dcc.Link([html.Span(icon("activity"), className="logo"), "MCP Telemetry"], href="/", className="brand"),
        html.Span(
            [html.Span(className="link-dot"), html.Span("Connecting", id="link-text")],
            id="link",
            className="link",
            role="status",
            **attributes(data_state="opening"),
        ),
        html.Button(
            icon("keyboard"),
            id="help-button",
            type="button",
            className="button square help-button",
            title="Keyboard shortcuts (?)",
            **attributes(aria_label="Keyboard shortcuts"),
        ),
    ]


def _navigation() -> list[Component]:
    return [
        *(
            dmc.NavLink(
                id=f"{key}-link",
                label=label,
                href=href,
                leftSection=icon(symbol),
                active="exact",
                className="nav-link",
            )
            for key, label, href, symbol in _PAGES
        ),
        html.Button([icon("add"), "Add a node"], id="join-button", type="button", className="nav-button"),
        html.Div(
            [
                dmc.SegmentedControl(
                    id="scheme", data=_SCHEMES, fullWidth=True, size="xs", **attributes(aria_label="Colours")
                ),
                html.P(f"mcp-telemetry {__version__}", className="version"),
            ],
            className="navigation-end",
        ),
    ]


def _banner() -> Component:
    return html.Div(
        [icon("unplugged"), html.Div([html.Strong(id="banner-title"), html.Span(id="banner-text")])],
        id="banner",
        className="banner",
        role="alert",
        hidden=True,
    )


def _error() -> Component:
    return html.Section(
        [
            icon("warning"),
            html.Div(
                [
                    html.Strong("Something on this page failed."),
                    html.P("What is shown may be incomplete. Reload the page; if it fails again, report this:"),
                    html.Code(id="page-error-text", className="command"),
                ]
            ),
            html.Div(
                [
                    html.Button("Reload", id="page-error-reload", type="button", className="button"),
                    html.Button("Close", id="page-error-close", type="button", className="button"),
                ],
                className="filters",
            ),
        ],
        id="page-error",
        className="banner page-error",
        role="alert",
        hidden=True,
    )


def _join_dialog() -> Component:
    return dmc.Modal(
        join_ways(),
        id="join-dialog",
        title="Add a node",
        size="lg",
        centered=True,
        keepMounted=True,
        closeButtonProps=CLOSE,
    )
