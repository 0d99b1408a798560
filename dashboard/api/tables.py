"""Answers as CSV, for spreadsheets and shells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from starlette.requests import Request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from dashboard.client import Series
from mcp_telemetry.errors import InvalidQueryError

__all__ = ["MOST_VALUES", "rows_csv", "series_csv", "wants_csv"]

# Some 30 MB, and a few seconds of a thread.
MOST_VALUES = 500_000
_FORMATS = ("json", "csv")
_JSON, _CSV = "application/json", "text/csv"


def wants_csv(request: Request) -> bool:
    """Whether `format=csv` is given, or `Accept` would rather have CSV than JSON and `format` is not given."""
    chosen = request.query_params.get("format")
    if chosen is None:
        return _preferred(request.headers.get("accept", "")) == _CSV
    if chosen not in _FORMATS:
        raise InvalidQueryError(f"format is {chosen[:64]!r}: want one of {', '.join(_FORMATS)}")
    return chosen == "csv"


def _preferred(accept: str) -> str | None:
    """What a caller likes better; whatever parameters a type has, there is only one sort of it here."""
    named = ((name.partition(";")[0].strip(), quality) for name, quality in parse_accept_header(accept, MIMEAccept))
    return MIMEAccept(named).best_match((_JSON, _CSV))


def rows_csv(rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> bytes:
    """A line for each row under a head of names; None is empty."""
    return _written(names, ([row[name] for name in names] for row in rows))


def series_csv(series: Sequence[Series]) -> bytes:
    """A line for each value: time (ISO 8601, UTC), node, the labels of groups, column, value; NaN is empty."""
    values = sum(len(one.values) for one in series)
    if values > MOST_VALUES:
        raise InvalidQueryError(f"{values} values are too many for CSV: ask for {MOST_VALUES} or fewer, or for JSON")
    labels = list(dict.fromkeys(label.name for one in series for label in one.head.group))
    return _written(("time", "node", *labels, "column", "value"), _lines(series, labels))


def _lines(series: Iterable[Series], labels: Sequence[str]) -> Iterator[Sequence[Any]]:
    for one in series:
        group = {label.name: label.value for label in one.head.group}
        whose = (one.head.node_id, *(group.get(name, "") for name in labels), one.column.name)
        times = np.datetime_as_string(one.times_ns.astype("datetime64[ns]"), unit="ms", timezone="UTC")
        for time, value in zip(times.tolist(), one.values.tolist(), strict=True):
            yield (time, *whose, "" if value != value else value)


def _written(head: Sequence[str], lines: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(lines)
    return text.getvalue().encode()
