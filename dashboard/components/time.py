"""The time control: live windows, ranges, from and to, pause, the zone. assets/time.js brings it to life."""

from __future__ import annotations

from dash import html

from dashboard.components.parts import Component, attributes, icon

__all__ = ["RANGES", "time_controls"]

# As in assets/time_model.js, where their lengths are: key and what it is called.
RANGES = {
    "5m": "5 minutes",
    "15m": "15 minutes",
    "30m": "30 minutes",
    "1h": "hour",
    "6h": "6 hours",
    "24h": "24 hours",
    "7d": "7 days",
    "30d": "30 days",
    "90d": "90 days",
    "1y": "year",
    "2y": "2 years",
}


def time_controls() -> Component:
    """One for a page: its ids are fixed."""
    return html.Div(
        [
            html.Div(
                [
                    html.Span(id="time-text", className="time-text", **attributes(aria_live="polite")),
                    html.Button("Back to live", id="time-live", type="button", className="button", hidden=True),
                    _square("time-back", "zoom-out", "Zoom out"),
                ],
                className="time-fixed",
            ),
            _ranges(),
            html.Div(
                [
                    _square("time-earlier", "earlier", "Earlier"),
                    _square("time-later", "later", "Later"),
                    _square("time-pause", "pause", "Pause (P)"),
                    _square("time-absolute", "calendar", "From and to, time zone", aria_expanded="false"),
                    _square("time-link", "link", "Copy a link to this view"),
                ],
                className="time-buttons",
            ),
            _panel(),
        ],
        id="time-controls",
        className="time-controls",
    )


def _square(key: str, symbol: str, title: str, **more: str) -> Component:
    hidden = key == "time-back"
    return html.Button(
        icon(symbol),
        id=key,
        type="button",
        className="button square",
        title=title,
        hidden=hidden,
        **attributes(aria_label=title, **more),
    )


def _ranges() -> Component:
    """A row of buttons where there is room, a list to choose from where there is not."""
    buttons = [_choice("range", key, key, f"Last {length}") for key, length in RANGES.items()]
    options = [html.Option(f"Last {length}", value=key) for key, length in RANGES.items()]
    return html.Div(
        [
            html.Div(buttons, className="segments", role="radiogroup", **attributes(aria_label="Time range")),
            html.Select(
                [html.Option("From, to", value="", hidden=True), *options],
                id="time-select",
                className="button time-select",
                **attributes(aria_label="Time range"),
            ),
        ],
        className="time-ranges",
    )


def _choice(kind: str, key: str, label: str, title: str = "") -> Component:
    return html.Button(
        label,
        title=title,
        type="button",
        className="segment",
        role="radio",
        **attributes(aria_checked="false", aria_label=title or label, **{f"data_{kind}": key}),
    )


def _panel() -> Component:
    zones = [_choice("zone", "local", "This browser"), _choice("zone", "utc", "UTC")]
    return html.Div(
        [
            _field("time-from", "From"),
            _field("time-to", "To"),
            html.P(id="time-complaint", className="complaint", role="alert"),
            html.Button("Show", id="time-apply", type="button", className="button primary"),
            html.Div(
                [
                    html.Span("Times in", className="field-label", id="time-zones"),
                    html.Div(
                        zones, className="segments", role="radiogroup", **attributes(aria_labelledby="time-zones")
                    ),
                    html.Span(id="time-zone", className="muted"),
                ],
                className="time-zones",
            ),
        ],
        id="time-panel",
        className="card popover",
        role="dialog",
        hidden=True,
        **attributes(aria_label="From and to, time zone"),
    )


def _field(key: str, label: str) -> Component:
    # Dash has no field for dates and times that takes no library: the script puts one in.
    return html.Label(
        [html.Span(label, className="field-label"), html.Span(**attributes(data_field=key))], className="field-row"
    )
