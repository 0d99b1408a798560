"""What is served: complete, from here alone, and safe whatever the address says."""

from __future__ import annotations

import re

import plotly.offline
import pytest
from flask.testing import FlaskClient

from dashboard.app import ASSETS
from dashboard.bundles import bundles
from dashboard.site import make_site, script_hashes


@pytest.fixture(scope="module")
def site() -> FlaskClient:
    return make_site(ASSETS).server.test_client()


def test_the_bundled_plotly_is_the_one_the_python_package_was_made_for() -> None:
    head = (ASSETS / "vendor" / "plotly-basic.min.js").read_text()[:200]
    version = plotly.offline.get_plotlyjs_version()
    assert f"v{version}\n" in head
    assert f"plotly-basic.min.js?v={version}" in (ASSETS / "plotly.js").read_text(), "browsers keep it by this name"


def test_the_bundled_gridstack_is_asked_for_by_its_version_and_has_its_licence() -> None:
    vendor = ASSETS / "vendor"
    found = re.search(r'GDRev="([\d.]+)"', (vendor / "gridstack.min.js").read_text())
    assert found
    assert f'VERSION = "{found[1]}"' in (ASSETS / "board_grid.js").read_text(), "browsers keep it by this name"
    assert "MIT License" in (vendor / "gridstack-LICENSE.txt").read_text()
    assert "url(" not in re.sub(r"url\(.?data:", "", (vendor / "gridstack.min.css").read_text())


@pytest.mark.parametrize("path", ["/", "/node/a", "/nowhere/at/all"])
def test_a_page_loads_nothing_from_another_host(site: FlaskClient, path: str) -> None:
    page = site.get(path).text
    sources = re.findall(r'<(?:script|link)[^>]*(?:src|href)="([^"]*)"', page)
    assert sources
    assert all(source.startswith("/") for source in sources)


@pytest.mark.parametrize("path", ["/", "/node/a", "/node/a%20b", "/dashboard/x", "/dashboards/", "/events?kind=gap"])
def test_pages_are_found(site: FlaskClient, path: str) -> None:
    assert site.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/nowhere", "/node", "/node/a/b", "/favicon.ico", "/not-found-404", "/eventsx"])
def test_what_no_page_has_is_not_found(site: FlaskClient, path: str) -> None:
    answer = site.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"


@pytest.mark.parametrize("path", ["zz/x", "dash/x", "dash/../x", "dash_mantine_components/secret.py"])
def test_no_file_of_a_library_is_404_and_no_defect(site: FlaskClient, path: str) -> None:
    assert site.get(f"/_dash-component-suites/{path}").status_code == 404


def test_a_deep_link_as_the_first_request_has_all_scripts() -> None:
    page = make_site(ASSETS).server.test_client().get("/node/a").text
    assert bundles(ASSETS)["js"].address in page
    assert "dash_mantine_components" in page
    assert "plotly-basic" not in page, "loaded by the node page alone, when it needs it"
    assert "polyfill" not in page
    assert "dash_table/" not in page


def test_an_address_cannot_put_markup_into_the_page(site: FlaskClient) -> None:
    page = site.get("/node/%3Cscript%3Ealert(1)%3C%2Fscript%3E").text
    assert "<script>alert" not in page


def test_every_inline_script_has_its_hash() -> None:
    site = make_site(ASSETS)
    hashes = script_hashes(site)
    page = site.server.test_client().get("/").text
    inline = re.findall(
        r"<script(?: id=\"_dash-renderer\" type=\"application/javascript\")?>(.+?)</script>", page, re.S
    )
    assert len(hashes) == len(inline)


@pytest.mark.parametrize("style", ["main.css", "icons.css"])
def test_styles_load_nothing_from_another_host(style: str) -> None:
    addresses = re.findall(r"url\(\"([^\"]*)\"\)", (ASSETS / style).read_text())
    assert all(address.startswith(("data:", "fonts/")) for address in addresses)
