"""How many nodes may be connected at once: what is read and written must never lack a file to open for it."""

from __future__ import annotations

from dataclasses import dataclass

from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.open_files import file_limit

__all__ = ["Room"]

# What the leader has open when it works its hardest: the journal, hour files on all threads, pipes, its children.
_OWN_FILES = 128
# For readers, and for nodes on their way in or out.
_OTHER_CONNECTIONS = 64
_REMEDY = "raise it (ulimit -Hn, LimitNOFILE= of systemd, --ulimit nofile= of Docker)"


@dataclass(frozen=True, slots=True)
class Room:
    """Of a limit of open files. ConfigurationError where it leaves no room for a single node.

    connections: beyond these gRPC closes a new one at once; streams: of nodes, beyond which one is turned away in words
    """

    files: int

    @classmethod
    def of_process(cls) -> Room:
        """By the limit of this process."""
        room = cls(file_limit())
        if room.streams < 1:
            least = _OWN_FILES + _OTHER_CONNECTIONS + 1
            raise ConfigurationError(f"the limit of open files is {room.files}, and a leader needs {least}: {_REMEDY}")
        return room

    @property
    def connections(self) -> int:
        """Of nodes and readers together."""
        return self.files - _OWN_FILES

    @property
    def streams(self) -> int:
        """Of nodes."""
        return self.connections - _OTHER_CONNECTIONS

    @property
    def scarce(self) -> int:
        """So many streams that there is little room left."""
        return max(1, self.streams * 9 // 10)

    @property
    def shortage(self) -> str:
        """What is wrong with the limit, and the remedy."""
        return f"the limit of open files is {self.files}, enough for {self.streams} nodes at once: {_REMEDY}"
