"""The Dash site: the frame around the pages, the pages, and the calls into the scripts that bring them to life."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dash
from dash import ClientsideFunction, Dash, Input, Output, State, register_page
from dash.exceptions import DependencyException
from flask import Response, after_this_request, request

from dashboard.brought import data_scripts
from dashboard.bundles import bundles
from dashboard.components.shell import LINKS, shell
from dashboard.pages import compare, dashboards, events, fleet, missing, node, system
from mcp_telemetry._version import __version__

__all__ = ["make_site", "script_hashes"]

_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" href="/assets/logo.svg?v={version}" type="image/svg+xml">
<link rel="preload" href="/assets/fonts/inter-latin.woff2?v=5.3.0" as="font" type="font/woff2" crossorigin>
<script src="/assets/early/scheme.js?v={version}"></script>
{%css%}
<link rel="stylesheet" href="{styles}">
</head>
<body>
{%app_entry%}
<footer>{%config%}<script src="{scripts}"></script>{%scripts%}{%renderer%}</footer>
</body>
</html>""".replace("{version}", __version__)

# Each has an element `<name>-page`, which brings its script `mcp.<name>` to life.
_SCRIPTED = ("fleet", "node", "compare", "dashboards", "dashboard", "events", "system")

# The name by which Dash finds the page for all other addresses.
_MISSING = "not_found_404"

_META = (
    {"name": "viewport", "content": "width=device-width, initial-scale=1"},
    {"name": "description", "content": "Live monitoring for swarms of MCP servers"},
    {"name": "color-scheme", "content": "light dark"},
)


# What Dash gives to each page and none of ours uses: what old browsers lack, and a table of its own.
_UNUSED = re.compile(r'<script src="[^"]*/(?:deps/polyfill@|dash_table/)[^"]*"></script>\s*')


# The table asks for this part of its library once it is drawn: the page that has it begins to load it at once.
_TABLE = '<script async src="/_dash-component-suites/dash_ag_grid/async-community.js"></script>'


class _Site(Dash):
    def interpolate_index(self, **parts: Any) -> Any:  # type: ignore[override]  # Dash names each of the parts
        if not _is_page(request.path):
            after_this_request(_not_found)
        parts["scripts"] = _UNUSED.sub("", parts["scripts"])
        if request.path == "/":
            parts["config"] = _TABLE + parts["config"]
        parts["config"] += data_scripts(self, request.path, request.query_string.decode("latin-1"))
        return super().interpolate_index(**parts)  # type: ignore[no-untyped-call]


def _is_page(path: str) -> bool:
    """Whether a page has this path; Dash shows its page for what is missing elsewhere, but as an answer of 200."""
    pages = (page for name, page in dash.page_registry.items() if name != _MISSING)
    patterns = (re.sub("<[a-z_]+>", "[^/]+", page["path_template"] or page["path"]) for page in pages)
    return any(re.fullmatch(pattern.strip("/"), path.strip("/")) for pattern in patterns)


def _not_found(answer: Response) -> Response:
    answer.status_code = 404
    return answer


def make_site(assets: Path) -> Dash:
    """A Dash application whose pages hold no data: their scripts fetch it from the API and the live socket."""
    own = bundles(assets)
    site = _Site(
        "dashboard",
        title="MCP Telemetry",
        update_title=None,  # type: ignore[arg-type]  # documented as None, declared as str
        use_pages=True,
        pages_folder="",
        assets_folder=str(assets),
        assets_ignore=".*",
        index_string=_INDEX.replace("{styles}", own["css"].address).replace("{scripts}", own["js"].address),
        meta_tags=list(_META),
        serve_locally=True,
        compress=False,
        suppress_callback_exceptions=True,
    )
    site.server.register_error_handler(DependencyException, lambda _: ("no such file", 404))
    _add_pages()
    site.layout = shell(dash.page_container)
    _connect(site)
    return site


def _add_pages() -> None:
    add_page: Callable[..., None] = register_page
    add_page("fleet", path="/", name="Fleet", title="Fleet · MCP Telemetry", layout=fleet.layout)
    add_page("node", path_template="/node/<node_id>", name="Node", title=node.title, layout=node.layout)
    add_page("compare", path="/compare", name="Compare", title="Compare · MCP Telemetry", layout=compare.layout)
    add_page(
        "dashboards",
        path="/dashboards",
        name="Dashboards",
        title="Dashboards · MCP Telemetry",
        layout=dashboards.layout,
    )
    add_page(
        "dashboard",
        path_template="/dashboard/<dashboard_id>",
        name="Dashboard",
        title="Dashboard · MCP Telemetry",
        layout=dashboards.one_layout,
    )
    add_page("events", path="/events", name="Events", title="Events · MCP Telemetry", layout=events.layout)
    add_page("system", path="/system", name="System", title="System · MCP Telemetry", layout=system.layout)
    add_page(_MISSING, title="Not found · MCP Telemetry", layout=missing.layout)


def script_hashes(site: Dash) -> list[str]:
    """Of the inline scripts Dash writes into a page, for the content security policy."""
    # Dash writes the script of its pages at the first request: have that now.
    site.server.test_client().get("/_dash-layout")
    return list(site.csp_hashes())


def _connect(site: Dash) -> None:
    """Pages call their scripts when they appear; nothing is computed on the server."""
    call: Callable[..., None] = site.clientside_callback
    for page in _SCRIPTED:
        script = ClientsideFunction("pages", "show")
        call(script, Output(f"{page}-page", "data-ready"), Input(f"{page}-page", "data-about"))
    call(
        ClientsideFunction("shell", "menu"),
        Output("shell", "navbar"),
        Output("menu-button", "opened"),
        Input("menu-button", "opened"),
        Input("join-button", "n_clicks"),
        *(Input(link, "n_clicks") for link in LINKS),
        State("shell", "navbar"),
    )
    call(
        ClientsideFunction("shell", "help"),
        Output("help-dialog", "opened"),
        Input("help-button", "n_clicks"),
        prevent_initial_call=True,
    )
    call(ClientsideFunction("shell", "chosenScheme"), Output("scheme", "value"), Input("scheme", "id"))
    call(
        ClientsideFunction("shell", "scheme"),
        Output("scheme", "className"),
        Input("scheme", "value"),
        prevent_initial_call=True,
    )
    call(
        ClientsideFunction("shell", "join"),
        Output("join-dialog", "opened"),
        Input("join-button", "n_clicks"),
        prevent_initial_call=True,
    )
