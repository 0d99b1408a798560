"""Every storage engine there is; the conformance suite and the model run over all of them."""

from __future__ import annotations

from mcp_telemetry.storage.hour_files import HourFiles
from mcp_telemetry.storage.json_files import JsonFiles
from tests.storage.conformance import MakeStorage

ENGINES: dict[str, MakeStorage] = {"hour files": HourFiles, "json": JsonFiles}
