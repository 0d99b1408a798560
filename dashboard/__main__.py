"""`mcp-dashboard`: serves the pages and the JSON API of one leader."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Sequence

import uvicorn

from dashboard.app import make_app
from dashboard.live import MAX_MESSAGE_BYTES
from mcp_telemetry.errors import ConfigurationError
from mcp_telemetry.lifeline import parent_gone
from mcp_telemetry.open_files import raise_file_limit
from mcp_telemetry.settings import DashboardSettings, load

__all__ = ["main"]

logger = logging.getLogger("dashboard")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs until SIGTERM or SIGINT; 0 after a clean end, 1 when it cannot serve as it was told."""
    settings = load(DashboardSettings, argv)
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    raise_file_limit()
    try:
        listener = _bound(settings)
    except ConfigurationError as error:
        print(f"mcp-dashboard: {error}", file=sys.stderr)
        return 1
    # uvicorn raises the signal that stopped it once more: this makes that a normal end.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    with listener:
        asyncio.run(_serve(settings, listener))
    return 0


def _bound(settings: DashboardSettings) -> socket.socket:
    host, port = settings.dashboard_host, settings.dashboard_port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        return socket.create_server((host, port), family=found[0][0], backlog=2048)
    except socket.gaierror as error:
        raise ConfigurationError(f"--dashboard-host is {host!r}: {error.strerror}") from None
    except OSError as error:
        hint = "take another with --dashboard-port"
        raise ConfigurationError(f"cannot listen on {host} port {port} ({error.strerror}): {hint}") from None


async def _serve(settings: DashboardSettings, listener: socket.socket) -> None:
    config = uvicorn.Config(
        make_app(settings),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        # Messages are encoded once for all browsers; deflate would work on each again.
        ws_per_message_deflate=False,
    )
    server = uvicorn.Server(config)
    logger.info("dashboard on %s, leader %s", _url(listener), settings.leader)
    watching = asyncio.create_task(_stop_with_parent(server))
    try:
        await server.serve(sockets=[listener])
    finally:
        watching.cancel()


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    name = "localhost" if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/"


async def _stop_with_parent(server: uvicorn.Server) -> None:
    await parent_gone()
    logger.info("the process that started this dashboard is gone: stopping")
    server.should_exit = True


if __name__ == "__main__":
    sys.exit(main())
