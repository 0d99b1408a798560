"""Rows of one node: the shape in which samples move between ring, files and queries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.model.columns import Column

__all__ = ["Rows"]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """n samples of one node, in the order they arrived.

    times_ns:     int64[n], nanoseconds since 1970 (the node's clock)
    sequences:    int64[n], per instance
    instances:    int32[n], index into instance_ids
    instance_ids: the outboxes these rows came from
    values:       float64[n, len(columns)], NaN where a sample lacks the column
    """

    columns: tuple[Column, ...]
    times_ns: NDArray[np.int64]
    sequences: NDArray[np.int64]
    instances: NDArray[np.int32]
    instance_ids: tuple[str, ...]
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.times_ns)
