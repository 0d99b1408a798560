"""Protobuf's numbers of variable width, for messages that are put together around bytes that are encoded already."""

from __future__ import annotations

__all__ = ["varint"]


def varint(number: int) -> bytes:
    """A number of 0 or more in groups of seven bits, the lowest first."""
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)
