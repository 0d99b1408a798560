"""`mcp-telemetry`: questions to a leader, and work on a metrics folder. One module a command, each with `add`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

import grpc

from mcp_telemetry._version import __version__
from mcp_telemetry.cli import doctor, events, exporting, importing, nodes, query
from mcp_telemetry.errors import TelemetryError

__all__ = ["main"]

# Their modules import what only they need (numpy, pyarrow, rich) inside the functions that run them: a node's install
# has none of it, and `mcp-telemetry nodes` answers at once.
_COMMANDS = (nodes, events, query, importing, exporting, doctor)

# As a shell has it: 128, and the number of the signal.
_INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0, or 1 with one line on stderr that says what is wrong and what to do; 130 after Ctrl-C."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except BrokenPipeError:
        # Whoever read has read enough, as `head` does; nothing is left to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except grpc.RpcError as error:
        print(f"mcp-telemetry: no answer from {arguments.leader}: {_reason(error)}; check --leader", file=sys.stderr)
    except TelemetryError as error:
        print(f"mcp-telemetry: {error}", file=sys.stderr)
    except ModuleNotFoundError as error:
        print(f"mcp-telemetry: {error}; install it with pip install 'mcp-telemetry[all]'", file=sys.stderr)
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mcp-telemetry", description="Ask a leader, or work on its metrics folder.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in _COMMANDS:
        command.add(commands)
    return parser


def _reason(error: Any) -> str:
    return f"{error.code().name}, {error.details()}"


if __name__ == "__main__":
    sys.exit(main())
