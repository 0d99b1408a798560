"""Custom metrics, which bring their own name, unit, kind and labels."""

from __future__ import annotations

from mcp_telemetry.leader.decoding.found import BadNameError, Found, Item
from mcp_telemetry.leader.decoding.wire import FIXED64, LENGTH, tag_of
from mcp_telemetry.model.columns import Column, Kind
from mcp_telemetry.model.names import is_metric_name, joined_pairs, labelled
from mcp_telemetry.v1.metrics_pb2 import CustomMetric, Histogram, Label

__all__ = ["add_custom"]

MAX_UNIT = 256
MAX_LABELS = 64

_NAME = tag_of(CustomMetric.NAME_FIELD_NUMBER, LENGTH)
_UNIT = tag_of(CustomMetric.UNIT_FIELD_NUMBER, LENGTH)
_LABELS = tag_of(CustomMetric.LABELS_FIELD_NUMBER, LENGTH)
_GAUGE = tag_of(CustomMetric.GAUGE_FIELD_NUMBER, FIXED64)
_COUNTER = tag_of(CustomMetric.COUNTER_FIELD_NUMBER, FIXED64)
_HISTOGRAM = tag_of(CustomMetric.HISTOGRAM_FIELD_NUMBER, LENGTH)

_LABEL_NAME = tag_of(Label.NAME_FIELD_NUMBER, LENGTH)
_LABEL_VALUE = tag_of(Label.VALUE_FIELD_NUMBER, LENGTH)

_COUNT = tag_of(Histogram.COUNT_FIELD_NUMBER, FIXED64)
_SUM = tag_of(Histogram.SUM_FIELD_NUMBER, FIXED64)
_BUCKETS = tag_of(Histogram.BUCKETS_FIELD_NUMBER, LENGTH)
_AT_MOST = tag_of(Histogram.Bucket.AT_MOST_FIELD_NUMBER, FIXED64)
_BUCKET_COUNT = tag_of(Histogram.Bucket.COUNT_FIELD_NUMBER, FIXED64)


def add_custom(found: Found, start: int, end: int) -> None:
    """The columns of one CustomMetric."""
    name = unit = ""
    labels: list[tuple[str, str]] = []
    values: list[Item] = []
    for tag, at, stop in found.items(start, end):
        if tag == _NAME:
            name = found.text(at, stop)
        elif tag == _UNIT:
            unit = found.text(at, stop)
        elif tag == _LABELS:
            if len(labels) == MAX_LABELS:
                raise BadNameError(f"custom metric {name[:80]!r} has more than {MAX_LABELS} labels")
            labels.append(_label(found, at, stop))
        elif tag in (_GAUGE, _COUNTER, _HISTOGRAM):
            # Of a oneof the last one counts, but protobuf merges messages.
            if tag != _HISTOGRAM or (values and values[-1][0] != _HISTOGRAM):
                values.clear()
            values.append((tag, at, stop))
    _check(name, unit)
    # Joined once for all columns of the metric: labels may be long, and buckets many.
    joined = joined_pairs(labels)
    for tag, at, stop in values:
        if tag == _HISTOGRAM:
            _add_histogram(found, at, stop, name, unit, joined)
        else:
            kind = Kind.COUNTER if tag == _COUNTER else Kind.GAUGE
            found.add(Column(labelled(f"custom.{name}", joined), unit, kind), at, is_integer=False)


def _check(name: str, unit: str) -> None:
    if not is_metric_name(name):
        raise BadNameError(f"custom metric {name[:80]!r}: want [A-Za-z_][A-Za-z0-9_./-], at most 128 characters")
    if len(unit) > MAX_UNIT or not unit.isprintable():
        raise BadNameError(f"unit {unit[:80]!r} of {name}: want at most {MAX_UNIT} printable characters")


def _label(found: Found, start: int, end: int) -> tuple[str, str]:
    name = value = ""
    for tag, at, stop in found.items(start, end):
        if tag == _LABEL_NAME:
            name = found.text(at, stop)
        elif tag == _LABEL_VALUE:
            value = found.text(at, stop)
    return name, value


def _add_histogram(found: Found, start: int, end: int, name: str, unit: str, labels: str) -> None:
    for tag, at, stop in found.items(start, end):
        if tag == _COUNT:
            found.add(Column(labelled(f"custom.{name}.count", labels), "1", Kind.COUNTER), at, is_integer=True)
        elif tag == _SUM:
            found.add(Column(labelled(f"custom.{name}.sum", labels), unit, Kind.COUNTER), at, is_integer=False)
        elif tag == _BUCKETS:
            _add_bucket(found, at, stop, name, labels)


def _add_bucket(found: Found, start: int, end: int, name: str, labels: str) -> None:
    at_most, count = "0", -1
    for tag, at, _ in found.items(start, end):
        if tag == _AT_MOST:
            at_most = found.number(at)
        elif tag == _BUCKET_COUNT:
            count = at
    if count >= 0:
        joined = f"{labels},at_most={at_most}" if labels else f"at_most={at_most}"
        found.add(Column(labelled(f"custom.{name}.bucket", joined), "1", Kind.COUNTER), count, is_integer=True)
