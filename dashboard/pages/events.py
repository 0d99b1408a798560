"""`/events`: what happened in the swarm?"""

from __future__ import annotations

from dash import html

from dashboard.components.parts import Component, attributes, icon

__all__ = ["layout"]

# As in assets/events_filter.js, where their lengths are.
_RANGES = {"": "Any time", "1h": "1 h", "24h": "24 h", "7d": "7 d", "30d": "30 d"}
# As in assets/events.js: what each is called, its icon and its tone.
_KINDS = {
    "offline": ("Offline", "offline", "bad"),
    "stale": ("Stale", "stale", "warn"),
    "back": ("Back", "live", "good"),
    "joined": ("Joined", "joined", "good"),
    "restarted": ("Restarted", "restart", "accent"),
    "left": ("Left", "left", "idle"),
    "gap": ("Gap", "gap", "warn"),
    "rejected": ("Rejected", "rejected", "warn"),
    "clock_step": ("Clock step", "step", "warn"),
    "leader_started": ("Leader started", "rocket", "accent"),
    "disk_refused": ("Disk refused", "disk-off", "bad"),
    "disk_recovered": ("Disk recovered", "disk", "good"),
}


def layout(**_query: str) -> Component:
    """The page without data."""
    return html.Div(
        [
            html.Div([_title(), _controls()], className="page-head"),
            html.Div(
                [_kind(key, *about) for key, about in _KINDS.items()],
                className="event-kinds",
                role="group",
                **attributes(aria_label="Kinds of events"),
            ),
            html.Div(id="events-chosen", className="event-chosen"),
            _new(),
            html.P(id="events-said", className="visually-hidden", **attributes(aria_live="polite")),
            html.Div(
                [html.Div(className="event-ghost") for _ in range(6)],
                className="card event-ghosts",
                **attributes(aria_hidden="true"),
            ),
            html.Div(id="events-list", className="events", role="region", **attributes(aria_label="Events")),
            _below(),
            *_instead(),
        ],
        id="events-page",
        className="page",
        **attributes(data_about="events", data_blank="yes", data_state="loading"),
    )


def _title() -> Component:
    return html.Div([html.H1("Events"), html.P("What happened to the nodes, and to the leader", className="subtitle")])


def _controls() -> Component:
    ranges = [
        html.Button(label, type="button", className="segment", **attributes(data_range=key, aria_pressed="false"))
        for key, label in _RANGES.items()
    ]
    return html.Div(
        [
            html.Label(
                [
                    icon("search"),
                    html.Span("Search events by node", className="visually-hidden"),
                    # Dash's own input keeps what is typed to itself: the script puts a plain one in.
                    html.Span(id="events-search-place"),
                    html.Kbd("/", className="key"),
                ],
                className="event-search",
            ),
            html.Div(ranges, className="segments", role="group", **attributes(aria_label="Time range")),
            html.Div([_file("csv", "CSV"), _file("json", "JSON")], className="event-files"),
        ],
        className="filters",
    )


def _file(key: str, label: str) -> Component:
    return html.A(
        [icon("download"), label, html.Span(" of these events", className="visually-hidden")],
        id=f"events-{key}",
        href="/api/events",
        className="button",
        download=f"events.{key}",
    )


def _kind(key: str, label: str, symbol: str, tone: str) -> Component:
    return html.Button(
        [icon(symbol, f"tone-{tone}"), label, html.Span(className="event-count")],
        type="button",
        className="event-kind is-zero",
        **attributes(data_kind=key, aria_pressed="false"),
    )


def _new() -> Component:
    return html.Div(
        html.Button(
            [icon("up"), html.Span(id="events-new-text")],
            id="events-new",
            type="button",
            className="button",
            hidden=True,
        ),
        className="events-new",
    )


def _below() -> Component:
    return html.Div(
        [
            html.Button("Load older events", id="events-older", type="button", className="button", hidden=True),
            html.P("That is all the leader remembers of this.", id="events-end", className="muted", hidden=True),
            html.P(
                "More than 5,000 events: choose a shorter time, a kind or a node, or download them.",
                id="events-too-many",
                className="muted",
                hidden=True,
            ),
        ],
        className="events-below",
    )


def _instead() -> list[Component]:
    """What is shown where there are none; one at a time, as the page's data-state says."""
    clear = html.Button("Show all events", type="button", className="button", **attributes(data_clear="yes"))
    again = html.Button("Try again", id="events-again", type="button", className="button")
    return [
        _card("empty", "events", "Nothing has happened yet", "When a node joins, goes or comes back, it is told here."),
        _card("no-match", "filter", "No event matches", "None of this kind, of these nodes, in this time.", clear),
        _card("failed", "warning", "The events cannot be loaded", "", again),
    ]


def _card(state: str, symbol: str, title: str, text: str, *actions: Component) -> Component:
    return html.Section(
        [icon(symbol, "empty-icon"), html.H2(title), html.P(text, className="muted", id=f"events-{state}"), *actions],
        className="card empty",
        **attributes(data_when=state),
    )
