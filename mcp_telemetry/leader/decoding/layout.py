"""A snapshot's layout: which of its bytes are numbers, and of which column; the others stay from one to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcp_telemetry.leader.decoding.found import Found, Value
from mcp_telemetry.model.columns import Column, Kind

__all__ = ["Layout", "Numbers"]

Bytes = NDArray[np.uint8]

_U8, _U64, _I64, _F64 = (np.dtype(code) for code in ("u1", "<u8", "<i8", "<f8"))
_EIGHT = np.arange(8)
_LARGEST = float(np.finfo(np.float64).max)
_WHOLE_LIMIT = 2.0**63  # beyond is a negative number that was sent as an unsigned one
_FIRST_BLOCK, _LARGEST_BLOCK = 32, 1024
# The bits of 2^63 as a double. What is negative or not finite has larger ones, and so has a whole number over 4.9e18.
_PLAIN_BITS = 0x43E0 << 48


class Numbers(NamedTuple):
    """What stands in n snapshots of one layout.

    times_ns: int64[n]
    sent:     int64[n], their sequences; of length 0 if they have none
    values:   float64[n, columns]
    is_plain: whether it is plain from their bits that all values are finite, not negative and below 2^63
    """

    times_ns: NDArray[np.int64]
    sent: NDArray[np.int64]
    values: NDArray[np.float64]
    is_plain: bool


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """How the numbers lie in snapshots of `length` bytes.

    columns:      whole numbers first, otherwise in the order of their bytes
    integers:     how many of them are whole numbers on the wire
    has_sequence: whether each snapshot says its sequence
    mask:         uint8[length], 255 for each byte that is not a number
    skeleton:     the bytes that are not numbers; those that are, are 0 in it
    gather:       int[...], the bytes of time, of sequence if there is one, and of the values
    low, high:    float64[len(columns)], what each value must lie between, both included
    """

    length: int
    columns: tuple[Column, ...]
    integers: int
    has_sequence: bool
    mask: Bytes
    skeleton: bytes
    gather: NDArray[np.intp]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    node_id: str
    instance_id: str

    @classmethod
    def of(cls, snapshot: bytes, found: Found) -> Layout:
        """What `walk` found in these bytes, time among it."""
        values = sorted(found.values.values(), key=lambda value: (not value.is_integer, value.offset))
        offsets = [found.time_offset, *([found.sequence_offset] if found.sequence_offset >= 0 else [])]
        gather = (np.array(offsets + [value.offset for value in values])[:, None] + _EIGHT).reshape(-1)
        mask = np.full(len(snapshot), 255, _U8)
        mask[gather] = 0
        return cls(
            length=len(snapshot),
            columns=tuple(value.column for value in values),
            integers=sum(value.is_integer for value in values),
            has_sequence=found.sequence_offset >= 0,
            mask=mask,
            skeleton=(np.frombuffer(snapshot, _U8) & mask).tobytes(),
            gather=gather,
            low=np.array([_low(value) for value in values]),
            high=np.array([_WHOLE_LIMIT if value.is_integer else _LARGEST for value in values]),
            node_id=found.node_id,
            instance_id=found.instance_id,
        )

    def matching(self, snapshots: Bytes) -> int:
        """How many of the snapshots, uint8[n, length], from the first on differ from the layout in numbers only."""
        done, size = 0, _FIRST_BLOCK
        # Small blocks first: where layouts alternate, a look at everything that follows would be quadratic.
        while done < len(snapshots):
            block = snapshots[done : done + size]
            rest = (block & self.mask).tobytes()
            if rest != self.skeleton * len(block):
                return done + next(
                    at for at in range(len(block)) if not rest.startswith(self.skeleton, at * self.length)
                )
            done += len(block)
            size = min(2 * size, _LARGEST_BLOCK)
        return done

    def numbers(self, snapshots: Bytes) -> Numbers:
        """The numbers of snapshots that match, uint8[n, length]."""
        raw = snapshots.take(self.gather, axis=1)
        bits, whole, values = raw.view(_U64), raw.view(_I64), raw.view(_F64)
        is_plain = np.maximum.reduce(bits, axis=None).item() <= _PLAIN_BITS
        first = 1 + self.has_sequence
        after = first + self.integers
        values[:, first:after] = bits[:, first:after]
        return Numbers(whole[:, 0], whole[:, 1] if self.has_sequence else whole[:0, 0], values[:, first:], is_plain)


def _low(value: Value) -> float:
    return 0.0 if value.is_integer or value.column.kind is Kind.COUNTER else -_LARGEST
