"""From the table of endpoints to routes: methods, parameters and errors are looked after here, for all alike."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from dashboard.api.answers import response
from dashboard.api.endpoint import Endpoint, Sources
from dashboard.api.problems import NoEndpointError, NoMethodError, problem
from mcp_telemetry.errors import InvalidQueryError, TelemetryError

__all__ = ["routes_of"]

logger = logging.getLogger(__name__)


def routes_of(endpoints: Iterable[Endpoint], sources: Sources) -> list[Route]:
    """A route for each path, in the order of the table's paths, and those that tell that nothing else is there."""
    by_path = groupby(sorted(endpoints, key=attrgetter("path")), key=attrgetter("path"))
    routes = [Route(path, _Path({each.method: each for each in group}, sources)) for path, group in by_path]
    # Of two that fit, the one without parameters is meant.
    routes.sort(key=lambda route: route.path.count("{"))
    # Behind them are the pages, which answer whatever is left.
    nowhere = [f"{route.path}/" for route in routes if not route.path.startswith("/api/")]
    return [*routes, *(Route(path, _Nothing()) for path in ("/api", "/api/{rest:path}", *nowhere))]


class _Path:
    """All methods of one path, as an ASGI application."""

    def __init__(self, methods: Mapping[str, Endpoint], sources: Sources) -> None:
        self._methods = dict(methods)
        self._sources = sources
        if "GET" in methods:
            self._methods["HEAD"] = methods["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answered(Request(scope, receive))
        if scope["method"] == "HEAD":
            answer.body = b""  # its length stays in the headers
        await answer(scope, receive, send)

    async def _answered(self, request: Request) -> Response:
        try:
            endpoint = self._endpoint(request)
            _require_known(endpoint, request)
            answer = await response(endpoint, request, await endpoint.handler(self._sources, request))
            if endpoint.is_mirrored:
                answer.headers["Age"] = str(self._sources.mirror.age_s())
            return answer
        except TelemetryError as error:
            return problem(error)
        except Exception as error:
            logger.exception("%s %s failed", request.method, request.url.path)
            return problem(error)

    def _endpoint(self, request: Request) -> Endpoint:
        endpoint = self._methods.get(request.method)
        if endpoint is None:
            raise NoMethodError(request.method, request.url.path, ", ".join(sorted(self._methods)))
        return endpoint


class _Nothing:
    """Everything else below /api, and below the other paths of machines."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"][:128]
        await problem(NoEndpointError(f"no {path!r} here: /openapi.json lists what there is"))(scope, receive, send)


def _require_known(endpoint: Endpoint, request: Request) -> None:
    """A parameter that nobody reads is a mistake of the caller, who would take the answer for what was asked."""
    known = endpoint.query_parameters()
    for name in request.query_params:
        if name not in known:
            takes = f"it takes {', '.join(known)}" if known else "it takes none"
            raise InvalidQueryError(f"{name[:64]!r} is no parameter of {endpoint.path}: {takes}")
    for name, parameter in known.items():
        given = len(request.query_params.getlist(name))
        if given > parameter.most:
            raise InvalidQueryError(f"{name} is given {given} times: want at most {parameter.most}")
