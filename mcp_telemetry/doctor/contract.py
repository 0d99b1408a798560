"""What a check is: one kind of thing that can be wrong with a metrics folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from mcp_telemetry.doctor.finding import Finding
from mcp_telemetry.doctor.folder import Folder

__all__ = ["Check"]


class Check(Protocol):
    """Looks at a folder and changes nothing; the repairs of its findings do, and only who holds the lock calls them.

    A leader may be at work meanwhile (`folder.is_live`): a file that changed or went is no finding. Memory is bounded
    by one hour file, however large the folder is.
    """

    def __call__(self, folder: Folder) -> Iterator[Finding]:
        """What is wrong, in the order it was found."""
        ...
