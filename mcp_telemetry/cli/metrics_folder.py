"""The option of the commands that work on a metrics folder by themselves."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

__all__ = ["add_metrics_dir_option"]


def add_metrics_dir_option(parser: argparse.ArgumentParser) -> None:
    """--metrics-dir, as `mcp-leader` has it."""
    default = os.environ.get("MCP_METRICS_DIR") or "./metrics"
    parser.add_argument(
        "--metrics-dir",
        type=lambda text: Path(text).expanduser(),
        default=Path(default).expanduser(),
        metavar="DIR",
        help="[MCP_METRICS_DIR, default ./metrics]",
    )
