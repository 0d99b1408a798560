"""What a page brings along is what Dash would be told if it asked, with the page already in it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashboard.app import ASSETS
from dashboard.site import make_site


@pytest.fixture(scope="module")
def site() -> FlaskClient:
    return make_site(ASSETS).server.test_client()


def brought(site: FlaskClient, address: str) -> dict[str, str]:
    """What the page at an address would answer to Dash, by what Dash would ask for."""
    return dict(
        re.findall(r'<script type="application/json" data-answer="([^"]*)">(.*?)</script>', site.get(address).text)
    )


def components(layout: Any) -> dict[str, dict[str, Any]]:
    """The properties of all components with a plain id."""
    found: dict[str, dict[str, Any]] = {}
    if isinstance(layout, list):
        for each in layout:
            found |= components(each)
    elif isinstance(layout, dict):
        properties = layout.get("props")
        if isinstance(properties, dict) and isinstance(properties.get("id"), str):
            found[properties["id"]] = properties
        for value in layout.values():
            found |= components(value)
    return found


def opened(site: FlaskClient, address: str) -> dict[str, dict[str, Any]]:
    return components(json.loads(brought(site, address)["/_dash-layout"]))


def told(site: FlaskClient, path: str, query: str) -> Any:
    """What Dash is told when it asks for the page at an address."""
    ids = [("_pages_location", "pathname", path), ("_pages_location", "search", query)]
    outputs = [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}]
    question = {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": outputs,
        "inputs": [{"id": name, "property": key, "value": value} for name, key, value in ids],
        "changedPropIds": ["_pages_location.pathname"],
    }
    return site.post("/_dash-update-component", json=question).json["response"]


@pytest.mark.parametrize(
    ("path", "query"),
    [("/", ""), ("/", "?by=region&q=%3Cb%3E"), ("/node/web-1", "?range=1h"), ("/compare", ""), ("/dashboard/mine", "")],
)
def test_the_page_is_the_one_dash_would_be_told(site: FlaskClient, path: str, query: str) -> None:
    there, asked = opened(site, path + query), told(site, path, query)
    assert there["_pages_content"]["children"] == asked["_pages_content"]["children"]
    assert there["_pages_store"]["data"] == asked["_pages_store"]["data"]
    # As the browser has them, or Dash asks for the page again.
    assert (there["_pages_location"]["pathname"], there["_pages_location"]["search"]) == (path, query)


@pytest.mark.parametrize("address", ["/node/%3Cscript%3E", "/node/a%20b", "/nowhere/at/all", "/node/ä"])
def test_what_leads_nowhere_or_is_spelt_otherwise_is_left_to_dash(site: FlaskClient, address: str) -> None:
    there = opened(site, address)
    assert there["_pages_content"]["children"] is None
    assert "pathname" not in there["_pages_location"]


def test_the_frame_and_the_callbacks_are_those_dash_would_be_told(site: FlaskClient) -> None:
    answers = brought(site, "/nowhere/at/all")
    for address in ("/_dash-layout", "/_dash-dependencies"):
        assert json.loads(answers[address]) == site.get(address).json


def test_what_is_in_the_address_cannot_end_the_element(site: FlaskClient) -> None:
    answers = brought(site, "/?q=</script><script>alert(1)</script>")
    assert "alert(1)" in answers["/_dash-layout"]
    assert not any("<" in answer for answer in answers.values())
