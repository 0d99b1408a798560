"""How to add a node: commands and files to copy, with LEADER for the leader's address, and ORIGIN for this site's."""

from __future__ import annotations

import dash_mantine_components as dmc  # type: ignore[import-untyped]
from dash import html

from dashboard.components.parts import Component, copyable
from dashboard.wheel import PATH

__all__ = ["COMMAND", "INSTALL", "PYTHON", "PYTHON_INSTALL", "UNIT", "UNIT_INSTALL", "join_ways"]

WHEEL = f"ORIGIN{PATH}"
INSTALL = f"python3 -m venv mcp-node && mcp-node/bin/pip install {WHEEL}"
COMMAND = "mcp-node/bin/mcp-node --leader LEADER"
UNIT = """\
[Unit]
Description=Reports this machine to mcp-telemetry
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/opt/mcp-node/bin/mcp-node --leader LEADER --spool-dir /var/lib/mcp-node
DynamicUser=yes
StateDirectory=mcp-node
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target"""
UNIT_INSTALL = f"python3 -m venv /opt/mcp-node && /opt/mcp-node/bin/pip install {WHEEL}"
_ENABLE = "systemctl enable --now mcp-node"
PYTHON_INSTALL = f"pip install {WHEEL}"
PYTHON = """\
import asyncio
from types import SimpleNamespace

from mcp_telemetry import MonitoringService

node = SimpleNamespace(node_id="my-server", is_leader=False, leader_address="LEADER")
monitoring = MonitoringService(node, collection_interval=1)


async def main():
    await monitoring.start()
    try:
        while True:  # your server runs here, and counts what it does
            monitoring.record_request("tools/call")
            await asyncio.sleep(1)
    finally:
        await monitoring.stop()


asyncio.run(main())"""


def join_ways() -> Component:
    """Three ways to have a machine or a server report, one at a time."""
    ways = _ways()
    return html.Div(
        [
            dmc.Tabs(
                [
                    dmc.TabsList([dmc.TabsTab(name, value=_key(name)) for name in ways]),
                    *(dmc.TabsPanel(steps, value=_key(name), className="join-steps") for name, steps in ways.items()),
                ],
                value=_key(next(iter(ways))),
                keepMounted=True,
            ),
            html.P("It appears on the fleet page within two seconds of its start.", className="muted"),
        ],
        className="join",
    )


def _ways() -> dict[str, list[Component]]:
    return {
        "Command line": [
            _step(
                "On the machine to watch, with Python 3.11 or newer; the program is this page's own:",
                INSTALL,
                "the installation",
            ),
            _step("Then start its agent:", COMMAND, "the command"),
        ],
        "systemd": [
            _step("As root, on the machine to watch:", UNIT_INSTALL, "the installation"),
            _step(
                "As a service that starts with the machine, in /etc/systemd/system/mcp-node.service:", UNIT, "the unit"
            ),
            _step("Then:", _ENABLE, "the command"),
        ],
        "Python": [
            _step(
                "Where an MCP server, or any program with an event loop, has its packages:",
                PYTHON_INSTALL,
                "the installation",
            ),
            _step("In it:", PYTHON, "the program"),
        ],
    }


def _key(name: str) -> str:
    return name.lower().replace(" ", "-")  # it becomes part of an id


def _step(text: str, template: str, label: str) -> Component:
    return html.Div([html.P(text), copyable(template, label)], className="join-step")
