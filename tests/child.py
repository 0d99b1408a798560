"""A process for tests of `Child`: notes its pid, then does as it is told."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from mcp_telemetry.lifeline import parent_gone


def main(notes: str, behaviour: str) -> None:
    """`lives` until SIGTERM or its parent is gone, `dies` at once, or is `stubborn`: only SIGKILL ends it."""
    if behaviour == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with Path(notes).open("a") as file:
        file.write(f"{os.getpid()}\n")
    if behaviour == "lives":
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if behaviour == "dies":
        sys.exit(3)
    asyncio.run(parent_gone() if behaviour == "lives" else asyncio.sleep(60))


if __name__ == "__main__":
    main(*sys.argv[1:])
