"""`python -m tests.soak.program node|leader [FLAG...]`: the installed command with a clock that can be stepped.

SOAK_CLOCK: the clock's file; SOAK_TRUTH: the log of a node's outbox
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.soak import clock


def main() -> int:
    command, flags = sys.argv[1], sys.argv[2:]
    clock.install(Path(os.environ["SOAK_CLOCK"]))
    if command == "leader":
        from mcp_telemetry.cli.leader import main as lead

        return lead(flags)
    from mcp_telemetry.cli.node import main as report
    from mcp_telemetry.node import agent
    from tests.soak.outbox import telling_outbox

    agent.Outbox = telling_outbox(Path(os.environ["SOAK_TRUTH"]))  # type: ignore[assignment, misc]
    return report(flags)


if __name__ == "__main__":
    sys.exit(main())
