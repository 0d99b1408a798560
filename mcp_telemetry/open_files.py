"""How many files a process may have open. Each connection is one, and shells and systemd allow 1024 unless asked."""

from __future__ import annotations

import contextlib
import resource

__all__ = ["file_limit", "raise_file_limit"]


# More than any leader has connections; some systems say that there is no limit.
_MOST = 1 << 20


def file_limit() -> int:
    """The limit of this process now, of at most a million."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if soft == resource.RLIM_INFINITY else min(soft, _MOST)


def raise_file_limit() -> int:
    """As far as this user may, for this process and those it starts; returns the limit then."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # a kernel that was told meanwhile to allow less
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return file_limit()
