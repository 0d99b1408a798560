"""What a walk over a snapshot's bytes has found so far, and the bounds it keeps to."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

from mcp_telemetry.leader.decoding.wire import MalformedError, TooManyFieldsError, scan
from mcp_telemetry.model.columns import Column

__all__ = ["BadNameError", "Found", "Item", "TooManyColumnsError", "Value"]

MAX_COLUMN_NAME = 512
# A custom metric takes four fields, and three for each label.
_FIELDS_PER_COLUMN = 16

Item = tuple[int, int, int]  # tag, start and end of the content
_DOUBLE = struct.Struct("<d")


class BadNameError(ValueError):
    """A custom metric's name or a label cannot be part of a column name."""


class TooManyColumnsError(ValueError):
    """More measurements than a snapshot may have."""


class Value(NamedTuple):
    """One measurement: its column, and where its eight bytes start."""

    column: Column
    offset: int
    is_integer: bool


@dataclass(slots=True)
class Found:
    """What one snapshot holds. Offsets are into its bytes; each value there is eight bytes, little endian."""

    data: bytes
    max_columns: int
    values: dict[str, Value] = field(default_factory=dict)
    time_offset: int = -1
    sequence_offset: int = -1
    node_id: str = ""
    instance_id: str = ""
    _visited: int = 0
    _added: int = 0

    def items(self, start: int, end: int) -> list[Item]:
        """The fields of a message; TooManyColumnsError if there are more than the columns allowed could need."""
        most = self.max_columns * _FIELDS_PER_COLUMN
        try:
            items = scan(self.data, start, end, most - self._visited)
        except TooManyFieldsError:
            raise TooManyColumnsError(f"more than {most} fields; see the leader's --max-columns") from None
        self._visited += len(items)
        return items

    def add(self, column: Column, offset: int, is_integer: bool) -> None:
        """A measurement; of two with one name the later counts, as in protobuf of a field that comes twice."""
        if len(column.name) > MAX_COLUMN_NAME or not column.name.isprintable():
            raise BadNameError(f"{column.name[:80]!r}: want at most {MAX_COLUMN_NAME} printable characters")
        self._added += 1
        if self._added > self.max_columns:
            raise TooManyColumnsError(f"more than {self.max_columns} columns; see the leader's --max-columns")
        self.values[column.name] = Value(column, offset, is_integer)

    def text(self, start: int, end: int) -> str:
        """A string's content."""
        try:
            return self.data[start:end].decode()
        except UnicodeDecodeError:
            raise MalformedError("a string is not UTF-8") from None

    def number(self, start: int) -> str:
        """A double as a label: the shortest text that means it, whole ones without a point."""
        (value,) = _DOUBLE.unpack_from(self.data, start)
        return repr(value).removesuffix(".0")
