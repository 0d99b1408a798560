"""The document at /openapi.json says what there is: no more, no less."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate

from dashboard.api import ENDPOINTS, Sources, api_routes
from dashboard.api.endpoint import Endpoint
from dashboard.api.openapi import document
from dashboard.hub import Hub
from dashboard.mirror import Mirror
from tests.dashboard.api.scripted import ScriptedLeader, get

OPERATIONS = [pytest.param(endpoint, id=f"{endpoint.method} {endpoint.path}") for endpoint in ENDPOINTS]


def test_it_is_a_valid_document() -> None:
    validate(document(ENDPOINTS))


async def test_it_is_served(http: httpx.AsyncClient) -> None:
    assert await get(http, "/openapi.json") == document(ENDPOINTS)


async def test_every_route_is_in_it_and_everything_in_it_is_a_route(leader: ScriptedLeader, mirror: Mirror) -> None:
    routes = {route.path for route in api_routes(Sources(leader, mirror, Hub(lambda _: None)))}
    nowhere = {"/api", "/api/{rest:path}", "/healthz/", "/openapi.json/"}
    assert routes - nowhere == set(document(ENDPOINTS)["paths"])


def test_operations_have_names_of_their_own() -> None:
    operations = [each for path in document(ENDPOINTS)["paths"].values() for each in path.values()]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(ENDPOINTS) == len(set(names))


@pytest.mark.parametrize("endpoint", OPERATIONS)
def test_an_endpoint_says_what_it_takes(endpoint: Endpoint) -> None:
    in_path = {each.name for each in endpoint.parameters if each.place == "path"}
    assert in_path == set(re.findall(r"\{(\w+)\}", endpoint.path))
    for parameter in endpoint.parameters:
        assert parameter.description
        assert {"type", "enum", "anyOf"} & set(parameter.schema)
        if "enum" not in parameter.schema:
            assert parameter.example is not None or "default" in parameter.schema or parameter.name == "before"


@pytest.mark.parametrize("endpoint", OPERATIONS)
def test_an_endpoint_says_what_it_gives(endpoint: Endpoint) -> None:
    assert endpoint.summary[0].isupper()
    assert not endpoint.summary.endswith(".")
    assert (endpoint.answer is None) == (endpoint.status == 204)
    for record in records(endpoint.answer):
        assert "properties" in record or "additionalProperties" in record or endpoint.path in NOT_OURS


# Of Plotly's figures and of this document others have the schema.
NOT_OURS = {"/api/charts/{chart}/{node_id}", "/api/nodes/{node_id}/charts", "/api/panel", "/openapi.json"}


def records(schema: Any) -> list[dict[str, Any]]:
    """All schemas of objects within a schema."""
    if isinstance(schema, list):
        return [found for each in schema for found in records(each)]
    if not isinstance(schema, dict):
        return []
    inner = [found for each in schema.values() for found in records(each)]
    return [schema, *inner] if schema.get("type") == "object" else inner
