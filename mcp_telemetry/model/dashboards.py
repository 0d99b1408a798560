"""What a kept dashboard may be: the rules of the contract, its id, and its form as JSON. Pure functions.

Every check raises InvalidDashboardError, which names the field, the value, and what to write instead.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Any

from google.protobuf import json_format

from mcp_telemetry.errors import InvalidDashboardError
from mcp_telemetry.model.names import is_node_id
from mcp_telemetry.model.panel_grid import COLUMNS, MOST_ROWS, Place, settled
from mcp_telemetry.v1 import metrics_pb2 as pb

__all__ = ["MOST_BYTES", "MOST_PANELS", "RANGES", "check", "from_json", "id_of", "is_dashboard_id", "settle", "to_json"]

MOST_BYTES = 256 * 1024  # of a dashboard as JSON
MOST_PANELS = 64
RANGES = ("5m", "15m", "30m", "1h", "6h", "24h", "7d", "30d", "90d", "1y", "2y")
_MOST_ID = 64
_MOST_TITLE = 120
_MOST_DESCRIPTION = 1000
_MOST_TEXT = 4000
_MOST_NODES = 100
_MOST_COLUMNS = 20
_MOST_LABELS = 64
_MOST_NAME_BYTES = 1024  # of a column with its labels
_MOST_LABEL_BYTES = 256
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def is_dashboard_id(text: str) -> bool:
    """Whether `text` may name a dashboard: safe as a file name and in a URL."""
    return _ID.match(text) is not None


def id_of(title: str, is_taken: Callable[[str], bool]) -> str:
    """The title as an id, with a number behind it if that is taken: `Mémoire & CPU` gives `memoire-cpu`."""
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    stem = _NOT_IN_ID.sub("-", ascii_title.lower()).strip("-") or "dashboard"
    number, found = 1, stem[:_MOST_ID].rstrip("-")
    while is_taken(found):
        number += 1
        ending = f"-{number}"
        found = stem[: _MOST_ID - len(ending)].rstrip("-") + ending
    return found


def check(dashboard: pb.Dashboard) -> None:
    """InvalidDashboardError if a rule is broken; where panels stand in relation to each other is `settle`'s."""
    if dashboard.id and not is_dashboard_id(dashboard.id):
        _refuse("id", dashboard.id[:100], "lower-case letters, digits and dashes, at most 64, or none to have one made")
    if not dashboard.title.strip():
        _refuse("title", dashboard.title, f"1 to {_MOST_TITLE} characters")
    _check_line("title", dashboard.title)
    _check_text("description", dashboard.description, _MOST_DESCRIPTION)
    if dashboard.range and dashboard.range not in RANGES:
        _refuse("range", dashboard.range[:100], f"one of {', '.join(RANGES)}, or none")
    _check_count("panels", dashboard.panels, MOST_PANELS)
    for number, panel in enumerate(dashboard.panels):
        _check_panel(f"panels[{number}]", panel)


def settle(dashboard: pb.Dashboard) -> None:
    """Move its panels so that none lies over another, and none has room above it."""
    places = settled(Place(panel.x, panel.y, panel.width, panel.height) for panel in dashboard.panels)
    for panel, place in zip(dashboard.panels, places, strict=True):
        panel.y = place.y


def to_json(dashboard: pb.Dashboard) -> bytes:
    """The form in which it is stored and handed out; InvalidDashboardError if that is more than MOST_BYTES."""
    text = json_format.MessageToJson(dashboard, preserving_proto_field_name=True, ensure_ascii=False)
    content = text.encode()
    if len(content) > MOST_BYTES:
        raise InvalidDashboardError(
            f"the dashboard is {len(content)} bytes of JSON: want at most {MOST_BYTES}; take some panels out of it"
        )
    return content


def from_json(content: bytes, *, of_newer: bool = False) -> pb.Dashboard:
    """The dashboard; InvalidDashboardError if it is none, whatever it is.

    of_newer: whether a newer version may have written it, so that names nobody knows here are passed over
    """
    try:
        return json_format.Parse(content.decode(), pb.Dashboard(), ignore_unknown_fields=of_newer)
    except (json_format.ParseError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:300]
        raise InvalidDashboardError(f"this is no dashboard in JSON ({reason}): take one that was exported") from None


def _check_panel(name: str, panel: pb.Panel) -> None:
    _check_line(f"{name}.title", panel.title)
    _check_member(f"{name}.kind", panel.kind, pb.Panel.Kind)
    _check_place(name, panel)
    if not panel.columns and panel.kind != pb.Panel.TEXT:
        _refuse(f"{name}.columns", "", 'the name of at least one, for instance "cpu.percent"')
    _check_names(f"{name}.columns", panel.columns, _MOST_COLUMNS, _MOST_NAME_BYTES)
    _check_count(f"{name}.node_ids", panel.node_ids, _MOST_NODES)
    for index, node_id in enumerate(panel.node_ids):
        if not is_node_id(node_id):
            _refuse(f"{name}.node_ids[{index}]", node_id[:200], "the id of a node")
    _check_labels(f"{name}.labels", panel.labels)
    _check_member(f"{name}.counters", panel.counters, pb.Panel.Counters)
    _check_member(f"{name}.aggregate", panel.aggregate, pb.QueryRangeRequest.Aggregate)
    _check_names(f"{name}.group_by", panel.group_by, _MOST_LABELS, _MOST_LABEL_BYTES)
    if panel.group_by and panel.aggregate == pb.QueryRangeRequest.NONE:
        _refuse(f"{name}.group_by", panel.group_by[0][:100], "an aggregate with it, such as SUM, or no group_by")
    _check_text(f"{name}.text", panel.text, _MOST_TEXT)


def _check_place(name: str, panel: pb.Panel) -> None:
    if not 1 <= panel.width <= COLUMNS:
        _refuse(f"{name}.width", panel.width, f"1 to {COLUMNS} columns")
    if not 1 <= panel.height <= MOST_ROWS:
        _refuse(f"{name}.height", panel.height, f"1 to {MOST_ROWS} rows")
    if panel.x + panel.width > COLUMNS:
        _refuse(
            f"{name}.x",
            panel.x,
            f"at most {COLUMNS - panel.width}: the panel is {panel.width} of {COLUMNS} columns wide",
        )


def _check_labels(name: str, labels: Collection[pb.Label]) -> None:
    _check_count(name, labels, _MOST_LABELS)
    for index, label in enumerate(labels):
        _check_names(f"{name}[{index}].name", [label.name], 1, _MOST_LABEL_BYTES)
        if len(label.value.encode()) > _MOST_LABEL_BYTES:
            _refuse(f"{name}[{index}].value", label.value[:100], f"at most {_MOST_LABEL_BYTES} bytes")


def _check_names(name: str, texts: Collection[str], most: int, most_bytes: int) -> None:
    _check_count(name, texts, most)
    for text in texts:
        if not 1 <= len(text.encode()) <= most_bytes or _CONTROL.search(text):
            _refuse(name, text[:100], f"1 to {most_bytes} bytes on one line")


def _check_count(name: str, items: Collection[Any], most: int) -> None:
    if len(items) > most:
        raise InvalidDashboardError(f"{name} has {len(items)} entries: want at most {most}")


def _check_line(name: str, text: str) -> None:
    if len(text) > _MOST_TITLE or _CONTROL.search(text):
        _refuse(name, text[:_MOST_TITLE], f"one line of at most {_MOST_TITLE} characters")


def _check_text(name: str, text: str, most: int) -> None:
    if len(text) > most or _CONTROL_BUT_LINES.search(text):
        _refuse(name, text[:100], f"at most {most} characters, and no control characters")


def _check_member(name: str, number: int, kind: Any) -> None:
    if number not in kind.values():
        _refuse(name, number, f"one of {', '.join(f'{key} ({value})' for key, value in kind.items())}")


def _refuse(name: str, value: str | int, wanted: str) -> None:
    raise InvalidDashboardError(f"{name} is {value!r}: want {wanted}")
