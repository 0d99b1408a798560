"""What a run counted, and how the counts of several processes add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import grpc

from tests.benchmarks.stats import percentile

__all__ = ["Tally"]


@dataclass(slots=True)
class Tally:
    """Counts of one process. Times are in seconds.

    `acks_s` is from just before a probe's report was sent to its durable ack; `late_s` how long after its moment a
    report was sent: the generator's own fault, to be small beside the other.
    """

    welcomed: int = 0
    reports: int = 0
    sent: int = 0
    acked: int = 0
    rejected: int = 0
    held: int = 0
    seconds: float = 0.0
    acks_s: list[float] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)

    def count_error(self, error: Exception) -> None:
        """Remembers how often something went wrong, by its first words."""
        details = error.details() if isinstance(error, grpc.aio.AioRpcError) else str(error)
        self.errors[(details or repr(error))[:200]] += 1

    def summary(self) -> dict[str, Any]:
        """As JSON shows it."""
        return {
            "welcomed": self.welcomed,
            "reports": self.reports,
            "sent": self.sent,
            "acked": self.acked,
            "rejected": self.rejected,
            "held": self.held,
            "seconds": round(self.seconds, 3),
            "reports_per_s": self._per_second(self.reports),
            "snapshots_per_s": self._per_second(self.sent),
            "ack_ms": _quantiles_ms(self.acks_s),
            "late_ms": _quantiles_ms(self.late_s),
            "errors": dict(self.errors.most_common(10)),
        }

    def _per_second(self, count: int) -> float:
        return round(count / self.seconds, 1) if self.seconds else 0.0

    @classmethod
    def total(cls, tallies: Iterable[Tally]) -> Tally:
        """Of processes that ran at the same time."""
        whole = cls()
        for tally in tallies:
            whole.welcomed += tally.welcomed
            whole.reports += tally.reports
            whole.sent += tally.sent
            whole.acked += tally.acked
            whole.rejected += tally.rejected
            whole.held += tally.held
            whole.seconds = max(whole.seconds, tally.seconds)
            whole.acks_s += tally.acks_s
            whole.late_s += tally.late_s
            whole.errors += tally.errors
        return whole


def _quantiles_ms(values_s: list[float]) -> dict[str, float]:
    if not values_s:
        return {}
    wanted = {"p50": 0.50, "p99": 0.99, "max": 1.0}
    return {name: round(1000 * percentile(values_s, share), 1) for name, share in wanted.items()}
