"""Reading a file as an import does, down to samples."""

from __future__ import annotations

from pathlib import Path

from mcp_telemetry.formats.intake import Intake
from mcp_telemetry.formats.reading import Reading
from mcp_telemetry.storage.hour_files import HourFiles
from tests.storage.conformance import everything
from tests.storage.samples import Sample


def stored_of(folder: Path, *paths: Path, reading: Reading | None = None) -> dict[str, list[Sample]]:
    """By node, what is in a storage on `folder` after these files were taken in."""
    storage = HourFiles(folder)
    storage.open()
    intake = Intake(storage, reading or Reading())
    for path in paths:
        intake.take(path)
    intake.finish()
    return {node_id: everything(storage, node_id) for node_id in storage.nodes()}
