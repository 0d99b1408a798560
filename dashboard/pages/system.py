"""`/system`: how is the leader itself, and how does one add a node?"""

from __future__ import annotations

from dash import html

from dashboard.components.join import join_ways
from dashboard.components.parts import NOTHING, Component, attributes, figure_card, icon

__all__ = ["layout"]

_FIGURES = (
    ("snapshots", "Snapshots received", "requests"),
    ("values", "Values received", "activity"),
    ("commit", "Commit to disk", "disk"),
    ("delay", "Loop delay", "delay"),
    ("lag", "Age of the newest samples", "clock"),
    ("processor", "CPU", "cpu"),
    ("resident", "Memory", "memory"),
    ("free", "Disk free", "database"),
)
_IDENTITY = {"uptime": "Up for", "version": "Version", "address": "Address", "storage": "Files", "folder": "Folder"}
# A key beginning with "bar-" has a limit, and a bar that shows how near it is.
_HELD = {
    "bar-ring": "Samples in memory",
    "bar-cache": "Files in memory",
    "journal": "Journal",
    "samples": "Sample files",
    "rollups": "Minutes and hours",
}
_READERS = {
    "queries": "Queries now",
    "refused": "Queries turned away",
    "watchers": "Live readers",
    "coalesced": "Samples not shown to slow readers",
}
_DASHBOARD = {
    "browsers": "Open pages",
    "topics": "Topics they look at",
    "dropped": "Messages dropped for slow ones",
    "own": "Memory",
}
_NOTED = ("journal", "queries")
_LOSSES = ("Node", "Status", "Lost", "Gaps", "Dropped", "Rejected")


def layout(**_query: str) -> Component:
    """The page without data."""
    return html.Div(
        [
            html.Div(
                html.Div([html.H1("System"), html.P("How the leader itself is", className="subtitle")]),
                className="page-head",
            ),
            _verdict(),
            html.Div(
                [figure_card(f"system-{key}", label, symbol) for key, label, symbol in _FIGURES], className="figures"
            ),
            html.Div(
                [
                    _card("The leader", _IDENTITY),
                    _card("What it holds", _HELD),
                    _card("Who asks it", _READERS),
                    _card("This dashboard", _DASHBOARD),
                ],
                className="system-cards",
            ),
            _losses(),
            _join(),
        ],
        id="system-page",
        className="page",
        **attributes(data_about="system", data_blank="yes", aria_busy="true"),
    )


def _verdict() -> Component:
    return html.Section(
        [
            html.Span(id="system-verdict-icon", className="icon icon-clock", **attributes(aria_hidden="true")),
            html.Div(
                [
                    html.Div(
                        [
                            html.H2("Asking the leader", id="system-verdict-title"),
                            html.Ul(id="system-verdict-list", hidden=True),
                        ],
                        role="status",
                    ),
                    html.P(id="system-verdict-note", className="muted"),
                ]
            ),
        ],
        id="system-verdict",
        className="card verdict",
        **attributes(data_state="unknown"),
    )


def _card(title: str, rows: dict[str, str]) -> Component:
    return html.Section(
        [html.H2(title), html.Dl([_row(key, label) for key, label in rows.items()])], className="card system-card"
    )


def _row(key: str, label: str) -> Component:
    note = html.Dd(id=f"system-{key}-note", className="system-note")
    bar = html.Dd(
        html.Span(html.Span(id=f"system-{key}-bar", className="fill"), className="bar"),
        className="system-bar",
        **attributes(aria_hidden="true"),
    )
    more = [note, bar] if key.startswith("bar-") else [note] if key in _NOTED else []
    return html.Div([html.Dt(label), html.Dd(NOTHING, id=f"system-{key}", className="system-value"), *more])


def _losses() -> Component:
    return html.Section(
        [
            html.Div([html.H2("Losses"), html.P(id="system-losses-note", className="muted")]),
            html.Div(
                html.Table(
                    [
                        html.Thead(html.Tr([html.Th(name, scope="col") for name in _LOSSES])),
                        html.Tbody(id="system-losses-rows"),
                    ]
                ),
                id="system-losses-table",
                className="system-table",
                hidden=True,
                # What scrolls has to be within reach of the keyboard.
                tabIndex="0",
                role="group",
                **attributes(aria_label="Nodes that lost most"),
            ),
        ],
        className="card system-card",
    )


def _join() -> Component:
    return html.Section(
        [html.H2([icon("add"), "Add a node"], id="add-a-node"), join_ways()],
        className="card system-card",
        **attributes(data_timeless=""),
    )
