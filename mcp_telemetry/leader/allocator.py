"""How the C library keeps memory that is free again."""

from __future__ import annotations

import ctypes

__all__ = ["return_large_blocks"]

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
# What glibc begins with.
_LARGE_BYTES = 128 << 10


def return_large_blocks() -> None:
    """Have glibc give every large block back to the system as soon as it is free; elsewhere nothing happens.

    By itself it takes the largest block ever freed for the new measure of large: after the first wide answer the
    arrays of the next ones lie among small objects, and what is free between them stays with the process.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _LARGE_BYTES)
