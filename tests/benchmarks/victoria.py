"""VictoriaMetrics fed and asked over HTTP, and what its data takes on disk."""

from __future__ import annotations

import http.client
import json
import re
import time
from urllib.parse import urlencode

import numpy as np
import orjson

from mcp_telemetry.series.rows import Rows
from tests.benchmarks.competitors import Server
from tests.benchmarks.httpload.protocols import PROTOCOLS, labels_of

__all__ = ["disk_bytes", "export", "import_rows"]

_NS_PER_MS = 1_000_000
_TIMEOUT_S = 300.0
_DATA_SIZE = re.compile(r"^vm_data_size_bytes\{type=\"[^\"]+\"\} (\S+)$", re.MULTILINE)


def import_rows(server: Server, node_id: str, rows: Rows) -> None:
    """All columns of a node, each a series."""
    times_ms = rows.times_ns // _NS_PER_MS
    lines = (
        {"metric": labels_of(column.name, node_id), "values": np.ascontiguousarray(series), "timestamps": times_ms}
        for column, series in zip(rows.columns, rows.values.T, strict=True)
    )
    body = b"\n".join(orjson.dumps(line, option=orjson.OPT_SERIALIZE_NUMPY) for line in lines)
    _ask(server, "POST", PROTOCOLS["json-lines"].path, body)


def export(server: Server, node_id: str, column: str, start_ns: int, end_ns: int) -> bytes:
    """Every sample of one column of a node, as JSON."""
    selector = ",".join(f"{name}={json.dumps(value)}" for name, value in labels_of(column, node_id).items())
    query = {"match[]": f"{{{selector}}}", "start": start_ns / 1e9, "end": end_ns / 1e9}
    return _ask(server, "GET", f"/api/v1/export?{urlencode(query)}")


def disk_bytes(server: Server) -> int:
    """What samples and index take once everything is written and merged."""
    _ask(server, "GET", "/internal/force_flush")
    _ask(server, "GET", "/internal/force_merge")
    size, before = _data_size(server), -1
    while size != before:
        time.sleep(1.0)
        size, before = _data_size(server), size
    return size


def _data_size(server: Server) -> int:
    return sum(int(float(size)) for size in _DATA_SIZE.findall(_ask(server, "GET", "/metrics").decode()))


def _ask(server: Server, method: str, path: str, body: bytes | None = None) -> bytes:
    """The body of the answer; RuntimeError quotes one that is not 2xx."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=_TIMEOUT_S)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    if response.status // 100 != 2:
        raise RuntimeError(f"{method} {path[:100]} was answered {response.status}: {content[:300]!r}")
    return content
