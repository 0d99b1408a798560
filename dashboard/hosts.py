"""To which names the dashboard answers.

Whoever owns a name can let it lead to this machine; a page of theirs is then, for a browser, one of the dashboard's own
(DNS rebinding). Who listens on loopback alone wants nobody else, and so answers to the names of loopback alone.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["KnownHosts", "known_hosts"]

_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
_MISDIRECTED = 421
_POLICY_VIOLATION = 1008


def known_hosts(listens_on: str, named: Collection[str]) -> frozenset[str] | None:
    """The names, in lower case, by which a dashboard is asked that listens there and was given these; None: any."""
    if "*" in named or not (named or _is_loopback(listens_on)):
        return None
    return _LOOPBACK | {name.lower() for name in named}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class KnownHosts:
    """Hands on what is asked by one of these names (None: by any), or by none at all, as no browser asks."""

    def __init__(self, app: ASGIApp, names: frozenset[str] | None) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers others with 421, and closes their sockets."""
        host = Headers(scope=scope).get("host", "") if scope["type"] in ("http", "websocket") else ""
        if self._names is None or not host or _name_in(host) in self._names:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await PlainTextResponse(self._refusal(_name_in(host)), _MISDIRECTED)(scope, receive, send)

    def _refusal(self, name: str) -> str:
        known = ", ".join(sorted(self._names or ()))
        return f"the host is {name[:128]!r}, and this dashboard answers to {known}: add it with --dashboard-hosts"


def _name_in(host: str) -> str:
    """What stands before the port: `[::1]:5000` is `::1`."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()
