"""A node's outbox that tells, in a log of its own, what it was given and what became of it.

The log is appended to line by line with single writes, so that it says after SIGKILL what the node knew before. See
`truth.py` for the lines.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mcp_telemetry.node.outbox import Outbox
from mcp_telemetry.v1.metrics_pb2 import MetricSnapshot
from tests.soak.truth import CHECK, SERIAL, check_of, last_serial

__all__ = ["telling_outbox"]


def telling_outbox(log: Path) -> Callable[..., Outbox]:
    """What makes outboxes that write to this log."""

    def make(*arguments: Any) -> Outbox:
        return _TellingOutbox(log, *arguments)

    return make


class _TellingOutbox(Outbox):
    """Gives each snapshot a serial number, which goes on over restarts and new instances."""

    def __init__(self, log: Path, *arguments: Any) -> None:
        self._serial = last_serial(log)
        self._fd = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        super().__init__(*arguments)
        self._tell("start", self.instance_id, self.next, self.acked, self.dropped_total)

    def append(self, snapshot: MetricSnapshot) -> int:
        self._serial += 1
        snapshot.custom.add(name=SERIAL, gauge=self._serial)
        snapshot.custom.add(name=CHECK, gauge=check_of(self._serial))
        self._tell("sample", self.next, self._serial, snapshot.time_unix_nano)
        before, dropped = self._held_from(), self.dropped_total
        sequence = super().append(snapshot)
        if self.dropped_total > dropped:
            self._tell("dropped", before, self._held_from())
        self._tell("kept", sequence, self._unwritten, self.dropped_total)
        return sequence

    def acknowledge(self, durable: int) -> None:
        super().acknowledge(durable)
        self._tell("acked", self.acked)

    def renew(self) -> None:
        first, until = max(self._recent.first, self._given_from), self.next
        super().renew()
        self._tell("renewed", self.instance_id, first, until, self.dropped_total)

    def close(self) -> None:
        super().close()
        self._tell("end")

    def _held_from(self) -> int:
        """The oldest sequence that would be lost if the place where it is were given up."""
        on_disk = self._spool.first if self._spool else None
        is_on_disk = on_disk is not None and self._unwritten == self.next
        return max(on_disk if is_on_disk else max(self._recent.first, self._unwritten), self._done + 1)

    def _tell(self, *words: object) -> None:
        os.write(self._fd, (" ".join(map(str, words)) + "\n").encode())
