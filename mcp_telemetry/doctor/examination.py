"""All checks over one folder, and the repairs of what they find."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mcp_telemetry._folders import lock
from mcp_telemetry.doctor.contract import Check
from mcp_telemetry.doctor.dashboards import dashboards
from mcp_telemetry.doctor.finding import Finding
from mcp_telemetry.doctor.folder import Folder
from mcp_telemetry.doctor.hours import hour_files
from mcp_telemetry.doctor.journals import journals
from mcp_telemetry.doctor.place import disk_space, permissions
from mcp_telemetry.doctor.rollups import rollup_contents, rollup_files
from mcp_telemetry.doctor.snapshots import engines, snapshots
from mcp_telemetry.doctor.strays import (
    empty_days,
    future_hours,
    impossible_names,
    leftovers,
    set_aside,
    unfinished_moves,
    unknown_files,
)
from mcp_telemetry.errors import StorageError
from mcp_telemetry.settings import JOURNAL_FOLDER

__all__ = ["CHECKS", "Repaired", "examine", "repair"]

# In an order in which a repair makes nothing wrong that was looked at before it: rows are moved before folders are
# found empty, and ownership comes last.
_FILE_CHECKS: tuple[Check, ...] = (
    leftovers,
    hour_files,
    unfinished_moves,
    snapshots,
    rollup_files,
    rollup_contents,
    impossible_names,
    future_hours,
    set_aside,
    dashboards,
    unknown_files,
    empty_days,
    permissions,
)
CHECKS: tuple[Check, ...] = (disk_space, engines, journals, *_FILE_CHECKS)
# A repair may bring up what lay under it: rows moved to an hour that are there already. Twice was enough for all known.
_MOST_ROUNDS = 5


class Repaired(NamedTuple):
    """What was done about a finding; `failure` says why it was not."""

    finding: Finding
    done: str = ""
    failure: str = ""


def examine(folder: Folder) -> Iterator[Finding]:
    """Everything that is wrong, or worth knowing; changes nothing."""
    for check in CHECKS:
        yield from check(folder)


def repair(folder: Folder) -> Iterator[Repaired]:
    """Repair what can be, until nothing is left that can.

    ConfigurationError while a leader, or another repair, uses the folder; StorageError if it cannot be written.
    """
    yield from _round(folder, (journals,))  # the journal locks the folder itself
    held = lock(folder.path / JOURNAL_FOLDER)
    try:
        for _ in range(_MOST_ROUNDS):
            made = False
            for repaired in _round(folder, _FILE_CHECKS):
                made = made or not repaired.failure
                yield repaired
            if not made:
                return
    finally:
        os.close(held)


def _round(folder: Folder, checks: Iterable[Check]) -> Iterator[Repaired]:
    for finding in (finding for check in checks for finding in check(folder)):
        if finding.repair is not None:
            try:
                yield Repaired(finding, done=finding.repair())
            except FileNotFoundError:
                continue  # the repair of another finding has dealt with the file
            except (StorageError, OSError) as error:
                yield Repaired(finding, failure=str(error))
