"""`/compare`: any columns of any nodes beside each other."""

from __future__ import annotations

from dash import html

from dashboard.components.parts import Component, attributes, icon
from dashboard.components.time import time_controls

__all__ = ["layout"]

_AGGREGATES = {
    "NONE": "None: each node",
    "SUM": "Sum",
    "MEAN": "Mean",
    "MIN": "Lowest",
    "MAX": "Highest",
    "P50": "Median",
    "P95": "95th percentile",
    "P99": "99th percentile",
}
_COUNTERS = {"PER_SECOND": "Per second", "TOTAL": "Total", "INCREASE": "Increase"}
_KINDS = {"LINES": "Lines", "STACK": "Stacked areas", "FIGURE": "Figures", "TABLE": "Table"}
_SPLITS = {"none": "One for all", "node": "One for each node", "column": "One for each column"}


def layout(**_query: str) -> Component:
    """The page without data."""
    return html.Div(
        [
            html.Div(
                [html.Div([html.H1("Compare"), html.P(id="compare-subtitle", className="subtitle")]), time_controls()],
                className="page-head",
            ),
            _choices(),
            html.Div(id="compare-panels", className="compare-panels"),
            _empty(),
        ],
        id="compare-page",
        className="page",
        **attributes(data_about="compare", data_blank="yes"),
    )


def _choices() -> Component:
    return html.Section(
        [
            html.Div([_picker("columns", "Columns"), _picker("nodes", "Nodes")], className="compare-pickers"),
            html.Div(
                [
                    _select("aggregate", "Aggregate", _AGGREGATES),
                    _select("by", "Grouped by", {"": "Nothing"}),
                    _select("counters", "Counters", _COUNTERS),
                    _select("kind", "Drawn as", _KINDS),
                    _select("split", "Charts", _SPLITS),
                    html.Div(
                        [
                            _button("compare-csv", "download", "CSV"),
                            _button("compare-add", "dashboards", "Add to a dashboard"),
                        ],
                        className="compare-actions",
                    ),
                ],
                className="compare-selects",
            ),
        ],
        className="card compare-choices",
        **attributes(aria_label="What to compare", data_timeless="yes"),
    )


def _picker(key: str, label: str) -> Component:
    return html.Div(
        [html.Span(label, className="field-label"), html.Div(id=f"compare-{key}", className="picker")],
        className="field-row",
    )


def _select(key: str, label: str, options: dict[str, str]) -> Component:
    choices = [html.Option(text, value=value) for value, text in options.items()]
    select = html.Select(choices, id=f"compare-{key}", className="button", **attributes(aria_label=label))
    return html.Label([html.Span(label, className="field-label"), select], className="field-row")


def _button(key: str, symbol: str, label: str) -> Component:
    return html.Button([icon(symbol), html.Span(label)], id=key, type="button", className="button", hidden=True)


def _empty() -> Component:
    return html.Section(
        [
            icon("compare", "empty-icon"),
            html.H2("What would you like to see?"),
            html.P("Choose columns above, or begin with one of these:", className="muted"),
            html.Div(id="compare-examples", className="compare-examples"),
        ],
        id="compare-empty",
        className="card empty",
        hidden=True,
    )
