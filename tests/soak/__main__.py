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
from tests.soak.report import Report, counted, line, summary
from tests.soak.rounds import Rounds, ViolationError
from tests.soak.swarm import Swarm

_LONG = Limits(stop=20, away=3, line=30, full=15, spread=3)
_SHORT = Limits(stop=2, away=0.5, line=2, full=2, spread=0.7)
_WORKING_BYTES = 96 << 20
_ROUND_BYTES = 256 << 10
_MINUTE_BYTES = 1 << 20
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
    swarm = Swarm(folder, arguments.nodes, PlainPlaces() if refusal else PrivatePlaces(), _room(arguments))
    rounds = Rounds(swarm, arguments.seed, _SHORT if arguments.short else _LONG, kinds)
    try:
        _run(rounds, arguments)
    except ViolationError as violation:
        print(f"VIOLATION, seed {arguments.seed}, {violation}", flush=True)
        _keep(swarm, folder)
        return 1
    except BaseException:
        _keep(swarm, folder)
        raise
    swarm.kill()
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--rounds", type=int, default=0, help="how many; without it and --minutes 200")
    parser.add_argument("--minutes", type=float, default=0, help="begin no round after so many minutes")
    parser.add_argument("--seed", default=str(int(time.time())), help="reproduces the schedule of faults")
    parser.add_argument("--nodes", type=int, default=10)
    parser.add_argument("--faults", default=",".join(KINDS), help=f"of {','.join(KINDS)}")
    parser.add_argument("--short", action="store_true", help="short faults only")
    arguments = parser.parse_args()
    if not arguments.rounds and not arguments.minutes:
        arguments.rounds = 200
    return arguments


def _room(arguments: argparse.Namespace) -> int:
    """Bytes of the leader's disk: what it will have stored at the end, and some to work with."""
    return int(_WORKING_BYTES + arguments.rounds * _ROUND_BYTES + arguments.minutes * _MINUTE_BYTES)


def _run(rounds: Rounds, arguments: argparse.Namespace) -> None:
    rounds.begin()
    reports = list[Report]()
    for number in _numbers(arguments.rounds, arguments.minutes):
        reports.append(rounds.run(number))
        print(line(reports[-1]), flush=True)
    final = rounds.end()
    print(summary(reports))
    print("in the files at the end: " + counted(final))


def _numbers(rounds: int, minutes: float) -> Iterator[int]:
    end = time.monotonic() + minutes * 60
    for number in range(1, rounds + 1) if rounds else itertools.count(1):
        if minutes and time.monotonic() >= end:
            return
        yield number


def _keep(swarm: Swarm, folder: Path) -> None:
    """The disks vanish with this world: what is on them is copied beside."""
    swarm.kill()
    kept = folder / "evidence"
    shutil.copytree(folder / "disks", kept, ignore=shutil.ignore_patterns("ballast"))
    print(f"the evidence is in {folder}: logs, truths, and the disks' copies in {kept.name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
