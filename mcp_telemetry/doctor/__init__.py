"""Examines a metrics folder, says what is wrong with it and what to do, and repairs it.

Every check is a function after `contract.Check`, listed in `examination.CHECKS`; a finding knows its own repair.
"""

from mcp_telemetry.doctor.examination import examine, repair
from mcp_telemetry.doctor.finding import Finding, Severity
from mcp_telemetry.doctor.folder import Folder, opened

__all__ = ["Finding", "Folder", "Severity", "examine", "opened", "repair"]
