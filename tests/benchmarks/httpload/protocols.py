"""Snapshots as the databases take them: Prometheus remote write, and VictoriaMetrics' JSON lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import cramjam
import numpy as np
import orjson
from numpy.typing import NDArray

from mcp_telemetry._varint import varint
from mcp_telemetry.model.names import base_name, label_values
from tests.benchmarks.loadgen.snapshot import places

__all__ = ["PROTOCOLS", "Encode", "Protocol", "labels_of"]

# (node_id, times_ms int64[n], values float64[n, columns]) to a request's body.
Encode = Callable[[str, NDArray[np.int64], NDArray[np.float64]], bytes]

_MS_BYTES = 6  # the varint of any time in milliseconds from 1971 to 2109
_SAMPLE = np.dtype([("head", "V3"), ("value", "<f8"), ("tag", "u1"), ("time", "u1", _MS_BYTES)])
_SAMPLE_HEAD = bytes([0x12, _SAMPLE.itemsize - 2, 0x09])
_TIME_TAG = 0x10


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a body is made, where it goes and what its headers say."""

    encode: Encode
    path: str
    headers: str


def encode_remote_write(node_id: str, times_ms: NDArray[np.int64], values: NDArray[np.float64]) -> bytes:
    """A snappy-compressed WriteRequest: one series a column, with all its samples."""
    samples = np.empty((values.shape[1], values.shape[0]), _SAMPLE)
    samples["head"] = np.void(_SAMPLE_HEAD)
    samples["value"] = values.T
    samples["tag"] = _TIME_TAG
    samples["time"] = _varints(times_ms)
    data, width = samples.tobytes(), samples.shape[1] * _SAMPLE.itemsize
    heads = _series_heads(node_id, width)
    parts = [part for i, head in enumerate(heads) for part in (head, data[i * width : (i + 1) * width])]
    return bytes(cramjam.snappy.compress_raw(b"".join(parts)))


def encode_json_lines(node_id: str, times_ms: NDArray[np.int64], values: NDArray[np.float64]) -> bytes:
    """One line a series: its labels, its values and their times."""
    lines = (
        {"metric": labels, "values": np.ascontiguousarray(column), "timestamps": times_ms}
        for labels, column in zip(_labels(node_id), values.T, strict=True)
    )
    return b"\n".join(orjson.dumps(line, option=orjson.OPT_SERIALIZE_NUMPY) for line in lines)


def _varints(times_ms: NDArray[np.int64]) -> NDArray[np.uint8]:
    """uint8[n, _MS_BYTES]"""
    digits = times_ms[:, None] >> (7 * np.arange(_MS_BYTES)) & 0x7F
    digits[:, :-1] |= 0x80
    return digits.astype(np.uint8)


@lru_cache(maxsize=20_000)
def _series_heads(node_id: str, samples_bytes: int) -> list[bytes]:
    """What stands before the samples of each series: the tag and length of a TimeSeries, and its labels."""
    encoded = [b"".join(_label(name, value) for name, value in labels.items()) for labels in _labels(node_id)]
    return [b"\x0a" + varint(len(labels) + samples_bytes) + labels for labels in encoded]


def _label(name: str, value: str) -> bytes:
    pair = _text(0x0A, name) + _text(0x12, value)
    return b"\x0a" + varint(len(pair)) + pair


def _text(tag: int, text: str) -> bytes:
    return bytes([tag]) + varint(len(text)) + text.encode()


@lru_cache(maxsize=20_000)
def _labels(node_id: str) -> list[dict[str, str]]:
    """Of each column, sorted by name as remote write demands."""
    return [labels_of(place.column, node_id) for place in places()]


def labels_of(column: str, node_id: str) -> dict[str, str]:
    """What a column of a node is called there: its name, the node, and its labels by their places."""
    labels = {"__name__": base_name(column).replace(".", "_"), "node": node_id}
    keys = {f"key{number}": value for number, value in enumerate(label_values(column))}
    return dict(sorted((labels | keys).items()))


PROTOCOLS = {
    "remote-write": Protocol(
        encode_remote_write,
        "/api/v1/write",
        "Content-Type: application/x-protobuf\r\nContent-Encoding: snappy\r\n"
        "X-Prometheus-Remote-Write-Version: 0.1.0\r\n",
    ),
    "json-lines": Protocol(encode_json_lines, "/api/v1/import", "Content-Type: application/json\r\n"),
}
