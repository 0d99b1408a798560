"""Break a swarm of real processes at random, again and again, and compare what was sampled with what is stored."""

from __future__ import annotations

import argparse
import itertools
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.soak.faults import KINDS, Limits
from tests.soak.places import PlainPlaces, PrivatePlaces, enter_private_world, why_not_private
from tests.soak.rounds import Report, Rounds, ViolationError
from tests.soak.swarm import Effort, Swarm

_LONG = Limits(stop=20, away=3, line=30, full=15, spread=3)
_SHORT = Limits(stop=2, away=0.5, line=2, full=2, spread=0.7)
_NEED_PRIVACY = ("line", "full")


def main() -> int:
    arguments = _arguments()
    enter_private_world(sys.argv[1:])
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    refusal = why_not_private()
    kinds = [kind for kind in arguments.faults.split(",") if not refusal or kind not in _NEED_PRIVACY]
    print(f"seed {arguments.seed}, {arguments.nodes} nodes at 20 Hz, faults {','.join(kinds)}, data in {folder}")
    if refusal:
        print(f"without {', '.join(_NEED_PRIVACY)}: no namespaces here ({refusal})")
    swarm = Swarm(folder, arguments.nodes, PlainPlaces() if refusal else PrivatePlaces())
    rounds = Rounds(swarm, arguments.seed, _SHORT if arguments.short else _LONG, kinds)
    try:
        _run(rounds, arguments)
    except ViolationError as violation:
        print(f"VIOLATION, seed {arguments.seed}, {violation}", flush=True)
        return _keep(folder)
    finally:
        swarm.kill()
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=0, help="how many; 0 and no minutes: 200")
    parser.add_argument("--minutes", type=float, default=0, help="begin no round after so many minutes")
    parser.add_argument("--seed", default=str(int(time.time())), help="reproduces the schedule of faults")
    parser.add_argument("--nodes", type=int, default=10)
    parser.add_argument("--faults", default=",".join(KINDS), help=f"of {','.join(KINDS)}")
    parser.add_argument("--short", action="store_true", help="short faults only")
    return parser.parse_args()


def _run(rounds: Rounds, arguments: argparse.Namespace) -> None:
    rounds.begin()
    reports = []
    for number in _numbers(arguments.rounds, arguments.minutes):
        reports.append(rounds.run(number))
        print(_line(reports[-1]), flush=True)
    final = rounds.end()
    print(_summary(reports))
    print("in the files at the end: " + _counted(Report(0, [], verdicts=final)))


def _numbers(rounds: int, minutes: float) -> Iterator[int]:
    end = time.monotonic() + minutes * 60
    number, most = 0, rounds or (0 if minutes else 200)
    while (not most or number < most) and (not minutes or time.monotonic() < end):
        number += 1
        yield number


def _line(report: Report) -> str:
    restarts = f", {report.restarts} more starts" if report.restarts else ""
    return (
        f"round {report.number:3d}: {'; '.join(map(str, report.faults))}{restarts} | {_counted(report)} | "
        f"well after {report.recovery_s:.1f} of {report.seconds:.1f} s | "
        f"leader {_effort(report.leader)}, nodes at most {_effort(report.nodes)}"
    )


def _counted(report: Report) -> str:
    totals = ((what, report.total(what)) for what in ("sampled", "stored", "dropped"))
    return ", ".join(f"{what} {total}" for what, total in totals)


def _summary(reports: list[Report]) -> str:
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


def _keep(folder: Path) -> int:
    """The disks vanish with this world: what is on them is copied beside."""
    kept = folder / "evidence"
    shutil.copytree(folder / "disks", kept, ignore=shutil.ignore_patterns("ballast"))
    print(f"the evidence is in {folder}: logs, truths, and the disks' copies in {kept.name}", flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
