"""One thing that is wrong, or worth knowing, about a metrics folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

__all__ = ["Finding", "Repair", "Severity"]

# Does what the remedy says and tells what that was; StorageError if the disk refuses. Doing it again does no harm.
Repair = Callable[[], str]


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"  # data is lost, or queries do not find it
    WARNING = "warning"  # it works, and will not for long, or not for all
    INFO = "info"  # nothing is to be done


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found where.

    code:   what kind of finding it is, for programs: `hour-unsorted`
    path:   the file or folder in question
    what:   a sentence on what is wrong
    remedy: a sentence on what to do about it; empty if nothing is
    repair: does that; None if only a person can
    """

    severity: Severity
    code: str
    path: Path
    what: str
    remedy: str = ""
    repair: Repair | None = None
