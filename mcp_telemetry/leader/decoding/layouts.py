"""The layouts met so far, so that each is learned once for all nodes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

import numpy as np
from google.protobuf.message import DecodeError

from mcp_telemetry.leader.decoding.layout import Layout
from mcp_telemetry.leader.decoding.walk import walk
from mcp_telemetry.leader.decoding.wire import MalformedError
from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot

__all__ = ["Layouts"]


class Layouts:
    """The layouts used last, a few of each length; all together of at most MAX_BYTES of snapshots.

    A layout takes about 20 times the bytes of its snapshot, so this is below 100 MB.
    """

    PER_LENGTH = 8
    MAX_BYTES = 4 << 20

    def __init__(self, max_columns: int) -> None:
        self._max_columns = max_columns
        self._by_length: OrderedDict[int, list[Layout]] = OrderedDict()
        self._bytes = 0

    def find(self, snapshot: bytes) -> Layout:
        """The layout of one snapshot: a known one, or one learned from its bytes. Raises what `walk` raises."""
        for layout in self._by_length.get(len(snapshot), ()):
            if layout.matching(np.frombuffer(snapshot, np.uint8).reshape(1, -1)):
                self._by_length.move_to_end(layout.length)
                return layout
        found = walk(snapshot, self._max_columns)
        _check_parses(snapshot)
        return self._remember(self._sharing(Layout.of(snapshot, found)))

    def _sharing(self, layout: Layout) -> Layout:
        """The same tuple for the same columns, so that a large fleet holds few of them."""
        for other in self._by_length.get(layout.length, ()):
            if other.columns == layout.columns:
                return replace(layout, columns=other.columns)
        return layout

    def _remember(self, layout: Layout) -> Layout:
        same = self._by_length.setdefault(layout.length, [])
        same.insert(0, layout)
        self._by_length.move_to_end(layout.length)
        self._bytes += layout.length
        if len(same) > self.PER_LENGTH:
            self._bytes -= same.pop().length
        while self._bytes > self.MAX_BYTES:
            length, forgotten = self._by_length.popitem(last=False)
            self._bytes -= length * len(forgotten)
        return layout


def _check_parses(snapshot: bytes) -> None:
    # After the walk, because only then it is known to be within bounds.
    try:
        MetricSnapshot.FromString(snapshot)
    except DecodeError:
        raise MalformedError("not a MetricSnapshot") from None
