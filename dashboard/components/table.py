"""The table of nodes: which columns there are and how wide. Cells are drawn by the scripts in assets."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag  # type: ignore[import-untyped]

from dashboard.components.parts import Component

__all__ = ["COLUMN_NAMES", "STANDARD_COLUMNS", "node_table"]

ROW_HEIGHT, HEADER_HEIGHT = 40, 42
# What is shown until somebody chooses.
STANDARD_COLUMNS = (
    *("state", "spark", "cpu", "memory", "disk", "network", "load"),
    *("requests", "errors", "lost", "seen", "labels"),
)
_LOST = "Snapshots that are not stored: gaps, dropped by the node, rejected"


def node_table() -> Component:
    """An empty AG Grid; rows come over the live socket."""
    return dag.AgGrid(
        id="fleet-grid",
        className="fleet-grid",
        columnDefs=[column | {"hide": column["colId"] not in ("id", *STANDARD_COLUMNS)} for column in _COLUMNS],
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressHeaderMenuButton": True,
            "suppressMovable": True,
            "sortingOrder": ["asc", "desc"],
        },
        rowData=[],
        getRowId="params.data.id",
        dashGridOptions={
            "rowHeight": ROW_HEIGHT,
            "headerHeight": HEADER_HEIGHT,
            "animateRows": False,
            "suppressCellFocus": False,
            "suppressNoRowsOverlay": True,
            "suppressColumnVirtualisation": True,
            "rowClassRules": {"is-down": "!params.data.isGroup && params.data.state !== 'live'"},
            "isFullWidthRow": {"function": "isGroup(params.rowNode.data)"},
            "fullWidthCellRenderer": "GroupRow",
            "theme": {"function": "themeQuartz"},
        },
        style={"height": None, "width": "100%"},
    )


_HIGHEST_FIRST: dict[str, Any] = {"sortingOrder": ["desc", "asc"]}
# Of the nodes that are live.
_BY_FIGURE = _HIGHEST_FIRST | {"comparator": {"function": "compareFigures"}}


def _column(field: str, title: str, **options: Any) -> dict[str, Any]:
    return {"field": field, "colId": field, "headerName": title, **options}


def _text(field: str, title: str, **options: Any) -> dict[str, Any]:
    return _column(field, title, comparator={"function": "compareNames"}, **options)


def _percent(field: str, title: str) -> dict[str, Any]:
    return _column(
        *(field, title),
        cellRenderer="BarCell",
        flex=1.1,
        minWidth=68,
        cellClass="percent",
        **_BY_FIGURE,
    )


def _number(
    field: str, title: str, width: int, shown_by: str = "", order: dict[str, Any] = _BY_FIGURE, **options: Any
) -> dict[str, Any]:
    formatter = {"valueFormatter": {"function": f"{shown_by}(params.value)"}} if shown_by else {}
    aligned = {"headerClass": "ag-right-aligned-header", "cellClass": "number"}
    return _column(field, title, width=width) | formatter | aligned | order | options


def _computed(field: str, title: str, function: str, **options: Any) -> dict[str, Any]:
    return _column(field, title, valueGetter={"function": f"{function}(params.data)"}, **options)


_COLUMNS = [
    _text("id", "Node", cellRenderer="NodeCell", flex=2.6, minWidth=104, sort="asc", lockVisible=True),
    _column("state", "Status", cellRenderer="StateCell", width=104, comparator={"function": "compareStates"}),
    _column("tick", "CPU, 2 min", cellRenderer="SparkCell", flex=1.3, minWidth=110, sortable=False)
    | {"colId": "spark"},
    _percent("cpu", "CPU"),
    _percent("memory", "Memory") | {"minWidth": 75},
    _percent("disk", "Disk"),
    _computed("network", "Network", "networkOf", cellRenderer="NetworkCell", width=98, **_BY_FIGURE),
    _number("load", "Load", 60, "formatRate"),
    _number("requests", "Req/s", 74, "formatRate", headerTooltip="Requests per second"),
    _number("errors", "Errors/s", 82, "formatRate"),
    _number("connections", "Connections", 110, "formatCount"),
    # What is lost stays so, whatever becomes of the node.
    _number("lost", "Lost", 72, order=_HIGHEST_FIRST, headerTooltip=_LOST) | {"cellRenderer": "LostCell"},
    # The value is the text that is shown, so that a cell is drawn again only when that has changed.
    _number("seen", "Last seen", 94, order={"comparator": {"function": "compareSeen"}})
    | {"valueGetter": {"function": "agoOf(params.data)"}},
    _number("uptime", "Uptime", 110, "formatMinutes"),
    _computed("labels", "Labels", "labelsOf", cellRenderer="LabelsCell", flex=1.4, minWidth=120),
    _text("host", "Host", width=180),
    _text("os", "System", width=150),
    _text("agent", "Agent", width=90),
]
# (id, title) of the columns that can be chosen: all but the node's own.
COLUMN_NAMES = [(column["colId"], column["headerName"]) for column in _COLUMNS[1:]]
