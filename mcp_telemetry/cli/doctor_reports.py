"""How the doctor tells what it found: a list for people, JSON for programs, and a bar while it works."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.progress import Progress

from mcp_telemetry.doctor.examination import Repaired
from mcp_telemetry.doctor.finding import Finding, Severity
from mcp_telemetry.doctor.folder import Folder

__all__ = ["JsonReport", "Report", "Tally", "TextReport", "progress_bar"]

# Of each kind; the rest is counted. A folder in which a million files are alike needs no million lines.
_MOST_TOLD = 1000
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


@dataclass(slots=True)
class Tally:
    """How many findings there were, by severity and by code; `takes` says whether one more of its code is told."""

    severities: Counter[Severity] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    def takes(self, finding: Finding) -> bool:
        """Count it; whether it is told."""
        self.severities[finding.severity] += 1
        self.codes[finding.code] += 1
        return self.codes[finding.code] <= _MOST_TOLD

    @property
    def is_wrong(self) -> bool:
        """Whether anything is to be done."""
        return bool(self.severities[Severity.ERROR] or self.severities[Severity.WARNING])

    @property
    def untold(self) -> dict[str, int]:
        """How many of each code were not told."""
        return {code: count - _MOST_TOLD for code, count in self.codes.items() if count > _MOST_TOLD}


class Report(Protocol):
    """Is told of everything in the order it happens."""

    tally: Tally

    def repaired(self, folder: Folder, repaired: Repaired) -> None:
        """A repair was made, or failed."""
        ...

    def found(self, folder: Folder, finding: Finding) -> None:
        """Something is wrong, or worth knowing, now."""
        ...

    def end(self, folder: Folder) -> None:
        """That was all."""
        ...


class TextReport:
    """Prints each finding at once, and a summary."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._console = Console(highlight=False, soft_wrap=True, markup=False)
        self._repairs = Counter[bool]()

    def repaired(self, folder: Folder, repaired: Repaired) -> None:
        """One line, below the file's name."""
        self._repairs[bool(repaired.failure)] += 1
        told = f"not repaired: {repaired.failure}" if repaired.failure else f"repaired: {repaired.done}"
        self._print(_name(folder, repaired.finding.path), "bold red" if repaired.failure else "green")
        self._print(f"    {repaired.finding.what}\n    {told}")

    def found(self, folder: Folder, finding: Finding) -> None:
        """What, and what to do, below the file's name."""
        if not self.tally.takes(finding):
            return
        self._console.print(f"{finding.severity:<8}", style=_STYLES[finding.severity], end="")
        self._print(_name(folder, finding.path), "bold")
        self._print(f"    {finding.what}")
        if finding.remedy:
            self._print(f"    -> {finding.remedy}{' (--repair does)' if finding.repair else ''}")

    def end(self, folder: Folder) -> None:
        """How much was looked at, and how much was found."""
        for code, count in self.tally.untold.items():
            self._print(f"and {count} more of {code}")
        if folder.is_live:
            self._print(f"process {folder.leader} is using the folder: what it is writing just now is not judged")
        if self._repairs:
            self._print(f"{self._repairs[False]} repaired, {self._repairs[True]} could not be")
        examined = ", ".join(f"{count} {what}" for what, count in folder.seen.items()) or "nothing"
        found = ", ".join(f"{count} {severity}" for severity, count in sorted(self.tally.severities.items()))
        self._print(f"{'Problems' if self.tally.is_wrong else 'Nothing is wrong'}: {found or 'no findings'}")
        self._print(f"Examined {examined}.")

    def _print(self, text: str, style: str = "") -> None:
        self._console.print(text, style=style or None)


class JsonReport:
    """Prints one object at the end."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._findings: list[dict[str, Any]] = []
        self._repairs: list[dict[str, Any]] = []
        self._untold_repairs = 0

    def repaired(self, folder: Folder, repaired: Repaired) -> None:
        """Kept, up to a bound."""
        if len(self._repairs) >= _MOST_TOLD:
            self._untold_repairs += 1
            return
        outcome = {"done": repaired.done, "failure": repaired.failure}
        self._repairs.append(_object(folder, repaired.finding) | outcome)

    def found(self, folder: Folder, finding: Finding) -> None:
        """Kept, up to a bound."""
        if self.tally.takes(finding):
            self._findings.append(_object(folder, finding))

    def end(self, folder: Folder) -> None:
        """The object: what was examined, repaired and found."""
        answer = {
            "folder": str(folder.path),
            "leader": folder.leader or None,
            "examined": folder.seen,
            "repairs": self._repairs,
            "repairs_not_listed": self._untold_repairs,
            "findings": self._findings,
            "findings_not_listed": self.tally.untold,
            "counts": {severity.value: self.tally.severities[severity] for severity in Severity},
        }
        print(json.dumps(answer, indent=2))


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """On a terminal a bar on stderr; elsewhere nothing."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda doing, done, total: bar.update(task, description=doing, completed=done, total=total)


def _object(folder: Folder, finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity.value,
        "code": finding.code,
        "path": _name(folder, finding.path),
        "what": finding.what,
        "remedy": finding.remedy,
        "repairable": finding.repair is not None,
    }


def _name(folder: Folder, path: Path) -> str:
    """As it is found in the folder; the folder itself as it was given."""
    return str(path if path == folder.path else path.relative_to(folder.path))
