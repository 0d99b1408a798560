"""What a round came to, and all of them together, in lines for people."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.soak.faults import KINDS, Fault
from tests.soak.swarm import NOTHING, Effort
from tests.soak.verdict import Verdict

__all__ = ["Report", "counted", "line", "summary"]


@dataclass
class Report:
    """What a round came to."""

    number: int
    faults: list[Fault]
    recovery_s: float = 0
    seconds: float = 0
    restarts: int = 0
    verdicts: list[Verdict] = field(default_factory=list)
    leader_pid: int = 0
    leader: Effort = NOTHING
    nodes: Effort = NOTHING


def line(report: Report) -> str:
    restarts = f", {report.restarts} more starts" if report.restarts else ""
    return (
        f"round {report.number:3d}: {'; '.join(map(str, report.faults))}{restarts} | {counted(report.verdicts)} | "
        f"well after {report.recovery_s:.1f} of {report.seconds:.1f} s | "
        f"leader {_effort(report.leader)}, nodes at most {_effort(report.nodes)}"
    )


def counted(verdicts: Sequence[Verdict]) -> str:
    totals = ((what, sum(getattr(each, what) for each in verdicts)) for what in ("sampled", "stored", "dropped"))
    return ", ".join(f"{what} {total}" for what, total in totals)


def summary(reports: Sequence[Report]) -> str:
    recoveries = sorted(report.recovery_s for report in reports)
    kinds = {kind: sum(fault.kind == kind for report in reports for fault in report.faults) for kind in KINDS}
    lives = [list(life) for _, life in itertools.groupby(reports, lambda report: report.leader_pid)]
    longest = max(lives, key=lambda life: sum(report.seconds for report in life))
    return (
        f"{len(reports)} rounds in {sum(report.seconds for report in reports):.0f} s; faults: "
        f"{', '.join(f'{count} {kind}' for kind, count in kinds.items())}; acked and missing 0, stored twice 0; "
        f"well again after {recoveries[len(recoveries) // 2]:.1f} s at the median, {recoveries[-1]:.1f} s at most\n"
        f"the longest life of a leader, {sum(report.seconds for report in longest):.0f} s: "
        f"{_effort(longest[0].leader)} at first, {_effort(longest[-1].leader)} at last"
    )


def _effort(effort: Effort) -> str:
    return f"{effort.rss_mib:.0f} MiB {effort.files} fds {effort.threads} threads"
