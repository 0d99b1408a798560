"""The application: one ASGI app with the JSON API, the live socket, and the pages behind them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from a2wsgi import WSGIMiddleware
from dash import Dash
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from dashboard.api import Sources, api_routes
from dashboard.bodies import WholeBodies
from dashboard.bundles import bundles
from dashboard.client import LeaderClient
from dashboard.fleet import FleetState
from dashboard.hosts import KnownHosts, known_hosts
from dashboard.hub import Hub, Source
from dashboard.live import serve_live
from dashboard.mirror import Mirror
from dashboard.site import make_site, script_hashes
from dashboard.system import SystemSource
from dashboard.topics import source_of
from dashboard.web import Compression, SecurityHeaders, content_security_policy
from dashboard.wheel import wheel_route
from mcp_telemetry.settings import DashboardSettings

__all__ = ["ASSETS", "make_app"]

ASSETS = Path(__file__).parent / "assets"
_PAGE_THREADS = 4
# What Dash's own scripts send is some kilobytes.
_MOST_PAGE_BODY_BYTES = 2**20


def make_app(settings: DashboardSettings) -> Starlette:
    """The whole dashboard as an ASGI application. Call it inside the event loop that will serve it."""
    client = LeaderClient(settings.leader)
    mirror = Mirror(client, settings.dashboard_refresh_s)
    fleet = FleetState(mirror)

    def source(name: str) -> Source | None:
        if name == "system":
            return SystemSource(mirror, client.address, hub.figures)
        return source_of(name, client, mirror, fleet, settings.dashboard_refresh_s)

    hub = Hub(source)
    site = make_site(ASSETS)

    async def live(socket: WebSocket) -> None:
        await serve_live(socket, hub)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(work) for work in (mirror.run(), mirror.watch_health(), fleet.run())]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await hub.close()
        await client.close()

    return Starlette(
        debug=settings.dashboard_debug,
        routes=[
            *api_routes(Sources(client, mirror, hub)),
            WebSocketRoute("/live", live),
            wheel_route(),
            *(bundle.route() for bundle in bundles(ASSETS).values()),
            Mount("/assets", StaticFiles(directory=ASSETS)),
            Mount("/", _pages(site)),
        ],
        middleware=_middleware(settings, site),
        lifespan=lifespan,
    )


def _pages(site: Dash) -> ASGIApp:
    # a2wsgi and Starlette declare the same protocol under different names.
    pages: ASGIApp = WSGIMiddleware(site.server, workers=_PAGE_THREADS)  # type: ignore[assignment]
    return WholeBodies(pages, _MOST_PAGE_BODY_BYTES)


def _middleware(settings: DashboardSettings, site: Dash) -> list[Middleware]:
    return [
        Middleware(KnownHosts, names=known_hosts(settings.dashboard_host, settings.dashboard_hosts)),
        Middleware(SecurityHeaders, policy=content_security_policy(script_hashes(site))),
        Middleware(Compression),
    ]
