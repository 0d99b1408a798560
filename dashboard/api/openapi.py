"""The OpenAPI document: everything it says stands in the table of endpoints."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from dashboard.api.endpoint import Endpoint, Parameter
from dashboard.api.problems import PROBLEM
from dashboard.api.schema import Schema
from mcp_telemetry._version import __version__

__all__ = ["document"]

_ABOUT = """Live and stored metrics of a swarm of MCP servers.

Missing values are `null`. Times are Unix seconds, and milliseconds since 1970 where a name ends in `_ms`. Errors are
`application/problem+json`: `detail` names the value and the remedy. Parameters that an endpoint does not know are
refused. Every path that takes GET takes HEAD. Answers with an `ETag` are not sent again to a caller who has them
(`If-None-Match`); those about a time well in the past may be kept for some minutes, as `Cache-Control` says. Which
nodes there are and their newest figures are answered without the leader, too: `Age` says for how many seconds it is
lost."""

_PROBLEMS = {
    400: "Something in the request means nothing: `detail` names it",
    403: "Sent by a page of another site",
    404: "There is no such thing",
    405: "The path takes other methods: see `Allow`",
    408: "The body did not come whole, or not in time",
    409: "It cannot be changed as it is now",
    413: "The body is too long",
    415: "The body is not said to be JSON",
    422: "The body is JSON, but breaks a rule: `detail` names it",
    500: "A defect of this dashboard; its log has the details",
    503: "The leader does not answer, or is asked too much at once: come again after `Retry-After` seconds",
}
_AGE = {
    "description": "Seconds since the leader was lost, and this is what it said last; 0 as long as it is heard",
    "schema": {"type": "integer", "minimum": 0},
}
_ALWAYS = (400, 405, 500)
_OF_BODIES = (403, 408, 413, 415)


def document(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The document of these endpoints, OpenAPI 3.1."""
    table = sorted(endpoints, key=lambda each: each.path)
    paths: dict[str, Any] = {}
    for endpoint in table:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "MCP Telemetry",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [],
        "tags": [{"name": subject} for subject in sorted({each.subject for each in table})],
        "paths": paths,
        "components": {
            "schemas": {"Problem": PROBLEM},
            "responses": {f"Problem{status}": _problem(status) for status in _PROBLEMS},
        },
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.handler.__name__,
        "tags": [endpoint.subject],
        "summary": endpoint.summary,
        "parameters": [_parameter(each) for each in endpoint.parameters],
        "responses": _responses(endpoint),
    }
    if endpoint.description:
        operation["description"] = endpoint.description
    if endpoint.body is not None:
        content = _media(endpoint.body.schema, endpoint.body.example)
        operation["requestBody"] = {
            "required": True,
            "description": f"At most {endpoint.body.most_bytes} bytes",
            "content": {"application/json": content},
        }
    return operation


def _parameter(parameter: Parameter) -> dict[str, Any]:
    about: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.description,
        "required": parameter.is_required,
        "schema": parameter.schema,
    }
    if parameter.most > 1:
        least = {"minItems": 1} if parameter.is_required else {}
        about["schema"] = {"type": "array", "items": parameter.schema, "maxItems": parameter.most} | least
        about |= {"style": "form", "explode": True}
    if parameter.example is not None:
        about["example"] = [parameter.example] if parameter.most > 1 else parameter.example
    return about


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    statuses = {*_ALWAYS, *endpoint.problems, *(_OF_BODIES if endpoint.body is not None else ())}
    problems = {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in sorted(statuses)}
    same = {"304": {"description": "The caller has it already"}} if _has_tag(endpoint) else {}
    answers = {str(status): _answer(endpoint, status) for status in (endpoint.status, *endpoint.also)}
    return answers | same | problems


def _has_tag(endpoint: Endpoint) -> bool:
    """Series have one where they lie well in the past."""
    return endpoint.is_tagged or "max_points" in endpoint.query_parameters()


def _answer(endpoint: Endpoint, status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if endpoint.is_mirrored:
        answer["headers"] = {"Age": _AGE}
    if endpoint.answer is not None:
        answer["content"] = {"application/json": _media(endpoint.answer, endpoint.example)}
    if endpoint.csv:
        answer["content"]["text/csv"] = {"schema": {"type": "string", "description": endpoint.csv}}
    return answer


def _media(schema: Schema, example: Any) -> dict[str, Any]:
    return {"schema": schema} | ({} if example is None else {"example": example})


def _problem(status: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    header = {"description": "Seconds", "schema": {"type": "integer", "minimum": 0}}
    headers = {"headers": {"Retry-After": header}} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    allow = {"headers": {"Allow": {"schema": {"type": "string"}}}} if status == HTTPStatus.METHOD_NOT_ALLOWED else {}
    return {"description": _PROBLEMS[status], "content": content} | headers | allow
