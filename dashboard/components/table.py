"""The table of nodes: which columns there are and how wide. Cells are drawn by the scripts in assets."""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag  # type: ignore[import-untyped]

from dashboard.components.parts import Component

__all__ = ["node_table"]

ROW_HEIGHT, HEADER_HEIGHT = 44, 42


def node_table() -> Component:
    """An empty AG Grid; rows come over the live socket."""
    return dag.AgGrid(
        id="fleet-grid",
        className="fleet-grid",
        columnDefs=_columns(),
        defaultColDef={"sortable": True, "resizable": True, "suppressHeaderMenuButton": True, "suppressMovable": True},
        rowData=[],
        getRowId="params.data.id",
        dashGridOptions={
            "rowHeight": ROW_HEIGHT,
            "headerHeight": HEADER_HEIGHT,
            "animateRows": False,
            "suppressCellFocus": False,
            "suppressNoRowsOverlay": True,
            "rowClassRules": {"is-down": "params.data.state !== 'live'"},
            "asyncTransactionWaitMillis": 50,
            "theme": {"function": "themeQuartz"},
        },
        style={"height": None, "width": "100%"},
    )


def _columns() -> list[dict[str, Any]]:
    return [
        {"field": "id", "headerName": "Node", "cellRenderer": "NodeCell", "flex": 1.5, "minWidth": 104, "sort": "asc"},
        {
            "field": "state",
            "headerName": "Status",
            "cellRenderer": "StateCell",
            "width": 112,
            "comparator": {"function": "compareStates"},
        },
        {
            "field": "tick",
            "colId": "spark",
            "headerName": "CPU, last 2 min",
            "cellRenderer": "SparkCell",
            "flex": 1.6,
            "minWidth": 130,
            "sortable": False,
        },
        _percent("cpu", "CPU"),
        _percent("memory", "Memory"),
        _percent("disk", "Disk"),
        _number("requests", "Requests/s", 104, "formatRate"),
        _number("errors", "Errors/s", 104, "formatRate"),
        _number("lost", "Lost", 96)
        | {
            "headerTooltip": "Snapshots that are not stored: gaps, dropped by the node, rejected",
            "cellRenderer": "LostCell",
            "sortingOrder": ["desc", "asc", None],
        },
        _number("seen", "Last seen", 112, "formatAgo"),
    ]


def _percent(field: str, title: str) -> dict[str, Any]:
    return {"field": field, "headerName": title, "cellRenderer": "BarCell", "flex": 1.3, "minWidth": 72}


def _number(field: str, title: str, width: int, shown_by: str = "") -> dict[str, Any]:
    formatter = {"valueFormatter": {"function": f"{shown_by}(params.value)"}} if shown_by else {}
    aligned = {"headerClass": "ag-right-aligned-header", "cellClass": "number"}
    return {"field": field, "headerName": title, "width": width, **formatter, **aligned}
